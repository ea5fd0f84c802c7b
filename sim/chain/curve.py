"""Gas prices on a logarithmic grid, and the curve that spreads demand over it.

A level is a step of 1/32 of an octave (2.2 %). A quantile curve says at which level a share of the gas, counted from the cheapest,
lies; it runs through a lowest price and the 30th, 60th and 90th percentile, straight in the logarithm between its knots. Floats
are screening here: they end in ``nearest_int``, and prices come from one table of integers.
"""

import math
from bisect import bisect_left

import attrs

from sim.fixed import ceil_to_int, mul_div_down, nearest_int
from sim.units import BPS_ONE, Bps, WeiPerGas

PER_OCTAVE = 32
BOTTOM: WeiPerGas = 2**20
"""The lowest price of the grid: about a thousandth of a gwei."""
LEVELS = 32 * PER_OCTAVE
PRICES: tuple[WeiPerGas, ...] = tuple(ceil_to_int(BOTTOM * 2.0 ** (level / PER_OCTAVE)) for level in range(LEVELS))
"""Price of each level, rising; the last is about four million gwei."""

KNEE = 0.11
"""Half the width, in share of gas, of the plateau around the 30th and 60th percentile; around the 90th it is half of that."""
DEEPEST_BPS: Bps = 8_120
HIGHEST_BPS: Bps = 9_010
"""The cheapest included price lies between these shares of the 30th percentile."""
LEAST_TOP = 0.4 * PER_OCTAVE
"""Levels from the 90th percentile to the dearest, at least."""
TOP_SHARE = 0.8
"""The same, over the levels from the 60th percentile to the 90th."""
BELOW = 4.0 * PER_OCTAVE
"""Levels that the excess reaches down per unit of share."""


@attrs.frozen
class QuantileCurve:
    """Level by share of gas, straight between knots. Shares below 0 (the excess) go on downwards."""

    shares: tuple[float, ...]
    levels: tuple[float, ...]

    def level(self, share: float) -> int:
        """Return the level at which this share of the gas lies, within the grid."""
        if share < 0.0:
            return _within(self.levels[0] + share * BELOW)
        knot = max(1, min(bisect_left(self.shares, share), len(self.shares) - 1))
        left, right = self.shares[knot - 1], self.shares[knot]
        rise = (self.levels[knot] - self.levels[knot - 1]) * (share - left) / (right - left)
        return _within(self.levels[knot - 1] + rise)


def lowest_price(p30: WeiPerGas, p60: WeiPerGas) -> WeiPerGas:
    """Return the cheapest included price that goes with these percentiles: as far below the 30th as the 60th is above, within bounds."""
    mirrored = mul_div_down(p30, p30, max(p60, 1))
    return max(mul_div_down(p30, DEEPEST_BPS, BPS_ONE), min(mul_div_down(p30, HIGHEST_BPS, BPS_ONE), mirrored))


def curve_through(lowest: WeiPerGas, p30: WeiPerGas, p60: WeiPerGas, p90: WeiPerGas, plateau_bps: Bps) -> QuantileCurve:
    """Return the curve through four prices whose slope near the percentiles is ``plateau_bps`` of what a straight line's would be."""
    a, b, c, d = (_level_of(price) for price in (lowest, p30, p60, p90))
    b = max(a, b)
    c = max(b, c)
    d = max(c, d)
    top = d + max(TOP_SHARE * (d - c), LEAST_TOP)
    flat = plateau_bps / BPS_ONE
    wide, narrow = flat * KNEE / 0.3, flat * KNEE / 2.0
    shares = (0.0, 0.3 - KNEE, 0.3, 0.3 + KNEE, 0.6 - KNEE, 0.6, 0.6 + KNEE, 0.9 - KNEE / 2.0, 0.9, 0.9 + KNEE / 2.0, 1.0)
    levels = (
        a,
        b - (b - a) * wide,
        b,
        b + (c - b) * wide,
        c - (c - b) * wide,
        c,
        c + (d - c) * wide,
        d - (d - c) * narrow / 0.3,
        d,
        d + (top - d) * narrow / 0.1,
        top,
    )
    return QuantileCurve(shares, levels)


def _level_of(price: WeiPerGas) -> float:
    return PER_OCTAVE * math.log2(max(price, BOTTOM) / BOTTOM)


def _within(level: float) -> int:
    return max(0, min(LEVELS - 1, nearest_int(level)))
