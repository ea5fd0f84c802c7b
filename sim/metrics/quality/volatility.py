"""How much a venue's mid moved: realised volatility by the second and by the minute, calm and rough, beside the outside price's.

Realised volatility is the root of the mean square of log returns, scaled to a root day; where the figure by the second is the larger, the
mid bounces. *Over the outside* is a ratio of two figures of one run: accounting. What a mechanism *caused* is the figure of the run over
that of its twin without it (``downtick twin``, ``realised_volatility_bps``).
"""

from __future__ import annotations

import math

import attrs
import numpy as np

from sim.metrics.fold import Figures, Floats, bps
from sim.metrics.quality.spans import spans
from sim.units import DAY, MINUTE, SECOND, Nanos

STEPS: tuple[tuple[str, Nanos], ...] = (("1s", SECOND), ("1min", MINUTE))
_FEWEST = 5
"""Returns, below which there is no figure."""


@attrs.frozen
class Volatility:
    """One venue's, from its mid and the outside price by the second."""

    mids: Floats
    outside: Floats
    shock: Nanos | None

    def figures(self) -> Figures:
        """Return volatilities in bps per root day, and their ratios; None from fewer than five returns, or against nothing."""
        apart = spans(self.mids, self.shock)
        whole = (0, len(self.mids) - 1)
        found: Figures = {}
        for name, step in STEPS:
            all_of_it = realised(self.mids, whole, step)
            before, during = (realised(self.mids, span, step) for span in (apart.calm, apart.rough)) if apart else (None, None)
            outside = realised(self.outside, whole, step)
            found |= {
                f"mid_{name}_bps": _told(all_of_it),
                f"before_{name}_bps": _told(before),
                f"during_{name}_bps": _told(during),
                f"during_over_before_{name}": ratio(during, before),
                f"outside_{name}_bps": _told(outside),
                f"over_outside_{name}": ratio(all_of_it, outside),
            }
        return found


def realised(prices: Floats, span: tuple[int, int], step: Nanos) -> float | None:
    """Return volatility per root day over a span of seconds, ends included, from prices at whole steps; None of fewer than five returns."""
    every = step // SECOND
    points = np.arange(-(-span[0] // every), span[1] // every + 1) * every
    known = prices[points]
    known = known[known > 0]
    if len(known) <= _FEWEST:
        return None
    return math.sqrt(float(np.mean(np.diff(np.log(known)) ** 2)) * (DAY // step))


def ratio(value: float | None, to: float | None) -> float | None:
    """Return one figure over another, to a thousandth; None without either, or over nothing."""
    return round(value / to, 3) if value is not None and to else None


def _told(value: float | None) -> float | None:
    return None if value is None else bps(value)
