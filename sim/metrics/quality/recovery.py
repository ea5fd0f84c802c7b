"""How long it took a venue's price to come half of the way back, from the trough of its deepest fall.

Two half-lives: of the fall itself, and of the gap to the outside price at its widest, since a price that should be lower does not come
back. Both by the second. One that was not reached before the tape ended is none; how long one watched is told beside.
"""

from __future__ import annotations

import numpy as np

from sim.metrics.fold import Figures, Floats, bps
from sim.metrics.quality.spans import deepest_fall
from sim.units import SECOND, Nanos


def recovery(mids: Floats, outside: Floats) -> Figures:
    """Return the fall and the gap in bps, when, how long until half of it was left, and how long one watched; None without either."""
    return {**_of_fall(mids), **_of_gap(mids, outside)}


def _of_fall(mids: Floats) -> Figures:
    fall = deepest_fall(mids)
    if fall is None:
        return dict.fromkeys(("fall_bps", "peak_at_ns", "trough_at_ns", "half_life_ns", "watched_ns"))
    peak, trough = float(mids[fall.peak]), float(mids[fall.trough])
    return {
        "fall_bps": bps(1 - trough / peak),
        "peak_at_ns": fall.peak * SECOND,
        "trough_at_ns": fall.trough * SECOND,
        "half_life_ns": _until(mids[fall.trough :] >= (peak + trough) / 2),
        "watched_ns": (len(mids) - 1 - fall.trough) * SECOND,
    }


def _of_gap(mids: Floats, outside: Floats) -> Figures:
    known = (mids > 0) & (outside > 0)
    gaps = np.where(known, 1 - mids / np.where(known, outside, 1.0), 0.0)
    deepest = int(np.argmax(gaps)) if len(gaps) else 0
    if not len(gaps) or gaps[deepest] <= 0:
        return dict.fromkeys(("gap_bps", "gap_at_ns", "gap_half_life_ns", "gap_watched_ns"))
    return {
        "gap_bps": bps(float(gaps[deepest])),
        "gap_at_ns": deepest * SECOND,
        "gap_half_life_ns": _until(gaps[deepest:] <= gaps[deepest] / 2),
        "gap_watched_ns": (len(gaps) - 1 - deepest) * SECOND,
    }


def _until(is_back: np.ndarray) -> Nanos | None:
    """Return how long until a claim is true for the first time."""
    return int(np.argmax(is_back)) * SECOND if is_back.any() else None
