"""Integer arithmetic with the rounding in the name.

Division of integers in this house is one of these functions, so that a reader sees whom a rounding favours. The second half
is the border where a float may become an integer: each crossing has a name. All are exact for any size of integer.
"""

import math

from sim.units import BPS_ONE, HALF_RAY, HALF_WAD, RAY, WAD, Bps, Ray, Wad


def mul_div_down(a: int, b: int, divisor: int) -> int:
    """Return a*b/divisor rounded towards minus infinity. Raises ZeroDivisionError for divisor 0."""
    return a * b // divisor


def mul_div_up(a: int, b: int, divisor: int) -> int:
    """Return a*b/divisor rounded towards plus infinity."""
    return -(-a * b // divisor)


def mul_div_half_up(a: int, b: int, divisor: int) -> int:
    """Return a*b/divisor, a half rounded up, for non-negative values (as Aave's WadRayMath does)."""
    return (a * b + divisor // 2) // divisor


def div_up(a: int, divisor: int) -> int:
    """Return a/divisor rounded up."""
    return -(-a // divisor)


def wad_mul(a: Wad, b: Wad) -> Wad:
    """Return a*b in wad, half up."""
    return (a * b + HALF_WAD) // WAD


def wad_div(a: Wad, b: Wad) -> Wad:
    """Return a/b in wad, half up."""
    return (a * WAD + b // 2) // b


def ray_mul(a: Ray, b: Ray) -> Ray:
    """Return a*b in ray, half up."""
    return (a * b + HALF_RAY) // RAY


def ray_div(a: Ray, b: Ray) -> Ray:
    """Return a/b in ray, half up."""
    return (a * RAY + b // 2) // b


def share_down(amount: int, bps: Bps) -> int:
    """Return a share of an amount, rounded down."""
    return amount * bps // BPS_ONE


def share_up(amount: int, bps: Bps) -> int:
    """Return a share of an amount, rounded up."""
    return -(-amount * bps // BPS_ONE)


def bps_change(before: int, after: int) -> Bps:
    """Return the change from before to after in basis points of before, towards zero; 0 when before is 0."""
    if not before:
        return 0
    change = (after - before) * BPS_ONE
    return change // before if change >= 0 else -(-change // before)


def floor_to_int(value: float) -> int:
    """Return the largest integer not above a finite float: the named border from float to int, downwards."""
    return math.floor(value)


def ceil_to_int(value: float) -> int:
    """Return the smallest integer not below a finite float: the named border from float to int, upwards."""
    return math.ceil(value)


def nearest_int(value: float) -> int:
    """Return the nearest integer to a finite float, a half rounded up: the named border from float to int."""
    return math.floor(value + 0.5)
