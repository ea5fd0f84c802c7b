"""One venue's book played again from the tape, to say whose doing each move of its quote was.

``h = bid + ask`` in half ticks; a side that empties keeps its last price. A command's change of h belongs to it: an order that
improves the quote, a cancel, a reprice. Where a *level disappears*, the move is shared by lots among all trades, cancels and
reductions that depleted it while it was the best (99 lots of liquidations and one of noise: 99/1).

How we read "since it was last the best or was refilled": a refill of n lots strikes out the oldest n lots of the account, so a
full refill clears it; a level that a better quote covers for a while keeps its account; lots that left while it was not the best
do not count. When a side empties, the move comes with the next quote there, and still belongs to whoever emptied it.

Promised: the shares of a move sum to it exactly. Memory: the live orders and levels.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from sim.cascade.origin import SALES, SHARE, START, Origin, Parts, add_shares, apportion
from sim.cascade.provenance import PLAIN, Order, Provenance
from sim.cascade.stretch import Row
from sim.facts import VenueFacts
from sim.units import HalfTicks, Lots, Seq, Ticks, Units
from sim.vocabulary import CancelReason, Side

_IN_A_COMMAND = frozenset((int(CancelReason.REST_DROPPED), int(CancelReason.SELF_TRADE)))
"""Cancels that are part of another command."""
_REPRICED = int(CancelReason.REPRICED)
Account = list[tuple[Origin, Units]]
"""Who took base units off a level, oldest first."""


@attrs.define
class SideReplay:
    """One side of a book."""

    direction: int
    """+1 where a higher price is better (bids), -1 for asks."""
    best: Ticks = 0
    """As last published; what it last was while the side is empty; 0 before the first."""
    is_empty: bool = True
    levels: dict[Ticks, Units] = attrs.field(factory=dict)
    accounts: dict[Ticks, Account] = attrs.field(factory=dict)
    gone: list[tuple[Ticks, Account]] = attrs.field(factory=list)
    """Levels that vanished since the side was last quoted."""

    def rest(self, price: Ticks, units: Units) -> None:
        """Add units to a level; a refill strikes out the oldest of what was taken."""
        self.levels[price] = self.levels.get(price, 0) + units
        account = self.accounts.get(price)
        while account and units:
            origin, taken = account[0]
            if taken > units:
                account[0] = (origin, taken - units)
                return
            units -= taken
            del account[0]

    def deplete(self, price: Ticks, units: Units, parts: Parts | None) -> None:
        """Take units off a level, on whose account (None: nobody's, it was not the best)."""
        left = self.levels[price] = self.levels[price] - units
        if parts:
            account = self.accounts.setdefault(price, [])
            for origin, taken in parts:
                if account and account[-1][0] == origin:
                    account[-1] = (origin, account[-1][1] + taken)
                elif taken:
                    account.append((origin, taken))
        if not left:
            del self.levels[price]
            self.gone.append((price, self.accounts.pop(price, [])))

    def deplete_by(self, price: Ticks, units: Units, origin: Origin) -> None:
        """Take units off a level, all on one account."""
        left = self.levels[price] = self.levels[price] - units
        account = self.accounts.get(price)
        if account is None:
            account = self.accounts[price] = [(origin, units)]
        elif account and account[-1][0] == origin:
            account[-1] = (origin, account[-1][1] + units)
        else:
            account.append((origin, units))
        if not left:
            del self.levels[price]
            self.gone.append((price, self.accounts.pop(price)))

    def quoted(self, price: Ticks, command: Parts) -> Iterator[tuple[Origin, int]]:
        """Take a published best price (0: none) and yield the signed shares of the change in it."""
        self.is_empty = not price
        if self.is_empty:
            return
        before, self.best = self.best, price
        gone, self.gone = self.gone, []
        if before and (price - before) * self.direction > 0:
            yield from apportion((price - before) * SHARE, command)
        elif before and price != before:
            yield from self._worsened(before, price, sorted(gone, key=lambda level: -level[0] * self.direction), command)

    def _worsened(self, before: Ticks, price: Ticks, gone: list[tuple[Ticks, Account]], command: Parts) -> Iterator[tuple[Origin, int]]:
        """Share the way down by the levels that stood on it: each answers for the gap to the next."""
        at = before
        for number, (_, account) in enumerate(gone):
            beneath = gone[number + 1][0] if number + 1 < len(gone) else price
            if (beneath - price) * self.direction < 0:
                beneath = price
            if (beneath - at) * self.direction < 0:
                yield from apportion((beneath - at) * SHARE, account or command)
                at = beneath
        if at != price:
            yield from apportion((price - at) * SHARE, command)


@attrs.define
class BookReplay:
    """One venue's book."""

    venue: VenueFacts
    step: Units
    """Quote units in one lot times one tick."""
    provenance: Provenance
    sides: tuple[SideReplay, SideReplay] = attrs.field(factory=lambda: (SideReplay(1), SideReplay(-1)))
    orders: dict[int, Order] = attrs.field(factory=dict)
    """Those that rest."""
    falls: dict[Origin, int] = attrs.field(factory=dict)
    """Shares of every move down, by origin, in ``SHARE`` of a half tick; negative."""
    rises: dict[Origin, int] = attrs.field(factory=dict)
    opening: HalfTicks = 0
    """h when both sides were first quoted."""
    head: Seq = 0
    """The entry the command in progress began with."""
    sold: Parts = attrs.field(factory=list)
    """What the last order to arrive gave away in trades as it arrived, by origin, in units of the asset it gave."""
    _arriving: Order | None = None
    _arriving_id: int = 0
    _taken: list[tuple[int, Lots, Ticks]] = attrs.field(factory=list)
    """What the command in progress took: resting order, lots, price (0 if self-trade prevention took them)."""
    _told: list[Seq] = attrs.field(factory=list)
    """The trades of the command in progress."""
    _repriced: Order | None = None
    """Set between the two entries of a reprice."""
    _parts: Parts = attrs.field(factory=lambda: [(START, 1)])
    """The origins of the command in progress."""

    @property
    def half_ticks(self) -> HalfTicks:
        """Bid plus ask, a side that is empty at its last price; 0 until both were quoted."""
        bid, ask = self.sides[0].best, self.sides[1].best
        return bid + ask if bid and ask else 0

    def accepted(self, row: Row) -> None:
        """An order arrives; if it is a reprice it goes on with the command of its cancel, motive and all."""
        seq, _, _, cause, _, party, order, side, limit, lots, motive = row
        old = self._repriced if cause == self.head else None
        if old is None:
            self._begin(seq)
        else:
            motive, cause = old.motive, old.cause
        self._repriced = None
        arriving = Order(party, side, motive, cause, limit, lots, PLAIN.get(motive))
        self._arriving_id, self._arriving = order, arriving
        self._parts = arriving.plain or self._parts_of(arriving, lots)

    def traded(self, row: Row) -> None:
        """Lots leave the facing side; whose account they go on is settled when the command ends."""
        seq, _, _, _, _, _, price, lots, _, _, maker_order, taker_order, _, _ = row
        assert self._arriving and self._arriving_id == taker_order, f"entry {seq} trades for an order that did not just arrive"
        self._arriving.lots -= lots
        self._taken.append((maker_order, lots, price))
        self._told.append(seq)

    def sold_outside(self, row: Row) -> None:
        """Units of the arriving order left for the outside instead of the book (a twin's switch)."""
        _, _, _, cause, place, _, _, units = row
        if self._arriving is not None and cause == self.head:
            self._arriving.lots -= units // self.venue.lot
            self.provenance.sold(place, self._arriving, units)

    def cancelled(self, row: Row) -> None:
        """Lots leave without a trade: the rest of an arriving order, or a resting one."""
        seq, _, _, cause, _, _, order, _, _, lots, reason = row
        if reason in _IN_A_COMMAND:
            if self._arriving and self._arriving_id == order:
                self._arriving.lots -= lots
            else:
                self._taken.append((order, lots, 0))
            return
        self._begin(seq)
        standing = self.orders[order]
        self._repriced = standing if reason == _REPRICED else None
        self._leave(order, standing, lots, cause)

    def reduced(self, row: Row) -> None:
        """A resting order loses lots and keeps its place."""
        seq, _, _, cause, _, _, order, left = row
        self._begin(seq)
        standing = self.orders[order]
        self._leave(order, standing, standing.lots - left, cause)

    def quoted(self, row: Row) -> Parts:
        """A command ended with another quote; return the signed shares of the change in h, by origin, zeros left out."""
        seq, _, _, _, _, _, bid, _, ask, _ = row
        self.end_command()
        self.provenance.tell(self.venue.place, [seq], self._parts)
        had_opened = bool(self.half_ticks)
        moves: dict[Origin, int] = {}
        for side, price in zip(self.sides, (bid, ask), strict=True):
            if price == side.best and not side.is_empty:
                side.gone.clear()
            else:
                add_shares(moves, side.quoted(price, self._parts))
        if not had_opened:
            self.opening = self.half_ticks
            return []
        shares = [(origin, share) for origin, share in moves.items() if share]
        for origin, share in shares:
            sums = self.falls if share < 0 else self.rises
            sums[origin] = sums.get(origin, 0) + share
        return shares

    def end_command(self) -> None:
        """Settle what the order that arrived took, and rest what is left of it."""
        order = self._arriving
        if order is None:
            return
        self._arriving = None
        self.sold = []
        if self._taken:
            self._settle(order)
        if order.lots:
            self._parts = order.plain or self._parts_of(order, order.lots)
            self.orders[self._arriving_id] = order
            self.sides[order.side].rest(order.limit, order.lots * self.venue.lot)

    def _begin(self, seq: Seq) -> None:
        """A command begins: levels that vanished behind the best quote meanwhile are nobody's move."""
        if self._arriving is not None:
            self.end_command()
        self.head = seq
        bids, asks = self.sides
        if bids.gone and not bids.is_empty:
            bids.gone.clear()
        if asks.gone and not asks.is_empty:
            asks.gone.clear()

    def _settle(self, taker: Order) -> None:
        """Divide everything a command took in the same proportion: an order is one act, whichever of its lots came first."""
        place, taken = self.venue.place, self._taken
        given = 0 if taker.plain else sum(self._given(taker, lots, price) for _, lots, price in taken if price)
        if given:
            self._parts = self.sold = self.provenance.sold(place, taker, given)
        self.provenance.tell(place, self._told, self._parts)
        for order, lots, price in taken:
            maker = self.orders[order]
            if price and maker.motive in SALES:
                self.provenance.sold(place, maker, self._given(maker, lots, price))
            self._shrink(order, maker, lots, self._parts)
        taken.clear()
        self._told.clear()

    def _leave(self, id: int, order: Order, lots: Lots, cause: Seq) -> None:
        """Take lots of a resting order away by its owner's command; they count for the level only if it is the best."""
        self._parts = self.provenance.withdrawing(self.venue.place, order, cause) or order.plain or self._parts_of(order, lots)
        side = self.sides[order.side]
        is_best = order.limit == side.best and not side.is_empty
        self._shrink(id, order, lots, self._parts if is_best else None)

    def _shrink(self, id: int, order: Order, lots: Lots, parts: Parts | None) -> None:
        order.lots -= lots
        if not order.lots:
            del self.orders[id]
        side, units = self.sides[order.side], lots * self.venue.lot
        if parts is not None and len(parts) == 1:
            side.deplete_by(order.limit, units, parts[0][0])
        else:
            side.deplete(order.limit, units, parts and apportion(units, parts))

    def _parts_of(self, order: Order, lots: Lots) -> Parts:
        return self.provenance.standing(self.venue.place, order, self._given(order, lots, order.limit))

    def _given(self, order: Order, lots: Lots, price: Ticks) -> Units:
        """Return the units an order gives away for lots at a price: base if it sells, quote if it buys."""
        return lots * self.venue.lot if order.side == Side.SELL else max(1, price * lots * self.step)

    def _check(self) -> None:
        """Assert that levels and orders agree, that the quote is the best level, and that shares sum to the move."""
        units = {(side, price): 0 for side in Side for price in self.sides[side].levels}
        for standing in self.orders.values():
            assert standing.lots > 0
            units[Side(standing.side), standing.limit] += standing.lots * self.venue.lot
        assert units == {(side, price): left for side in Side for price, left in self.sides[side].levels.items()}
        for side in self.sides:
            assert side.is_empty or side.best == max(side.levels, key=lambda price: price * side.direction)
        moved = sum(self.falls.values()) + sum(self.rises.values())
        assert moved == (self.half_ticks - self.opening) * SHARE
