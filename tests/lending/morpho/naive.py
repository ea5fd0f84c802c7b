"""A market written down the slow way, from the rules as told: plain dicts, copied before each step, fractions to divide."""

import copy
import math
from collections import defaultdict
from fractions import Fraction
from typing import Any

ONE = 10**18
ALL_OF_IT = 2**256 - 1
A_YEAR = 365 * 24 * 3600


class No(Exception):
    """The rule that says no."""


def trunc(number: Fraction) -> int:
    """Drop what is behind the point."""
    return math.trunc(number)


class NaiveMarket:
    """Loans of dollars (6 decimals) against ether (18), a curve that moves itself, a fee."""

    def __init__(self, lltv: int, fee: int, now: int, ether_price: int) -> None:
        self.lltv, self.fee, self.now, self.last = lltv, fee, now, now
        self.ether_price, self.dollar_price = ether_price, 10**8
        self.lent_in, self.lent_in_shares, self.lent_out, self.lent_out_shares = 0, 0, 0, 0
        self.supply_of: dict[int, int] = defaultdict(int)
        self.debt_of: dict[int, int] = defaultdict(int)
        self.ether_of: dict[int, int] = defaultdict(int)
        self.wallet_ether: dict[int, int] = defaultdict(int)
        self.wallet_dollars: dict[int, int] = defaultdict(int)
        self.till_ether, self.till_dollars = 0, 0
        self.written_off = 0
        self.at_target = ONE * 4 // 100 // A_YEAR
        self.fee_taker = 0

    def attempt(self, act: str, *given: Any) -> str:
        """Do one thing wholly or not at all; return ``done`` or the reason."""
        before = copy.deepcopy(self.__dict__)
        try:
            getattr(self, act)(*given)
        except No as no:
            self.__dict__ = before
            return str(no)
        return "done"

    # Fractions of shares and assets: one virtual unit of assets, a million virtual shares.

    def supply_share(self) -> Fraction:
        return Fraction(self.lent_in + 1, self.lent_in_shares + 10**6)

    def debt_share(self) -> Fraction:
        return Fraction(self.lent_out + 1, self.lent_out_shares + 10**6)

    def owes(self, who: int) -> int:
        return math.ceil(self.debt_of[who] * self.debt_share())

    def may_owe(self, who: int) -> int:
        worth = math.floor(self.ether_of[who] * self.quote() / 10**36)
        return math.floor(Fraction(worth * self.lltv, ONE))

    def quote(self) -> int:
        """Dollar units per unit of ether, times 10^36."""
        need(self.ether_price > 0 and self.dollar_price > 0, "NOTHING_POSTED")
        return math.floor(Fraction(self.ether_price, self.dollar_price) * 10**36 / 10**12)

    def is_unhealthy(self, who: int) -> bool:
        return self.owes(who) > self.may_owe(who)

    def bonus(self) -> int:
        """1 / (1 - 0.3 (1 - lltv)), at most 1.15."""
        kept = ONE - math.floor(Fraction(3, 10) * (ONE - self.lltv))
        return min(ONE * 115 // 100, math.floor(Fraction(ONE * ONE, kept)))

    # Interest.

    def grow(self) -> None:
        seconds = self.now - self.last
        if not seconds:
            return
        rate = self.borrow_rate(seconds)
        x = Fraction(rate * seconds)
        second = math.floor(x * x / (2 * ONE))
        third = math.floor(second * x / (3 * ONE))
        interest = math.floor(Fraction(self.lent_out * (rate * seconds + second + third), ONE))
        self.lent_out += interest
        self.lent_in += interest
        if self.fee:
            part = math.floor(Fraction(interest * self.fee, ONE))
            shares = math.floor(part * Fraction(self.lent_in_shares + 10**6, self.lent_in - part + 1))
            self.supply_of[self.fee_taker] += shares
            self.lent_in_shares += shares
        self.last = self.now

    def borrow_rate(self, seconds: int) -> int:
        """The mean of the curve at the start, twice in the middle, at the end; and the curve moves."""
        used = math.floor(Fraction(self.lent_out * ONE, self.lent_in)) if self.lent_in else 0
        target = ONE * 9 // 10
        off = trunc(Fraction((used - target) * ONE, ONE - target if used > target else target))
        drift = trunc(Fraction(50 * ONE // A_YEAR * off, ONE)) * seconds
        start = self.at_target
        if drift == 0:
            middle = end = mean = start
        else:
            middle, end = self.shifted(start, trunc(Fraction(drift, 2))), self.shifted(start, drift)
            mean = (start + end + 2 * middle) // 4
        self.at_target = end
        slope = ONE * 3 // 4 if off < 0 else 3 * ONE
        return trunc(Fraction((trunc(Fraction(slope * off, ONE)) + ONE) * mean, ONE))

    def shifted(self, height: int, drift: int) -> int:
        new = trunc(Fraction(height * about_exp(drift), ONE))
        return sorted((ONE // 1000 // A_YEAR, new, 2 * ONE // A_YEAR))[1]

    # What everybody may do.

    def supply(self, who: int, amount: int, whose: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        self.grow()
        shares = math.floor(amount / self.supply_share())
        self.supply_of[whose] += shares
        self.lent_in_shares += shares
        self.lent_in += amount
        self.take_dollars(who, amount)

    def withdraw(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        self.grow()
        if amount == ALL_OF_IT:
            shares = self.supply_of[who]
            amount = math.floor(shares * self.supply_share())
        else:
            shares = math.ceil(amount / self.supply_share())
        need(shares > 0, "ZERO_AMOUNT")
        need(self.supply_of[who] >= shares, "INSUFFICIENT_BALANCE")
        self.supply_of[who] -= shares
        self.lent_in_shares -= shares
        self.lent_in -= amount
        need(self.lent_out <= self.lent_in, "INSUFFICIENT_LIQUIDITY")
        self.give_dollars(who, amount)

    def lock(self, who: int, amount: int, whose: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        need(self.wallet_ether[who] >= amount, "INSUFFICIENT_BALANCE")
        self.wallet_ether[who] -= amount
        self.till_ether += amount
        self.ether_of[whose] += amount

    def unlock(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        self.grow()
        amount = self.ether_of[who] if amount == ALL_OF_IT else amount
        need(amount > 0, "ZERO_AMOUNT")
        need(self.ether_of[who] >= amount, "INSUFFICIENT_BALANCE")
        self.ether_of[who] -= amount
        need(not self.debt_of[who] or not self.is_unhealthy(who), "UNHEALTHY")
        self.till_ether -= amount
        self.wallet_ether[who] += amount

    def borrow(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        self.grow()
        shares = math.ceil(amount / self.debt_share())
        self.debt_of[who] += shares
        self.lent_out_shares += shares
        self.lent_out += amount
        need(not self.is_unhealthy(who), "UNHEALTHY")
        need(self.lent_out <= self.lent_in, "INSUFFICIENT_LIQUIDITY")
        self.give_dollars(who, amount)

    def repay(self, who: int, amount: int, whose: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        self.grow()
        if amount == ALL_OF_IT:
            need(self.debt_of[whose] > 0, "NOTHING_OWED")
            shares, amount = self.debt_of[whose], self.owes(whose)
        else:
            shares = math.floor(amount / self.debt_share())
        need(shares <= self.debt_of[whose], "ARITHMETIC")
        self.forgive(whose, shares, amount)
        self.take_dollars(who, amount)

    def seize(self, who: int, whose: int, seized: int, shares: int) -> None:
        need((seized > 0) != (shares > 0), "INCONSISTENT_INPUT")
        self.grow()
        quote = self.quote()
        need(self.is_unhealthy(whose), "HEALTHY")
        if seized:
            value = math.ceil(Fraction(seized * quote, 10**36))
            shares = math.ceil(math.ceil(Fraction(value * ONE, self.bonus())) / self.debt_share())
        else:
            value = math.floor(Fraction(math.floor(shares * self.debt_share()) * self.bonus(), ONE))
            seized = math.floor(Fraction(value * 10**36, quote))
        paid = math.ceil(shares * self.debt_share())
        need(shares <= self.debt_of[whose] and seized <= self.ether_of[whose], "ARITHMETIC")
        self.forgive(whose, shares, paid)
        self.ether_of[whose] -= seized
        if not self.ether_of[whose]:
            lost = min(self.lent_out, self.owes(whose))
            self.lent_in -= lost
            self.written_off += lost
            self.forgive(whose, self.debt_of[whose], lost)
        self.till_ether -= seized
        self.wallet_ether[who] += seized
        self.take_dollars(who, paid)

    def forgive(self, whose: int, shares: int, assets: int) -> None:
        self.debt_of[whose] -= shares
        self.lent_out_shares -= shares
        self.lent_out = max(0, self.lent_out - assets)

    def take_dollars(self, who: int, amount: int) -> None:
        need(self.wallet_dollars[who] >= amount, "INSUFFICIENT_BALANCE")
        self.wallet_dollars[who] -= amount
        self.till_dollars += amount

    def give_dollars(self, who: int, amount: int) -> None:
        self.till_dollars -= amount
        self.wallet_dollars[who] += amount


def about_exp(x: int) -> int:
    """e^x: a power of two times 1 + r + r^2/2."""
    log_two = Fraction(693_147_180_559_945_309)
    if x < -41_446_531_673_892_822_312:
        return 0
    twos = math.trunc((x + (log_two // 2) * (1 if x >= 0 else -1)) / log_two)
    rest = x - twos * int(log_two)
    parabola = ONE + rest + rest * rest // ONE // 2
    return math.floor(parabola * Fraction(2) ** twos)


def need(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise No(otherwise)
