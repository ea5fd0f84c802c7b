"""The analysis ``quality``: every measure of market quality, of every venue and every pair of prices.

Memory: a price by the second and a few sums for every venue, 50 bytes a second of the run each, however long its tape; and see ``motives``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from sim.cascade import Stretch
from sim.facts import Facts, VenueFacts
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import Figures, Prices, asset_of, at_place, price_scale
from sim.metrics.oracle import venues_of
from sim.metrics.quality import depth, metaorders
from sim.metrics.quality.depth import Depth
from sim.metrics.quality.dispersion import Dispersion, groups
from sim.metrics.quality.hot_potato import HotPotato
from sim.metrics.quality.impulse import Impulse
from sim.metrics.quality.lead_lag import BETWEEN_VENUES, TO_DELAYED, TO_FEEDS, LeadLag
from sim.metrics.quality.metaorders import Metaorders
from sim.metrics.quality.motives import Motives
from sim.metrics.quality.order_flow import OrderFlow
from sim.metrics.quality.reading import Look, Series, look, reached
from sim.metrics.quality.recovery import recovery
from sim.metrics.quality.spans import deepest_fall
from sim.metrics.quality.spread import Spread
from sim.metrics.quality.volatility import Volatility
from sim.records.agents import ShockStruck
from sim.records.oracle import PricePosted
from sim.units import SECOND, Nanos, Place

_DEPTH = ("venue", "at_ns", *depth.COLUMNS)
_IMPULSE = ("venue", "horizon_ns", "to_trades_bps", "seconds", "to_shock_bps", "outside_after_shock_bps")
_MOTIVES = ("venue", "motive", "came", "came_share", "rested", "rested_share")
_LEAD_LAG = ("first", "second", "first_leads_ns", "correlation")
_ORDER_FLOW = ("venue", "at_ns", "slope_ticks_per_lot", "standard_error", "r_squared", "lots_at_best")


@attrs.define
class VenueQuality:
    """One venue."""

    facts: Facts
    venue: VenueFacts
    mids: Series = attrs.field(factory=lambda: Series(SECOND))
    outside: Series = attrs.field(factory=lambda: Series(SECOND))
    spread: Spread = attrs.field(factory=Spread)
    depth: Depth = attrs.field(init=False)
    impulse: Impulse = attrs.field(factory=Impulse)
    metaorders: Metaorders = attrs.field(init=False)
    hot_potato: HotPotato = attrs.field(init=False)
    motives: Motives = attrs.field(init=False)
    order_flow: OrderFlow = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn the sizes of lot and tick."""
        whole = self.venue.lot / asset_of(self.facts, self.venue.base).unit
        self.depth, self.motives, self.hot_potato = Depth(whole), Motives(whole), HotPotato(whole)
        self.metaorders = Metaorders(self.facts, whole)
        self.order_flow = OrderFlow(price_scale(self.facts, self.venue))

    def take(self, look: Look) -> None:
        """Read the next entries."""
        self.mids.take(look.mids, look.until)
        self.outside.take(look.outside, look.until)
        for each in (self.spread, self.depth, self.impulse, self.metaorders, self.hot_potato, self.motives, self.order_flow):
            each.take(look)


