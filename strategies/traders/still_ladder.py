"""A book that stands still: orders placed once, never moved, never refilled. For scenarios that are checked by hand.

What such a book takes is arithmetic: so many lots a step. Nobody trades like this; it is a ruler, not a model.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, News, On
from sim.commands import Command, PlaceOrder
from sim.units import Lots, Ticks
from sim.vocabulary import Motive, Side


@attrs.define
class StillLadder:
    """Rests the same lots at every step away from a best bid and a best ask."""

    best_bid: Ticks = attrs.field(validator=attrs.validators.ge(1))
    """Its first bid."""
    best_ask: Ticks = attrs.field(validator=attrs.validators.ge(1))
    """Its first ask."""
    step: Ticks = attrs.field(validator=attrs.validators.ge(1))
    """Distance of two levels."""
    lots: Lots = attrs.field(validator=attrs.validators.ge(1))
    """Size of each level."""
    levels: int = attrs.field(default=20, validator=attrs.validators.ge(1))
    """Levels a side."""

    wakes_on: ClassVar[tuple[On, ...]] = ()

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Place everything at the start; do nothing ever after."""
        if news.kind != START.kind:
            return []
        venue = desk.connections.venues[0]
        bids = [(Side.BUY, self.best_bid - level * self.step) for level in range(self.levels)]
        asks = [(Side.SELL, self.best_ask + level * self.step) for level in range(self.levels)]
        return [
            PlaceOrder(venue, side, self.lots, limit, motive=Motive.MARKET_MAKING, order=desk.new_order())
            for side, limit in (*bids, *asks)
            if limit > 0
        ]
