"""Aave's own arithmetic that the house's ``sim.fixed`` does not have: shares of 10^4, and ray with the rounding in the name.

As ``PercentageMath`` and ``WadRayMath`` [aave-v3-origin fd1fbd9]. Plain ``percent_mul`` and ``percent_div`` round half up, as
every version before v3.5 does throughout. All are exact for any size of non-negative integer; a division by zero raises
ZeroDivisionError, which no caller here can reach. Left out: the contract's overflow reverts.
"""

from sim.units import BPS_ONE, RAY, Bps, Ray

HALF_BPS: Bps = BPS_ONE // 2


def percent_mul(value: int, bps: Bps) -> int:
    """Return a share of a value, half up."""
    return (value * bps + HALF_BPS) // BPS_ONE


def percent_div(value: int, bps: Bps) -> int:
    """Return the value of which this is the share, half up."""
    return (value * BPS_ONE + bps // 2) // bps


def percent_mul_floor(value: int, bps: Bps) -> int:
    """Return a share of a value, rounded down."""
    return value * bps // BPS_ONE


def percent_mul_ceil(value: int, bps: Bps) -> int:
    """Return a share of a value, rounded up."""
    return -(-value * bps // BPS_ONE)


def percent_div_floor(value: int, bps: Bps) -> int:
    """Return the value of which this is the share, rounded down."""
    return value * BPS_ONE // bps


def percent_div_ceil(value: int, bps: Bps) -> int:
    """Return the value of which this is the share, rounded up."""
    return -(-value * BPS_ONE // bps)


def ray_mul_floor(a: int, b: Ray) -> int:
    """Return a*b in ray, rounded down."""
    return a * b // RAY


def ray_mul_ceil(a: int, b: Ray) -> int:
    """Return a*b in ray, rounded up."""
    return -(-a * b // RAY)


def ray_div_floor(a: int, b: Ray) -> int:
    """Return a/b in ray, rounded down."""
    return a * RAY // b


def ray_div_ceil(a: int, b: Ray) -> int:
    """Return a/b in ray, rounded up."""
    return -(-a * RAY // b)
