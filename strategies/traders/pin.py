"""The outside market itself, standing on a venue: whatever leaves its band is traded away, whatever comes is taken.

For paths of role ``pinned``: the path *is* the market, so a venue of the pair cannot be elsewhere for longer than this mind's
look, and no size moves it. It rests a bid and an ask at the edges of the band, as large as the outside is, and moves them with
the path; an edge that meets orders of others trades with them. Nobody should read a price effect off a pinned run.
"""

from collections.abc import Iterator
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.seat import Seat
from sim.agents.strategy import START, TIMER, News, On
from sim.assets import Instrument
from sim.commands import CancelOrder, Command, PlaceOrder, WakeMe
from sim.fixed import mul_div_down, mul_div_up
from sim.records import OutsideMoved, Traded
from sim.units import BPS_ONE, SECOND, Bps, Lots, Nanos, Place, Price, Ticks
from sim.vocabulary import Motive, Side


@attrs.define
class Pin:
    """Holds the mid of its first venue within a band of the outside price."""

    band: Bps = attrs.field(default=10, validator=attrs.validators.ge(1))
    """Half the width of what it rests: its bid and its ask stand this far from the outside price."""
    size: Lots = attrs.field(default=10**9, validator=attrs.validators.ge(1))
    """Lots at each edge."""
    look_interval: Nanos = attrs.field(default=SECOND, validator=attrs.validators.ge(1))
    """Time between two looks; a move of the outside price wakes it at once."""

    def misfits(self, seat: Seat) -> Iterator[str]:
        """Say which of its edges its funds do not cover at the opening price: a venue refuses such an order, and one edge is no band."""
        market = seat.market
        if market is None:
            return
        bid, _ = self._band(market, seat.opening)
        for edge, needed, has, asset in (
            ("bid", market.notional(bid, self.size), seat.quote, market.quote),
            ("ask", self.size * market.lot, seat.base, market.base),
        ):
            if has < needed:
                worth, held = (f"{units // asset.unit:_} {asset.symbol}" for units in (needed + asset.unit - 1, has))
                yield (
                    f"parameters.size is {self.size} lots, a {edge} of {worth} at the opening price, and venue_funds has {held}; "
                    "give more of it, or fewer lots"
                )

    wakes_on: ClassVar[tuple[On, ...]] = (On(OutsideMoved, moved_bps=1), On(Traded, own=True))
    _edges: tuple[Ticks, Ticks] = attrs.field(default=(0, 0), init=False)
    _orders: tuple[int, ...] = attrs.field(default=(), init=False)
    _is_eaten: bool = attrs.field(default=False, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Move the edges when the path has moved or somebody ate of them."""
        if news.is_a(Traded):
            self._is_eaten = True
            return []
        commands = self._stand(desk, desk.connections.venues[0])
        if news.kind in (START.kind, TIMER.kind):
            commands.append(WakeMe(self.look_interval))
        return commands

    def _band(self, instrument: Instrument, outside: Price) -> tuple[Ticks, Ticks]:
        """Return where its bid and its ask stand around an outside price."""
        bid = max(1, instrument.ticks_of_price_8(mul_div_down(outside, BPS_ONE - self.band, BPS_ONE)))
        return bid, max(bid + 1, instrument.ticks_of_price_8(mul_div_up(outside, BPS_ONE + self.band, BPS_ONE)) + 1)

    def _stand(self, desk: Desk, venue: Place) -> list[Command]:
        outside = desk.outside().price
        if not outside:
            return []
        instrument = desk.connections.terms[venue].instrument
        bid, ask = self._band(instrument, outside)
        if (bid, ask) == self._edges and not self._is_eaten:
            return []
        commands: list[Command] = [CancelOrder(venue, order) for order in self._orders]
        self._edges, self._is_eaten = (bid, ask), False
        self._orders = (desk.new_order(), desk.new_order())
        for order, side, limit in zip(self._orders, (Side.BUY, Side.SELL), (bid, ask), strict=True):
            commands.append(PlaceOrder(venue, side, self.size, limit, motive=Motive.ARBITRAGE, order=order))
        return commands
