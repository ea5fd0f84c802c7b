"""Flow: a momentum trader buys what rose and sells what fell, and gives it back after a while.

It compares the mid it sees with the one a lookback ago. Beyond the threshold it trades one clip with the move, at most once per
cooldown and up to its limit; each clip is closed after the holding time. It needs base to sell first (venues here lend nothing).
"""

from collections import deque
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import Command, PlaceOrder, WakeMe
from sim.fixed import floor_to_int
from sim.records import Traded
from sim.units import BPS_ONE, MINUTE, SECOND, Bps, Lots, Nanos, Units
from sim.vocabulary import Side
from strategies.traders.looks import QUOTE, fills_of, instrument_of, lots_worth, reference_mid


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class MomentumTrader:
    """Trades with the move on its first venue."""

    lookback: Nanos = attrs.field(default=5 * MINUTE, validator=attrs.validators.ge(1))
    """Span of the move it looks at."""
    threshold_bps: Bps = 60
    """Least move that makes it trade."""
    size: Units = attrs.field(default=10_000 * 10**6, metadata=QUOTE)
    """Quote units of one clip."""
    limit: Units = attrs.field(default=100_000 * 10**6, metadata=QUOTE)
    """Most quote units' worth of base it is long or short."""
    cooldown: Nanos = 30 * SECOND
    """Least time between two clips."""
    hold: Nanos = 10 * MINUTE
    """How long it keeps a clip."""
    look_interval: Nanos = attrs.field(default=5 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the market."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(Traded, own=True),)
    inventory: Lots = attrs.field(default=0, init=False)
    """Lots bought less lots sold."""
    _mids: deque[tuple[Nanos, float]] = attrs.field(factory=deque, init=False)
    _held: deque[tuple[Nanos, Lots]] = attrs.field(factory=deque, init=False)
    """When to close, and what: bought positive, sold negative."""
    _closing: dict[int, None] = attrs.field(factory=dict, init=False)
    _ready_at: Nanos = attrs.field(default=0, init=False)
    _seen: float = attrs.field(default=0.0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Book own trades at once; look at the interval."""
        if news.kind == START.kind:
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news.kind == TIMER.kind:
            return [*self._look(desk), WakeMe(self.look_interval)]
        for fill in fills_of(news, desk.me):
            lots = -fill.lots if fill.side else fill.lots
            self.inventory += lots
            if fill.order not in self._closing:
                self._held.append((desk.now + self.hold, lots))
        return []

    def _look(self, desk: Desk) -> list[Command]:
        """Return a clip that closes what was held long enough, else one that follows the move."""
        self._seen = reference_mid(desk.quote(desk.connections.venues[0]), self._seen)
        if not self._seen:
            return []
        move = self._move(desk.now)
        due = 0
        while self._held and self._held[0][0] <= desk.now:
            due += self._held.popleft()[1]
        if due:
            close = self._order(desk, Side.SELL if due > 0 else Side.BUY, abs(due))
            self._closing[close.order] = None
            return [close]
        if abs(move) < self.threshold_bps or desk.now < self._ready_at:
            return []
        return self._open(desk, Side.BUY if move > 0 else Side.SELL)

    def _open(self, desk: Desk, side: Side) -> list[Command]:
        """Return a clip with the move, as far as the limit allows."""
        instrument = instrument_of(desk, desk.connections.venues[0])
        most = lots_worth(self.limit, self._seen, instrument) - (-self.inventory if side else self.inventory)
        lots = min(lots_worth(self.size, self._seen, instrument), most)
        if lots <= 0:
            return []
        self._ready_at = desk.now + self.cooldown
        return [self._order(desk, side, lots)]

    def _order(self, desk: Desk, side: Side, lots: Lots) -> PlaceOrder:
        return PlaceOrder(desk.connections.venues[0], side, lots, order=desk.new_order())

    def _move(self, now: Nanos) -> float:
        """Take note of the mid and return its move over the lookback in bps; 0 until there is a lookback."""
        self._mids.append((now, self._seen))
        while len(self._mids) > 1 and self._mids[1][0] <= now - self.lookback:
            self._mids.popleft()
        at, mid = self._mids[0]
        return (self._seen - mid) / mid * BPS_ONE if at <= now - self.lookback else 0.0
