"""What the venues went through: drawdown, distance from the fundamental price, volume and how much of it was forced, depth.

The headline figures are those of the scenario's first venue; with several venues each has its own under ``venues``. Drawdown is
from the running peak of the mid. Where a book is hollow its mid lies halfway to nowhere: beside it stand the lowest price at which
anybody traded, against the first mid, and the spread at the trough. Against the fundamental, drawdown is the deepest the mid stood
below the outside price. Depth is what rests within 1 % of the mid on both sides; its opening is the most seen in the first minute,
while makers are setting up.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.origin import FORCED, SALES
from sim.facts import Facts, VenueFacts
from sim.metrics.fold import Figures, Floats, Integers, Prices, asset_of, at_place, bps, mids, money, price_scale, spreads, sums_by_asset
from sim.records.agents import Burned, OutsideMoved
from sim.records.market import DepthSampled, OrderAccepted, Traded
from sim.units import MINUTE, AssetId, Lots, Units
from sim.vocabulary import Side


@attrs.define
class VenueMetric:
    """One venue."""

    facts: Facts
    venue: VenueFacts
    peak: float = 0.0
    drawdown: float = 0.0
    spread_at_trough: float | None = None
    lowest_trade: float | None = None
    below_fundamental: float = 0.0
    first: float = 0.0
    last: float = 0.0
    outside: float = 0.0
    lots: Lots = 0
    forced_lots: Lots = 0
    sold: dict[AssetId, Units] = attrs.field(factory=dict)
    """Units given away by sales after (or ahead of) liquidations, by asset."""
    opening_depth: Lots = 0
    least_depth: Lots | None = None
    _forced: dict[int, int] = attrs.field(factory=dict)
    """Orders that were forced, with their motives."""

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        prices = mids(stretch, self.facts, self.venue)
        self._fundamental(stretch, prices)
        self._drawdown(prices, spreads(stretch, self.venue))
        self._volume(stretch)
        self._depth(stretch)

    def figures(self) -> Figures:
        """Return the venue's figures."""
        return {
            "drawdown_bps": bps(self.drawdown),
            "drawdown_vs_fundamental_bps": bps(self.below_fundamental) if self.outside else None,
            "return_at_end_bps": bps(self.last / self.first - 1) if self.first else 0.0,
            "forced_share_of_volume": round(self.forced_lots / self.lots, 6) if self.lots else 0.0,
            "drawdown_traded_bps": self._drawdown_traded(),
            "spread_at_trough_bps": None if self.spread_at_trough is None else bps(self.spread_at_trough),
            "volume": money({self.venue.base: self.lots * self.venue.lot}, self.facts),
            "depth_worst_share": self._depth_share(),
        }

    def _drawdown(self, prices: Prices, spreads: Floats) -> None:
        if not len(prices.values):
            return
        peaks = np.maximum.accumulate(np.concatenate([[self.peak], prices.values]))[1:]
        falls = 1 - prices.values / peaks
        deepest = int(np.argmax(falls))
        if self.spread_at_trough is None or falls[deepest] > self.drawdown:
            self.drawdown, self.spread_at_trough = float(falls[deepest]), float(spreads[deepest])
        self.peak = float(peaks[-1])
        self.first = self.first or float(prices.values[0])
        self.last = float(prices.values[-1])

    def _drawdown_traded(self) -> float | None:
        """Return how far the lowest trade was below the first mid; None without either, 0 if every trade was above."""
        if self.lowest_trade is None or not self.first:
            return None
        return bps(max(0.0, 1 - self.lowest_trade / self.first))

    def _fundamental(self, stretch: Stretch, prices: Prices) -> None:
        """Look whenever the mid or the outside price moved."""
        seqs, instants, values = at_place(stretch.columns(OutsideMoved), self.facts.outside, "seq", "at_ns", "price")
        outside = Prices(seqs, instants, values.astype(float))
        below = np.concatenate(
            [_below(prices.values, outside.at(prices.seqs, self.outside)), _below(prices.at(seqs, self.last), outside.values)]
        )
        self.below_fundamental = max(self.below_fundamental, float(np.max(below, initial=0.0)))
        self.outside = outside.last(self.outside)

    def _volume(self, stretch: Stretch) -> None:
        orders, motives = at_place(stretch.columns(OrderAccepted), self.venue.place, "order", "motive")
        for each in np.flatnonzero(np.isin(motives, FORCED)):
            self._forced[int(orders[each])] = int(motives[each])
        columns = at_place(stretch.columns(Traded), self.venue.place, "taker_order", "maker_order", "lots", "price", "aggressor")
        takers, makers, lots, prices, aggressors = columns
        self.lots += int(lots.sum())
        if len(prices):
            lowest = float(prices.min()) * price_scale(self.facts, self.venue)
            self.lowest_trade = lowest if self.lowest_trade is None else min(self.lowest_trade, lowest)
        forced = np.array(list(self._forced), np.int64)
        is_forced = np.isin(takers, forced) | np.isin(makers, forced)
        self.forced_lots += int(lots[is_forced].sum())
        for each in np.flatnonzero(is_forced):
            aggressor = int(aggressors[each])
            self._sold(int(takers[each]), aggressor, int(lots[each]), int(prices[each]))
            self._sold(int(makers[each]), 1 - aggressor, int(lots[each]), int(prices[each]))
        # Seized units that a twin's switch sends outside are sold too, though no volume of the venue.
        instants, assets, amounts = at_place(stretch.columns(Burned), self.venue.place, "at_ns", "asset", "amount")
        sums_by_asset(self.sold, assets[instants > 0], amounts[instants > 0])

    def _sold(self, order: int, side: int, lots: Lots, price: int) -> None:
        if self._forced.get(order) not in SALES:
            return
        venue = self.venue
        if side == Side.SELL:
            self.sold[venue.base] = self.sold.get(venue.base, 0) + lots * venue.lot
        else:
            unit = asset_of(self.facts, venue.base).unit
            self.sold[venue.quote] = self.sold.get(venue.quote, 0) + price * lots * venue.tick * venue.lot // unit

    def _depth(self, stretch: Stretch) -> None:
        instants, bids, asks = at_place(stretch.columns(DepthSampled), self.venue.place, "at_ns", "bid_1", "ask_1")
        depth: Integers = bids + asks
        early = instants <= MINUTE
        if len(depth[early]):
            self.opening_depth = max(self.opening_depth, int(depth[early].max()))
        later = depth[~early]
        if len(later):
            self.least_depth = int(later.min()) if self.least_depth is None else min(self.least_depth, int(later.min()))

    def _depth_share(self) -> float | None:
        if not self.opening_depth or self.least_depth is None:
            return None
        return round(self.least_depth / self.opening_depth, 6)


@attrs.define
class MarketMetric:
    """All venues."""

    facts: Facts
    venues: list[VenueMetric] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Watch every venue that the facts name."""
        self.venues = [VenueMetric(self.facts, venue) for venue in self.facts.venues]

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        for venue in self.venues:
            venue.take(stretch)

    def figures(self) -> Figures:
        """Return the first venue's figures, what was sold anywhere, and a table if there are several."""
        if not self.venues:
            return {}
        sold: dict[AssetId, Units] = {}
        for each in self.venues:
            for asset, units in each.sold.items():
                sold[asset] = sold.get(asset, 0) + units
        figures = self.venues[0].figures()
        figures["collateral_sold"] = money(sold, self.facts, self.facts.venues[0].base)
        if len(self.venues) > 1:
            figures["venues"] = {each.venue.name: each.figures() for each in self.venues}
        return figures


def _below(price: np.ndarray, fundamental: np.ndarray) -> np.ndarray:
    """Return how far prices stand below fundamental ones, as a share of these; nothing where either is unknown."""
    known = (price > 0) & (fundamental > 0)
    below: np.ndarray = 1 - price[known] / fundamental[known]
    return below
