"""One rung of a maker's ladder as it stands in the book: its order, what was eaten of it, and when that is put back.

The rung follows the maker's centre. A trade eats lots; they are missing from every later order of the rung until the refill time
has passed, however often it moves. Small changes are left alone: a moved order loses its place in the queue.
"""

import attrs

from sim.agents.desk import Desk
from sim.commands import CancelOrder, Command, PlaceOrder, RepriceOrder
from sim.units import Lots, Nanos, Place, Ticks
from sim.vocabulary import Motive, Side


@attrs.define
class Resting:
    """A rung and its order, as far as the maker has heard."""

    side: Side
    order: int = 0
    """0 when none rests."""
    limit: Ticks = 0
    lots: Lots = 0
    """Left in the book."""
    eaten: Lots = 0
    """Traded and not yet put back."""
    refill_at: Nanos = 0
    is_moved: bool = False
    """It was placed long ago and moved since: a refusal means that it rests where it was."""

    def eat(self, lots: Lots, refill_at: Nanos) -> None:
        """Take note of a trade; the first one after a refill starts the wait."""
        if not self.eaten:
            self.refill_at = refill_at
        self.eaten += lots
        self.lots -= lots
        if self.lots <= 0:
            self.order = 0

    def forget(self, until: Nanos) -> None:
        """The venue does not have this order; try again from an instant on."""
        self.order = 0
        self.lots = 0
        self.refill_at = until

    def pull(self, venue: Place) -> list[Command]:
        """Return what takes the order out of the book."""
        if not self.order:
            return []
        command = CancelOrder(venue, self.order)
        self.order = 0
        self.lots = 0
        return [command]

    def tend(self, venue: Place, limit: Ticks, lots: Lots, tolerance: Ticks, desk: Desk) -> list[Command]:
        """Return what brings the order to a limit and a size, if it is far enough from them."""
        if desk.now >= self.refill_at:
            self.eaten = 0
        wanted = lots - self.eaten
        if wanted <= 0:
            return self.pull(venue)
        if not self.order:
            return self._place(venue, limit, wanted, desk)
        # A tenth more or less, from a moved price or from room for inventory, is not worth the place in the queue.
        if abs(limit - self.limit) <= tolerance and 10 * abs(wanted - self.lots) <= wanted:
            return []
        self.limit, self.lots, self.is_moved = limit, wanted, True
        return [RepriceOrder(venue, self.order, limit, wanted)]

    def _place(self, venue: Place, limit: Ticks, lots: Lots, desk: Desk) -> list[Command]:
        if desk.now < self.refill_at and not self.eaten:
            return []
        self.order, self.limit, self.lots, self.is_moved = desk.new_order(), limit, lots, False
        return [PlaceOrder(venue, self.side, lots, limit, motive=Motive.MARKET_MAKING, order=self.order)]
