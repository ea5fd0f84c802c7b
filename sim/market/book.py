"""The order book: resting orders of one instrument, matched by price and then by time.

Promises: never crossed; trades are at the resting order's price, best price first, oldest order first; a partly filled order
keeps its place; what cannot rest is dropped and said. It is a pure machine on whole ticks and lots: it knows no money, no clock
and no messages, so it is usable alone. It leaves out who may afford what (the venue's holds), the bounds of prices and sizes
(checked when a scenario is loaded) and making ids unique (the caller's: an id may be used again once its order is gone).

An order that simply rests is handled in ``place`` itself, every other case in ``_place_carefully``: most messages of a run
rest or cancel, and the speed of the whole product hangs on them.
"""

import copy
from collections.abc import Iterator
from functools import partial
from typing import Any

import attrs

from sim.market.ladder import Ladder, Level
from sim.market.order import ACCEPTED, Fill, Order, Outcome, Release, Removal
from sim.units import NOBODY, Lots, Party, Ticks
from sim.vocabulary import Refusal, SelfTrade, Side, TimeInForce

_BUY, _SELL = Side.BUY, Side.SELL
_GTC, _IOC, _FOK, _POST_ONLY = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.POST_ONLY
_NO_SELF_TRADE_RULE = SelfTrade.NONE


