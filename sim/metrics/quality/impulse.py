"""What a push did to the price later: the mean response to who came trading, and the way of the price after the first shock.

*Response to trades* (Bouchaud, Gefen, Potters and Wyart 2004): over all seconds in which more lots were bought than sold by those who
came, or fewer, the log move of the mid from the second's beginning to a horizon, times the sign of the imbalance, averaged. The first
horizon ends with the second itself. Overlapping horizons are not independent: no error is told. *Response to a shock* is the move from
the last whole second before it; the outside price's own beside it.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from sim.metrics.fold import Figures, Floats, bps
from sim.metrics.quality.reading import Look, Sums
from sim.units import SECOND, Nanos

HORIZONS = (1, 2, 5, 10, 30, 60, 120, 300, 600)
"""Seconds."""
_TOLD = (1, 10, 60, 600)


@attrs.define
class Impulse:
    """One venue's."""

    _imbalance: Sums = attrs.field(factory=lambda: Sums(SECOND))

    def take(self, look: Look) -> None:
        """Read the next trades."""
        self._imbalance.add(look.trades.instants, look.trades.lots * look.trades.signs)

    def rows(self, mids: Floats, outside: Floats, shock: Nanos | None) -> list[tuple[Any, ...]]:
        """Return by horizon: seconds, mean response, how many seconds it is of, response of mid and outside price to the first shock."""
        signs = np.sign(self._imbalance.over(len(mids)))
        return [
            (horizon, *_response(mids, signs, horizon), _after(mids, shock, horizon), _after(outside, shock, horizon))
            for horizon in HORIZONS
        ]

    def figures(self, mids: Floats, outside: Floats, shock: Nanos | None) -> Figures:
        """Return some of these."""
        found: Figures = {}
        for horizon, response, _, mid, beside in self.rows(mids, outside, shock):
            if horizon in _TOLD:
                found |= {
                    f"to_trades_{horizon}s_bps": response,
                    f"to_shock_{horizon}s_bps": mid,
                    f"outside_after_shock_{horizon}s_bps": beside,
                }
        return found


def _response(mids: Floats, signs: Floats, horizon: int) -> tuple[float | None, int]:
    before, after, pushed = mids[:-horizon], mids[horizon:], signs[: max(0, len(mids) - horizon)]
    counts = (pushed != 0) & (before > 0) & (after > 0)
    if not counts.any():
        return None, 0
    return bps(float(np.mean(pushed[counts] * np.log(after[counts] / before[counts])))), int(counts.sum())


def _after(prices: Floats, shock: Nanos | None, horizon: int) -> float | None:
    """Return the log move from the last point before a shock; None if a point is missing."""
    if not shock:
        return None
    before = (shock - 1) // SECOND
    after = before + horizon
    if after >= len(prices) or not prices[before] or not prices[after]:
        return None
    return bps(float(np.log(prices[after] / prices[before])))
