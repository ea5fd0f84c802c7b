"""A house of makers: one maker for each of its venues, one limit of inventory for all, and one nerve.

On each venue it quotes as a ``market_maker`` with the same ladder would. What one of them has filled leaves the others less room; and
when one has to leave because its market got rough, all leave: the capital behind them is the same. So what happens on one venue is
felt on the others, though nobody sold anything there. Left out: hedging on one venue what was filled on another.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import Command, WakeMe
from sim.fixed import floor_to_int
from sim.records import OrderRefused, Traded
from sim.units import BPS_ONE, MINUTE, SECOND, Bps, Nanos, Place, Units
from strategies.traders.looks import QUOTE
from strategies.traders.market_maker import MarketMaker


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class MakerHouse:
    """Quotes both sides of all its venues."""

    spread_bps: Bps = 4
    """Best ask less best bid of its own, when calm and flat."""
    usd_at_1: Units = attrs.field(default=250_000 * 10**6, metadata=QUOTE)
    """Quote units it rests on each side of each venue within 1 % of its centre."""
    usd_at_2: Units = attrs.field(default=700_000 * 10**6, metadata=QUOTE)
    """Quote units within 2 %, those within 1 % included."""
    usd_at_5: Units = attrs.field(default=1_800_000 * 10**6, metadata=QUOTE)
    """Quote units within 5 %, those within 2 % included."""
    inventory_limit: Units = attrs.field(default=3_000_000 * 10**6, metadata=QUOTE)
    """Most quote units' worth of base it will be long or short, all venues together."""
    look_interval: Nanos = attrs.field(default=SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at its markets."""
    risk_aversion_ppm: int = attrs.field(default=2_000, validator=attrs.validators.ge(1))
    """Gamma of Avellaneda and Stoikov, in millionths per bps and clip."""
    learning_bps: Bps = 6_000
    """Share of the depth a trade ate by which the fair price of its venue moves."""
    volatility_widen_bps: Bps = 60
    """Volatility per root minute from which all distances on a venue grow in proportion."""
    volatility_pull_bps: Bps = 300
    """Volatility per root minute, on any venue, from which it quotes nothing on all of them."""
    pause: Nanos = MINUTE
    """Least time it stays away after pulling."""
    stays: bool = False
    """It stays whatever the volatility."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(Traded, own=True), On(OrderRefused, own=True))
    quotes_everywhere: ClassVar[bool] = True
    """It quotes on all of its venues with one limit."""
    presence_bps: Bps = attrs.field(default=BPS_ONE, init=False)
    """Share of its ladders that it rests now; a shock that withdraws liquidity lowers it."""
    _makers: dict[Place, MarketMaker] = attrs.field(factory=dict, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Hand what was heard to the maker of its venue; look at all markets at the interval."""
        if news.kind == START.kind:
            for venue in desk.connections.venues:
                self._makers[venue] = self._maker()
                self._makers[venue].begin(venue, desk)
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news.kind == TIMER.kind:
            return [*self._look(desk), WakeMe(self.look_interval)]
        return self._makers[news.place].decide(news, desk)

    @property
    def absorbs_per_percent(self) -> Units:
        """What it buys at once on each venue while the price falls by 1 %, in quote units."""
        return self._maker().absorbs_per_percent

    def _maker(self) -> MarketMaker:
        """Return a maker for one venue."""
        shared = {field.name for field in attrs.fields(MarketMaker)}
        own = [field.name for field in attrs.fields(type(self)) if field.init and field.name in shared]
        return MarketMaker(**{name: getattr(self, name) for name in own})

    def _look(self, desk: Desk) -> list[Command]:
        """Leave everywhere if anywhere; share what room there is; then let each maker look."""
        away_until = max(maker.away_until for maker in self._makers.values())
        taken = {venue: maker.worth_of_inventory(desk) for venue, maker in self._makers.items()}
        commands: list[Command] = []
        for venue, maker in self._makers.items():
            maker.leave(away_until)
            maker.presence_bps = self.presence_bps
            maker.inventory_limit = max(0, self.inventory_limit - sum(taken.values()) + taken[venue])
            commands += maker.look(desk)
        return commands
