"""Stableswap written the obvious way: whole formulae, no journal; the twin of the contract.

Written from the published pool (coins of 18 and fewer decimals, amplification that stands still). Its invariant is found by bisecting
the defining equation with fractions where that is asked for (``true_invariant``), and by the published steps where they decide units.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

from tests.amm.product_twin import AMM, Twin, require

ONE = 10**10


def steps_to_d(xs: list[int], a: int) -> int:
    n, d = len(xs), sum(xs)
    if d == 0:
        return 0
    require(0 not in xs, "ARITHMETIC")
    for _ in range(255):
        p = d
        for x in xs:
            p = p * d // (x * n)
        old, d = d, (a * n * sum(xs) + p * n) * d // ((a * n - 1) * d + (n + 1) * p)
        if old - 1 <= d <= old + 1:
            break
    return d


def steps_to_y(rest: list[int], d: int, a: int) -> int:
    n = len(rest) + 1
    require(0 not in rest, "ARITHMETIC")
    c = d
    for x in rest:
        c = c * d // (x * n)
    c = c * d // (a * n * n)
    y = d
    for _ in range(255):
        bottom = 2 * y + sum(rest) + d // (a * n) - d
        require(bottom > 0, "ARITHMETIC")
        old, y = y, (y * y + c) // bottom
        if old - 1 <= y <= old + 1:
            break
    return y


def true_invariant(xs: list[int], a: int) -> int:
    """Return the largest whole D for which A n sum(x) + D >= A n D + D^(n+1) / (n^n prod(x)); A as the contract counts it."""
    n, bound = len(xs), Fraction(1, len(xs) ** len(xs) * prod(xs))
    low, high = 0, sum(xs) + 1
    while high - low > 1:
        d = (low + high) // 2
        fits = a * n * sum(xs) + d >= a * n * d + d ** (n + 1) * bound
        low, high = (d, high) if fits else (low, d)
    return low


@dataclass
class StableTwin(Twin):
    decimals: tuple[int, ...] = (18, 6, 6)
    a: int = 100
    fee: int = 4_000_000
    part: int = 5 * 10**9
    owner: object = None
    coins: list[int] = field(default_factory=list)
    supply: int = 0

    def even(self, coins: list[int]) -> list[int]:
        return [coin * 10 ** (18 - each) for coin, each in zip(coins, self.decimals, strict=True)]

    def d(self, coins: list[int]) -> int:
        return steps_to_d(self.even(coins), self.a)

    def swap(self, who: object, i: int, j: int, dx: int) -> None:
        require(dx >= 0, "ZERO_AMOUNT")
        xs = self.even(self.coins)
        after = xs.copy()
        after[i] += dx * 10 ** (18 - self.decimals[i])
        y = steps_to_y([x for k, x in enumerate(after) if k != j], steps_to_d(xs, self.a), self.a)
        dy = xs[j] - y - 1
        require(dy >= 0, "ARITHMETIC")
        fee, scale = dy * self.fee // ONE, 10 ** (18 - self.decimals[j])
        out, own = (dy - fee) // scale, fee * self.part // ONE // scale
        self.coins[i] += dx
        self.coins[j] -= out + own
        require(self.coins[j] >= 0, "ARITHMETIC")
        self.send(i, who, AMM, dx)
        self.send(j, AMM, who, out)

    def charged(self, old: list[int], new: list[int]) -> tuple[int, int]:
        """Take the fee of a change in another mixture; return D before and D after the fee."""
        n, d0, d1 = len(old), self.d(old), self.d(new)
        fee = self.fee * n // (4 * (n - 1))
        fees = [fee * abs(d1 * was // d0 - is_now) // ONE for was, is_now in zip(old, new, strict=True)]
        self.coins = [is_now - each * self.part // ONE for is_now, each in zip(new, fees, strict=True)]
        left = [is_now - each for is_now, each in zip(new, fees, strict=True)]
        require(min(left) >= 0, "ARITHMETIC")
        return d0, self.d(left)

    def add(self, who: object, *amounts: int) -> None:
        for k, amount in enumerate(amounts):
            self.send(k, who, AMM, amount)
        new = [coin + amount for coin, amount in zip(self.coins, amounts, strict=True)]
        if not self.supply:
            require(min(amounts) > 0, "ZERO_AMOUNT")
            self.coins, shares = new, self.d(new)
        else:
            require(self.d(new) > self.d(self.coins), "TOO_LITTLE_LIQUIDITY")
            d0, d2 = self.charged(self.coins, new)
            require(d2 >= d0, "ARITHMETIC")
            shares = self.supply * (d2 - d0) // d0
        self.gain(who, "share", shares)
        self.supply += shares

    def give_back(self, who: object, shares: int) -> None:
        require(self.has(who, "share") >= shares, "INSUFFICIENT_BALANCE")
        self.gain(who, "share", -shares)
        self.supply -= shares

    def remove(self, who: object, shares: int) -> None:
        require(self.supply > 0, "ZERO_AMOUNT")
        amounts = [coin * shares // self.supply for coin in self.coins]
        self.give_back(who, shares)
        for k, amount in enumerate(amounts):
            self.coins[k] -= amount
            self.send(k, AMM, who, amount)

    def remove_in_one(self, who: object, shares: int, i: int) -> None:
        require(self.supply > 0, "ZERO_AMOUNT")
        xs, n = self.even(self.coins), len(self.coins)
        d0 = steps_to_d(xs, self.a)
        d1 = d0 - shares * d0 // self.supply
        y = steps_to_y([x for k, x in enumerate(xs) if k != i], d1, self.a)
        require(xs[i] >= y, "ARITHMETIC")
        fee, scale = self.fee * n // (4 * (n - 1)), 10 ** (18 - self.decimals[i])
        reduced = []
        for k, x in enumerate(xs):
            moved = x * d1 // d0 - y if k == i else x - x * d1 // d0
            require(moved >= 0, "ARITHMETIC")
            reduced.append(x - fee * moved // ONE)
        out = reduced[i] - steps_to_y([x for k, x in enumerate(reduced) if k != i], d1, self.a) - 1
        require(out >= 0, "ARITHMETIC")
        out, without_fee = out // scale, (xs[i] - y) // scale
        require(without_fee >= out, "ARITHMETIC")
        self.give_back(who, shares)
        self.coins[i] -= out + (without_fee - out) * self.part // ONE
        require(self.coins[i] >= 0, "ARITHMETIC")
        self.send(i, AMM, who, out)

    def remove_amounts(self, who: object, *amounts: int) -> None:
        require(self.supply > 0, "ZERO_AMOUNT")
        new = [coin - amount for coin, amount in zip(self.coins, amounts, strict=True)]
        require(min(new) >= 0, "ARITHMETIC")
        d0, d2 = self.charged(self.coins, new)
        require(d0 >= d2, "ARITHMETIC")
        shares = (d0 - d2) * self.supply // d0
        require(shares > 0, "TOO_LITTLE_LIQUIDITY")
        self.give_back(who, shares + 1)
        for k, amount in enumerate(amounts):
            self.send(k, AMM, who, amount)

    def collect_protocol(self, who: object) -> None:
        require(who == self.owner, "NOT_ALLOWED")
        for k, coin in enumerate(self.coins):
            self.send(k, AMM, who, self.has(AMM, k) - coin)
