"""A vault system written down the slow way, from the rules as told: plain dicts, copied before each step, fractions where they help."""

import copy
from collections import defaultdict
from fractions import Fraction
from typing import Any

RAY_ = 10**27
ALL_OF_IT = 2**256 - 1


class No(Exception):
    """The rule that says no."""


def power(factor: int, exponent: int) -> int:
    """Return a ray to a power: squares in sequence, those of the set bits multiplied, each product rounded half up."""
    squares, result = factor, None
    for digit in reversed(f"{exponent:b}"):
        if digit == "1":
            result = squares if result is None else half_up(result * squares)
        squares = half_up(squares * squares)
    return RAY_ if result is None else result


def half_up(product: int) -> int:
    return int((Fraction(product, RAY_) + Fraction(1, 2)) // 1)


class NaiveVaults:
    """One kind of vault, one system."""

    def __init__(self, ratio: int, dust: int, line: int, whole_line: int, fee: int, price: int, now: int) -> None:
        self.ratio, self.dust, self.line, self.whole_line, self.fee = ratio, dust, line, whole_line, fee
        self.now, self.last_fee = now, now
        self.rate, self.feed = RAY_, price
        self.spot = self.spot_at(price)
        self.ink: dict[int, int] = defaultdict(int)
        self.art: dict[int, int] = defaultdict(int)
        self.gem: dict[int, int] = defaultdict(int)
        self.dai: dict[int, int] = defaultdict(int)
        self.sin: dict[int, int] = defaultdict(int)
        self.coins: dict[int, int] = defaultdict(int)
        self.ether: dict[int, int] = defaultdict(int)
        self.old_debt = 0
        self.vow = 0

    def spot_at(self, price: int) -> int:
        return int(Fraction(price * 10**9 * RAY_, self.ratio) // 1)

    def attempt(self, act: str, *given: Any) -> str:
        """Do one thing wholly or not at all; return ``done`` or the reason."""
        before = copy.deepcopy(self.__dict__)
        try:
            getattr(self, act)(*given)
        except No as no:
            self.__dict__ = before
            return str(no)
        return "done"

    # What everybody may do.

    def supply(self, who: int, amount: int, whose: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        take(self.ether, who, amount)
        self.ink[whose] += amount
        self.no_dust(whose)

    def withdraw(self, who: int, amount: int) -> None:
        amount = self.ink[who] if amount == ALL_OF_IT else amount
        need(amount > 0, "ZERO_AMOUNT")
        take(self.ink, who, amount)
        self.safe(who)
        self.no_dust(who)
        self.ether[who] += amount

    def borrow(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        self.charge()
        new = -(-amount * RAY_ // self.rate)
        self.art[who] += new
        self.dai[who] += new * self.rate
        need(self.owed() <= self.line and self.all_debt() <= self.whole_line, "ABOVE_CEILING")
        self.safe(who)
        self.no_dust(who)
        self.dai[who] -= amount * RAY_
        self.coins[who] += amount

    def repay(self, who: int, amount: int, whose: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        self.charge()
        debt = self.art[whose] * self.rate
        need(debt > 0, "NOTHING_OWED")
        if amount * RAY_ >= debt:
            amount, gone = -(-debt // RAY_), self.art[whose]
        else:
            gone = amount * RAY_ // self.rate
        need(gone > 0, "ZERO_AMOUNT")
        take(self.coins, who, amount)
        self.dai[who] += amount * RAY_
        take(self.dai, who, gone * self.rate)
        self.art[whose] -= gone
        self.no_dust(whose)

    def join_money(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        take(self.coins, who, amount)
        self.dai[who] += amount * RAY_

    def exit_money(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        take(self.dai, who, amount * RAY_)
        self.coins[who] += amount

    def join_ether(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        take(self.ether, who, amount)
        self.gem[who] += amount

    def exit_ether(self, who: int, amount: int) -> None:
        need(amount > 0, "ZERO_AMOUNT")
        take(self.gem, who, amount)
        self.ether[who] += amount

    def charge(self) -> None:
        new = self.rate * power(self.fee, self.now - self.last_fee) // RAY_
        self.dai[self.vow] += (new - self.rate) * sum(self.art.values())
        self.rate, self.last_fee = new, self.now

    def poke(self) -> None:
        self.spot = self.spot_at(self.feed) if self.feed else 0

    # What contracts may do.

    def grab(self, whose: int, to: int, debtor: int, ink: int, art: int) -> None:
        need(self.ink[whose] >= ink and self.art[whose] >= art, "ARITHMETIC")
        self.ink[whose] -= ink
        self.art[whose] -= art
        self.gem[to] += ink
        self.sin[debtor] += art * self.rate

    def suck(self, debtor: int, to: int, rad: int) -> None:
        self.sin[debtor] += rad
        self.dai[to] += rad

    def heal(self, who: int, rad: int) -> None:
        need(self.sin[who] >= rad, "ARITHMETIC")
        take(self.dai, who, rad)
        self.sin[who] -= rad

    def move(self, who: int, to: int, rad: int) -> None:
        take(self.dai, who, rad)
        self.dai[to] += rad

    def flux(self, who: int, to: int, units: int) -> None:
        take(self.gem, who, units)
        self.gem[to] += units

    # What is so.

    def owed(self) -> int:
        return self.rate * sum(self.art.values())

    def outside(self) -> int:
        """Money outside of the system, that of vaults nobody here has included."""
        return self.all_debt() - sum(self.dai.values())

    def all_debt(self) -> int:
        return self.owed() + sum(self.sin.values()) + self.old_debt

    def is_unsafe(self, who: int) -> bool:
        return self.spot > 0 and self.ink[who] * self.spot < self.art[who] * self.rate

    def safe(self, who: int) -> None:
        need(self.art[who] * self.rate <= self.ink[who] * self.spot, "UNHEALTHY")

    def no_dust(self, who: int) -> None:
        need(not self.art[who] or self.art[who] * self.rate >= self.dust, "MUST_NOT_LEAVE_DUST")


def need(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise No(otherwise)


def take(purse: dict[int, int], who: int, amount: int) -> None:
    need(purse[who] >= amount, "INSUFFICIENT_BALANCE")
    purse[who] -= amount
