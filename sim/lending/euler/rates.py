"""What debt pays: a line to a kink and a steeper one beyond it, in ray per second, compounded every second.

Sources: BaseIRMLinearKink [euler-xyz/euler-contracts], IRMLinearKink [euler-xyz/euler-vault-kit 5b98b42]. Utilisation is a share of
2^32 - 1; slopes are rays per second for one of those. A year has 365.2425 days.
"""

from decimal import Decimal, localcontext

import attrs

from sim.errors import InputError
from sim.fixed import mul_div_down
from sim.units import BPS_ONE, RAY, Bps, Ray, Seconds

FULL = 2**32 - 1
"""All of the assets are lent."""
YEAR: Seconds = 31_556_952
DIGITS = 60
"""Of rates that are fixed at deployment: more than a ray holds."""


@attrs.frozen
class LinearKink:
    """A rate by utilisation, with a kink."""

    base: Ray = 0
    slope: Ray = 0
    steep_slope: Ray = 0
    kink: int = FULL

    def __attrs_post_init__(self) -> None:
        """Refuse what the contract could not hold."""
        if not 0 <= self.kink <= FULL or min(self.base, self.slope, self.steep_slope) < 0:
            raise InputError(f"a rate's kink is {self.kink}, its base {self.base}; give a kink from 0 to {FULL}, base and slopes from 0")

    def rate(self, lent: int, assets: int) -> Ray:
        """Return the rate per second when so much of the assets is lent; nothing lent of nothing counts as none."""
        used = mul_div_down(lent, FULL, assets) if assets else 0
        return self.base + min(used, self.kink) * self.slope + max(0, used - self.kink) * self.steep_slope


def yearly(base: Bps, at_kink: Bps, at_full: Bps, kink: Bps) -> LinearKink:
    """Return the rate that makes these yearly yields when nothing, the kink, or all is lent; a kink strictly within, yields that rise."""
    if not 0 < kink < BPS_ONE or not 0 <= base <= at_kink <= at_full:
        raise InputError(
            f"a rate rises from {base} bps to {at_kink} at {kink} and {at_full} at 10000; give a kink within, yields that rise"
        )
    place = mul_div_down(kink, FULL, BPS_ONE)
    bottom, middle, top = per_second(base), per_second(at_kink), per_second(at_full)
    return LinearKink(bottom, (middle - bottom) // place, (top - middle) // (FULL - place), place)


def per_second(yearly: Bps) -> Ray:
    """Return the rate per second that compounds to a yearly yield, rounded down."""
    with localcontext() as context:
        context.prec = DIGITS
        return int(((1 + Decimal(yearly) / BPS_ONE).ln() / YEAR).exp() * RAY) - RAY
