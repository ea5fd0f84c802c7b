"""Interest: what a year costs at a utilisation, and how indices grow in between.

Rates are rays a year. The supply index grows linearly between two touches of a reserve, the debt index by the first three terms
of compounding; both as Aave does it, in each version's own rounding. All functions are pure. Left out: stable-rate debt.
"""

from typing import Protocol

import attrs

from sim.fixed import ray_div, ray_mul
from sim.lending.aave.maths import percent_mul
from sim.units import BPS_ONE, RAY, YEAR_SECONDS, Bps, Ray, Seconds, Units


class RateModel(Protocol):
    """The seam: from utilisation to a yearly rate."""

    def debt_rate(self, utilisation: Ray) -> Ray:
        """Return the yearly rate that debt pays."""
        ...


@attrs.frozen
class KinkedRate:
    """A rate that rises slowly up to a kink and steeply beyond it."""

    optimal: Ray
    """Utilisation at the kink; above 0 and below RAY."""
    base: Ray = 0
    slope_1: Ray = 0
    """Added from nothing to the kink."""
    slope_2: Ray = 0
    """Added from the kink to full utilisation."""

    def debt_rate(self, utilisation: Ray) -> Ray:
        """Return the yearly rate that debt pays; half up at every step, as Aave's default strategy."""
        if utilisation <= self.optimal:
            return self.base + ray_div(ray_mul(self.slope_1, utilisation), self.optimal)
        excess = ray_div(utilisation - self.optimal, RAY - self.optimal)
        return self.base + self.slope_1 + ray_mul(self.slope_2, excess)


@attrs.frozen
class Rates:
    """What a reserve pays and charges a year."""

    supply: Ray
    debt: Ray


def rates(model: RateModel, liquidity: Units, debt: Units, deficit: Units, reserve_factor: Bps) -> Rates:
    """Return both rates of a reserve; a deficit earns nothing, so it dilutes what suppliers get (v3.3 and later; else 0)."""
    if not debt:
        return Rates(supply=0, debt=model.debt_rate(0))
    charged = model.debt_rate(ray_div(debt, liquidity + debt))
    lent = ray_div(debt, liquidity + debt + deficit)
    return Rates(supply=percent_mul(ray_mul(charged, lent), BPS_ONE - reserve_factor), debt=charged)


def linear_growth(rate: Ray, seconds: Seconds) -> Ray:
    """Return the factor by which the supply index grows."""
    return RAY + rate * seconds // YEAR_SECONDS


def compound_growth_v2(rate: Ray, seconds: Seconds) -> Ray:
    """Return the factor by which debt grows [protocol-v2 ce53c4a]: the rate is first floored to a second's."""
    if not seconds:
        return RAY
    per_second = rate // YEAR_SECONDS
    square = ray_mul(per_second, per_second)
    cube = ray_mul(square, per_second)
    second, third = _pairs(seconds) * square // 2, _triples(seconds) * cube // 6
    return RAY + per_second * seconds + second + third


def compound_growth_v3_0(rate: Ray, seconds: Seconds) -> Ray:
    """Return the factor by which debt grows [aave-v3-core 782f519]: the rate is divided last."""
    if not seconds:
        return RAY
    square = ray_mul(rate, rate) // (YEAR_SECONDS * YEAR_SECONDS)
    cube = ray_mul(square, rate) // YEAR_SECONDS
    second, third = _pairs(seconds) * square // 2, _triples(seconds) * cube // 6
    return RAY + rate * seconds // YEAR_SECONDS + second + third


def compound_growth_v3_7(rate: Ray, seconds: Seconds) -> Ray:
    """Return the factor by which debt grows [aave-v3-origin, since 3.5]: 1 + x + x^2/2 + x^3/6 for x = rate * time."""
    x = rate * seconds // YEAR_SECONDS
    return RAY + x + ray_mul(x, x // 2 + ray_mul(x, x // 6))


def _pairs(seconds: Seconds) -> int:
    return seconds * (seconds - 1)


def _triples(seconds: Seconds) -> int:
    return _pairs(seconds) * (seconds - 2) if seconds > 2 else 0
