"""A straight line through points by least squares, with what its slope may be trusted for."""

from __future__ import annotations

import math

import attrs
import numpy as np

from sim.metrics.fold import Figures, Floats

FEWEST = 3
"""Points, below which there is no line."""


@attrs.frozen
class Line:
    """Ordinary least squares with an intercept."""

    slope: float
    intercept: float
    error: float | None
    """Standard error of the slope, for errors that are alike and independent; None through two points' worth of freedom or less."""
    r_squared: float | None
    """None where all values are the same."""
    points: int

    def figures(self) -> Figures:
        """Return slope, error, share explained and number of points."""
        return {
            "slope": significant(self.slope),
            "standard_error": significant(self.error),
            "r_squared": None if self.r_squared is None else round(self.r_squared, 4),
            "points": self.points,
        }


def line(x: Floats, y: Floats) -> Line | None:
    """Return the line; None through fewer than ``FEWEST`` points, or where x does not vary."""
    count = len(x)
    if count < FEWEST:
        return None
    across, up = x - x.mean(), y - y.mean()
    spread = float(np.sum(across**2))
    if not spread:
        return None
    slope = float(np.sum(across * up)) / spread
    left = float(np.sum((up - slope * across) ** 2))
    total = float(np.sum(up**2))
    return Line(
        slope, float(y.mean() - slope * x.mean()), math.sqrt(left / (count - 2) / spread), 1 - left / total if total else None, count
    )


def significant(value: float | None) -> float | None:
    """Return a number to six significant digits."""
    return None if value is None else float(f"{value:.6g}")
