"""A formula over a staking contract: what a share is worth by the contract's own rate, whatever it trades at.

What most lenders read for liquid-staking tokens, times a feed of the stake's money and below a bound on its growth (``Product``,
``Bounded``) [bgd-labs/aave-capo, PriceCapAdapterBase.sol]. It moves with reports: a claim that everybody sells is worth the same to it.
"""

import attrs

from sim.claims.staking.contract import Staking
from sim.errors import Revert
from sim.oracle.derived.feed import Worked
from sim.oracle.derived.rules import price_of_wad
from sim.units import BPS_ONE, Gas, Seconds
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class ClaimRate:
    """Money per share, in 8 decimals rounded down."""

    staking: Staking

    def work_out(self, now: Seconds) -> Worked:
        """Return the rate of the last report."""
        return Worked(price_of_wad(self.staking.rate), ((self.staking.place, BPS_ONE),))

    def updated_at(self, now: Seconds) -> Seconds:
        """It is as old as the last report."""
        return self.staking.reported_at

    def poke(self, now: Seconds) -> Gas:
        """There is nothing to take up."""
        raise Revert(Refusal.UNKNOWN_CALL)
