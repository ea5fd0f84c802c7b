"""Flow: a whale works one large order, a metaorder, off in many small ones.

It trades at market, either a fixed share of the volume it sees (participation) or evenly over a duration. What the book did not
take is tried again with the next slice. Source of the two schedules: Almgren et al. 2005, "Direct estimation of equity market
impact"; participation counts others' volume only, as desks do.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import ORDER_SPACE, Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import Command, PlaceOrder, WakeMe
from sim.records import OrderCancelled, OrderRefused, Traded
from sim.units import BPS_ONE, HOUR, SECOND, Bps, Lots, Nanos
from sim.vocabulary import Side
from strategies.traders.looks import fills_of


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Whale:
    """Buys or sells a total on its first venue."""

    side: Side
    """What it wants."""
    total: Lots = attrs.field(validator=attrs.validators.ge(1))
    """How much, in all."""
    begin: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """When it starts."""
    duration: Nanos = attrs.field(default=HOUR, validator=attrs.validators.ge(1))
    """Over how long it spreads the total, unless it follows the volume."""
    participation_bps: Bps = attrs.field(default=0, validator=attrs.validators.ge(0))
    """Its share of others' volume; 0 spreads evenly over the duration instead."""
    slice_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time between two slices."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(Traded), On(OrderCancelled, own=True), On(OrderRefused, own=True))
    filled: Lots = attrs.field(default=0, init=False)
    """Lots traded so far."""
    _sent: Lots = attrs.field(default=0, init=False)
    """Lots traded or on their way."""
    _on_way: dict[int, Lots] = attrs.field(factory=dict, init=False)
    _observed: Lots = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Count volume and own trades at once; send a slice at the interval, until all is done."""
        if news.kind == START.kind:
            return [WakeMe(max(1, self.begin))]
        if news.kind == TIMER.kind:
            return self._slice(desk)
        self._hear(news, desk)
        return []

    def _hear(self, news: News, desk: Desk) -> None:
        """Book what became of own slices, and others' volume while at work."""
        if not news.is_a(Traded):
            self._give_back(news.row[1], news.row[4] if news.is_a(OrderCancelled) else self._on_way.get(news.row[1], 0))
            return
        fills = fills_of(news, desk.me)
        for fill in fills:
            self.filled += fill.lots
            self._on_way[fill.order] = self._on_way.get(fill.order, 0) - fill.lots
        if not fills and news.at >= self.begin:
            self._observed += news.row[2]

    def _give_back(self, order: int, lots: Lots) -> None:
        if order >> ORDER_SPACE and order in self._on_way:
            self._sent -= lots
            self._on_way[order] = 0

    def _slice(self, desk: Desk) -> list[Command]:
        """Return the next slice and the next wake; nothing once the total has traded."""
        if self.filled >= self.total:
            return []
        lots = min(self._due(desk.now), self.total) - self._sent
        wake = WakeMe(self.slice_interval)
        if lots <= 0:
            return [wake]
        order = desk.new_order()
        self._sent += lots
        self._on_way[order] = lots
        return [PlaceOrder(desk.connections.venues[0], self.side, lots, order=order), wake]

    def _due(self, now: Nanos) -> Lots:
        """Return how much should have been sent by now."""
        if self.participation_bps:
            return self._observed * self.participation_bps // BPS_ONE
        return self.total * min(now - self.begin + self.slice_interval, self.duration) // self.duration
