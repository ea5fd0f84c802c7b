"""Dutch auctions once more, written from the protocol's page with exact fractions and plain dicts: what the real ones are held to.

Amounts are those of the contracts (wad, ray, rad) as whole numbers; every rounding is a ``floor`` that one can see. A call that says
no leaves everything as it was, by throwing the changed copy away.
"""

import copy
from fractions import Fraction
from math import floor
from typing import Any

WAD, RAY, RAD = 10**18, 10**27, 10**45


class No(Exception):
    """The contract refuses."""


class DutchTwin:
    """Pools of vaults with a dog, a house each, and somebody's money."""

    def __init__(self, pools: list[int], now: int, rate: int, dust: int, chop: Fraction, hole: int, pool_hole: int) -> None:
        self.now, self.rate, self.dust, self.chop, self.all_hole, self.hole = now, rate, dust, chop, hole, pool_hole
        self.buf, self.tail, self.cusp, self.tip, self.chip = Fraction(12, 10), 2_400, Fraction(4, 10), 20 * RAD, Fraction(1, 1_000)
        self.cut, self.step = 99 * RAY // 100, 30
        self.val: dict[int, int | None] = dict.fromkeys(pools, 200 * WAD)
        self.spot = {pool: floor(Fraction(200 * RAY) / Fraction(3, 2)) for pool in pools}
        self.ink: dict[tuple[int, int], int] = {}
        self.art: dict[tuple[int, int], int] = {}
        self.gems: dict[tuple[int, Any], int] = {}
        self.money: dict[Any, int] = {}
        self.dirt = dict.fromkeys(pools, 0)
        self.sin = 0
        self.kicks = dict.fromkeys(pools, 0)
        self.stopped = dict.fromkeys(pools, 0)
        self.sales: dict[tuple[int, int], dict[str, int]] = {}

    def attempt(self, name: str, *arguments: int) -> str:
        """Make a call; return ``done`` or why not."""
        kept = copy.deepcopy(self.__dict__)
        try:
            getattr(self, name)(*arguments)
        except No as no:
            self.__dict__ = kept
            return str(no)
        return "done"

    # What the walk does to the world.
    def refresh(self, pool: int) -> None:
        value = self.val[pool]
        self.spot[pool] = floor(value * 10**9 / Fraction(3, 2)) if value is not None else 0

    def open(self, pool: int, who: int, ink: int, art: int) -> None:
        self.ink[pool, who] = self.ink.get((pool, who), 0) + ink
        self.art[pool, who] = self.art.get((pool, who), 0) + art

    # The calls.
    def bark(self, keeper: int, pool: int, who: int, paid_to: int) -> None:
        ink, art = self.ink.get((pool, who), 0), self.art.get((pool, who), 0)
        if not self.spot[pool] or ink * self.spot[pool] >= art * self.rate:
            raise No("HEALTHY")
        room = min(self.all_hole - sum(self.dirt.values()), self.hole - self.dirt[pool])
        if room <= 0:
            raise No("LIMIT_HIT")
        dart = min(art, floor(Fraction(floor(Fraction(room * WAD, self.rate)), floor(self.chop * WAD))))
        if dart < art and (art - dart) * self.rate < self.dust:
            dart = art
        elif dart < art and dart * self.rate < self.dust:
            raise No("MUST_NOT_LEAVE_DUST")
        dink = floor(Fraction(ink * dart, art))
        if not dink:
            raise No("NULL_AUCTION")
        due = dart * self.rate
        tab = floor(due * self.chop)
        self.ink[pool, who], self.art[pool, who] = ink - dink, art - dart
        self.sin += due
        self.dirt[pool] += tab
        if self.stopped[pool] >= 1:
            raise No("STOPPED")
        self.kicks[pool] += 1
        sale = {"lot": dink, "tab": tab, "usr": who, "tic": self.now, "top": self.start(pool), "due": due}
        self.sales[pool, self.kicks[pool]] = sale
        self.reward(paid_to or keeper, tab)

    def take(self, taker: int, pool: int, number: int, amount: int, most: int, receiver: int) -> None:
        if self.stopped[pool] >= 3:
            raise No("STOPPED")
        sale = self.sale(pool, number)
        if self.is_done(sale):
            raise No("NEEDS_REDO")
        price, lot, tab = self.price(sale), sale["lot"], sale["tab"]
        if most < price:
            raise No("PRICE_TOO_HIGH")
        piece = min(lot, amount)
        owe = piece * price
        chost = floor(self.dust * self.chop)
        if owe > tab:
            owe = tab
            piece = floor(Fraction(owe, price))
        elif owe < tab and piece < lot and tab - owe < chost:
            if tab <= chost:
                raise No("NO_PARTIAL")
            owe = tab - chost
            piece = floor(Fraction(owe, price))
        if self.money.get(taker, 0) < owe:
            raise No("INSUFFICIENT_BALANCE")
        self.pay(taker, -owe)
        self.pay("vow", owe)
        self.give(pool, receiver or taker, piece)
        sale["lot"], sale["tab"] = lot - piece, tab - owe
        self.dirt[pool] -= tab if not sale["lot"] else owe
        if sale["lot"] and sale["tab"]:
            return
        self.give(pool, sale["usr"], sale["lot"])
        del self.sales[pool, number]

    def redo(self, keeper: int, pool: int, number: int, paid_to: int) -> None:
        if self.stopped[pool] >= 2:
            raise No("STOPPED")
        sale = self.sale(pool, number)
        if not self.is_done(sale):
            raise No("CANNOT_REDO")
        sale["top"], sale["tic"] = self.start(pool), self.now
        worth = sale["lot"] * (self.val[pool] or 0) * 10**9
        chost = floor(self.dust * self.chop)
        if sale["tab"] >= chost and worth >= chost:
            self.reward(paid_to or keeper, sale["tab"])

    # Their parts.
    def sale(self, pool: int, number: int) -> dict[str, int]:
        if (pool, number) not in self.sales:
            raise No("UNKNOWN_SALE")
        return self.sales[pool, number]

    def start(self, pool: int) -> int:
        value = self.val[pool]
        if not value:
            raise No("NOTHING_POSTED")
        return floor(value * 10**9 * self.buf)

    def price(self, sale: dict[str, int]) -> int:
        """Multiply step by step in the sequence of the binary digits, rounding half up, as the page says."""
        result, square, steps = RAY, self.cut, (self.now - sale["tic"]) // self.step
        is_first = True
        while steps:
            if not is_first:
                square = floor(Fraction(square * square, RAY) + Fraction(1, 2))
            is_first = False
            if steps % 2:
                result = floor(Fraction(result * square, RAY) + Fraction(1, 2))
            steps //= 2
        return floor(Fraction(sale["top"] * result, RAY))

    def is_done(self, sale: dict[str, int]) -> bool:
        share = Fraction(floor(Fraction(self.price(sale) * RAY, sale["top"])), RAY)
        return self.now - sale["tic"] > self.tail or share < self.cusp

    def reward(self, keeper: int, tab: int) -> None:
        coin = self.tip + floor(tab * self.chip)
        self.sin += coin
        self.pay(keeper, coin)

    def pay(self, who: Any, rad: int) -> None:
        self.money[who] = self.money.get(who, 0) + rad

    def give(self, pool: int, who: Any, units: int) -> None:
        self.gems[pool, who] = self.gems.get((pool, who), 0) + units
