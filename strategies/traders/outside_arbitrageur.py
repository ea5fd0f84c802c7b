"""Holds a venue's mid near the outside price with aggressive orders.

Where a path *is* the market (role `pinned`) it has endless funds from outside and a narrow band: price effects on that venue are
then the band's, not the model's. Where the path is only news (role `driver`) it is one slow arbitrageur among others, with capital.
When the mid leaves the band it takes everything up to half a band from the outside price, as the published depth shows it, and rests
a little there, so that the mid is inside even if nobody follows. What rests is taken back once the outside price has passed it.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.assets import Instrument
from sim.commands import CancelOrder, Command, PlaceOrder, WakeMe
from sim.fixed import ceil_to_int, floor_to_int
from sim.records import OutsideMoved, Traded
from sim.units import BPS_ONE, SECOND, Bps, Lots, Nanos, Place, Units
from sim.vocabulary import Motive, Side
from strategies.traders.looks import QUOTE, fills_of, instrument_of, lots_worth, outside_mid, reference_mid


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class OutsideArbitrageur:
    """Pulls its first venue towards the outside price."""

    within_bps: Bps = attrs.field(default=10, validator=attrs.validators.ge(1))
    """Distance of the mid from the outside price that it tolerates."""
    capital: Units = attrs.field(default=0, metadata=QUOTE)
    """Most quote units' worth it is long or short; 0 for no limit."""
    rest: Units = attrs.field(default=20_000 * 10**6, metadata=QUOTE)
    """Quote units it rests beyond what it takes."""
    most_per_look: Units = attrs.field(default=0, metadata=QUOTE)
    """Most quote units it takes at one look; 0 for no limit."""
    look_interval: Nanos = attrs.field(default=SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the market; a move of the outside price wakes it at once."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(Traded, own=True), On(OutsideMoved, moved_bps=2))
    inventory: Lots = attrs.field(default=0, init=False)
    """Lots bought less lots sold."""
    _open: PlaceOrder = attrs.field(default=PlaceOrder(0, Side.BUY, 0, 0), init=False)
    _open_lots: Lots = attrs.field(default=0, init=False)
    _seen: float = attrs.field(default=0.0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Book own trades; look at the interval and when the outside price moved."""
        if news.kind == START.kind:
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news.is_a(Traded):
            for fill in fills_of(news, desk.me):
                self.inventory += -fill.lots if fill.side else fill.lots
                if fill.order == self._open.order:
                    self._open_lots -= fill.lots
            return []
        return [*self._look(desk), WakeMe(self.look_interval)] if news.kind == TIMER.kind else self._look(desk)

    def _look(self, desk: Desk) -> list[Command]:
        """Trade if the mid is outside the band; take back what rests on the wrong side of the outside price."""
        venue = desk.connections.venues[0]
        instrument, quote = instrument_of(desk, venue), desk.quote(venue)
        outside = outside_mid(desk, instrument)
        self._seen = reference_mid(quote, self._seen)
        if not outside or not self._seen:
            return []
        gap = outside - self._seen
        is_outside = abs(gap) * BPS_ONE > self.within_bps * outside
        commands: list[Command] = []
        if self._open_lots > 0 and (is_outside or self._is_wrong(outside)):
            commands.append(CancelOrder(venue, self._open.order))
            self._open_lots = 0
        if is_outside:
            commands += self._pull(desk, venue, instrument, outside, Side.BUY if gap > 0 else Side.SELL)
        return commands

    def _is_wrong(self, outside: float) -> bool:
        """What rests bids above the outside price, or asks below it."""
        limit = 2 * (self._open.limit or 0)
        return limit < outside if self._open.side else limit > outside

    def _pull(self, desk: Desk, venue: Place, instrument: Instrument, outside: float, side: Side) -> list[Command]:
        """Return the order that brings the mid to half a band from the outside price."""
        half = self.within_bps / 2 / BPS_ONE
        limit = ceil_to_int(outside / 2 * (1 + half)) if side else max(1, floor_to_int(outside / 2 * (1 - half)))
        lots = self._facing(desk, venue, side, limit)
        if self.most_per_look:
            lots = min(lots, lots_worth(self.most_per_look, outside, instrument))
        lots += max(1, lots_worth(self.rest, outside, instrument))
        if self.capital:
            lots = min(lots, lots_worth(self.capital, outside, instrument) - (-self.inventory if side else self.inventory))
        if lots <= 0:
            return []
        self._open = PlaceOrder(venue, side, lots, limit, motive=Motive.ARBITRAGE, order=desk.new_order())
        self._open_lots = lots
        return [self._open]

    def _facing(self, desk: Desk, venue: Place, side: Side, limit: int) -> Lots:
        """Return the lots that rest at the limit or better on the other side, as last published."""
        depth = desk.depth(venue)
        if side:
            return sum(lots for price, lots in depth.bids if price >= limit)
        return sum(lots for price, lots in depth.asks if price <= limit)
