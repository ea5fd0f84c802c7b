"""Whether forced sales moved the price more than their size would lead one to expect: a check against flattering models.

*Measured* is how much further the mid stood below the outside price at its deepest, from the first forced sale on, than just before
it; without an outside price, how far it fell below where it stood. *Expected* is the square-root law for one metaorder of the same
size, sigma * sqrt(Q / V) with prefactor one (Bouchaud, Farmer and Lillo 2009; Toth et al. 2011): sigma the daily volatility of the
outside price by the minute (of the mid before the first forced sale if nothing moved outside), Q the lots sold, V a day's volume at
the rate of the run, forced sales left out. The law is an empirical one for patient orders; a fire sale may well exceed it, which is
why a ratio above ``FLAG`` is told and not corrected.
"""

from __future__ import annotations

import math

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.origin import SALES
from sim.facts import Facts, VenueFacts
from sim.metrics.fold import Figures, Prices, at_place, bps, mids
from sim.records.agents import OutsideMoved
from sim.records.market import OrderAccepted, Traded
from sim.units import DAY, MINUTE, Lots, Nanos, Seq

FLAG = 3.0
"""A measured effect of more than so many times the expected one is said aloud."""
_FEWEST_MINUTES = 5


@attrs.define
class Closes:
    """The last price of each minute."""

    by_minute: dict[int, float] = attrs.field(factory=dict)

    def take(self, prices: Prices) -> None:
        """Read the next changes."""
        minutes = prices.instants // MINUTE
        last = np.flatnonzero(np.diff(minutes, append=minutes[-1:] + 1))
        for each in last.tolist():
            self.by_minute[int(minutes[each])] = float(prices.values[each])

    def daily_volatility(self, before: Nanos | None = None) -> float:
        """Return the standard deviation of a day's return, from minutes; 0 from too few."""
        minutes = sorted(minute for minute in self.by_minute if before is None or (minute + 1) * MINUTE <= before)
        if len(minutes) < _FEWEST_MINUTES:
            return 0.0
        steps, prices = np.diff(minutes), np.log([self.by_minute[minute] for minute in minutes])
        return math.sqrt(float(np.sum(np.diff(prices) ** 2)) / float(np.sum(steps)) * (DAY / MINUTE))


@attrs.define
class ImpactMetric:
    """Forced sales of the first venue."""

    facts: Facts
    venue: VenueFacts | None = attrs.field(init=False)
    outside: Closes = attrs.field(factory=Closes)
    inside: Closes = attrs.field(factory=Closes)
    lots: Lots = 0
    forced: Lots = 0
    first_sale: Seq = 0
    first_sale_at: Nanos | None = None
    ended: Nanos = 0
    before: float = 0.0
    """Distance below the outside price (or below nothing) just before the first forced sale."""
    deepest: float = 0.0
    _inside_mid: float = 0.0
    _fundamental: float = 0.0
    _reference: float = 0.0
    _orders: list[int] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Watch the first venue."""
        self.venue = self.facts.venues[0] if self.facts.venues else None

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        if self.venue is None:
            return
        prices = mids(stretch, self.facts, self.venue)
        seqs, instants, values = at_place(stretch.columns(OutsideMoved), self.facts.outside, "seq", "at_ns", "price")
        outside = Prices(seqs, instants, values.astype(float))
        self.inside.take(prices)
        self.outside.take(outside)
        self._count(stretch, self.venue)
        if self.first_sale:
            self._look(prices, outside)
        self._inside_mid, self._fundamental = prices.last(self._inside_mid), outside.last(self._fundamental)

    def figures(self) -> Figures:
        """Return the venue's volatility; measured and expected impact in bps and their ratio, None without forced sales.

        Expected and ratio are None where there is no volatility, or no volume but the forced, to go by.
        """
        realised = self.inside.daily_volatility()
        told: Figures = {"realised_volatility_bps": bps(realised) if realised else None}
        if not self.forced:
            return told | {"forced_sale_impact": None}
        sigma = self.outside.daily_volatility() or self.inside.daily_volatility(self.first_sale_at)
        volume = (self.lots - self.forced) * DAY / max(1, self.ended)
        expected = sigma * math.sqrt(self.forced / volume) if volume and sigma else None
        measured = max(0.0, self.deepest - self.before)
        ratio = measured / expected if expected else None
        figures: Figures = {
            "measured_bps": bps(measured),
            "square_root_expected_bps": None if expected is None else bps(expected),
            "ratio": None if ratio is None else round(ratio, 3),
        }
        if ratio is not None and ratio > FLAG:
            figures["note"] = f"forced sales moved the price {ratio:.1f} times what the square-root law expects of their size"
        return told | {"forced_sale_impact": figures}

    def _count(self, stretch: Stretch, venue: VenueFacts) -> None:
        orders, motives = at_place(stretch.columns(OrderAccepted), venue.place, "order", "motive")
        self._orders += orders[np.isin(motives, SALES)].tolist()
        seqs, instants, takers, makers, lots = at_place(
            stretch.columns(Traded), venue.place, "seq", "at_ns", "taker_order", "maker_order", "lots"
        )
        forced = np.isin(takers, self._orders) | np.isin(makers, self._orders)
        self.lots += int(lots.sum())
        self.forced += int(lots[forced].sum())
        if len(instants):
            self.ended = int(instants[-1])
        if not self.first_sale and forced.any():
            self.first_sale, self.first_sale_at = int(seqs[forced][0]), int(instants[forced][0])

    def _look(self, prices: Prices, outside: Prices) -> None:
        """Take the deepest distance from the first sale on; the one before it once."""
        sale = np.array([self.first_sale])
        if not self._reference:
            mid, fundamental = float(prices.at(sale, self._inside_mid)[0]), float(outside.at(sale, self._fundamental)[0])
            self._reference = fundamental or mid
            self.before = self.deepest = 1 - mid / self._reference if self._reference else 0.0
        after = prices.seqs > self.first_sale
        against = outside.at(prices.seqs[after], self._fundamental)
        against = np.where(against > 0, against, self._reference)
        if len(against) and self._reference:
            self.deepest = max(self.deepest, float(np.max(1 - prices.values[after] / against)))
