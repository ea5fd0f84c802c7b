"""What the measures of market quality read of a stretch: a venue's quotes, mids and trades, once, and values held on a grid of time.

A grid's point stands for the instant itself: all that was said at it is in its value (the last tick before or at it). A point is taken only
when the tape has gone beyond its instant, so that where a tape is cut into stretches changes nothing; the instant at which a tape ends is
the one that is left out. Sums over time belong to steps that are open on the left: step k runs from just after k steps to k + 1 steps.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts, VenueFacts
from sim.metrics.fold import Floats, Integers, Prices, at_place, mids
from sim.records.agents import OutsideMoved, RunEnded
from sim.records.chain import BlockSealed
from sim.records.market import DepthSampled, QuoteChanged, Traded
from sim.records.oracle import PricePosted
from sim.units import Nanos


@attrs.frozen
class Quotes:
    """Best bids and asks, change by change; 0 ticks where a side is empty."""

    instants: Integers
    bids: Integers
    bid_lots: Integers
    asks: Integers
    ask_lots: Integers


@attrs.frozen
class Trades:
    """Trades, one by one."""

    seqs: Integers
    instants: Integers
    lots: Integers
    signs: Integers
    """1 where a buyer came, -1 where a seller did."""
    takers: Integers
    makers: Integers
    taker_orders: Integers
    maker_orders: Integers


@attrs.frozen
class Look:
    """One venue over one stretch."""

    stretch: Stretch
    venue: VenueFacts
    quotes: Quotes
    mids: Prices
    outside: Prices
    """Of the outside price; nothing where it is of another pair."""
    trades: Trades
    until: Nanos
    """An instant the tape has reached: nothing that is still to come lies before it."""


def look(stretch: Stretch, facts: Facts, venue: VenueFacts, until: Nanos) -> Look:
    """Return what a stretch says of a venue."""
    quotes = Quotes(*at_place(stretch.columns(QuoteChanged), venue.place, "at_ns", "bid", "bid_lots", "ask", "ask_lots"))
    seqs, instants, lots, sides, takers, makers, taker_orders, maker_orders = at_place(
        stretch.columns(Traded), venue.place, "seq", "at_ns", "lots", "aggressor", "party", "maker", "taker_order", "maker_order"
    )
    trades = Trades(seqs, instants, lots, 1 - 2 * sides, takers.astype(np.int64), makers, taker_orders, maker_orders)
    return Look(stretch, venue, quotes, mids(stretch, facts, venue), _outside(stretch, facts, venue), trades, until)


def reached(stretch: Stretch, before: Nanos) -> Nanos:
    """Return the last instant of what is read here; ``before`` if there is nothing of it. The end of a run lies just behind it."""
    ends = [
        stretch.columns(record)["at_ns"] + (record is RunEnded)
        for record in (QuoteChanged, Traded, DepthSampled, OutsideMoved, BlockSealed, PricePosted, RunEnded)
    ]
    return max([before, *(int(instants[-1]) for instants in ends if len(instants))])


def _outside(stretch: Stretch, facts: Facts, venue: VenueFacts) -> Prices:
    first = facts.venues[0]
    place = facts.outside if (venue.base, venue.quote) == (first.base, first.quote) else -1
    seqs, instants, values = at_place(stretch.columns(OutsideMoved), place, "seq", "at_ns", "price")
    return Prices(seqs, instants, values.astype(float))


@attrs.define
class Sampled:
    """A price at every point of a grid: the last there was; 0 before the first."""

    step: Nanos
    _points: int = 0
    _before: float = 0.0

    def take(self, prices: Prices, until: Nanos) -> Floats:
        """Return the price at the points that were not told yet and lie before an instant."""
        points = np.arange(self._points, max(self._points, -(-until // self.step))) * self.step
        known = np.concatenate([[self._before], prices.values])
        self._points += len(points)
        self._before = prices.last(self._before)
        found: Floats = known[np.searchsorted(prices.instants, points, side="right")]
        return found


@attrs.define
class Series:
    """A price at every point of a grid, kept: 8 bytes a point."""

    step: Nanos
    _sampled: Sampled = attrs.field(default=attrs.Factory(lambda self: Sampled(self.step), takes_self=True))
    _pieces: list[Floats] = attrs.field(factory=list)

    def take(self, prices: Prices, until: Nanos) -> None:
        """Read the next changes."""
        self._pieces.append(self._sampled.take(prices, until))

    @property
    def values(self) -> Floats:
        """Return the price at all points so far; point 0 is the run's first instant."""
        return np.concatenate([np.empty(0), *self._pieces])


@attrs.define
class Sums:
    """Amounts added up over the steps of a grid: 8 bytes a step."""

    step: Nanos
    _totals: Floats = attrs.field(factory=lambda: np.zeros(0))

    def add(self, instants: Integers, amounts: Integers | Floats) -> None:
        """Add amounts where their instants belong; those of the run's first instant to the first step."""
        if not len(instants):
            return
        steps = np.maximum(instants - 1, 0) // self.step
        first, last = int(steps[0]), int(steps[-1])
        if last >= len(self._totals):
            self._totals = np.concatenate([self._totals, np.zeros(last + 1 - len(self._totals))])
        self._totals[first : last + 1] += np.bincount(steps - first, weights=amounts)

    def over(self, steps: int) -> Floats:
        """Return the totals of so many steps; 0 where nothing was added."""
        found = np.zeros(steps)
        found[: len(self._totals)] = self._totals[:steps]
        return found


@attrs.define
class TimeMean:
    """The mean over time of a value that holds until it changes; nan while there is none."""

    worst: float = 0.0
    """The highest that held for any time."""
    known: int = 0
    """Nanoseconds in which there was a value."""
    _sum: float = 0.0
    _value: float = float("nan")
    _since: Nanos = 0

    def take(self, instants: Integers, values: Floats, until: Nanos) -> None:
        """Read the next changes, and let the last hold until an instant."""
        held = np.concatenate([[self._value], values])
        spans = np.diff(np.concatenate([[self._since], instants, [until]]))
        counts = (spans > 0) & ~np.isnan(held)
        self._sum += float(np.sum(held[counts] * spans[counts]))
        self.known += int(np.sum(spans[counts]))
        self.worst = max(self.worst, float(np.max(held[counts], initial=0.0)))
        self._value, self._since = float(held[-1]), until

    @property
    def mean(self) -> float | None:
        """Return the mean; None if there never was a value."""
        return self._sum / self.known if self.known else None
