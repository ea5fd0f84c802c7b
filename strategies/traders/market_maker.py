"""Visible liquidity: a market maker that minds its inventory, learns from who trades with it, and leaves when it gets rough.

It rests a ladder on both sides of a centre. The centre is its fair price less the skew of Avellaneda and Stoikov (2008). Its fair
price follows the late quote of the venue when that leaves the centre outside, moves with every trade against it by a share of the
depth the trade ate (Kyle 1985: a trade is news), and moves as the outside price moves, not to where it stands. Eaten rungs come back
after the refill time. When its estimate of volatility rises it widens, then pulls everything and waits: depth in a crash falls by
itself. Model choices: sizes are in quote units at the centre; the depth within 1 % (a clip) is the unit of inventory in the formulae.
"""

from pathlib import Path
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.assets import Instrument
from sim.commands import Command, WakeMe
from sim.fixed import ceil_to_int, floor_to_int, nearest_int
from sim.records import OrderRefused, Traded
from sim.units import BPS_ONE, MINUTE, SECOND, Bps, Lots, Nanos, Place, Units
from sim.vocabulary import Refusal, Side
from strategies.traders.avellaneda_stoikov import decay_for_spread, optimal_spread, reservation_price
from strategies.traders.depth_file import FINE, parse_depth, read_text
from strategies.traders.looks import QUOTE, Fill, fills_of, instrument_of, lots_worth, outside_mid, reference_mid, worth_of
from strategies.traders.resting import Resting
from strategies.traders.rungs import Rungs, clip_of, rungs_within
from strategies.traders.volatility import RealisedVolatility


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class MarketMaker:
    """Quotes both sides of its first venue."""

    spread_bps: Bps = 4
    """Best ask less best bid of its own, when calm and flat."""
    usd_at_1: Units = attrs.field(default=250_000 * 10**6, metadata=QUOTE)
    """Quote units it rests on each side within 1 % of its centre."""
    usd_at_2: Units = attrs.field(default=700_000 * 10**6, metadata=QUOTE)
    """Quote units within 2 %, those within 1 % included."""
    usd_at_5: Units = attrs.field(default=1_800_000 * 10**6, metadata=QUOTE)
    """Quote units within 5 %, those within 2 % included."""
    levels: int = attrs.field(default=8, validator=attrs.validators.ge(3))
    """Rungs a side."""
    ladder: Rungs = ()
    """Instead of the four keys above: what rests at each distance, nearest first."""
    depth_csv: str = ""
    """Instead of all these: a file of measured depth, ``distance_bps,bid_usd,ask_usd`` or ``size_usd,slippage_bps``."""
    inventory_limit: Units = attrs.field(default=3_000_000 * 10**6, metadata=QUOTE)
    """Most quote units' worth of base it will be long or short; beyond, it quotes one side only."""
    refill_time: Nanos = 20 * SECOND
    """How long eaten lots stay missing from a rung."""
    requote_bps: Bps = 2
    """How far a rung may be out of place; far rungs may be out by an eighth of their distance."""
    look_interval: Nanos = attrs.field(default=SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the market."""
    risk_aversion_ppm: int = attrs.field(default=2_000, validator=attrs.validators.ge(1))
    """Gamma of the paper, in millionths per bps and clip."""
    horizon: Nanos = MINUTE
    """Time left, T - t of the paper: how long it expects to sit on inventory."""
    learning_bps: Bps = 6_000
    """Share of the depth a trade ate by which its fair price moves; 0 learns nothing, 10000 leaves all impact in place."""
    follow_bps: Bps = 5_000
    """Share of the distance between its centre and the market's spread that it closes at every look."""
    news_bps: Bps = 10_000
    """Share of every move of the outside price that it makes with its fair price: it heard the news too."""
    anchor_bps: Bps = 0
    """Weight of the outside price's level in its centre: that of a maker who can trade there."""
    calm_volatility_bps: Bps = 10
    """Volatility it starts out from, per root minute."""
    volatility_widen_bps: Bps = 60
    """Volatility per root minute from which all distances grow in proportion."""
    volatility_pull_bps: Bps = 300
    """Volatility per root minute from which it quotes nothing."""
    pause: Nanos = MINUTE
    """Least time it stays away after pulling."""
    stays: bool = False
    """It stays whatever the volatility: distances never grow in proportion, and it never pulls."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(Traded, own=True), On(OrderRefused, own=True))
    inventory: Lots = attrs.field(default=0, init=False)
    """Lots bought less lots sold."""
    is_pulled: bool = attrs.field(default=False, init=False)
    """It stays away from the market."""
    presence_bps: Bps = attrs.field(default=BPS_ONE, init=False)
    """Share of its ladder that it rests now; a shock that withdraws liquidity lowers it."""
    volatility: RealisedVolatility = attrs.field(init=False)
    _rungs: Rungs = attrs.field(init=False)
    _clip: Units = attrs.field(init=False)
    _decay: float = attrs.field(init=False)
    _bids: list[Resting] = attrs.field(init=False)
    _asks: list[Resting] = attrs.field(init=False)
    _depth: str = attrs.field(default="", init=False)
    _venue: Place = attrs.field(default=0, init=False)
    _seen: float = attrs.field(default=0.0, init=False)
    _outside: float = attrs.field(default=0.0, init=False)
    _fair: float = attrs.field(default=0.0, init=False)
    _centre: float = attrs.field(default=0.0, init=False)
    _away_until: Nanos = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        """Plan the ladder; a file of depth is read now and scaled to the quote asset at the start. Raises InputError."""
        depth = [(float(bps), units, units) for bps, units in ((100, self.usd_at_1), (200, self.usd_at_2), (500, self.usd_at_5))]
        self._plan(self.ladder or rungs_within(depth, self._half_spread, self.levels))
        if self.depth_csv:
            self._depth = read_text(Path(self.depth_csv))
            parse_depth(self._depth, FINE, self.depth_csv, self._half_spread, self.levels)
        self._decay = decay_for_spread(self._gamma, 2 * self._half_spread)
        self.volatility = RealisedVolatility(float(self.calm_volatility_bps**2))

    def _plan(self, rungs: Rungs) -> None:
        self._rungs, self._clip = rungs, clip_of(rungs)
        self._bids = [Resting(Side.BUY) for _ in rungs]
        self._asks = [Resting(Side.SELL) for _ in rungs]

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Learn from own trades at once; look and requote at the interval."""
        if news.kind == START.kind:
            self.begin(desk.connections.venues[0], desk)
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news.kind == TIMER.kind:
            return [*self.look(desk), WakeMe(self.look_interval)]
        if news.is_a(OrderRefused):
            return self._hear_no(news, desk)
        for fill in fills_of(news, desk.me):
            self._learn(fill, desk)
        return []

    def begin(self, venue: Place, desk: Desk) -> None:
        """Take a venue to quote on; a file of depth is read in its quote asset."""
        self._venue = venue
        if self._depth:
            quote = instrument_of(desk, venue).quote
            self._plan(parse_depth(self._depth, quote, self.depth_csv, self._half_spread, self.levels))

    def leave(self, until: Nanos) -> None:
        """Stay away from the market until an instant at least, from the next look on."""
        self._away_until = max(self._away_until, until)

    @property
    def away_until(self) -> Nanos:
        """Until when it stays away."""
        return self._away_until

    def worth_of_inventory(self, desk: Desk) -> Units:
        """Return what its inventory is worth either way, in quote units at its centre, rounded up; nothing before its first look."""
        return ceil_to_int(worth_of(abs(self.inventory), self._centre, instrument_of(desk, self._venue))) if self._centre else 0

    @property
    def absorbs_per_percent(self) -> Units:
        """What it buys at once while the price falls by 1 %, in quote units."""
        return self._clip

    # What it knows.

    def _learn(self, fill: Fill, desk: Desk) -> None:
        """Book a trade: inventory, the eaten rung, and what it says about the price.

        A stale order it met by moving its own says nothing: there it was the one who knew more.
        """
        sign = 1 if fill.side == Side.BUY else -1
        self.inventory += sign * fill.lots
        for resting in self._asks if fill.side else self._bids:
            if resting.order == fill.order:
                resting.eat(fill.lots, desk.now + self.refill_time)
        if not fill.was_resting:
            return
        eaten_bps = 100 * worth_of(fill.lots, 2.0 * fill.price, instrument_of(desk, self._venue)) / self._clip
        self._fair *= 1 - sign * min(eaten_bps * self.learning_bps / BPS_ONE, 1_000.0) / BPS_ONE

    def _hear_no(self, news: News, desk: Desk) -> list[Command]:
        """Forget an order the venue does not have; one that is short of funds waits for a refill time."""
        _, order, reason = news.row
        gone = reason == Refusal.UNKNOWN_ORDER
        commands: list[Command] = []
        for resting in (*self._bids, *self._asks):
            if resting.order == order:
                commands += resting.pull(self._venue) if resting.is_moved and not gone else []
                resting.forget(desk.now + (0 if gone else self.refill_time))
        return commands

    def _follow(self, desk: Desk, instrument: Instrument) -> None:
        """Move the fair price by a share of how far the centre lies outside the market's spread.

        Within the spread the market says nothing new: a hole it ate, or the maker's own skew, must not move the fair price.
        """
        quote, outside = desk.quote(self._venue), outside_mid(desk, instrument)
        news = outside / self._outside - 1 if outside and self._outside else 0.0
        self._outside = outside
        self._seen = reference_mid(quote, self._seen) or outside
        if not self._fair or self.is_pulled:
            self._fair = self._seen
            return
        self._fair *= 1 + news * self.news_bps / BPS_ONE
        above = max(0.0, 2.0 * quote.bid - self._centre) if quote.bid else 0.0
        below = max(0.0, self._centre - 2.0 * quote.ask) if quote.ask else 0.0
        self._fair += (above - below) * self.follow_bps / BPS_ONE

    # What it does.

    def look(self, desk: Desk) -> list[Command]:
        """Take the market in, and bring the ladder to where it should be."""
        instrument = instrument_of(desk, self._venue)
        self._follow(desk, instrument)
        if not self._fair:
            return []
        self._judge(desk.now)
        if self.is_pulled:
            return [command for resting in (*self._bids, *self._asks) for command in resting.pull(self._venue)]
        return self._requote(desk, instrument)

    def _judge(self, now: Nanos) -> None:
        """Update the volatility and decide whether to be in the market.

        Away from it, the outside price is the better gauge if there is one: the mid of a book that all have left only bounces.
        """
        was_pulled = self.is_pulled
        self.volatility.see(self._outside if was_pulled and self._outside else self._seen, now)
        if not self.stays and self.volatility.bps >= self.volatility_pull_bps and now >= self._away_until:
            self._away_until = now + self.pause
        self.is_pulled = now < self._away_until
        if self.is_pulled != was_pulled:
            self.volatility.forget_mid()

    def _requote(self, desk: Desk, instrument: Instrument) -> list[Command]:
        """Return what moves, refills or places rungs; the side that retreats goes first, so that it never meets itself."""
        before, extra = self._centre, self._aim(instrument)
        limit = lots_worth(self.inventory_limit, self._centre, instrument)
        bids = self._tend(self._bids, extra, limit - self.inventory, desk, instrument)
        asks = self._tend(self._asks, extra, limit + self.inventory, desk, instrument)
        return bids + asks if self._centre < before else asks + bids

    def _aim(self, instrument: Instrument) -> float:
        """Set the centre, and return the bps that volatility adds to every distance.

        The formulae hear of volatility up to the limit from which the maker widens: beyond it, leaning ever harder against its
        inventory would only make the volatility that it flees.
        """
        minutes, volatility = self.horizon / MINUTE, min(self.volatility.bps, float(self.volatility_widen_bps))
        clips = worth_of(self.inventory, self._fair, instrument) / self._clip
        skew = max(-2_000.0, min(reservation_price(0.0, clips, self._gamma, volatility, minutes), 2_000.0))
        pull = (self._outside - self._fair) * self.anchor_bps / BPS_ONE if self._outside else 0.0
        self._centre = (self._fair + pull) * (1 + skew / BPS_ONE)
        return optimal_spread(self._gamma, volatility, minutes, self._decay) / 2 - self._half_spread

    def _tend(self, side: list[Resting], extra: float, room: Lots, desk: Desk, instrument: Instrument) -> list[Command]:
        """Return the commands of one side, nearest rung first, as far as there is room for inventory."""
        commands: list[Command] = []
        stretch = 1.0 if self.stays else max(1.0, self.volatility.bps / max(self.volatility_widen_bps, 1))
        mid, lots_per_unit = self._centre / 2, 2 * self.presence_bps / (self._centre * instrument.step * BPS_ONE)
        for resting, rung in zip(side, self._rungs, strict=True):
            away = min((rung.distance_bps + extra) * stretch, 9_000.0)
            lots = max(0, min(nearest_int((rung.ask if resting.side else rung.bid) * lots_per_unit), room))
            room -= lots
            limit = _limit(mid, resting.side, away)
            tolerance = floor_to_int(max(float(self.requote_bps), away / 8) * limit / BPS_ONE)
            commands += resting.tend(self._venue, limit, lots, tolerance, desk)
        return commands

    @property
    def _half_spread(self) -> float:
        return max(self.spread_bps, 1) / 2

    @property
    def _gamma(self) -> float:
        return self.risk_aversion_ppm / 10**6


def _limit(mid: float, side: Side, away_bps: float) -> int:
    """Return the limit so far from a mid in ticks, rounded away from it."""
    if side:
        return ceil_to_int(mid * (1 + away_bps / BPS_ONE))
    return max(1, floor_to_int(mid * (1 - away_bps / BPS_ONE)))
