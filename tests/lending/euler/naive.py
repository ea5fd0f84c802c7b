"""An Euler pool written down the slow way, from the rules as told: plain dicts, copied before each step, fractions to divide."""

import copy
import math
from collections import defaultdict
from fractions import Fraction as F
from typing import Any

ONE, RAY = 10**18, 10**27
ALL_OF_IT = 2**256 - 1
A_DAY = 86_400


class No(Exception):
    """The rule that says no."""


class NaiveAsset:
    """One asset's sums."""

    def __init__(self, version: str, decimals: int, slope: tuple[int, int, int, int], fee: int, now: int, **terms: Any) -> None:
        self.whole = 10**decimals
        self.fine = 10 ** (18 - decimals) if version == "v1" else 1
        self.bits = 10**9 if version == "v1" else 2**31
        self.slope, self.fee, self.last, self.terms = slope, fee, now, terms
        self.cash = self.claims_out = self.reserve_claims = self.owed = self.rate = 0
        self.growth = RAY


class NaivePool:
    """All of it."""

    def __init__(self, version: str, assets: dict[int, NaiveAsset], pairs: dict[tuple[int, int], tuple[int, int]], now: int) -> None:
        self.version, self.assets, self.pairs, self.now = version, assets, pairs, now
        self.prices: dict[int, int] = {}
        self.claims: dict[tuple[int, int], int] = defaultdict(int)
        self.debts: dict[tuple[int, int], tuple[int, int]] = {}
        self.wallets: dict[tuple[int, int], int] = defaultdict(int)
        self.looked_at: dict[int, int] = {}
        self.averaged: dict[int, tuple[int, int]] = {}
        self.written_off = 0

    def attempt(self, act: str, *given: Any) -> str:
        """Do one thing wholly or not at all; return ``done`` or the reason."""
        before = self.kept()
        try:
            getattr(self, act)(*given)
        except No as no:
            self.__dict__ = before
            return str(no)
        return "done"

    def kept(self) -> dict[str, Any]:
        """Return a copy of everything: assets deeply, dicts of numbers as they are."""
        kept = {name: copy.copy(value) for name, value in self.__dict__.items()}
        return kept | {"assets": {each: copy.copy(asset) for each, asset in self.assets.items()}}

    # Interest.

    def grow(self, asset: int) -> None:
        a = self.assets[asset]
        seconds = self.now - a.last
        if not seconds:
            return
        growth = math.floor(F(power(RAY + a.rate, seconds) * a.growth, RAY))
        owed = math.floor(F(a.owed * growth, a.growth))
        fee = math.floor(F((owed - a.owed) * a.fee, 10_000 * a.bits))
        a.owed, a.growth, a.last = owed, growth, self.now
        if fee:
            self.to_reserves(asset, fee)

    def to_reserves(self, asset: int, fee: int) -> None:
        a = self.assets[asset]
        everything = a.cash * a.fine + a.owed // a.bits
        new = math.floor(F(everything * a.claims_out, everything - fee)) - a.claims_out
        a.claims_out += new
        a.reserve_claims += new

    def set_rate(self, asset: int) -> None:
        a = self.assets[asset]
        lent = a.owed // a.bits if self.version == "v1" else math.ceil(F(a.owed, a.bits))
        all_of_it = a.cash * a.fine + lent
        used = lent * (2**32 - 1) // all_of_it if all_of_it else 0
        base, slope, steep, kink = a.slope
        a.rate = base + slope * min(used, kink) + steep * max(0, used - kink)

    def grown(self) -> "NaivePool":
        """Return a copy in which everything has grown until now: what a valuation sees."""
        other = NaivePool.__new__(NaivePool)
        other.__dict__ = self.kept()
        for asset in other.assets:
            other.grow(asset)
        return other

    # What claims and debts are worth.

    def worth(self, asset: int, claims: int) -> int:
        """Inner units for claims."""
        a = self.assets[asset]
        if self.version == "v1":
            return math.floor(F(claims * self.per_claim(asset), ONE))
        everything = a.cash + math.ceil(F(a.owed, a.bits))
        return math.floor(F(claims * (everything + 10**6), a.claims_out + 10**6))

    def per_claim(self, asset: int) -> int:
        a = self.assets[asset]
        everything = a.cash * a.fine + a.owed // a.bits
        return math.floor(F(everything * ONE, a.claims_out)) if everything and a.claims_out else ONE

    def claims_for(self, asset: int, inner: int) -> F:
        a = self.assets[asset]
        if self.version == "v1":
            return F(inner * ONE, self.per_claim(asset))
        return F(inner * (a.claims_out + 10**6), a.cash + math.ceil(F(a.owed, a.bits)) + 10**6)

    def steps(self, who: int, asset: int) -> int:
        owed, growth = self.debts.get((who, asset), (0, RAY))
        return math.floor(F(owed * self.assets[asset].growth, growth))

    def owes(self, who: int, asset: int) -> int:
        """Whole units, rounded up."""
        a = self.assets[asset]
        return math.ceil(F(self.steps(who, asset), a.bits * a.fine))

    def value(self, asset: int, inner: int) -> int:
        need(self.prices[asset] > 0, "NOTHING_POSTED")
        a = self.assets[asset]
        return math.floor(F(inner * self.prices[asset] * 10**10, a.whole * a.fine))

    def weigh(self, who: int, closing: bool) -> tuple[int, int]:
        """What counts of the collateral, and how much the debt counts."""
        return self.weigh_v1(who) if self.version == "v1" else self.weigh_v2(who, closing)

    def weigh_v1(self, who: int) -> tuple[int, int]:
        has = owes = 0
        for asset, a in self.assets.items():
            cf, bf = F(a.terms["cf"], 10_000), F(a.terms["bf"], 10_000)
            claims, debt = self.claims[who, asset], self.owes(who, asset) * a.fine
            if debt:
                mine = self.worth(asset, claims) if claims else 0
                covered = debt
                used = math.floor(debt / F(95, 100))
                if used > mine:
                    covered, used = math.floor(mine * F(95, 100)), mine
                if not claims:
                    covered = used = 0
                has += self.value(asset, math.floor((mine - used) * cf) + covered) if claims else 0
                owes += self.value(asset, covered) if claims else 0
                owes += math.floor(self.value(asset, debt - covered) / bf)
            elif claims and cf:
                has += math.floor(self.value(asset, self.worth(asset, claims)) * cf)
        return has, owes

    def weigh_v2(self, who: int, closing: bool) -> tuple[int, int]:
        has = owes = 0
        for owed in self.assets:
            if not self.steps(who, owed):
                continue
            owes = self.value(owed, self.owes(who, owed))
            for asset in self.assets:
                ltv = self.pairs.get((owed, asset), (0, 0))[1 if closing else 0]
                if self.claims[who, asset] and ltv:
                    has += math.floor(F(self.value(asset, self.worth(asset, self.claims[who, asset])) * ltv, 10_000))
        return has, owes

    def is_unhealthy(self, who: int) -> bool:
        has, owes = self.weigh(who, True)
        return has < owes if self.version == "v1" else owes > 0 and has <= owes

    def may_stay(self, who: int) -> None:
        now = self.grown()
        has, owes = now.weigh(who, False)
        debts = [asset for asset in self.assets if now.steps(who, asset)]
        if self.version == "v1":
            alone = any(self.assets[asset].terms["alone"] or self.claims[who, asset] for asset in debts)
            need(not alone or len(debts) == 1, "ISOLATED_DEBT")
            need(has >= owes, "UNHEALTHY")
        elif debts:
            need(has > owes, "UNHEALTHY")
            self.looked_at[who] = self.now

    def average(self, who: int) -> int:
        if who not in self.averaged:
            return 0
        old, at = self.averaged[who]
        seconds = min(self.now - at, A_DAY)
        if not seconds:
            return old
        has, owes = self.grown().weigh(who, True)
        return old * (A_DAY - seconds) // A_DAY + max(0, has - owes) * seconds // A_DAY

    def note_average(self, who: int) -> None:
        if who in self.averaged:
            self.averaged[who] = self.average(who), self.now

    # What everybody may do.

    def begin(self, who: int, asset: int, amount: int, whose: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        need(who == whose or self.version == "v2", "NOT_OWNER")
        self.note_average(whose)
        self.grow(asset)

    def supply(self, who: int, asset: int, amount: int, whose: int) -> None:
        self.begin(who, asset, amount, whose)
        a = self.assets[asset]
        new = math.floor(self.claims_for(asset, amount * a.fine))
        need(new > 0 or self.version == "v1", "ZERO_AMOUNT")
        self.pay(who, asset, amount)
        self.claims[whose, asset] += new
        a.claims_out += new
        self.set_rate(asset)
        need(self.version == "v1" or a.cash + a.owed // a.bits <= a.terms["cap"], "SUPPLY_CAP")
        if self.version == "v1" and self.steps(whose, asset):
            self.may_stay(whose)

    def withdraw(self, who: int, asset: int, amount: int) -> None:
        self.begin(who, asset, amount, who)
        a = self.assets[asset]
        gone = math.ceil(self.claims_for(asset, amount * a.fine))
        if amount == ALL_OF_IT:
            gone = self.claims[who, asset]
            amount = self.worth(asset, gone) // a.fine
            need(amount > 0, "ZERO_AMOUNT")
        need(self.claims[who, asset] >= gone, "INSUFFICIENT_BALANCE")
        self.end(who, asset, gone, amount)
        self.set_rate(asset)
        self.may_stay(who)

    def end(self, who: int, asset: int, gone: int, amount: int) -> None:
        a = self.assets[asset]
        self.claims[who, asset] -= gone
        a.claims_out -= gone
        need(a.cash >= amount, "INSUFFICIENT_LIQUIDITY")
        a.cash -= amount
        self.wallets[who, asset] += amount

    def borrow(self, who: int, asset: int, amount: int) -> None:
        self.begin(who, asset, amount, who)
        self.only_debt(who, asset)
        a = self.assets[asset]
        amount = a.cash if amount == ALL_OF_IT else amount
        need(amount > 0, "ZERO_AMOUNT")
        need(a.cash >= amount, "INSUFFICIENT_LIQUIDITY")
        a.cash -= amount
        self.wallets[who, asset] += amount
        self.more_debt(who, asset, amount * a.fine * a.bits)
        self.set_rate(asset)
        need(self.version == "v1" or math.ceil(F(a.owed, a.bits)) <= a.terms["lend_cap"], "BORROW_CAP")
        self.may_stay(who)

    def only_debt(self, who: int, asset: int) -> None:
        others = [other for other in self.assets if other != asset and self.debts.get((who, other), (0, 0))[0]]
        need(self.version == "v1" or not others, "OTHER_DEBT")

    def more_debt(self, who: int, asset: int, steps: int) -> None:
        self.owe(who, asset, self.steps(who, asset) + steps)
        self.assets[asset].owed += steps

    def owe(self, who: int, asset: int, steps: int) -> None:
        self.debts[who, asset] = steps, self.assets[asset].growth
        if not steps:
            del self.debts[who, asset]

    def repay(self, who: int, asset: int, amount: int, whose: int) -> None:
        self.begin(who, asset, amount, whose)
        need(self.steps(whose, asset) > 0, "NOTHING_OWED")
        amount = min(amount, self.owes(whose, asset))
        self.pay(who, asset, amount)
        self.less_debt(whose, asset, amount)
        self.set_rate(asset)

    def less_debt(self, whose: int, asset: int, amount: int) -> None:
        a = self.assets[asset]
        exact, left = self.steps(whose, asset), (self.owes(whose, asset) - amount) * a.fine * a.bits
        need(left >= 0, "ARITHMETIC")
        a.owed = max(a.owed - exact, 0) + left
        self.owe(whose, asset, left)

    def pay(self, who: int, asset: int, amount: int) -> None:
        need(self.wallets[who, asset] >= amount, "INSUFFICIENT_BALANCE")
        self.wallets[who, asset] -= amount
        self.assets[asset].cash += amount

    def track(self, who: int) -> None:
        need(self.version == "v1", "UNKNOWN_CALL")
        self.averaged[who] = 0, self.now

    # Liquidation.

    def take(self, who: int, whose: int, debt: int, gem: int, amount: int, keeps: bool) -> None:
        """Take debt and collateral over; unless one keeps both, pay the one and take the other out."""
        need(who != whose, "SELF_LIQUIDATION")
        self.only_debt(who, debt)
        for each in (who, whose):
            self.note_average(each)
        self.grow(debt)
        self.grow(gem)
        need(self.steps(whose, debt) > 0, "NOTHING_OWED")
        need((self.version == "v1" or (debt, gem) in self.pairs) and self.claims[whose, gem] > 0, "NOT_COLLATERAL")
        d, g = self.assets[debt], self.assets[gem]
        if self.version == "v2" and whose in self.looked_at:
            need(self.now >= self.looked_at[whose] + d.terms["wait"], "COOLING_OFF")
        before = self.grown()
        has, owes = before.weigh(whose, True)
        need(before.is_unhealthy(whose), "HEALTHY")
        liability = self.owes(whose, debt)
        size = self.size_v1 if self.version == "v1" else self.size_v2
        moved, fee, claims = size(whose, debt, gem, has, owes, amount, before.average(who))
        need(moved > 0 or claims > 0, "ZERO_AMOUNT")
        steps = self.shift(whose, who, debt, moved * d.bits) if moved else 0
        if fee:
            self.more_debt(who, debt, fee * d.bits)
            self.to_reserves(debt, fee)
            steps += fee * d.bits
        self.claims[whose, gem] -= claims
        self.claims[who, gem] += claims
        units = math.ceil(F(steps, d.bits * d.fine))
        got = self.worth(gem, claims) // g.fine
        nothing_left = not any(self.claims[whose, each] for each in self.assets if (debt, each) in self.pairs)
        if self.version == "v2" and nothing_left and owes >= 10**6 and liability > moved:
            self.written_off += liability - moved
            self.less_debt(whose, debt, liability - moved)
        if not keeps:
            self.pay(who, debt, units)
            if units:
                self.less_debt(who, debt, units)
            if got:
                gone = claims if self.version == "v2" else math.ceil(self.claims_for(gem, got * g.fine))
                self.end(who, gem, gone, got)
        self.set_rate(debt)
        if self.version == "v2" or not keeps:
            self.set_rate(gem)
        self.may_stay(who)

    def shift(self, source: int, target: int, asset: int, steps: int) -> int:
        a = self.assets[asset]
        owed = self.steps(source, asset)
        if owed < steps < owed + a.bits * a.fine or 0 <= owed - steps < a.bits:
            steps = owed
        need(steps <= owed, "ARITHMETIC")
        self.owe(source, asset, owed - steps)
        self.owe(target, asset, self.steps(target, asset) + steps)
        return steps

    def size_v1(self, whose: int, debt: int, gem: int, has: int, owes: int, amount: int, average: int) -> tuple[int, int, int]:
        d, g = self.assets[debt], self.assets[gem]
        base = ONE * 2 // 100 + ONE - has * ONE // owes
        boost = ONE + min(average * ONE // owes, ONE)
        discount = min(base * boost // ONE, base + ONE * 25 // 1_000, ONE // 5)
        rate = (self.prices[debt] * ONE // self.prices[gem]) * ONE // (ONE - discount)
        most = self.owes(whose, debt) * d.fine
        per_debt = F(5, 4) * ONE * 4 * 10**9 // (d.terms["bf"] * 400_000)
        per_gem = (ONE * g.terms["cf"] // 10_000) * ONE // (ONE - discount)
        if debt != gem and per_debt > per_gem:
            missing = math.floor(owes * F(5, 4)) - has
            most = min(most, math.floor(F(missing * ONE, math.floor(per_debt) - per_gem)) * ONE // (self.prices[debt] * 10**10))
        there = self.worth(gem, self.claims[whose, gem])
        if there < most * rate // ONE:
            most = there * ONE // rate
        in_all = most * 102 // 100
        wanted = in_all if amount == ALL_OF_IT else amount * d.fine
        need(wanted <= in_all, "EXCESSIVE_REPAY")
        moved = most if wanted == in_all else wanted * (ONE * ONE // (ONE * 102 // 100)) // ONE
        return moved, wanted - moved, math.floor(self.claims_for(gem, moved * rate // ONE))

    def size_v2(self, whose: int, debt: int, gem: int, has: int, owes: int, amount: int, average: int) -> tuple[int, int, int]:
        claims, liability = self.claims[whose, gem], self.owes(whose, debt)
        value = self.value(gem, self.worth(gem, claims))
        least = ONE - ONE * self.assets[debt].terms["most"] // 10_000
        factor = max(math.floor(F(has * ONE, owes)), least)
        if not value:
            need(amount in (0, ALL_OF_IT), "EXCESSIVE_REPAY")
            return 0, 0, claims
        given, taken = owes, math.floor(F(owes * ONE, factor))
        if value < taken:
            given, taken = value * factor // ONE, value
        repay, shares = math.floor(F(given * liability, owes)), math.floor(F(taken * claims, value))
        wanted = repay if amount == ALL_OF_IT else amount
        need(wanted <= repay, "EXCESSIVE_REPAY")
        return (wanted, 0, shares if amount == ALL_OF_IT or not repay else wanted * shares // repay)


def power(factor: int, exponent: int) -> int:
    """Return a ray to a power: squares in sequence, those of the set bits multiplied, each product rounded half up."""
    squares, result = factor, None
    for digit in reversed(f"{exponent:b}"):
        if digit == "1":
            result = squares if result is None else half_up(result * squares)
        squares = half_up(squares * squares)
    return RAY if result is None else result


def half_up(product: int) -> int:
    return math.floor(F(product, RAY) + F(1, 2))


def need(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise No(otherwise)
