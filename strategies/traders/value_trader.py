"""Latent liquidity: a value trader buys below its own idea of the price and sells above, with capital that comes back slowly.

Its value is its late and noisy view of the outside price: an offset drawn once, a slow wandering, and a slow belief that the market may
be right. The further the market stands
from it, the more it wants to hold: demand grows with distance, as in latent order books (Toth et al. 2011, "Anomalous price impact
and the critical nature of liquidity", Phys. Rev. X 1; Donier et al. 2015), which is what makes impact concave in size. What it has
traded counts against its wish until the recycle time has passed; then it wishes anew, and the impact decays. It works its wishes
off patiently, and never pays more than its wish is worth. With a side of the book gone it bids (or offers) at a distance of its own.
"""

import math
from collections import deque
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.assets import Instrument
from sim.commands import CancelOrder, Command, PlaceOrder, WakeMe
from sim.fixed import ceil_to_int, floor_to_int
from sim.records import Traded
from sim.units import BPS_ONE, HOUR, MINUTE, SECOND, Bps, Nanos, Place, Units
from sim.views import Quote
from sim.vocabulary import Side, TimeInForce
from strategies.traders.looks import QUOTE, affordable, fills_of, instrument_of, lots_worth, outside_mid, reference_mid


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class ValueTrader:
    """Trades towards its own idea of the price on its first venue."""

    demand_per_percent: Units = attrs.field(default=400_000 * 10**6, metadata=QUOTE)
    """Quote units it wants to have bought when the mid stands 1 % below its value (beyond the threshold)."""
    steepness_bps: Bps = 30_000
    """Power with which the wish grows with distance, in 1/10000: 10000 is linear, 30000 cubic."""
    capital: Units = attrs.field(default=4_000_000 * 10**6, metadata=QUOTE)
    """Most quote units it has out at once, either way."""
    recycle_time: Nanos = attrs.field(default=2 * HOUR, validator=attrs.validators.ge(1))
    """How long spent capital stays spent: the median over traders."""
    recycle_sigma_bps: Bps = 12_000
    """Deviation of the logarithm of recycle times over traders; each draws its own at the start."""
    threshold_bps: Bps = 5
    """Distance from its value within which it does nothing."""
    noise_bps: Bps = 15
    """Deviation over traders of the offset each draws at the start."""
    wander_bps: Bps = 5
    """Deviation in time of the wandering part of its value."""
    wander_time: Nanos = attrs.field(default=30 * MINUTE, validator=attrs.validators.ge(1))
    """How long the wandering part remembers."""
    belief_time: Nanos = 12 * HOUR
    """How long a market must stand elsewhere for it to move most of its value there; 0 is never. Why part of an impact lasts."""
    patience: Nanos = attrs.field(default=2 * MINUTE, validator=attrs.validators.ge(1))
    """Time over which a wish is worked off."""
    look_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the market."""
    bare_bps: Bps = 200
    """With no bid in the book it bids, and with no ask it offers, as if the price stood this far from its value."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(Traded, own=True),)
    _offset: float = attrs.field(default=0.0, init=False)
    _wandering: float = attrs.field(default=0.0, init=False)
    _belief: float = attrs.field(default=0.0, init=False)
    _recycle: Nanos = attrs.field(default=0, init=False)
    _spent: deque[tuple[Nanos, int]] = attrs.field(factory=deque, init=False)
    """When it comes back, and how much: bought positive, sold negative."""
    _net: int = attrs.field(default=0, init=False)
    _open: PlaceOrder = attrs.field(default=PlaceOrder(0, Side.BUY, 0, 0), init=False)
    """The last order that it left resting, which it does only in a book with a bare side."""
    _open_lots: int = attrs.field(default=0, init=False)
    _seen: float = attrs.field(default=0.0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Book own trades at once; look at the interval."""
        if news.kind == START.kind:
            return [self._begin(desk)]
        if news.kind == TIMER.kind:
            return [*self._look(desk), WakeMe(self.look_interval)]
        for fill in fills_of(news, desk.me):
            units = instrument_of(desk, news.place).notional(fill.price, fill.lots)
            self._book(-units if fill.side else units, desk.now + self._recycle)
            if fill.order == self._open.order:
                self._open_lots -= fill.lots
        return []

    @property
    def absorbs_per_percent(self) -> Units:
        """What it wants to buy when the price has fallen by 1 %, in quote units."""
        return min(self.demand_per_percent, self.capital)

    def _begin(self, desk: Desk) -> WakeMe:
        """Draw what sets this trader apart."""
        dice = desk.dice
        self._offset = dice.normal() * self.noise_bps
        self._wandering = dice.normal() * self.wander_bps
        self._recycle = floor_to_int(dice.lognormal(self.recycle_time, self.recycle_sigma_bps / BPS_ONE))
        return WakeMe(1 + floor_to_int(dice.uniform() * self.look_interval))

    def _book(self, units: int, until: Nanos) -> None:
        self._spent.append((until, units))
        self._net += units

    def _look(self, desk: Desk) -> list[Command]:
        """Take back what nobody needs any more, and send the next slice of the wish."""
        venue = desk.connections.venues[0]
        instrument, value = instrument_of(desk, venue), self._value(desk)
        self._recycle_until(desk.now)
        quote = desk.quote(venue)
        self._seen = reference_mid(quote, self._seen)
        order = self._trade(desk, venue, self._without_own(quote), value, instrument) if value else None
        if not self._open_lots or (order and self._is_as_good(order)):
            commands: list[Command] = []
        else:
            commands = [CancelOrder(venue, self._open.order)]
            self._open_lots = 0
        if not order or self._open_lots:
            return commands
        if order.tif == TimeInForce.GTC:
            self._open, self._open_lots = order, order.lots
        return [*commands, order]

    def _without_own(self, quote: Quote) -> Quote:
        """Return the quote as if its own resting order were not the best."""
        if self._open_lots and self._open.side == Side.BUY and quote.bid == self._open.limit:
            return quote._replace(bid=0, bid_lots=0)
        if self._open_lots and self._open.side == Side.SELL and quote.ask == self._open.limit:
            return quote._replace(ask=0, ask_lots=0)
        return quote

    def _is_as_good(self, order: PlaceOrder) -> bool:
        """The order that rests does what this one would: same side, and within an eighth of the bare distance."""
        ours, theirs = self._open.limit or 0, order.limit or 0
        near = abs(ours - theirs) * 8 * BPS_ONE <= self.bare_bps * theirs
        return order.tif == TimeInForce.GTC and order.side == self._open.side and near

    def _trade(self, desk: Desk, venue: Place, quote: Quote, value: float, instrument: Instrument) -> PlaceOrder | None:
        """Return the order that its wish calls for now, if any; only in a book with a bare side does it rest."""
        distance = self._distance(quote, value)
        wish = self._wish(distance) - self._net
        if wish * distance <= 0:
            return None
        side = Side.BUY if wish > 0 else Side.SELL
        share = min(1.0, self.look_interval / self.patience)
        lots = affordable(desk, venue, side, value, lots_worth(abs(wish) * share, value, instrument))
        if lots <= 0:
            return None
        tif = TimeInForce.IOC if quote.bid and quote.ask else TimeInForce.GTC
        return PlaceOrder(venue, side, lots, self._limit(side, quote, value), tif, order=desk.new_order())

    def _distance(self, quote: Quote, value: float) -> float:
        """Return how many bps the market stands below its value (negative: above); a bare side counts as far away."""
        if not quote.bid:
            return float(self.bare_bps)
        if not quote.ask:
            return -float(self.bare_bps)
        return (value - self._seen) / value * BPS_ONE

    def _wish(self, distance: float) -> float:
        """Return the quote units it wants to have out at a distance in bps; short of nothing at most its capital."""
        percent = min(max(0.0, abs(distance) - self.threshold_bps) / 100, 100.0)
        wish = min(self.demand_per_percent * math.pow(percent, self.steepness_bps / BPS_ONE), float(self.capital))
        return math.copysign(wish, distance)

    def _limit(self, side: Side, quote: Quote, value: float) -> int:
        """Return the best facing price, but no worse than what the wish already met is worth."""
        met = max(0, -self._net if side else self._net) / self.demand_per_percent
        away = (self.threshold_bps + 100 * math.pow(met, BPS_ONE / self.steepness_bps)) / BPS_ONE
        away = min(max(away, self.bare_bps / BPS_ONE if not (quote.ask if side else quote.bid) else 0.0), 0.9)
        if side:
            return max(quote.bid, ceil_to_int(value / 2 * (1 + away)))
        worth = max(1, floor_to_int(value / 2 * (1 - away)))
        return min(quote.ask, worth) if quote.ask else worth

    def _recycle_until(self, now: Nanos) -> None:
        while self._spent and self._spent[0][0] <= now:
            self._net -= self._spent.popleft()[1]

    def _value(self, desk: Desk) -> float:
        """Return its idea of the price in half ticks, with this look's step of wandering and belief; 0 before the outside was heard."""
        kept = math.exp(-self.look_interval / self.wander_time)
        self._wandering = kept * self._wandering + math.sqrt(1 - kept * kept) * self.wander_bps * desk.dice.normal()
        outside = outside_mid(desk, instrument_of(desk, desk.connections.venues[0]))
        value = outside * (1 + (self._offset + self._wandering + self._belief) / BPS_ONE)
        if value and self._seen and self.belief_time:
            gap = max(-1_000.0, min((self._seen / value - 1) * BPS_ONE, 1_000.0))
            self._belief += gap * min(1.0, self.look_interval / self.belief_time)
        return value
