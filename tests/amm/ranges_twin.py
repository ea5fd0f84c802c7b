"""Concentrated liquidity written the obvious way: a list of ranges, summed up at every step; the twin of the contract.

It knows neither words of bits nor ticks with two sides nor a ring: it looks at every possible stop in turn, adds up the ranges the
price is in, gives each its fees there and then, and remembers what the log tick was at every instant. Written from the published
rules, with fractions, and not from our code. Prices must lie within some 16,000 log ticks of one.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from math import ceil, floor, isqrt

from tests.amm.product_twin import AMM, Twin, require

Q96, Q128 = 2**96, 2**128
LEAST, MOST = -887_272, 887_272
LEAST_PRICE, MOST_PRICE = 4_295_128_739, 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342


@cache
def factor(bit: int) -> int:
    """Return 2^128 / 1.0001^(2^bit / 2), to the nearest."""
    if bit == 0:
        return (isqrt(4 * 2**256 * 10_000 // 10_001) + 1) // 2
    power: int = 2 ** (bit - 1)
    found: int = (2 * Q128 * 10_000**power // 10_001**power + 1) // 2
    return found


@cache
def root(tick: int) -> int:
    """Return the sqrt price of a tick."""
    if abs(tick) == MOST:
        return MOST_PRICE if tick > 0 else LEAST_PRICE
    assert abs(tick) < 2**18, "too far out for this twin"
    product = Q128
    for bit in range(18):
        if abs(tick) & 2**bit:
            product = product * factor(bit) // Q128
    if tick > 0:
        product = (2**256 - 1) // product
    return ceil(Fraction(product, 2**32))


def log_tick(price: int) -> int:
    """Return the largest tick whose root is not above a price."""
    low, high = -(2**18) + 1, 2**18 - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if root(middle) <= price else (low, middle)
    return low


@dataclass
class Range:
    liquidity: int = 0
    grown: list[int] = field(default_factory=lambda: [0, 0])
    """Fee growth since it was last touched."""
    owed: list[int] = field(default_factory=lambda: [0, 0])


@dataclass
class RangesTwin(Twin):
    price: int = Q96
    tick: int = 0
    fee: int = 3_000
    spacing: int = 60
    part: int = 0
    protocol_owed: list[int] = field(default_factory=lambda: [0, 0])
    ranges: dict[tuple[object, int, int], Range] = field(default_factory=dict)
    past: dict[int, int] = field(default_factory=dict)
    """The log tick at the end of each block."""

    def depth(self, tick: int) -> int:
        return sum(each.liquidity for (_, low, high), each in self.ranges.items() if low <= tick < high)

    def amounts(self, low: int, high: int, liquidity: int, rounding: object) -> list[int]:
        """Return what liquidity in a range is, at the price, each by one fraction rounded once."""
        a, b = root(low), root(high)
        if self.tick < low:
            first, second = (a, b), (a, a)
        elif self.tick < high:
            first, second = (self.price, b), (a, self.price)
        else:
            first, second = (b, b), (a, b)
        x = Fraction(liquidity * Q96 * (first[1] - first[0]), first[0] * first[1])
        y = Fraction(liquidity * (second[1] - second[0]), Q96)
        return [rounding(x), rounding(y)]  # type: ignore[operator] # Either of two roundings.

    def guard(self, low: int, high: int) -> None:
        require(LEAST <= low < high <= MOST and low % self.spacing == 0 == high % self.spacing, "BAD_RANGE")

    def touch(self, key: tuple[object, int, int], by: int) -> Range:
        found = self.ranges.setdefault(key, Range())
        if by < 0:
            require(found.liquidity + by >= 0, "INSUFFICIENT_LIQUIDITY")
        require(bool(by) or found.liquidity > 0, "TOO_LITTLE_LIQUIDITY")
        for side in (0, 1):
            found.owed[side] += floor(Fraction(found.grown[side] * found.liquidity, Q128))
            found.grown[side] = 0
        found.liquidity += by
        return found

    def add(self, who: object, low: int, high: int, most0: int, most1: int) -> None:
        self.guard(low, high)
        a, b, p = root(low), root(high), self.price
        of_first = [floor(Fraction(most0 * floor(Fraction(max(a, p) * b, Q96)), b - max(a, p)))] if p < b else []
        of_second = [floor(Fraction(most1 * Q96, min(b, p) - a))] if p > a else []
        self.add_range(who, low, high, min(of_first + of_second))

    def add_range(self, who: object, low: int, high: int, liquidity: int) -> None:
        require(liquidity > 0, "TOO_LITTLE_LIQUIDITY")
        self.guard(low, high)
        self.touch((who, low, high), liquidity)
        paid = self.amounts(low, high, liquidity, ceil)
        self.send(0, who, AMM, paid[0])
        self.send(1, who, AMM, paid[1])

    def remove(self, who: object, low: int, high: int, liquidity: int) -> None:
        self.guard(low, high)
        found = self.touch((who, low, high), -liquidity)
        for side, amount in enumerate(self.amounts(low, high, liquidity, floor)):
            self.send(side, AMM, who, amount)
        self.pay(who, found)

    def collect(self, who: object, low: int, high: int) -> None:
        self.guard(low, high)
        self.pay(who, self.touch((who, low, high), 0))

    def pay(self, who: object, found: Range) -> None:
        for side in (0, 1):
            self.send(side, AMM, who, found.owed[side])
            found.owed[side] = 0

    def collect_protocol(self, who: object) -> None:
        for side in (0, 1):
            amount = max(0, self.protocol_owed[side] - 1)
            self.protocol_owed[side] -= amount
            self.send(side, AMM, who, amount)

    def stop(self, down: bool) -> int:
        """Return where a step may lead: to the next end of a range, or to the edge of 256 spacings; looked for one by one."""
        ends = {end for (_, low, high), each in self.ranges.items() if each.liquidity for end in (low, high)}
        place = floor(Fraction(self.tick, self.spacing)) + (not down)
        edge = floor(Fraction(place, 256)) * 256 + (0 if down else 255)
        while place != edge and place * self.spacing not in ends:
            place += -1 if down else 1
        return place * self.spacing

    def swap(self, who: object, came: int, amount: int, limit: int, is_for: bool) -> None:
        require(amount > 0, "ZERO_AMOUNT")
        down = came == 0
        bound = limit or (LEAST_PRICE + 1 if down else MOST_PRICE - 1)
        require(LEAST_PRICE < bound < self.price if down else self.price < bound < MOST_PRICE, "PRICE_LIMIT")
        left, paid, got = amount, 0, 0
        while left and self.price != bound:
            stop = max(LEAST, min(MOST, self.stop(down)))
            edge = root(stop)
            target = max(edge, bound) if down else min(edge, bound)
            reached, took, gave, fee = self.step(down, target, left, is_for)
            self.share_out(came, fee)
            left -= gave if is_for else took + fee
            paid, got = paid + took + fee, got + gave
            if reached == edge:
                self.tick = stop - 1 if down else stop
            elif reached != self.price:
                self.tick = log_tick(reached)
            self.price = reached
        self.send(1 - came, AMM, who, got)
        self.send(came, who, AMM, paid)
        require(not (is_for and not limit and got < amount), "INSUFFICIENT_LIQUIDITY")

    def step(self, down: bool, target: int, left: int, is_for: bool) -> tuple[int, int, int, int]:
        """Return the price reached, what came in, what went out, the fee."""
        depth, price = self.depth(self.tick), self.price
        low, high = min(price, target), max(price, target)
        x, y = Fraction(depth * Q96 * (high - low), low * high), Fraction(depth * (high - low), Q96)
        taken, given = (x, y) if down else (y, x)
        spendable = floor(left * Fraction(10**6 - self.fee, 10**6))
        if (left >= floor(given)) if is_for else (spendable >= ceil(taken)):
            took, gave = ceil(taken), floor(given)
            return target, took, min(gave, left) if is_for else gave, ceil(took * Fraction(self.fee, 10**6 - self.fee))
        if is_for and down:
            reached = price - ceil(Fraction(left * Q96, depth))
        elif is_for:
            reached = ceil(Fraction(depth * Q96 * price, depth * Q96 - left * price))
        elif down:
            reached = ceil(Fraction(depth * Q96 * price, depth * Q96 + spendable * price))
        else:
            reached = price + floor(Fraction(spendable * Q96, depth))
        low, high = min(price, reached), max(price, reached)
        x, y = Fraction(depth * Q96 * (high - low), low * high), Fraction(depth * (high - low), Q96)
        took, gave = (ceil(x), floor(y)) if down else (ceil(y), floor(x))
        if is_for:
            return reached, took, min(gave, left), ceil(took * Fraction(self.fee, 10**6 - self.fee))
        return reached, took, gave, left - took if reached != target else ceil(took * Fraction(self.fee, 10**6 - self.fee))

    def share_out(self, came: int, fee: int) -> None:
        own = fee // self.part if self.part else 0
        self.protocol_owed[came] += own
        depth = self.depth(self.tick)
        for (_, low, high), each in self.ranges.items():
            if depth and low <= self.tick < high:
                each.grown[came] += floor(Fraction((fee - own) * Q128, depth))

    def seal(self) -> None:
        """Remember the tick with which a block ends."""
        self.past[self.now] = self.tick

    def mean(self, opened: int, at: int, now: int) -> int:
        """Return the mean log tick between two instants, second by second."""
        ticks, tick = [], self.past[opened]
        for second in range(opened, now):
            tick = self.past.get(second, tick)
            if second >= at:
                ticks.append(tick)
        return floor(Fraction(sum(ticks), now - at))
