"""e to a power and the natural logarithm, in wad, rounded down.

Exact to the last digit. The contracts use rational approximations (``_wad_exp``, ``_wad_ln`` [pcaversaccio/snekmate]) that may be one
unit off: a model choice, far below any tolerance. Cost: some fifty microseconds at first asking. The same powers come back all the time
(edges of bands, the age of an average), so what was found is kept; the function is pure, so nothing can tell.
"""

from decimal import ROUND_FLOOR, Context, Decimal
from functools import lru_cache

from sim.errors import Revert
from sim.units import WAD, Wad
from sim.vocabulary import Refusal

KEPT = 4_096
DIGITS = 100
"""More than any number here has before and after the point."""
LEAST = -41_446_531_673_892_822_313
"""Powers not above it make nothing."""
MOST = 135_305_999_368_893_231_589
"""Powers not below it are refused."""


@lru_cache(maxsize=KEPT)
def exponential(power: int) -> Wad:
    """Return e to a power. Reverts with ARITHMETIC where the contract would overflow."""
    if power <= LEAST:
        return 0
    if power >= MOST:
        raise Revert(Refusal.ARITHMETIC)
    context = Context(prec=DIGITS)
    return _down(context.multiply(context.exp(_number(context, power)), Decimal(WAD)))


def logarithm(number: Wad) -> int:
    """Return the natural logarithm of a number above 0; rounded down, also below zero."""
    context = Context(prec=DIGITS)
    return _down(context.multiply(context.ln(_number(context, number)), Decimal(WAD)))


def _number(context: Context, wad: int) -> Decimal:
    return context.divide(Decimal(wad), Decimal(WAD))


def _down(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_FLOOR))
