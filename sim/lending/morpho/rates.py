"""What a market's debt pays: a curve that moves itself until nine tenths of the supply are lent, or a fixed rate.

All in wad per second. Source: AdaptiveCurveIrm and its ExpLib [morpho-org/morpho-blue-irm, as deployed in 2024], signed divisions
towards zero as Solidity takes them. The exponential is the contract's own: a power of two times a parabola, right to a part in 160.
"""

from typing import NamedTuple, Protocol

import attrs

from sim.units import WAD, YEAR_SECONDS, Seconds, Units, Wad

TARGET: Wad = 9 * WAD // 10
"""Utilisation at which the curve stays where it is."""
STEEPNESS = 4 * WAD
"""Rate at full utilisation over the rate at the target; and that over the rate at none."""
SPEED: Wad = 50 * WAD // YEAR_SECONDS
INITIAL: Wad = 4 * WAD // 100 // YEAR_SECONDS
LEAST: Wad = WAD // 1_000 // YEAR_SECONDS
MOST: Wad = 2 * WAD // YEAR_SECONDS

LN_2 = 693_147_180_559_945_309
LN_LEAST = -41_446_531_673_892_822_312
"""Below it the exponential is nothing."""


class Rate(NamedTuple):
    """What debt pays over a stretch, and where the curve stands at its end."""

    average: Wad
    at_target: Wad


class RateModel(Protocol):
    """The seam: from what is lent of what was supplied to a rate."""

    def rate(self, supply: Units, borrow: Units, at_target: Wad, seconds: Seconds) -> Rate:
        """Return the rate over the seconds since the last touch, given the totals and the curve as they were then."""
        ...


@attrs.frozen
class FixedRate:
    """The same rate whatever is lent."""

    per_second: Wad

    def rate(self, supply: Units, borrow: Units, at_target: Wad, seconds: Seconds) -> Rate:
        """Return the fixed rate."""
        return Rate(self.per_second, at_target)


@attrs.frozen
class AdaptiveCurve:
    """A kinked curve whose height follows how far utilisation is from the target."""

    initial: Wad = INITIAL
    """Rate at the target when the market opens."""

    def rate(self, supply: Units, borrow: Units, at_target: Wad, seconds: Seconds) -> Rate:
        """Return the mean of the curve's heights at the beginning, twice in the middle and at the end, at the utilisation's place on it."""
        error = error_of(borrow * WAD // supply if supply else 0)
        if not at_target:
            return Rate(curve(self.initial, error), self.initial)
        drift = toward_zero(SPEED * error, WAD) * seconds
        if not drift:
            return Rate(curve(at_target, error), at_target)
        end, middle = moved(at_target, drift), moved(at_target, toward_zero(drift, 2))
        return Rate(curve((at_target + end + 2 * middle) // 4, error), end)


def error_of(utilisation: Wad) -> int:
    """Return how far utilisation is from the target, as a share of the way to none or to all: -WAD to WAD."""
    return toward_zero((utilisation - TARGET) * WAD, WAD - TARGET if utilisation > TARGET else TARGET)


def curve(at_target: Wad, error: int) -> Wad:
    """Return the rate at a distance from the target."""
    slope = WAD - toward_zero(WAD * WAD, STEEPNESS) if error < 0 else STEEPNESS - WAD
    return toward_zero((toward_zero(slope * error, WAD) + WAD) * at_target, WAD)


def moved(at_target: Wad, drift: int) -> Wad:
    """Return where the curve stands after a drift, within its bounds."""
    return min(max(toward_zero(at_target * exponential(drift), WAD), LEAST), MOST)


def exponential(x: int) -> Wad:
    """Return e to the power of x, both in wad: 2^q (1 + r + r^2/2) with q the nearest whole number of ln 2 in x."""
    if x < LN_LEAST:
        return 0
    half = LN_2 // 2
    q = toward_zero(x + (half if x >= 0 else -half), LN_2)
    r = x - q * LN_2
    power = WAD + r + r * r // WAD // 2
    return power << q if q >= 0 else power >> -q


def toward_zero(value: int, divisor: int) -> int:
    """Return value/divisor without its fraction, whatever the sign; the divisor is above 0."""
    return value // divisor if value >= 0 else -(-value // divisor)
