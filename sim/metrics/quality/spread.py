"""How wide a venue's market was: best ask less best bid over the mid, weighted by the time it stood so.

Time in which a side was empty has no spread; its share of the time since the first quote is told beside.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.metrics.fold import Figures, bps
from sim.metrics.quality.reading import Look, TimeMean
from sim.units import Nanos


@attrs.define
class Spread:
    """One venue's."""

    _time: TimeMean = attrs.field(factory=TimeMean)
    _first: Nanos | None = None
    _until: Nanos = 0

    def take(self, look: Look) -> None:
        """Read the next quotes."""
        quotes = look.quotes
        if self._first is None and len(quotes.instants):
            self._first = int(quotes.instants[0])
        both = (quotes.bids > 0) & (quotes.asks > 0)
        width = np.where(both, 2 * (quotes.asks - quotes.bids) / np.maximum(quotes.asks + quotes.bids, 1), np.nan)
        self._time.take(quotes.instants, width, look.until)
        self._until = look.until

    def figures(self) -> Figures:
        """Return mean and widest in bps, and the share of time in which a side was empty; None without quotes."""
        mean = self._time.mean
        quoted = self._until - self._first if self._first is not None else 0
        return {
            "mean_bps": None if mean is None else bps(mean),
            "widest_bps": None if mean is None else bps(self._time.worst),
            "one_sided_share": round(1 - self._time.known / quoted, 6) if quoted else None,
        }
