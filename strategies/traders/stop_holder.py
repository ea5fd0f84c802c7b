"""Flow: a holder who has something to lose, and has left stop orders with the venue to lose no more than that.

It places its stops once, evenly spaced below the mid that it sees first, and may take them back after a while: what sells is the
venue's doing, at market, whatever the price has become. A crowd of holders with stops at like distances is a staircase: each step that
gives way pushes the next. Left out: moving stops up as the price rises.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import CancelOrder, Command, PlaceStop, WakeMe
from sim.fixed import floor_to_int
from sim.units import BPS_ONE, SECOND, Bps, Nanos, Units
from sim.vocabulary import Side
from strategies.traders.looks import QUOTE, instrument_of, lots_worth, reference_mid


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class StopHolder:
    """Leaves sell stops with its first venue."""

    size: Units = attrs.field(default=10_000 * 10**6, metadata=QUOTE)
    """Quote units' worth of base that each stop sells."""
    stops: int = attrs.field(default=5, validator=attrs.validators.ge(1))
    """How many."""
    nearest_bps: Bps = 100
    """How far below the first mid the first is triggered."""
    farthest_bps: Bps = 1_000
    """How far below it the last is."""
    lifetime: Nanos = 0
    """After so long it takes back those that are left; 0: never."""
    look_interval: Nanos = attrs.field(default=SECOND, validator=attrs.validators.ge(1))
    """Until it looks again while it sees no price."""

    wakes_on: ClassVar[tuple[On, ...]] = ()
    places_stops: ClassVar[bool] = True
    """It leaves stop orders with its venues."""
    _placed: list[int] = attrs.field(factory=list, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Place all stops as soon as there is a price."""
        if news.kind == START.kind:
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news.kind != TIMER.kind:
            return []
        venue = desk.connections.venues[0]
        if self._placed:
            return [CancelOrder(venue, order) for order in self._placed]
        mid = reference_mid(desk.quote(venue), 0.0)
        if not mid:
            return [WakeMe(self.look_interval)]
        lots = lots_worth(self.size, mid, instrument_of(desk, venue))
        triggers = [max(1, floor_to_int(mid / 2 * (1 - away / BPS_ONE))) for away in self._distances()]
        self._placed = [desk.new_order() for _ in triggers]
        left = [WakeMe(self.lifetime)] if self.lifetime else []
        stops = zip(triggers, self._placed, strict=True)
        return [*(PlaceStop(venue, Side.SELL, max(1, lots), trigger, order=order) for trigger, order in stops), *left]

    def _distances(self) -> list[float]:
        """Return how far below the mid each stop is triggered, in bps, evenly apart."""
        step = (self.farthest_bps - self.nearest_bps) / max(1, self.stops - 1)
        return [self.nearest_bps + number * step for number in range(self.stops)]
