"""What a venue takes from a trade, and how much must be held so that it can always be taken.

Rates are millionths of the notional, because venues quote fractions of a basis point. Fees are in quote units and round up, so that
a rebate (a negative rate) rounds towards nothing: doubt favours the venue, never whoever acts. The largest rebate allowed is the
taker's fee, so that a trade never costs the venue anything. Leaves out volume tiers and fees paid in another asset. The sums are
written out rather than called: every message of a run asks for one.
"""

import attrs

from sim.errors import ScenarioError
from sim.units import Lots, Ticks, Units

PPM = 10**6
"""One, in millionths."""


def fee(notional: Units, ppm: int) -> Units:
    """Return the fee on a trade of a notional, rounded up; negative for a rebate, which is thereby rounded towards zero."""
    return -(-notional * ppm // PPM)


@attrs.frozen
class FeeSchedule:
    """The two rates of a venue."""

    maker_ppm: int = 0
    """Of whoever rested; a negative rate is a rebate."""
    taker_ppm: int = 0
    """Of whoever aggressed."""
    _held_ppm: int = attrs.field(init=False)
    """What is held of a notional: all of it and the dearer fee."""

    @_held_ppm.default
    def _notional_and_dearer_fee(self) -> int:
        return PPM + self.dearer_ppm()

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
        return -(-limit * step * self._held_ppm // PPM)

    def hold(self, lots: Lots, limit: Ticks, step: Units) -> Units:
        """Return the quote units to hold for lots bid at a limit."""
        return lots * self.cost_of_a_lot(limit, step)

    def hold_across(self, ticks_lots: int, lots: Lots, step: Units) -> Units:
        """Return the quote units that lots bought over several levels can cost at most: one unit a lot for the rounding of fees.

        ``ticks_lots`` is the sum of price times lots.
        """
        return -(-ticks_lots * step * self._held_ppm // PPM) + lots
