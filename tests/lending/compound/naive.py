"""Compound v2 written down the slow way, from the rules as told: plain dicts copied before each step, fractions that are cut by name."""

import copy
from collections import defaultdict
from fractions import Fraction
from math import floor
from typing import Any

ONE = 10**18
YEAR = 31_536_000
ALL_OF_IT = 2**256 - 1


class No(Exception):
    """The rule that says no."""


def cut(number: Fraction) -> int:
    """Return a number without what is behind its point; nothing here is negative."""
    assert number >= 0
    return floor(number)


def rate_of_a_second(use: int, base: int, multiplier: int, jump: int, kink: int) -> int:
    """Return the rate at a use of the market; everything is in parts of 10^18."""
    a_second = cut(Fraction(multiplier * ONE, YEAR * kink))
    gentle = cut(Fraction(min(use, kink) * a_second, ONE)) + cut(Fraction(base, YEAR))
    return gentle if use <= kink else gentle + cut(Fraction((use - kink) * cut(Fraction(jump, YEAR)), ONE))


class NaiveMarket:
    """One asset."""

    def __init__(self, terms: dict[str, int], now: int) -> None:
        self.terms = terms
        self.cash = self.lent = self.kept = self.shares = 0
        self.index, self.last = ONE, now

    def rate(self) -> Fraction:
        """Return the units of a share, cut to 18 digits."""
        if not self.shares:
            return Fraction(self.terms["opening"], ONE)
        return Fraction(cut(Fraction((self.cash + self.lent - self.kept) * ONE, self.shares)), ONE)

    def use(self) -> int:
        if not self.lent:
            return 0
        need(self.cash + self.lent > self.kept, "ARITHMETIC")
        return cut(Fraction(self.lent * ONE, self.cash + self.lent - self.kept))

    def accrue(self, now: int) -> None:
        if now == self.last:
            return
        t = self.terms
        a_second = rate_of_a_second(self.use(), t["base"], t["multiplier"], t["jump"], t["kink"])
        need(a_second <= 5 * 10**12 // 15, "RATE_TOO_HIGH")
        factor = Fraction(a_second * (now - self.last), ONE)
        interest = cut(factor * self.lent)
        self.kept += cut(Fraction(t["reserve_factor"], ONE) * interest)
        self.lent += interest
        self.index += cut(factor * self.index)
        self.last = now


class NaiveCompound:
    """A pool."""

    def __init__(self, markets: dict[int, dict[str, int]], close: int, incentive: int, now: int) -> None:
        self.now, self.close, self.incentive = now, close, incentive
        self.markets = {asset: NaiveMarket(terms, now) for asset, terms in markets.items()}
        self.price: dict[int, int] = {}
        self.shares: dict[tuple[int, int], int] = defaultdict(int)
        self.debts: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
        """Debt over the index when it was written down: exact, as the contract keeps both."""
        self.inside: dict[int, list[int]] = defaultdict(list)
        self.coins: dict[tuple[int, int], int] = defaultdict(int)

    def attempt(self, act: str, *given: Any) -> str:
        """Do one thing wholly or not at all; return ``done`` or the reason."""
        before = copy.deepcopy(self.__dict__)
        try:
            getattr(self, act)(*given)
        except No as no:
            self.__dict__ = before
            return str(no)
        return "done"

    def supply(self, who: int, asset: int, amount: int) -> None:
        market = self.fresh(asset)
        need(amount > 0, "ZERO_AMOUNT")
        new = self.shares_for(market, amount)
        self.pay(who, asset, amount)
        market.shares += new
        self.shares[who, asset] += new

    def withdraw(self, who: int, asset: int, amount: int) -> None:
        market = self.fresh(asset)
        need(amount > 0, "ZERO_AMOUNT")
        if amount == ALL_OF_IT:
            gone = self.shares[who, asset]
            amount = cut(market.rate() * gone)
        else:
            gone = self.shares_for(market, amount)
        self.redeem(who, asset, gone, amount)

    def redeem(self, who: int, asset: int, gone: int, amount: int) -> None:
        market = self.markets[asset]
        if asset in self.inside[who]:
            good, bad = self.sides(who)
            bad += cut(Fraction(self.counts_for(asset) * gone, ONE))
            need(good >= bad, "UNHEALTHY")
        need(amount <= market.cash, "INSUFFICIENT_LIQUIDITY")
        need(gone <= self.shares[who, asset], "INSUFFICIENT_BALANCE")
        need(gone > 0 and amount > 0, "ZERO_AMOUNT")
        market.shares -= gone
        self.shares[who, asset] -= gone
        self.fetch(who, asset, amount)

    def borrow(self, who: int, asset: int, amount: int) -> None:
        market = self.fresh(asset)
        need(amount > 0, "ZERO_AMOUNT")
        if asset not in self.inside[who]:
            self.inside[who].append(asset)
        need(self.price[asset] > 0, "NOTHING_POSTED")
        need(market.lent + amount < market.terms["cap"], "BORROW_CAP")
        good, bad = self.sides(who)
        need(good >= bad + cut(Fraction(self.mantissa(asset) * amount, ONE)), "INSUFFICIENT_COLLATERAL")
        need(amount <= market.cash, "INSUFFICIENT_LIQUIDITY")
        self.owe(who, asset, self.owed(who, asset) + amount)
        self.fetch(who, asset, amount)

    def repay(self, who: int, asset: int, amount: int, whose: int) -> None:
        self.fresh(asset)
        need(amount > 0, "ZERO_AMOUNT")
        debt = self.owed(whose, asset)
        need(debt > 0, "NOTHING_OWED")
        amount = min(amount, debt)
        self.pay(who, asset, amount)
        self.owe(whose, asset, debt - amount)

    def enter(self, who: int, asset: int) -> None:
        if asset not in self.inside[who]:
            self.inside[who].append(asset)

    def leave(self, who: int, asset: int) -> None:
        need(not self.owed(who, asset), "STILL_OWES")
        if asset in self.inside[who]:
            good, bad = self.sides(who)
            need(good >= bad + cut(Fraction(self.counts_for(asset) * self.shares[who, asset], ONE)), "UNHEALTHY")
            self.inside[who].remove(asset)

    def liquidate(self, who: int, whose: int, owed: int, held: int, amount: int) -> None:
        self.fresh(owed)
        self.fresh(held)
        good, bad = self.sides(whose)
        need(good < bad, "HEALTHY")
        debt = self.owed(whose, owed)
        need(amount <= cut(Fraction(self.close * debt, ONE)), "TOO_MUCH_REPAY")
        need(who != whose, "SELF_LIQUIDATION")
        need(amount > 0, "ZERO_AMOUNT")
        self.pay(who, owed, amount)
        self.owe(whose, owed, debt - amount)
        market = self.markets[held]
        above = cut(Fraction(self.incentive * self.mantissa(owed), ONE))
        below = cut(self.mantissa(held) * market.rate())
        need(below > 0, "ARITHMETIC")
        seized = cut(Fraction(cut(Fraction(above * ONE, below)) * amount, ONE))
        need(seized <= self.shares[whose, held], "SEIZE_TOO_MUCH")
        burnt = cut(Fraction(seized * 28, 1_000))
        kept = cut(market.rate() * burnt)
        self.shares[whose, held] -= seized
        self.shares[who, held] += seized - burnt
        market.shares -= burnt
        market.kept += kept

    def liquidate_and_redeem(self, who: int, whose: int, owed: int, held: int, amount: int) -> None:
        before = self.shares[who, held]
        self.liquidate(who, whose, owed, held, amount)
        gone = self.shares[who, held] - before
        self.redeem(who, held, gone, cut(self.markets[held].rate() * gone))

    def touch_all(self) -> None:
        for asset in self.markets:
            self.fresh(asset)

    # What is so.

    def fresh(self, asset: int) -> NaiveMarket:
        self.markets[asset].accrue(self.now)
        return self.markets[asset]

    def later(self) -> "NaiveCompound":
        """Return the pool with interest added wherever it can be."""
        twin = copy.deepcopy(self)
        for asset in twin.markets:
            twin.attempt("fresh", asset)
        return twin

    def is_short(self, who: int) -> bool:
        good, bad = self.later().sides(who)
        return good < bad

    def sides(self, who: int) -> tuple[int, int]:
        """Return what an account's shares count for and what it owes, 18 digits of a dollar."""
        good = bad = 0
        for asset in self.inside[who]:
            need(self.price[asset] > 0, "NOTHING_POSTED")
            good += cut(Fraction(self.counts_for(asset) * self.shares[who, asset], ONE))
            bad += cut(Fraction(self.mantissa(asset) * self.owed(who, asset), ONE))
        return good, bad

    def counts_for(self, asset: int) -> int:
        market = self.markets[asset]
        once = cut(market.terms["factor"] * market.rate())
        return cut(Fraction(once * self.mantissa(asset), ONE))

    def mantissa(self, asset: int) -> int:
        """Return the price of a unit, times 10^36 over the units of a whole."""
        return cut(Fraction(self.price[asset], 10**8) * 10**36 / self.markets[asset].terms["unit"])

    def shares_for(self, market: NaiveMarket, amount: int) -> int:
        need(market.rate() > 0, "ARITHMETIC")
        return cut(amount / market.rate())

    def owed(self, who: int, asset: int) -> int:
        return cut(self.debts[who, asset] * self.markets[asset].index)

    def owe(self, who: int, asset: int, debt: int) -> None:
        market, before = self.markets[asset], self.owed(who, asset)
        need(market.lent + debt >= before, "ARITHMETIC")
        market.lent += debt - before
        self.debts[who, asset] = Fraction(debt, market.index)

    def pay(self, who: int, asset: int, amount: int) -> None:
        need(self.coins[who, asset] >= amount, "INSUFFICIENT_BALANCE")
        self.coins[who, asset] -= amount
        self.markets[asset].cash += amount

    def fetch(self, who: int, asset: int, amount: int) -> None:
        self.markets[asset].cash -= amount
        self.coins[who, asset] += amount


def need(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise No(otherwise)