@attrs.define(eq=False, repr=False)
class Book:
    """A price-time priority book. ``bids.top`` and ``asks.top`` are the best levels: price and lots, both 0 when empty."""

    self_trade: SelfTrade = SelfTrade.NONE
    bids: Ladder = attrs.field(factory=partial(Ladder, _BUY), init=False)
    asks: Ladder = attrs.field(factory=partial(Ladder, _SELL), init=False)
    orders: dict[int, tuple[Level, Party]] = attrs.field(factory=dict, init=False)
    """Where each resting order stands, and whose it is."""

    def place(self, order_id: int, owner: Party, side: Side, lots: Lots, limit: Ticks | None, tif: TimeInForce = _GTC) -> Outcome:
        """Match an order against the facing side, then rest or drop what is left of it.

        Without a limit it is a market order, whose rest is always dropped. Refused, with nothing changed: BAD_SIZE and BAD_PRICE
        below one, WOULD_AGGRESS for a post-only order that would trade, CANNOT_FILL for a fill-or-kill that cannot.
        """
        if tif or limit is None or limit < 1 or lots < 1:
            return self._place_carefully(order_id, owner, side, lots, limit, tif)
        if side:
            if limit <= self.bids.top.price:
                return self._place_carefully(order_id, owner, side, lots, limit, tif)
            ladder = self.asks
        else:
            if 0 < self.asks.top.price <= limit:
                return self._place_carefully(order_id, owner, side, lots, limit, tif)
            ladder = self.bids
        assert order_id not in self.orders, f"order {order_id} is resting already"
        level = ladder.levels.get(limit) or ladder.open(limit)
        level.queue[order_id] = lots
        level.lots += lots
        self.orders[order_id] = (level, owner)
        return (ACCEPTED, lots, 0, (), ())

    def cancel(self, order_id: int, owner: Party = NOBODY) -> Removal:
        """Take a resting order out. Refused: UNKNOWN_ORDER; NOT_OWNER if an owner is named and it is another's."""
        entry = self.orders.pop(order_id, None)
        if entry is None:
            return (Refusal.UNKNOWN_ORDER, _BUY, 0, 0)
        level, holder = entry
        if owner and owner != holder:
            self.orders[order_id] = entry
            return (Refusal.NOT_OWNER, _BUY, 0, 0)
        queue = level.queue
        lots = queue.pop(order_id)
        if queue:
            level.lots -= lots
            level.gaps += 1
        else:
            (self.asks if level.side else self.bids).close(level)
        return (ACCEPTED, level.side, level.price, lots)

    def reduce(self, order_id: int, lots: Lots, owner: Party = NOBODY) -> Removal:
        """Make a resting order smaller; it keeps its place.

        ``lots`` is what shall stay open, at least one. Refused: BAD_SIZE unless that is smaller than now; else as ``cancel``.
        """
        entry = self.orders.get(order_id)
        if entry is None:
            return (Refusal.UNKNOWN_ORDER, _BUY, 0, 0)
        level, holder = entry
        if owner and owner != holder:
            return (Refusal.NOT_OWNER, _BUY, 0, 0)
        gone = level.queue[order_id] - lots
        if lots < 1 or gone < 1:
            return (Refusal.BAD_SIZE, _BUY, 0, 0)
        level.queue[order_id] = lots
        level.lots -= gone
        return (ACCEPTED, level.side, level.price, gone)

    def reprice(self, order_id: int, limit: Ticks, lots: Lots | None = None, tif: TimeInForce = _GTC, owner: Party = NOBODY) -> Outcome:
        """Give a resting order a new limit, a new size or both: it goes to the back of its level and may trade at once.

        The old order leaves first; read it with ``order`` beforehand to know what it held. What would refuse the new one, or its
        owner, leaves the old one where it was.
        """
        entry = self.orders.get(order_id)
        if entry is None:
            return _refused(Refusal.UNKNOWN_ORDER)
        level, holder = entry
        if owner and owner != holder:
            return _refused(Refusal.NOT_OWNER)
        if lots is None:
            lots = level.queue[order_id]
        if refusal := self._refusal(holder, level.side, lots, limit, tif):
            return _refused(refusal)
        self.cancel(order_id)
        return self.place(order_id, holder, level.side, lots, limit, tif)

    def _place_carefully(self, order_id: int, owner: Party, side: Side, lots: Lots, limit: Ticks | None, tif: TimeInForce) -> Outcome:
        """Place an order that may be refused, trade, or not rest."""
        if (tif > _IOC or lots < 1 or (limit is not None and limit < 1)) and (refusal := self._refusal(owner, side, lots, limit, tif)):
            return _refused(refusal)
        assert order_id not in self.orders, f"order {order_id} is resting already"
        fills: list[Fill] = []
        releases: list[Release] = []
        facing, bound = self._reach(side, limit)
        if self.self_trade == _NO_SELF_TRADE_RULE:
            left = self._sweep(facing, bound, lots, fills)
        else:
            left = self._sweep_around_own(order_id, owner, side, limit or 0, bound, lots, fills, releases)
        if not left:
            return (ACCEPTED, 0, 0, fills, releases)
        if limit is None or tif in (_IOC, _FOK):
            return (ACCEPTED, 0, left, fills, releases)
        own = self.asks if side else self.bids
        level = own.levels.get(limit) or own.open(limit)
        level.queue[order_id] = left
        level.lots += left
        self.orders[order_id] = (level, owner)
        return (ACCEPTED, left, 0, fills, releases)

    def _refusal(self, owner: Party, side: Side, lots: Lots, limit: Ticks | None, tif: TimeInForce) -> Refusal:
        """Return why an order would be turned away as a whole, or ACCEPTED."""
        if lots < 1:
            return Refusal.BAD_SIZE
        if limit is None:
            if tif == _POST_ONLY:
                return Refusal.BAD_PRICE  # No limit, nothing to post.
        elif limit < 1:
            return Refusal.BAD_PRICE
        if tif == _POST_ONLY:
            facing, bound = self._reach(side, limit)
            if facing.keys and facing.keys[-1] >= bound:
                return Refusal.WOULD_AGGRESS
        if tif == _FOK and not self._can_fill(owner, side, lots, limit):
            return Refusal.CANNOT_FILL
        return ACCEPTED

    def _reach(self, side: Side, limit: Ticks | None) -> tuple[Ladder, int]:
        """Return the facing side, and the key of the worst level an order may trade with."""
        facing = self.bids if side else self.asks
        if limit is None:
            return facing, facing.keys[0] if facing.keys else 0
        return facing, limit if side else -limit

    def _sweep(self, facing: Ladder, bound: int, lots: Lots, fills: list[Fill]) -> Lots:
        """Trade through the facing side down to a bound; return the lots left over."""
        forget, keys = self.orders.pop, facing.keys
        while lots and keys and keys[-1] >= bound:
            level = facing.top
            if level.lots > lots:
                self._fill_part(level, lots, fills)
                return 0
            price = level.price
            fills += [(maker_id, forget(maker_id)[1], price, maker_lots, 0) for maker_id, maker_lots in level.queue.items()]
            lots -= level.lots
            facing.close(level)
        return lots

    def _fill_part(self, level: Level, lots: Lots, fills: list[Fill]) -> None:
        """Trade with the oldest of a level that holds more than is wanted. At least one order stays."""
        orders, queue, price = self.orders, level.queue, level.price
        level.lots -= lots
        done = []
        for maker_id, maker_lots in queue.items():
            if maker_lots > lots:
                if lots:
                    queue[maker_id] = maker_lots - lots
                    fills.append((maker_id, orders[maker_id][1], price, lots, maker_lots - lots))
                break
            lots -= maker_lots
            done.append(maker_id)
            fills.append((maker_id, orders.pop(maker_id)[1], price, maker_lots, 0))
        for maker_id in done:
            del queue[maker_id]
        level.gaps += len(done)
        level.tidy()

    def _sweep_around_own(
        self,
        order_id: int,
        owner: Party,
        side: Side,
        limit: Ticks,
        bound: int,
        lots: Lots,
        fills: list[Fill],
        releases: list[Release],
    ) -> Lots:
        """Do as ``_sweep``, order by order, applying the book's rule wherever the owner meets an order of its own."""
        facing, rule = (self.bids if side else self.asks), self.self_trade
        while lots and facing.keys and facing.keys[-1] >= bound:
            level = facing.top
            maker_id, maker_lots = next(iter(level.queue.items()))
            maker = self.orders[maker_id][1]
            met = min(lots, maker_lots)
            if maker != owner:
                lots -= met
                fills.append((maker_id, maker, level.price, met, maker_lots - met))
                self._take_front(level, maker_id, met)
                continue
            if rule == SelfTrade.DECREMENT:
                lots -= met
                releases.append((maker_id, maker, level.side, level.price, met, maker_lots - met))
                releases.append((order_id, owner, side, limit, met, lots))
                self._take_front(level, maker_id, met)
                continue
            if rule != SelfTrade.CANCEL_NEWEST:
                releases.append((maker_id, maker, level.side, level.price, maker_lots, 0))
                self._take_front(level, maker_id, maker_lots)
            if rule != SelfTrade.CANCEL_OLDEST:
                releases.append((order_id, owner, side, limit, lots, 0))
                return 0
        return lots

    def _take_front(self, level: Level, order_id: int, lots: Lots) -> None:
        """Take lots from the oldest order of a level, and the order too if none are left."""
        if lots < level.queue[order_id]:
            level.queue[order_id] -= lots
            level.lots -= lots
        else:
            self.cancel(order_id)
            level.tidy()

    def _can_fill(self, owner: Party, side: Side, lots: Lots, limit: Ticks | None) -> bool:
        """Say whether an order would trade in full. Where a self-trade rule stands, only others' orders before its effect count."""
        facing, bound = self._reach(side, limit)
        rule = self.self_trade
        for level in facing.best_first():
            if level.key < bound:
                return False
            if rule == _NO_SELF_TRADE_RULE:
                lots -= level.lots
            else:
                for maker_id, maker_lots in level.queue.items():
                    if self.orders[maker_id][1] != owner:
                        lots -= maker_lots
                    elif rule != SelfTrade.CANCEL_OLDEST and lots > 0:
                        return False
            if lots <= 0:
                return True
        return False

    @property
    def best_bid(self) -> Ticks:
        """Return the highest price bought at, 0 when nobody buys. ``bids.top.price`` is the same and faster."""
        return self.bids.top.price

    @property
    def best_ask(self) -> Ticks:
        """Return the lowest price sold at, 0 when nobody sells. ``asks.top.price`` is the same and faster."""
        return self.asks.top.price

    def bid_lots(self) -> Lots:
        """Return the lots at the best bid."""
        return self.bids.top.lots

    def ask_lots(self) -> Lots:
        """Return the lots at the best ask."""
        return self.asks.top.lots

    def quote(self) -> tuple[Ticks, Lots, Ticks, Lots]:
        """Return best bid, its lots, best ask, its lots; zeros where a side is empty."""
        bid, ask = self.bids.top, self.asks.top
        return (bid.price, bid.lots, ask.price, ask.lots)

    def depth(self, side: Side, levels: int) -> list[tuple[Ticks, Lots]]:
        """Return price and lots of a side's first levels, best first."""
        ladder = self.asks if side else self.bids
        prices = [abs(key) for key in ladder.keys[: -levels - 1 : -1]]
        return [(price, ladder.levels[price].lots) for price in prices]

    def lots_within(self, side: Side, limit: Ticks) -> Lots:
        """Return the lots that rest on a side at a limit or better. Cost grows with the levels counted."""
        ladder = self.asks if side else self.bids
        bound, total = ladder.key(limit), 0
        for key in reversed(ladder.keys):
            if key < bound:
                break
            total += ladder.levels[abs(key)].lots
        return total

    def walk(self, side: Side, lots: Lots, limit: Ticks | None = None) -> tuple[int, Lots]:
        """Return what an arriving order would fetch, in ticks times lots, and how much of it would fill; nothing changes.

        ``side`` is the order's: a sale walks down the bids. Exact for a book without a self-trade rule.
        """
        facing, bound = self._reach(side, limit)
        notional, left = 0, lots
        for key in reversed(facing.keys):
            if key < bound or left < 1:
                break
            level = facing.levels[abs(key)]
            met = min(left, level.lots)
            notional += met * level.price
            left -= met
        return notional, lots - left

    def order(self, order_id: int) -> Order | None:
        """Return a resting order as it stands now, or None."""
        entry = self.orders.get(order_id)
        if entry is None:
            return None
        level, owner = entry
        return Order(order_id, owner, level.side, level.price, level.queue[order_id])

    def resting(self, side: Side) -> Iterator[Order]:
        """Yield a side's orders in the sequence in which they would trade. The book must not change meanwhile."""
        for level in (self.asks if side else self.bids).best_first():
            for order_id, lots in level.queue.items():
                yield Order(order_id, self.orders[order_id][1], level.side, level.price, lots)

    def front(self, side: Side) -> Order | None:
        """Return the order that would trade first on a side, or None."""
        return next(self.resting(side), None)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Book":
        """Return an independent copy, at a fifteenth of what copying part by part costs: forks of a world are many."""
        twin = Book(self.self_trade)
        twin.bids = copy.deepcopy(self.bids, memo)
        twin.asks = copy.deepcopy(self.asks, memo)
        levels = (twin.bids.levels, twin.asks.levels)
        twin.orders = {order_id: (levels[level.side][level.price], owner) for order_id, (level, owner) in self.orders.items()}
        return twin

    def _check(self) -> None:
        """Assert everything the book promises of its state."""
        self.bids._check()
        self.asks._check()
        assert not self.asks.keys or self.best_bid < self.best_ask, "the book is crossed"
        filed = [order_id for ladder in (self.bids, self.asks) for level in ladder.levels.values() for order_id in level.queue]
        assert sorted(filed) == sorted(self.orders), "the index and the queues do not name the same orders"
        for order_id, (level, _) in self.orders.items():
            ladder = self.asks if level.side else self.bids
            assert ladder.levels[level.price] is level, f"order {order_id} stands in a level that is not in the book"
            assert order_id in level.queue, f"order {order_id} is not in its level"


def _refused(reason: Refusal) -> Outcome:
    """Return the outcome of an order that was turned away as a whole."""
    return (reason, 0, 0, (), ())
