"""A venue's session: stop orders that wait for their trigger, and halts. It stands beside the exchange, which knows neither.

A stop that is triggered becomes an order of its own: it arrives in the same instant, after the command that triggered it and before
any that comes later, and may be refused like any other. While the venue is halted it takes no orders and moves none (HALTED);
cancels, reductions and withdrawals go on, stops wait, and those that are due come when it reopens. Costs nothing until there is a
stop, or a breaker. Model choices: a stop holds no funds; a price beyond its trigger already triggers it with the next trade or quote.
"""

from collections.abc import Callable
from typing import Any, Literal

import attrs

from sim.commands import CancelOrder, PlaceOrder, PlaceStop, RepriceOrder
from sim.kernel import UNDRAWN
from sim.market.exchange import Exchange
from sim.market.halts import CircuitBreaker
from sim.market.stops import Stop, StopOrders
from sim.records import Halted, OrderRefused, QuoteChanged, Resumed, StopCancelled, StopPlaced, StopTriggered, Traded
from sim.records.layout import Row
from sim.units import NO_SEQ, NOBODY, HalfTicks, Nanos, Party, Place, Seq
from sim.vocabulary import Motive, Refusal, Side

Handler = Callable[..., Any]


@attrs.define(eq=False, repr=False)
class Session:
    """What surrounds one venue's book."""

    exchange: Exchange
    breaker: CircuitBreaker | None = None
    trigger: Literal["last", "mid"] = "last"
    """What triggers stops: the last trade, or the mid."""
    triggers: bool = True
    """Stops are triggered; else they wait for ever (a twin's switch)."""
    stops: StopOrders = attrs.field(factory=StopOrders, init=False)
    _ordinary: dict[type, Handler] = attrs.field(factory=dict, init=False)
    """How the exchange answers commands when it is not halted."""
    _price: HalfTicks = attrs.field(default=0, init=False)
    """That triggers stops, in half ticks; 0 when there was none yet."""
    _seen: Seq = attrs.field(default=NO_SEQ, init=False)
    """The entry it comes from."""
    _is_listening: bool = attrs.field(default=False, init=False)
    _is_due: bool = attrs.field(default=False, init=False)
    """Stops are about to be triggered."""

    def open(self) -> None:
        """Take stop orders from now on, and watch the quote where there is a breaker."""
        self.exchange.serve(PlaceStop, self._place_stop)
        if self.breaker is not None:
            self.exchange.tape.listen(QuoteChanged.kind, self._watch)

    # Stops.

    def _place_stop(self, party: Party, cause: Seq, command: PlaceStop) -> Seq:
        """Let a stop wait. Refused: BAD_SIZE, BAD_PRICE below one, DUPLICATE_ORDER."""
        exchange = self.exchange
        order = command.order or exchange.new_number()
        refusal = self._refusal(order, command)
        if refusal:
            self._say(cause, party, (OrderRefused.kind, order, refusal))
            return NO_SEQ
        self._listen()
        self.stops.place(Stop(order, party, command.account, command.side, command.lots, command.trigger, command.limit))
        self._say(cause, party, (StopPlaced.kind, order, command.side, command.trigger, command.lots, command.limit or 0))
        return NO_SEQ

    def _refusal(self, order: int, command: PlaceStop) -> Refusal:
        if command.lots < 1:
            return Refusal.BAD_SIZE
        if command.trigger < 1 or (command.limit is not None and command.limit < 1):
            return Refusal.BAD_PRICE
        is_taken = order in self.stops.stops or order in self.exchange.book.orders
        return Refusal.DUPLICATE_ORDER if is_taken else Refusal.NONE

    def _listen(self) -> None:
        """Begin to watch what triggers stops, and cancels that may be of stops; once, at the first stop."""
        if not self._is_listening:
            self._is_listening = True
            self.exchange.tape.listen(Traded.kind if self.trigger == "last" else QuoteChanged.kind, self._hear)
            self._ordinary[CancelOrder] = self.exchange.serve(CancelOrder, self._cancel)

    def _cancel(self, party: Party, cause: Seq, command: CancelOrder) -> Seq:
        """Cancel a stop, or whatever else the exchange knows by this number."""
        found = self.stops.stops.get(command.order)
        if found is None:
            seq: Seq = self._ordinary[CancelOrder](party, cause, command)
            return seq
        if found[1].owner != party:
            self._say(cause, party, (OrderRefused.kind, command.order, Refusal.NOT_OWNER))
            return NO_SEQ
        self.stops.cancel(command.order)
        self._say(cause, party, (StopCancelled.kind, command.order, found[1].lots))
        return NO_SEQ

    def _hear(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Take the last price; stops that it triggers come when the command at hand is done."""
        if place != self.exchange.place:
            return
        price = 2 * row[1] if self.trigger == "last" else _mid(row)
        if price:
            self._price, self._seen = price, seq
            self._expect_due()

    def _expect_due(self) -> None:
        is_open = self.breaker is None or not self.breaker.is_halted(self.exchange.kernel.now)
        if self.triggers and is_open and not self._is_due and self._price and self.stops.is_due(self._price):
            self._is_due = True
            self.exchange.kernel.call_at(self.exchange.kernel.now, UNDRAWN, self._trigger_due)

    def _trigger_due(self, _: None) -> None:
        """Make orders of the stops that are due, unless the venue has halted meanwhile."""
        self._is_due = False
        exchange = self.exchange
        if self.breaker is not None and self.breaker.is_halted(exchange.kernel.now):
            return
        price, seen = self._price, self._seen
        for stop in self.stops.due(price):
            if self.breaker is not None and self.breaker.is_halted(exchange.kernel.now):
                self.stops.place(stop)  # The one before it halted the venue.
                continue
            seq = self._say(seen, stop.owner, (StopTriggered.kind, stop.order, price))
            order = PlaceOrder(
                exchange.place, Side(stop.side), stop.lots, stop.limit, motive=Motive.STOP, order=stop.order, account=stop.account
            )
            exchange.arrive((stop.owner, seq, order))

    # Halts.

    def _watch(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Halt when the mid has moved too far."""
        breaker = self.breaker
        if place != self.exchange.place or breaker is None:
            return
        mid = _mid(row)
        if breaker.see(at, mid):
            self._say(seq, NOBODY, (Halted.kind, breaker.reference, mid, breaker.until))
            for command in (PlaceOrder, RepriceOrder):
                self._ordinary[command] = self.exchange.serve(command, self._refuse)
            self.exchange.kernel.call_at(breaker.until, UNDRAWN, self._reopen)

    def _refuse(self, party: Party, cause: Seq, command: PlaceOrder | RepriceOrder) -> Seq:
        self._say(cause, party, (OrderRefused.kind, command.order or self.exchange.new_number(), Refusal.HALTED))
        return NO_SEQ

    def _reopen(self, _: None) -> None:
        """Take orders again; stops that have become due come first."""
        breaker, exchange = self.breaker, self.exchange
        assert breaker is not None
        for command in (PlaceOrder, RepriceOrder):
            exchange.serve(command, self._ordinary[command])
        bid, ask = exchange.book.bids.top.price, exchange.book.asks.top.price
        mid = bid + ask if bid and ask else 0
        breaker.reopen(exchange.kernel.now, mid)
        self._say(NO_SEQ, NOBODY, (Resumed.kind, mid))
        self._expect_due()

    def _say(self, cause: Seq, party: Party, row: Row) -> Seq:
        return self.exchange.tape.append(self.exchange.kernel.now, cause, self.exchange.place, party, row)

    def _check(self) -> None:
        """Assert every invariant."""
        self.stops._check()
        if self.breaker is not None:
            self.breaker._check()


def _mid(row: Row) -> HalfTicks:
    """Return the mid of a quote's row; 0 with a side empty."""
    _, bid, _, ask, _ = row
    return bid + ask if bid and ask else 0
