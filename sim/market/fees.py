"""What a venue takes from a trade, and how much must be held so that it can always be taken.

Rates are millionths of the notional, because venues quote fractions of a basis point. Fees are in quote units, whole numbers of the
instrument's fee unit, and round up, so that a rebate (a negative rate) rounds towards nothing: doubt favours the venue, never whoever
acts. The largest rebate allowed is the taker's fee, so that a trade never costs the venue anything. Leaves out volume tiers and fees
paid in another asset. The sums are written out rather than called: every message of a run asks for one.
"""

import attrs

from sim.errors import ScenarioError
from sim.units import Lots, Ticks, Units

PPM = 10**6
"""One, in millionths."""


def fee(notional: Units, ppm: int, unit: Units = 1) -> Units:
    """Return the fee on a trade of a notional, rounded up to a multiple of a unit; negative for a rebate, thereby rounded towards zero."""
    return -(-notional * ppm // (PPM * unit)) * unit


@attrs.frozen
class FeeSchedule:
    """The two rates of a venue."""

    maker_ppm: int = 0
    """Of whoever rested; a negative rate is a rebate."""
    taker_ppm: int = 0
    """Of whoever aggressed."""
    unit: Units = 1
    """What fees are whole numbers of."""
    _dearer_ppm: int = attrs.field(init=False)
    _divisor: int = attrs.field(init=False)

    @_dearer_ppm.default
    def _the_dearer(self) -> int:
        return self.dearer_ppm()

    @_divisor.default
    def _of_whole_units(self) -> int:
        return PPM * self.unit

    def __attrs_post_init__(self) -> None:
        if self.maker_ppm + self.taker_ppm < 0:
            total = f"maker_ppm is {self.maker_ppm} and taker_ppm {self.taker_ppm}"
            raise ScenarioError(
                f"{total}, together below zero: the venue would pay for trades; give a rebate no larger than the taker's fee"
            )

    def dearer_ppm(self) -> int:
        """Return the higher rate, at least 0: what an order may come to pay, whichever way it trades."""
        return max(self.maker_ppm, self.taker_ppm, 0)

    def cost_of_a_lot(self, limit: Ticks, step: Units) -> Units:
        """Return the quote units that one lot bid at a limit can cost at most, fee included, rounded up.

        ``step`` is what one lot costs a tick. Rounded by the lot, so that what parts of an order cost never exceeds what was held.
        """
        notional = limit * step
        return notional - (-notional * self._dearer_ppm // self._divisor) * self.unit

    def hold(self, lots: Lots, limit: Ticks, step: Units) -> Units:
        """Return the quote units to hold for lots bid at a limit."""
        return lots * self.cost_of_a_lot(limit, step)

    def hold_across(self, ticks_lots: int, lots: Lots, step: Units) -> Units:
        """Return the quote units that lots bought over several levels can cost at most: one fee unit a lot for the rounding.

        ``ticks_lots`` is the sum of price times lots.
        """
        notional = ticks_lots * step
        return notional - (-notional * self._dearer_ppm // self._divisor) * self.unit + lots * self.unit
