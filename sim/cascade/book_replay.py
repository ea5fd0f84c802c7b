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

from sim.cascade.origin import SHARE, START, Origin, add_shares, apportion
from sim.cascade.provenance import Command, Parts, Provenance
from sim.cascade.stretch import Row
from sim.facts import VenueFacts
from sim.units import HalfTicks, Lots, Place, Seq, Ticks, Units
from sim.vocabulary import CancelReason, Motive, Side

_SELLS_AHEAD_OR_AFTER = (Motive.LIQUIDATION_SALE, Motive.HEDGE)
_IN_A_COMMAND = (CancelReason.REST_DROPPED, CancelReason.SELF_TRADE)
"""Cancels that are part of another command."""
Account = list[tuple[Origin, Units]]
"""Who took base units off a level, oldest first."""


@attrs.define
class Standing:
    """An order as it rests or arrives."""

    command: Command
    limit: Ticks
    lots: Lots


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
    orders: dict[int, Standing] = attrs.field(factory=dict)
    falls: dict[Origin, int] = attrs.field(factory=dict)
    """Shares of every move down, by origin, in ``SHARE`` of a half tick; negative."""
    rises: dict[Origin, int] = attrs.field(factory=dict)
    opening: HalfTicks = 0
    """h when both sides were first quoted."""
    head: Seq = 0
    """The entry the command in progress began with."""
    sold: Parts = attrs.field(factory=list)
    """What the last order to arrive gave away in trades as it arrived, by origin, in units of the asset it gave."""
    _arriving: tuple[int, Standing] | None = None
    _taken: list[tuple[int, Lots, Ticks]] = attrs.field(factory=list)
    """What the command in progress took: resting order, lots, price (0 if self-trade prevention took them)."""
    _repriced: Command | None = None
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
        seq, _, _, cause, place, party, order, side, limit, lots, motive = row
        old = self._repriced if cause == self.head else None
        if old is None:
            self._begin(seq)
        self._repriced = None
        command = old or Command(party, side, motive, cause)
        self._arriving = (order, Standing(command, limit, lots))
        self._parts = self.provenance.standing(place, command, self._given(command, lots, limit))

    def traded(self, row: Row) -> None:
        """Lots leave the facing side; whose account they go on is settled when the command ends."""
        seq, _, _, _, _, _, price, lots, _, _, maker_order, taker_order, _, _ = row
        assert self._arriving and self._arriving[0] == taker_order, f"entry {seq} trades for an order that did not just arrive"
        self._arriving[1].lots -= lots
        self._taken.append((maker_order, lots, price))

    def sold_outside(self, row: Row) -> None:
        """Units of the arriving order left for the outside instead of the book (a twin's switch)."""
        _, _, _, cause, place, _, _, units = row
        if self._arriving is not None and cause == self.head:
            arriving = self._arriving[1]
            arriving.lots -= units // self.venue.lot
            self.provenance.sold(place, arriving.command, units)

    def cancelled(self, row: Row) -> None:
        """Lots leave without a trade: the rest of an arriving order, or a resting one."""
        seq, _, _, _, place, _, order, _, _, lots, reason = row
        arriving = self._arriving
        if arriving and arriving[0] == order and reason in _IN_A_COMMAND:
            arriving[1].lots -= lots
            return
        if reason in _IN_A_COMMAND:
            self._taken.append((order, lots, 0))
            return
        self._begin(seq)
        standing = self.orders[order]
        self._parts = self._parts_of(place, standing, lots)
        self._repriced = standing.command if reason == CancelReason.REPRICED else None
        self._shrink(order, standing, lots, self._if_best(standing, lots))

    def reduced(self, row: Row) -> None:
        """A resting order loses lots and keeps its place."""
        seq, _, _, _, place, _, order, left = row
        self._begin(seq)
        standing = self.orders[order]
        lots = standing.lots - left
        self._parts = self._parts_of(place, standing, lots)
        self._shrink(order, standing, lots, self._if_best(standing, lots))

    def quoted(self, row: Row) -> Parts:
        """A command ended with another quote; return the signed shares of the change in h, by origin, zeros left out."""
        _, _, _, _, _, _, bid, _, ask, _ = row
        self.end_command()
        had_opened = bool(self.half_ticks)
        moves: dict[Origin, int] = {}
        for side, price in zip(self.sides, (bid, ask), strict=True):
            for origin, share in side.quoted(price, self._parts):
                moves[origin] = moves.get(origin, 0) + share
        if not had_opened:
            self.opening = self.half_ticks
            return []
        shares = [(origin, share) for origin, share in moves.items() if share]
        add_shares(self.falls, (part for part in shares if part[1] < 0))
        add_shares(self.rises, (part for part in shares if part[1] > 0))
        return shares

    def _begin(self, seq: Seq) -> None:
        """A command begins: levels that vanished behind the best quote meanwhile are nobody's move."""
        self.end_command()
        self.head = seq
        for side in self.sides:
            if not side.is_empty:
                side.gone.clear()

    def end_command(self) -> None:
        """Settle what the order that arrived took, and rest what is left of it."""
        if self._arriving is None:
            return
        order, standing = self._arriving
        self._arriving = None
        self.sold = []
        if self._taken:
            self._settle(standing.command)
        if standing.lots:
            self._parts = self._parts_of(self.venue.place, standing, standing.lots)
            self.orders[order] = standing
            self.sides[standing.command.side].rest(standing.limit, standing.lots * self.venue.lot)

    def _settle(self, command: Command) -> None:
        """Divide everything a command took in the same proportion: an order is one act, whichever of its lots came first."""
        place, taken = self.venue.place, self._taken
        self._taken = []
        given = sum(self._given(command, lots, price) for _, lots, price in taken if price)
        if given:
            self._parts = self.sold = self.provenance.sold(place, command, given)
        for order, lots, price in taken:
            standing = self.orders[order]
            if price and standing.command.motive in _SELLS_AHEAD_OR_AFTER:
                self.provenance.sold(place, standing.command, self._given(standing.command, lots, price))
            self._shrink(order, standing, lots, apportion(lots * self.venue.lot, self._parts))

    def _parts_of(self, place: Place, standing: Standing, lots: Lots) -> Parts:
        return self.provenance.standing(place, standing.command, self._given(standing.command, lots, standing.limit))

    def _if_best(self, standing: Standing, lots: Lots) -> Parts | None:
        side = self.sides[standing.command.side]
        return apportion(lots * self.venue.lot, self._parts) if standing.limit == side.best and not side.is_empty else None

    def _shrink(self, order: int, standing: Standing, lots: Lots, parts: Parts | None) -> None:
        standing.lots -= lots
        if not standing.lots:
            del self.orders[order]
        self.sides[standing.command.side].deplete(standing.limit, lots * self.venue.lot, parts)

    def _given(self, command: Command, lots: Lots, price: Ticks) -> Units:
        """Return the units an order gives away for lots at a price: base if it sells, quote if it buys."""
        return lots * self.venue.lot if command.side == Side.SELL else max(1, price * lots * self.step)

    def _check(self) -> None:
        """Assert that levels and orders agree, that the quote is the best level, and that shares sum to the move."""
        units = {(side, price): 0 for side in Side for price in self.sides[side].levels}
        for standing in self.orders.values():
            assert standing.lots > 0
            units[Side(standing.command.side), standing.limit] += standing.lots * self.venue.lot
        assert units == {(side, price): left for side in Side for price, left in self.sides[side].levels.items()}
        for side in self.sides:
            assert side.is_empty or side.best == max(side.levels, key=lambda price: price * side.direction)
        moved = sum(self.falls.values()) + sum(self.rises.values())
        assert moved == (self.half_ticks - self.opening) * SHARE
