"""Before and during: which part of a run is calm and which is the fall, told from a venue's mid by the second.

*The fall* is the deepest from a running peak. *Calm* lasts until the first shock of the scenario strikes; without a shock, until the peak
that the fall begins from. *Rough* goes on from there to the trough, if that lies behind it, else to the end of the tape.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.metrics.fold import Floats
from sim.units import SECOND, Nanos


@attrs.frozen
class Fall:
    """The deepest, in points of the grid."""

    peak: int
    """The last point at the price it fell from."""
    trough: int
    """The first at the lowest."""


@attrs.frozen
class Spans:
    """Two spans of points, ends included."""

    calm: tuple[int, int]
    rough: tuple[int, int]


def deepest_fall(prices: Floats) -> Fall | None:
    """Return the deepest fall of prices (0 where there is none yet); None if they never fell."""
    known = prices > 0
    if not known.any():
        return None
    peaks = np.maximum.accumulate(prices)
    falls = np.where(known, 1 - prices / np.where(peaks > 0, peaks, 1.0), 0.0)
    trough = int(np.argmax(falls))
    if not falls[trough]:
        return None
    return Fall(int(np.flatnonzero(prices[: trough + 1] == peaks[trough])[-1]), trough)


def spans(prices: Floats, shock: Nanos | None) -> Spans | None:
    """Return what came before and what after; None without a shock or a fall. Prices are by the second."""
    fall = deepest_fall(prices)
    if shock is None and fall is None:
        return None
    # A point at the very instant of a shock shows its effect already.
    since = fall.peak if shock is None and fall else max(0, (shock or 0) - 1) // SECOND
    until = fall.trough if fall and fall.trough > since else len(prices) - 1
    return Spans((0, since), (since, until))
