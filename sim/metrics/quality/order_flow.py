"""How the mid follows what is placed, cancelled and traded at the best bid and ask: the regression of Cont, Kukanov and Stoikov (2014).

Order-flow imbalance of a change of the quote, in lots: what is bid at a price that is no lower than before, less what was bid at one that
is no higher now; of the asks the same the other way round. An empty side is infinitely far away. Summed over five seconds, it is held
against the move of the mid over them, in ticks. In a book of even depth D the slope would be 1 / 2D: so within windows of two minutes
the log of the slope is held against the log of the mean depth at the best, and a slope near minus one says that impact is inverse depth.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from sim.metrics.fold import Figures, Floats, Integers
from sim.metrics.quality.line import Line, line, significant
from sim.metrics.quality.reading import Look, Quotes, Sums
from sim.units import SECOND, Nanos

INTERVAL: Nanos = 5 * SECOND
WINDOW = 24
"""Intervals."""
_FEWEST = 10
"""Intervals of a window, below which its slope is not taken."""
_NOWHERE = 2**62


@attrs.define
class OrderFlow:
    """One venue's."""

    tick: float
    """What a tick is in the scale of mids."""
    _imbalance: Sums = attrs.field(factory=lambda: Sums(INTERVAL))
    _depth: Sums = attrs.field(factory=lambda: Sums(INTERVAL))
    _changes: Sums = attrs.field(factory=lambda: Sums(INTERVAL))
    _last: tuple[int, int, int, int] | None = None
    """Bid, its lots, ask, its lots."""

    def take(self, look: Look) -> None:
        """Read the next quotes."""
        quotes = look.quotes
        if not len(quotes.instants):
            return
        before = self._last or (0, 0, 0, 0)
        flow = imbalances(quotes, before)
        if self._last is None:
            flow[0] = 0  # Nothing was there to be held against.
        self._imbalance.add(quotes.instants, flow)
        self._depth.add(quotes.instants, (quotes.bid_lots + quotes.ask_lots) / 2)
        self._changes.add(quotes.instants, np.ones(len(flow), np.int64))
        self._last = int(quotes.bids[-1]), int(quotes.bid_lots[-1]), int(quotes.asks[-1]), int(quotes.ask_lots[-1])

    def figures(self, mids: Floats) -> Figures:
        """Return the line through all intervals (ticks per lot), and that of log slope over log depth. Mids are by the second."""
        flow, moves, _ = self._intervals(mids)
        found = line(flow, moves)
        inverse = self._inverse(mids)
        return {
            "slope_ticks_per_lot": significant(found.slope) if found else None,
            "standard_error": significant(found.error) if found else None,
            "r_squared": round(found.r_squared, 4) if found and found.r_squared is not None else None,
            "intervals": len(flow),
            "depth_exponent": round(inverse.slope, 4) if inverse else None,
            "depth_exponent_error": significant(inverse.error) if inverse else None,
        }

    def rows(self, mids: Floats) -> list[tuple[Any, ...]]:
        """Return by window of two minutes: when it begins, slope, its error, share explained, mean lots at the best."""
        flow, moves, depth = self._intervals(mids, keeps_gaps=True)
        rows: list[tuple[Any, ...]] = []
        for begin in range(0, len(flow), WINDOW):
            here = slice(begin, begin + WINDOW)
            known = ~np.isnan(moves[here])
            found = line(flow[here][known], moves[here][known]) if known.sum() >= _FEWEST else None
            lots = depth[here][depth[here] > 0]
            if found is not None and len(lots):
                rows.append((begin * INTERVAL, found.slope, found.error, found.r_squared, float(lots.mean())))
        return rows

    def _inverse(self, mids: Floats) -> Line | None:
        points = [(row[4], row[1]) for row in self.rows(mids) if row[1] > 0]
        return line(np.log([depth for depth, _ in points]), np.log([slope for _, slope in points])) if points else None

    def _intervals(self, mids: Floats, keeps_gaps: bool = False) -> tuple[Floats, Floats, Floats]:
        """Return imbalance, move of the mid in ticks and mean depth of every whole interval; those without a mid are nan, or left out."""
        ends = mids[:: INTERVAL // SECOND]
        count = max(0, len(ends) - 1)
        known = (ends[1:] > 0) & (ends[:-1] > 0)
        moves = np.where(known, np.diff(ends) / self.tick, np.nan) if count else np.empty(0)
        flow, depth = self._imbalance.over(count), self._depth.over(count) / np.maximum(self._changes.over(count), 1)
        return (flow, moves, depth) if keeps_gaps else (flow[known], moves[known], depth[known])


def imbalances(quotes: Quotes, before: tuple[int, int, int, int]) -> Integers:
    """Return the order-flow imbalance of every change, in lots, from the quote before the first."""
    bids, bid_lots, asks, ask_lots = (
        np.concatenate([[first], column])
        for first, column in zip(before, (quotes.bids, quotes.bid_lots, quotes.asks, quotes.ask_lots), strict=True)
    )
    asks = np.where(asks > 0, asks, _NOWHERE)
    bought = bid_lots[1:] * (bids[1:] >= bids[:-1]) - bid_lots[:-1] * (bids[1:] <= bids[:-1])
    sold = ask_lots[1:] * (asks[1:] <= asks[:-1]) - ask_lots[:-1] * (asks[1:] >= asks[:-1])
    found: Integers = bought - sold
    return found
