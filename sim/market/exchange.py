"""A venue: one book on the kernel's clock, with money, fees, holds, quotes and sampled depth.

Promises: nothing rests or trades that its owner cannot pay for (holds cover the limit and the dearer of the two fees, to the
unit); at most one ``QuoteChanged`` per command, at its end; every entry names the command's cause, and what a command brings
about in the book names the ``OrderAccepted`` it began with. Money moves in the instant of the trade. Leaves out: who may hear
when (desks and couriers), deposits and withdrawals (``sim.custody``).

This is the product's hottest path: balances and holds are the ledger's own flat lists.
"""

from collections.abc import Callable
from typing import Any

import attrs

from sim.assets import Instrument
from sim.commands import CancelOrder, PlaceOrder, ReduceOrder, RepriceOrder
from sim.history import History
from sim.kernel import OBSERVE, Kernel
from sim.latency import Load
from sim.ledger import Ledger
from sim.market.book import Book
from sim.market.fees import FeeSchedule, fee
from sim.market.order import Fill, Release
from sim.records import (
    Burned,
    DepthSampled,
    Minted,
    OrderAccepted,
    OrderCancelled,
    OrderReduced,
    OrderRefused,
    QuoteChanged,
    Traded,
)
from sim.tape import Tape
from sim.units import NO_SEQ, NOBODY, HalfTicks, Lots, Nanos, Party, Place, Seq, Ticks, Units
from sim.views import Depth, Quote
from sim.vocabulary import CancelReason, Motive, Refusal, SelfTrade, Side

ACCEPTED, REFUSED, TRADED = OrderAccepted.kind, OrderRefused.kind, Traded.kind
CANCELLED, REDUCED, QUOTED, SAMPLED = OrderCancelled.kind, OrderReduced.kind, QuoteChanged.kind, DepthSampled.kind
SAMPLED_LEVELS = 400
"""Levels a side in a published depth."""
_new = tuple.__new__
"""Builds a named tuple four times faster than its class does."""
_FORCED = Motive.LIQUIDATION_SALE
_LASTING = frozenset((Motive.LIQUIDATION_SALE, Motive.STOP, Motive.CLOSE_OUT, Motive.HEDGE, Motive.DELEVERAGE))
"""Motives of orders that nobody chose to send: moved to another limit, such an order is as forced as before."""
_TIDY_AT = 256
_BROKE, _DUPLICATE = Refusal.INSUFFICIENT_FUNDS, Refusal.DUPLICATE_ORDER
_OWNER, _DROPPED, _SELF, _REPRICED = CancelReason.OWNER, CancelReason.REST_DROPPED, CancelReason.SELF_TRADE, CancelReason.REPRICED


