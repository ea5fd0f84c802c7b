"""A constant product written the obvious way: a dict of purses, no journal, no records; the twin that the contract is held against.

Written from the published pair and router, not from our rules. What is refused raises ``No`` with the refusal's word and changes
nothing, because it works on a copy.
"""

import copy
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, isqrt

AMM, DEAD = "amm", "dead"


class No(Exception):
    """A refusal."""


def require(condition: bool, word: str) -> None:
    if not condition:
        raise No(word)


@dataclass
class Twin:
    """What every twin does: it tries on a copy."""

    purses: dict[tuple[object, object], int] = field(default_factory=dict)
    now: int = 0

    def attempt(self, name: str, *arguments: object) -> str:
        """Carry a call out; return the refusal, or ``done``."""
        other = copy.deepcopy(self)
        try:
            getattr(other, name)(*arguments)
        except No as no:
            return str(no)
        self.__dict__.update(other.__dict__)
        return "done"

    def has(self, who: object, what: object) -> int:
        return self.purses.get((who, what), 0)

    def gain(self, who: object, what: object, amount: int) -> None:
        self.purses[who, what] = self.has(who, what) + amount

    def send(self, what: object, source: object, to: object, amount: int) -> None:
        require(self.has(source, what) >= amount, "INSUFFICIENT_BALANCE")
        self.gain(source, what, -amount)
        self.gain(to, what, amount)


@dataclass
class ProductTwin(Twin):
    fee_to: object = None
    r0: int = 0
    r1: int = 0
    last: int = 0
    cum0: int = 0
    cum1: int = 0
    k_last: int = 0
    supply: int = 0

    def sync(self) -> None:
        b0, b1 = self.has(AMM, 0), self.has(AMM, 1)
        require(max(b0, b1) < 2**112, "ARITHMETIC")
        if self.r0 and self.r1:
            self.cum0 = (self.cum0 + floor(Fraction(self.r1 * 2**112, self.r0)) * (self.now - self.last)) % 2**256
            self.cum1 = (self.cum1 + floor(Fraction(self.r0 * 2**112, self.r1)) * (self.now - self.last)) % 2**256
        self.r0, self.r1, self.last = b0, b1, self.now

    def skim(self, who: object) -> None:
        self.send(0, AMM, who, self.has(AMM, 0) - self.r0)
        self.send(1, AMM, who, self.has(AMM, 1) - self.r1)

    def protocol(self) -> None:
        if not self.fee_to:
            self.k_last = 0
        elif self.k_last:
            now, then = isqrt(self.r0 * self.r1), isqrt(self.k_last)
            if now > then:
                self.create(self.fee_to, floor(Fraction(self.supply * (now - then), 5 * now + then)))

    def create(self, who: object, shares: int) -> None:
        self.gain(who, "share", shares)
        self.supply += shares

    def add(self, who: object, most0: int, most1: int) -> None:
        if self.r0 or self.r1:
            want1 = self.quote(most0, self.r0, self.r1)
            most0, most1 = (most0, want1) if want1 <= most1 else (self.quote(most1, self.r1, self.r0), most1)
        self.send(0, who, AMM, most0)
        self.send(1, who, AMM, most1)
        in0, in1 = self.has(AMM, 0) - self.r0, self.has(AMM, 1) - self.r1
        self.protocol()
        if self.supply:
            shares = min(floor(Fraction(in0 * self.supply, self.r0)), floor(Fraction(in1 * self.supply, self.r1)))
        else:
            shares = isqrt(in0 * in1) - 1_000
        require(shares > 0, "TOO_LITTLE_LIQUIDITY")
        if not self.supply:
            self.create(DEAD, 1_000)
        self.create(who, shares)
        self.sync()
        if self.fee_to:
            self.k_last = self.r0 * self.r1

    def quote(self, amount: int, reserve: int, other: int) -> int:
        require(amount > 0, "ZERO_AMOUNT")
        require(reserve > 0 and other > 0, "INSUFFICIENT_LIQUIDITY")
        return floor(Fraction(amount * other, reserve))

    def remove(self, who: object, shares: int) -> None:
        self.send("share", who, AMM, shares)
        self.protocol()
        all_of_it = self.has(AMM, "share")
        require(self.supply > 0, "ARITHMETIC")
        out0, out1 = (floor(Fraction(all_of_it * self.has(AMM, each), self.supply)) for each in (0, 1))
        require(out0 > 0 and out1 > 0, "TOO_LITTLE_LIQUIDITY")
        self.gain(AMM, "share", -all_of_it)
        self.supply -= all_of_it
        self.send(0, AMM, who, out0)
        self.send(1, AMM, who, out1)
        self.sync()
        if self.fee_to:
            self.k_last = self.r0 * self.r1

    def swap(self, who: object, came: int, amount: int) -> None:
        require(amount > 0, "ZERO_AMOUNT")
        r_in, r_out = (self.r0, self.r1) if came == 0 else (self.r1, self.r0)
        require(r_in > 0 and r_out > 0, "INSUFFICIENT_LIQUIDITY")
        out = floor(Fraction(amount * 997 * r_out, r_in * 1000 + amount * 997))
        self.trade(who, came, amount, out)

    def swap_for(self, who: object, came: int, out: int) -> None:
        require(out > 0, "ZERO_AMOUNT")
        r_in, r_out = (self.r0, self.r1) if came == 0 else (self.r1, self.r0)
        require(r_in > 0 and out < r_out, "INSUFFICIENT_LIQUIDITY")
        self.trade(who, came, floor(Fraction(r_in * out * 1000, (r_out - out) * 997)) + 1, out)

    def trade(self, who: object, came: int, amount: int, out: int) -> None:
        self.send(came, who, AMM, amount)
        require(out > 0, "ZERO_AMOUNT")
        before = self.r0, self.r1
        self.send(1 - came, AMM, who, out)
        after = [Fraction(self.has(AMM, each)) for each in (0, 1)]
        gone = [out if each != came else 0 for each in (0, 1)]
        for each in (0, 1):
            after[each] -= max(0, self.has(AMM, each) - before[each] + gone[each]) * Fraction(3, 1000)
        require(after[0] * after[1] >= before[0] * before[1], "INVARIANT_SHRANK")
        self.sync()