@attrs.define
class QualityMetric:
    """How good the markets of all venues were: spread, depth, volatility, impact, recovery, who traded with whom, who led."""

    facts: Facts
    venues: dict[Place, VenueQuality] = attrs.field(init=False)
    pairs: list[Dispersion] = attrs.field(init=False)
    leads: list[tuple[LeadLag, Place, Place]] = attrs.field(init=False)
    """With the places of both prices."""
    shock: Nanos | None = attrs.field(default=None, init=False)
    """When the first struck."""
    _until: Nanos = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        """Watch every venue, every pair on several of them, and every feed that reads one."""
        venues = self.facts.venues
        self.venues = {venue.place: VenueQuality(self.facts, venue) for venue in venues}
        self.pairs = [Dispersion(self.facts, group) for group in groups(venues)]
        between = [
            (LeadLag(one.name, other.name, "venues", *BETWEEN_VENUES), one.place, other.place)
            for number, one in enumerate(venues)
            for other in venues[number + 1 :]
            if one.base == other.base
        ]
        to_feeds = [
            (LeadLag(venue.name, feed.name, "feed", *(TO_DELAYED if feed.kind == "delayed" else TO_FEEDS)), venue.place, feed.place)
            for feed in self.facts.feeds
            for venue, _ in venues_of(self.facts, feed)
        ]
        self.leads = between + to_feeds

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self._until = until = reached(stretch, self._until)
        struck = stretch.columns(ShockStruck)
        if self.shock is None and len(struck["seq"]):
            self.shock = int(struck["at_ns"][0])
        looks = {place: look(stretch, self.facts, each.venue, until) for place, each in self.venues.items()}
        for place, each in self.venues.items():
            each.take(looks[place])
        for pair in self.pairs:
            pair.take(looks)
        prices = {place: each.mids for place, each in looks.items()} | {
            feed.place: Prices(*at_place(stretch.columns(PricePosted), feed.place, "seq", "at_ns", "price")) for feed in self.facts.feeds
        }
        for each_lead, first, second in self.leads:
            each_lead.take(prices[first], prices[second], until)

    def figures(self) -> Figures:
        """Return, by measure, a row for every venue, pair of prices, or motive."""
        found: Figures = {}
        for each in self.venues.values():
            for measure, figures in self._of(each).items():
                found.setdefault(measure, []).append({"venue": each.venue.name, **figures})
        found["volume_by_motive"] = _dicts(_MOTIVES, self._motives())
        found["dispersion"] = [pair.figures() for pair in self.pairs]
        found["lead_lag"] = [lead.figures() for lead, _, _ in self.leads]
        return found

    def tables(self, name: Names) -> dict[str, Table]:
        """Return the series and curves behind the figures."""
        venues = self.venues.values()
        return {
            "depth": _table(_DEPTH, [row for each in venues for row in each.depth.rows(each.venue.name)]),
            "impulse": _table(_IMPULSE, [row for each in venues for row in self._impulse(each)]),
            "metaorders": _table(metaorders.COLUMNS, [row for each in venues for row in self._metaorders(each)]),
            "motives": _table(_MOTIVES, self._motives()),
            "lead_lag": _table(_LEAD_LAG, [row for lead, _, _ in self.leads for row in lead.rows()]),
            "order_flow": _table(
                _ORDER_FLOW, [(each.venue.name, *row) for each in venues for row in each.order_flow.rows(each.mids.values)]
            ),
        }

    def _of(self, each: VenueQuality) -> dict[str, Figures]:
        mids, outside = each.mids.values, each.outside.values
        return {
            "spread": each.spread.figures(),
            "depth": each.depth.figures(),
            "volatility": Volatility(mids, outside, self.shock).figures(),
            "impulse": each.impulse.figures(mids, outside, self.shock),
            "metaorders": metaorders.growth(self._metaorders(each)),
            "recovery": recovery(mids, outside),
            "hot_potato": each.hot_potato.figures(deepest_fall(mids), len(mids)),
            "order_flow": each.order_flow.figures(mids),
        }

    def _motives(self) -> list[tuple[Any, ...]]:
        return [(each.venue.name, *row) for each in self.venues.values() for row in each.motives.rows()]

    def _metaorders(self, each: VenueQuality) -> list[tuple[Any, ...]]:
        return [(each.venue.name, *row) for row in each.metaorders.rows(each.mids.values, each.outside.values)]

    def _impulse(self, each: VenueQuality) -> Iterable[tuple[Any, ...]]:
        rows = each.impulse.rows(each.mids.values, each.outside.values, self.shock)
        return [(each.venue.name, seconds * SECOND, *row) for seconds, *row in rows]


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    return {column: [row[place] for row in rows] for place, column in enumerate(columns)}


def _dicts(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Figures]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
