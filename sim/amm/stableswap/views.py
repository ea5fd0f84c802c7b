"""A stableswap as desks see it, and what exchanges against it would do."""

import attrs

from sim.amm.amm import Swap, pair_of
from sim.amm.stableswap import rules
from sim.amm.stableswap.pricing import StableTerms, exchanged, paid_for, price
from sim.assets import Asset
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import WAD, AssetId, Place, Seconds, Units, Wad


@attrs.frozen
class StableSwapView:
    """A stableswap at a block."""

    place: Place
    timestamp: Seconds
    terms: StableTerms
    reserves: tuple[Units, ...]
    share: AssetId
    shares: Units
    """All there are."""
    protocol_fees: tuple[Units, ...] = ()
    """What the protocol may collect of each."""

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What it trades, in its own sequence."""
        return self.terms.assets

    @property
    def share_price(self) -> Wad:
        """What a share is worth when the assets are at par (virtual price); 0 where there are none. Reverts where one is used up."""
        whole = rules.invariant(rules.scaled(self.reserves, self.terms.rates), self.terms.ann).value
        return mul_div_down(whole, WAD, self.shares) if self.shares else 0

    def price(self, asset_in: AssetId, asset_out: AssetId = 0) -> Wad:
        """Return wholes out per whole in for very little, fees aside, found with a probe; 0 where it cannot be told."""
        return price(self.terms, self.reserves, *pair_of(self.assets, asset_in, asset_out))

    def swap_of(self, asset_in: AssetId, amount_in: Units, asset_out: AssetId = 0) -> Swap | None:
        """Return what a ``SwapCall`` would do; None if it would be refused."""
        try:
            came, went = pair_of(self.assets, asset_in, asset_out)
            return exchanged(self.terms, self.reserves, came, went, amount_in).swap
        except Revert:
            return None  # What the pool would refuse has no quote.

    def swap_for(self, asset_out: AssetId, amount_out: Units, asset_in: AssetId = 0) -> Swap | None:
        """Return what a ``SwapForCall`` would do; None if it would be refused."""
        try:
            went, came = pair_of(self.assets, asset_out, asset_in)
            paid = paid_for(self.terms, self.reserves, came, went, amount_out)
            return exchanged(self.terms, self.reserves, came, went, paid).swap
        except Revert:
            return None  # As above.
