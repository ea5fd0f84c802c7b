"""Comet written down the slow way, from the rules as told: plain dicts copied before each step, fractions that are cut by name."""

import copy
from collections import defaultdict
from fractions import Fraction
from math import ceil, floor
from typing import Any

ONE = 10**18
POINT = 10**15
YEAR = 31_536_000
ALL_OF_IT = 2**256 - 1


class No(Exception):
    """The rule that says no."""


def cut(number: Fraction | int) -> int:
    """Return a number without what is behind its point; nothing here is negative."""
    assert number >= 0
    return floor(number)


def rate_of_a_second(use: int, kink: int, base: int, low: int, high: int) -> int:
    """Return the rate at a use; everything is in parts of 10^18, the curve's figures by the year."""
    base, low, high = (cut(Fraction(each, YEAR)) for each in (base, low, high))
    if use <= kink:
        return base + cut(Fraction(low * use, ONE))
    return base + cut(Fraction(low * kink, ONE)) + cut(Fraction(high * (use - kink), ONE))


class NaiveComet:
    """A pool: the base is asset 0 of its own count."""

    def __init__(self, base: int, base_unit: int, assets: dict[int, dict[str, int]], curves: dict[str, tuple[int, ...]], now: int) -> None:
        self.base, self.base_unit, self.assets, self.curves = base, base_unit, assets, curves
        self.front, self.target, self.least = ONE // 2, 0, 0
        self.now = self.last = now
        self.up = {"supply": POINT, "borrow": POINT}
        self.principal: dict[int, int] = defaultdict(int)
        self.locked: dict[tuple[int, int], int] = defaultdict(int)
        self.coins: dict[tuple[int, int], int] = defaultdict(int)
        self.inside: dict[int, int] = defaultdict(int)
        """Everything the contract has, by asset."""
        self.price: dict[int, int] = {}

    def attempt(self, act: str, *given: Any) -> str:
        """Do one thing wholly or not at all; return ``done`` or the reason."""
        before = copy.deepcopy(self.__dict__)
        try:
            getattr(self, act)(*given)
        except No as no:
            self.__dict__ = before
            return str(no)
        return "done"

    def supply(self, who: int, asset: int, amount: int, whose: int) -> None:
        if asset != self.base:
            need(amount > 0, "ZERO_AMOUNT")
            need(amount < 2**128, "ARITHMETIC")
            total = sum(units for (_, each), units in self.locked.items() if each == asset)
            need(total + amount <= self.assets[asset]["cap"], "SUPPLY_CAP")
            self.pay(who, asset, amount)
            self.locked[whose, asset] += amount
            return
        self.accrue()
        balance = self.balance(whose)
        amount = max(0, -balance) if amount == ALL_OF_IT else amount
        need(amount > 0, "ZERO_AMOUNT")
        self.pay(who, asset, amount)
        self.settle(whose, balance + amount)

    def repay(self, who: int, amount: int, whose: int) -> None:
        self.accrue()
        balance = self.balance(whose)
        need(balance < 0, "NOTHING_OWED")
        self.supply(who, self.base, min(amount, -balance), whose)

    def withdraw(self, who: int, asset: int, amount: int) -> None:
        if asset != self.base:
            need(amount > 0, "ZERO_AMOUNT")
            need(amount < 2**128, "ARITHMETIC")
            need(amount <= self.locked[who, asset], "INSUFFICIENT_BALANCE")
            self.locked[who, asset] -= amount
            need(not self.is_short(who, "borrow"), "UNHEALTHY")
            self.fetch(who, asset, amount)
            return
        self.accrue()
        balance = self.balance(who)
        amount = max(0, balance) if amount == ALL_OF_IT else amount
        need(amount > 0, "ZERO_AMOUNT")
        self.settle(who, balance - amount)
        if amount > balance:
            need(amount - balance >= self.least, "BORROW_TOO_SMALL")
            need(not self.is_short(who, "borrow"), "INSUFFICIENT_COLLATERAL")
        self.fetch(who, asset, amount)

    def absorb(self, whom: tuple[int, ...]) -> None:
        self.accrue()
        need(len(whom) > 0, "ZERO_AMOUNT")
        for who in whom:
            need(self.is_short(who, "liquidate"), "HEALTHY")
            worth = 0
            for asset, terms in self.assets.items():
                units = self.locked.pop((who, asset), 0)
                if units:
                    worth += cut(Fraction(self.value(asset, units) * terms["liquidation"], ONE))
            covers = cut(Fraction(worth * self.base_unit, self.quoted(self.base)))
            self.settle(who, max(0, self.balance(who) + covers))

    def buy(self, who: int, asset: int, paid: int, least: int) -> None:
        reserves = self.reserves()
        need(reserves < 0 or reserves < self.target, "NOT_FOR_SALE")
        need(paid > 0, "ZERO_AMOUNT")
        self.pay(who, self.base, paid)
        off = cut(Fraction(self.front * (ONE - self.assets[asset]["liquidation"]), ONE))
        asked = cut(Fraction(self.quoted(asset) * (ONE - off), ONE))
        need(asked > 0, "ARITHMETIC")
        got = cut(Fraction(cut(Fraction(self.quoted(self.base) * paid * self.assets[asset]["unit"], asked)), self.base_unit))
        need(got >= least, "SLIPPAGE")
        need(got <= self.stock(asset), "INSUFFICIENT_RESERVES")
        self.fetch(who, asset, got)

    def accrue(self) -> None:
        if self.now > self.last:
            use, seconds = self.use(), self.now - self.last
            for side in ("supply", "borrow"):
                rate = rate_of_a_second(use, *self.curves[side])
                need(rate < 2**64, "ARITHMETIC")
                self.up[side] += cut(Fraction(self.up[side] * rate * seconds, ONE))
            self.last = self.now

    # What is so.

    def later(self) -> "NaiveComet":
        twin = copy.deepcopy(self)
        twin.attempt("accrue")
        return twin

    def all_of(self, sign: int) -> int:
        """Return what suppliers (1) or debtors (-1) have together, at the index, cut once."""
        principal = sum(max(0, sign * each) for each in self.principal.values())
        return cut(Fraction(principal * self.up["supply" if sign > 0 else "borrow"], POINT))

    def use(self) -> int:
        supplied = self.all_of(1)
        return cut(Fraction(self.all_of(-1) * ONE, supplied)) if supplied else 0

    def reserves(self) -> int:
        later = self.later()
        return later.inside[self.base] - later.all_of(1) + later.all_of(-1)

    def stock(self, asset: int) -> int:
        return self.inside[asset] - sum(units for (_, each), units in self.locked.items() if each == asset)

    def balance(self, who: int) -> int:
        principal = self.principal[who]
        worth = cut(Fraction(abs(principal) * self.up["supply" if principal >= 0 else "borrow"], POINT))
        return worth if principal >= 0 else -worth

    def settle(self, who: int, balance: int) -> None:
        if balance >= 0:
            self.principal[who] = floor(Fraction(balance * POINT, self.up["supply"]))
        else:
            self.principal[who] = -ceil(Fraction(-balance * POINT, self.up["borrow"]))

    def is_short(self, who: int, factor: str) -> bool:
        """Say whether collateral at a factor is worth less than the debt; prices are asked for only as long as it matters."""
        if self.principal[who] >= 0:
            return False
        left = -cut(Fraction(-self.balance(who) * self.quoted(self.base), self.base_unit))
        for asset, terms in self.assets.items():
            units = self.locked[who, asset]
            if units:
                if left >= 0:
                    return False
                left += cut(Fraction(self.value(asset, units) * terms[factor], ONE))
        return left < 0

    def value(self, asset: int, units: int) -> int:
        return cut(Fraction(units * self.quoted(asset), self.assets[asset]["unit"]))

    def quoted(self, asset: int) -> int:
        need(self.price[asset] > 0, "NOTHING_POSTED")
        return self.price[asset]

    def pay(self, who: int, asset: int, amount: int) -> None:
        need(self.coins[who, asset] >= amount, "INSUFFICIENT_BALANCE")
        self.coins[who, asset] -= amount
        self.inside[asset] += amount

    def fetch(self, who: int, asset: int, amount: int) -> None:
        need(self.inside[asset] >= amount, "INSUFFICIENT_LIQUIDITY")
        self.inside[asset] -= amount
        self.coins[who, asset] += amount


def need(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise No(otherwise)