@attrs.define(eq=False, repr=False)
class Exchange:
    """One venue trading one instrument."""

    place: Place
    instrument: Instrument
    kernel: Kernel
    tape: Tape
    ledger: Ledger
    book: Book
    maker_fee_ppm: int = 0
    """Millionths of the notional, rounded up; negative is a rebate, rounded down, paid out of the taker's fee."""
    taker_fee_ppm: int = 0
    depth_interval: Nanos = 100_000_000
    """Least time between two published depths."""
    load: Load = attrs.field(factory=Load)
    forced_sales: str = "book"
    """Where sales of seized units go: ``book``, ``outside_at_mid`` or ``parked`` (a twin's switch)."""
    counts_load: bool = False
    """Keep the message rate, because a latency model depends on it."""
    quotes: History[Quote] = attrs.field(factory=History)
    depths: History[Depth] = attrs.field(factory=History)
    watched: dict[Party, Callable[[Party, Nanos], None]] = attrs.field(factory=dict)
    """Owners whose balances somebody looks at; called after each change."""
    _step: Units = 0
    _lot: Units = 0
    _fees: FeeSchedule = attrs.field(factory=FeeSchedule)
    _cent: Units = 1
    """What fees are whole numbers of."""
    _purse: int = 0
    _base: list[Units] = attrs.field(factory=list)
    _quote: list[Units] = attrs.field(factory=list)
    _base_held: list[Units] = attrs.field(factory=list)
    _quote_held: list[Units] = attrs.field(factory=list)
    _purses: dict[Party, int] = attrs.field(factory=dict)
    _handlers: dict[type, Callable[..., Any]] = attrs.field(factory=dict)
    _last: tuple[Ticks, Lots, Ticks, Lots] = (0, 0, 0, 0)
    _serial: int = 0
    _forced: dict[int, int] = attrs.field(factory=dict)
    """Motives of forced orders that rest, and of some that did; gone ones are forgotten now and then."""
    _sample_due: bool = False

    def __attrs_post_init__(self) -> None:
        """Wire the flat lists and the handlers."""
        self._cent = self.instrument.fee_unit
        self._fees = FeeSchedule(self.maker_fee_ppm, self.taker_fee_ppm, self._cent)
        base, quote = self.instrument.base.id, self.instrument.quote.id
        self._step, self._lot = self.instrument.step, self.instrument.lot
        self._base, self._base_held = self.ledger.balances[base], self.ledger.holds[base]
        self._quote, self._quote_held = self.ledger.balances[quote], self.ledger.holds[quote]
        self._purse = self.ledger.open(self.place, self.place)
        self._handlers = {
            PlaceOrder: self._place,
            CancelOrder: self._cancel,
            ReduceOrder: self._reduce,
            RepriceOrder: self._reprice,
        }

    def serve(self, command: type, handler: Callable[[Party, Seq, Any], Any]) -> Callable[..., Any]:
        """Let another part (custody, a session) answer a kind of command sent to this venue; return who did before."""
        before = self._handlers.get(command, handler)
        self._handlers[command] = handler
        return before

    def purse(self, party: Party) -> int:
        """Return a party's purse here, opened at first asking."""
        purse = self._purses.get(party)
        if purse is None:
            purse = self._purses[party] = self.ledger.open(party, self.place)
        return purse

    def arrive(self, message: tuple[Party, Seq, Any]) -> None:
        """Take a command that reached the venue now: (party, cause, command). Called by the kernel, in the execute phase."""
        party, cause, command = message
        at = self.kernel._now
        if self.counts_load:
            self.load.count(at)
        cause = self._handlers[type(command)](party, cause, command)
        if not cause:
            return
        if party in self.watched:
            self.watched[party](party, at)
        bid, ask = self.book.bids.top, self.book.asks.top
        now = (bid.price, bid.lots, ask.price, ask.lots)
        if now != self._last:
            self._last = now
            self.quotes.add(at, _new(Quote, (self.tape.append(at, cause, self.place, party, (QUOTED, *now)), at, *now)))
        if not self._sample_due and self.depth_interval:
            self._sample_due = True
            self.kernel.call_at((at // self.depth_interval + 1) * self.depth_interval, OBSERVE, self._sample, None)

    # Commands. Each returns the entry by which it changed the book, 0 if it did not.

    def _place(self, party: Party, cause: Seq, command: PlaceOrder) -> Seq:
        _, side, lots, limit, tif, motive, order, _ = command
        purse = self._purses.get(party)
        if purse is None:
            purse = self.purse(party)
        at = self.kernel._now
        if motive == _FORCED and side and lots > 0 and self.forced_sales != "book":
            return self._sell_elsewhere(party, cause, purse, command)
        if not order:
            order = self.new_number()
        elif order in self.book.orders:
            return self._refuse(at, cause, party, order, _DUPLICATE)
        if side:
            a_lot = self._lot
            is_short = lots * a_lot > self._base[purse] - self._base_held[purse]
        else:
            a_lot = 0 if limit is None else self._fees.cost_of_a_lot(limit, self._step)
            needed = self._cost_at_market(party, lots) if limit is None else lots * a_lot
            is_short = needed > self._quote[purse] - self._quote_held[purse]
        if is_short:
            return self._refuse(at, cause, party, order, _BROKE)
        # Sides and times in force travel as their numbers.
        refusal, rested, dropped, fills, releases = self.book.place(order, party, side, lots, limit, tif)  # type: ignore[arg-type] # Numbers of words.
        if refusal:
            return self._refuse(at, cause, party, order, refusal)
        cause = self.tape.append(at, cause, self.place, party, (ACCEPTED, order, side, limit or 0, lots, motive))
        if rested:
            (self._base_held if side else self._quote_held)[purse] += rested * a_lot
            if motive in _LASTING or self._forced:
                self._remember(order, motive)
        if fills:
            self._settle(at, cause, party, purse, side, order, fills)
        if releases:
            self._release(at, cause, order, releases)
        if dropped:
            self.tape.append(at, cause, self.place, party, (CANCELLED, order, side, limit or 0, dropped, _DROPPED))
        return cause

    def _refuse(self, at: Nanos, cause: Seq, party: Party, order: int, reason: Refusal) -> Seq:
        self.tape.append(at, cause, self.place, party, (REFUSED, order, reason))
        return NO_SEQ

    def new_number(self) -> int:
        """Return a number for an order that came without one, not in use: senders may count as they like."""
        self._serial += 1
        while self._serial in self.book.orders:
            self._serial += 1
        return self._serial

    def _cancel(self, party: Party, cause: Seq, command: CancelOrder) -> Seq:
        refusal, side, limit, lots = self.book.cancel(command.order, party)
        at = self.kernel._now
        if refusal:
            return self._refuse(at, cause, party, command.order, refusal)
        self._hold(self._purses[party], side, -lots, limit)
        return self.tape.append(at, cause, self.place, party, (CANCELLED, command.order, side, limit, lots, _OWNER))

    def _reduce(self, party: Party, cause: Seq, command: ReduceOrder) -> Seq:
        refusal, side, limit, gone = self.book.reduce(command.order, command.lots, party)
        at = self.kernel._now
        if refusal:
            return self._refuse(at, cause, party, command.order, refusal)
        self._hold(self._purses[party], side, -gone, limit)
        return self.tape.append(at, cause, self.place, party, (REDUCED, command.order, command.lots))

    def _reprice(self, party: Party, cause: Seq, command: RepriceOrder) -> Seq:
        at = self.kernel._now
        old = self.book.order(command.order)
        refusal = self._refusal_of_reprice(party, old, command)
        if refusal or old is None:
            return self._refuse(at, cause, party, command.order, refusal)
        purse, lots = self._purses[party], command.lots or old.lots
        refusal, rested, _, fills, releases = self.book.reprice(command.order, command.limit, lots, owner=party)
        if refusal:
            return self._refuse(at, cause, party, command.order, refusal)
        self._hold(purse, old.side, -old.lots, old.limit)
        gone = (CANCELLED, old.id, old.side, old.limit, old.lots, _REPRICED)
        cause = self.tape.append(at, cause, self.place, party, gone)
        self.tape.append(at, cause, self.place, party, (ACCEPTED, old.id, old.side, command.limit, lots, self._forced.get(old.id, 0)))
        if rested:
            self._hold(purse, old.side, rested, command.limit)
        if fills:
            self._settle(at, cause, party, purse, old.side, old.id, list(fills))
        if releases:
            self._release(at, cause, old.id, releases)
        return cause

    def _refusal_of_reprice(self, party: Party, old: Any, command: RepriceOrder) -> Refusal:
        if old is None:
            return Refusal.UNKNOWN_ORDER
        if old.owner != party:
            return Refusal.NOT_OWNER
        lots, purse = command.lots or old.lots, self._purses[party]
        if old.side:
            short = lots * self._lot > self._base[purse] - self._base_held[purse] + old.lots * self._lot
        else:
            free = self._quote[purse] - self._quote_held[purse] + self._fees.hold(old.lots, old.limit, self._step)
            short = self._fees.hold(lots, command.limit, self._step) > free
        return Refusal.INSUFFICIENT_FUNDS if short else Refusal.NONE

    def _remember(self, order: int, motive: int) -> None:
        """Keep the motive of a forced order; of another that has the number of one that is gone, forget it."""
        self._forced.pop(order, None)
        if motive in _LASTING:
            self._forced[order] = int(motive)
        if len(self._forced) > _TIDY_AT and len(self._forced) > 2 * len(self.book.orders):
            self._forced = {each: why for each, why in self._forced.items() if each in self.book.orders}

    # Money.

    def _cost_at_market(self, party: Party, lots: Lots) -> Units:
        """Return the quote units that a market purchase can cost at most."""
        if self.book.self_trade != SelfTrade.CANCEL_OLDEST:
            ticks_lots, filled = self.book.walk(Side.BUY, lots)
            return self._fees.hold_across(ticks_lots, filled, self._step)
        ticks_lots, left = 0, lots  # Its own orders step aside: what lies behind them is dearer.
        for order in self.book.resting(Side.SELL):
            if left < 1:
                break
            if order.owner != party:
                ticks_lots += order.limit * min(order.lots, left)
                left -= min(order.lots, left)
        return self._fees.hold_across(ticks_lots, lots - left, self._step)

    def _hold(self, purse: int, side: int, lots: Lots, limit: Ticks) -> None:
        """Set aside what resting lots need; negative lots give it back."""
        if side:
            self._base_held[purse] += lots * self._lot
        else:
            self._quote_held[purse] += self._fees.hold(lots, limit, self._step)

    def _settle(self, at: Nanos, cause: Seq, taker: Party, purse: int, side: int, order: int, fills: Any) -> None:
        """Move money for each fill, at the resting order's price, and write it down."""
        cent = self._cent
        fill: Fill
        for fill in fills:
            maker_order, maker, price, lots, _ = fill
            maker_purse = self._purses[maker]
            notional, units = price * lots * self._step, lots * self._lot
            maker_fee, taker_fee = fee(notional, self.maker_fee_ppm, cent), fee(notional, self.taker_fee_ppm, cent)
            if side:
                buyer, seller, paid, got = maker_purse, purse, notional + maker_fee, notional - taker_fee
                self._quote_held[buyer] -= lots * self._fees.cost_of_a_lot(price, self._step)
            else:
                buyer, seller, paid, got = purse, maker_purse, notional + taker_fee, notional - maker_fee
                self._base_held[seller] -= units
            self._quote[buyer] -= paid
            self._quote[seller] += got
            self._quote[self._purse] += paid - got
            self._base[seller] -= units
            self._base[buyer] += units
            row = (TRADED, price, lots, side, maker, maker_order, order, maker_fee // cent, taker_fee // cent)
            self.tape.append(at, cause, self.place, taker, row)
            if maker in self.watched:
                self.watched[maker](maker, at)

    def _sell_elsewhere(self, party: Party, cause: Seq, purse: int, command: PlaceOrder) -> Seq:
        """A twin's switch: seized units are sold to the outside, or not at all; no lot touches the book.

        The outside pays what the book would have paid at this instant, fee included, for what the book would have taken: the
        keeper's cash flow and its timing stay as they were. Parked, the order is taken and dropped.
        """
        at, limit = self.kernel._now, command.limit
        order, lots = command.order or self.new_number(), command.lots
        if lots * self._lot > self._base[purse] - self._base_held[purse]:
            return self._refuse(at, cause, party, order, _BROKE)
        cause = self.tape.append(at, cause, self.place, party, (ACCEPTED, order, command.side, limit or 0, lots, command.motive))
        ticks_lots, filled = self.book.walk(Side.SELL, lots, limit) if self.forced_sales == "outside_at_mid" else (0, 0)
        if filled:
            notional = ticks_lots * self._step
            taker_fee = fee(notional, self.taker_fee_ppm, self._cent)
            base, quote = self.instrument.base.id, self.instrument.quote.id
            self.ledger.burn(base, purse, filled * self._lot)
            self.ledger.mint(quote, purse, notional - taker_fee)
            self.tape.append(at, cause, self.place, party, (Burned.kind, base, filled * self._lot))
            self.tape.append(at, cause, self.place, party, (Minted.kind, quote, notional - taker_fee))
        dropped = (CANCELLED, order, command.side, limit or 0, lots - filled, _DROPPED)
        self.tape.append(at, cause, self.place, party, dropped)
        if party in self.watched:
            self.watched[party](party, at)
        return NO_SEQ

    def _release(self, at: Nanos, cause: Seq, arriving: int, releases: Any) -> None:
        """Write down lots that self-trade prevention took, and give back what resting ones had set aside."""
        release: Release
        for release in releases:
            order, owner, side, limit, lots, _ = release
            if order != arriving:
                self._hold(self._purses[owner], side, -lots, limit)
            self.tape.append(at, cause, self.place, owner, (CANCELLED, order, side, limit, lots, _SELF))

    # What the world hears.

    def _sample(self, _: None) -> None:
        """Publish the depth: whole levels for desks, lots within 1, 2 and 5 % for the tape."""
        self._sample_due = False
        at, book = self.kernel._now, self.book
        bids, asks = book.depth(Side.BUY, SAMPLED_LEVELS), book.depth(Side.SELL, SAMPLED_LEVELS)
        mid = bids[0][0] + asks[0][0] if bids and asks else self._last[0] * 2 or self._last[2] * 2
        within = (*_lots_within(bids, mid), *_lots_within(asks, mid))
        seq = self.tape.append(at, 0, self.place, NOBODY, (SAMPLED, *within))
        self.depths.add(at, Depth(seq, at, tuple(bids), tuple(asks)))

    def _check(self) -> None:
        """Assert every invariant: what purses have held here is what their resting orders need, to the unit. Cost: purses and orders."""
        self.book._check()
        base, quote = dict.fromkeys(self._purses.values(), 0), dict.fromkeys(self._purses.values(), 0)
        for order, (level, owner) in self.book.orders.items():
            lots, purse = level.queue[order], self._purses[owner]
            if level.side:
                base[purse] += lots * self._lot
            else:
                quote[purse] += self._fees.hold(lots, level.price, self._step)
        for purse in self._purses.values():
            found, needed = (self._base_held[purse], self._quote_held[purse]), (base[purse], quote[purse])
            assert found == needed, f"purse {purse} has {found} held, and its orders need {needed}"


def _lots_within(levels: list[tuple[Ticks, Lots]], mid: HalfTicks) -> tuple[Lots, Lots, Lots]:
    """Return the lots of a side within 1, 2 and 5 % of a mid, bounds included."""
    one, two, five = mid // 100, mid * 2 // 100, mid * 5 // 100
    near = nearer = nearest = 0
    for price, lots in levels:
        away = abs(2 * price - mid)
        if away <= five:
            near += lots
            if away <= two:
                nearer += lots
                if away <= one:
                    nearest += lots
    return nearest, nearer, near
