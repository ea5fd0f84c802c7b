"""A constant product as desks see it, and what swaps against it would do."""

import attrs

from sim.amm.amm import Swap, pair_of, whole_price
from sim.amm.constant_product import rules
from sim.assets import Asset
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import AssetId, Place, Seconds, Units, Wad


@attrs.frozen
class ConstantProductView:
    """A constant product at a block."""

    place: Place
    timestamp: Seconds
    assets: tuple[Asset, Asset]
    reserves: tuple[Units, Units]
    share: AssetId
    shares: Units
    """All there are."""
    cumulative: tuple[int, int]
    """Prices times seconds up to this block, UQ112.112, modulo 2^256: of the first asset in the second, and the other way round."""

    def price(self, asset_in: AssetId, asset_out: AssetId = 0) -> Wad:
        """Return wholes out per whole in, for very little and fees aside; 0 where there are no reserves."""
        came, went = pair_of(self.assets, asset_in, asset_out)
        return whole_price(self.reserves[went], self.reserves[came], self.assets[went], self.assets[came])

    def swap_of(self, asset_in: AssetId, amount_in: Units, asset_out: AssetId = 0) -> Swap | None:
        """Return what a ``SwapCall`` would do; None if it would be refused."""
        try:
            came, went = pair_of(self.assets, asset_in, asset_out)
            out = rules.amount_out(amount_in, self.reserves[came], self.reserves[went])
        except Revert:
            return None  # What the pool would refuse has no quote.
        return swapped(self.assets, self.reserves, came, amount_in, out) if out else None

    def swap_for(self, asset_out: AssetId, amount_out: Units, asset_in: AssetId = 0) -> Swap | None:
        """Return what a ``SwapForCall`` would do; None if it would be refused."""
        try:
            went, came = pair_of(self.assets, asset_out, asset_in)
            paid = rules.amount_in(amount_out, self.reserves[came], self.reserves[went])
        except Revert:
            return None  # As above.
        return swapped(self.assets, self.reserves, came, paid, amount_out)

    def worth_of(self, shares: Units) -> tuple[Units, Units]:
        """Return what shares would be paid now, rounded down; a protocol fee still to be issued is left out."""
        if not self.shares:
            return 0, 0
        first, second = (mul_div_down(shares, reserve, self.shares) for reserve in self.reserves)
        return first, second


def swapped(assets: tuple[Asset, Asset], reserves: tuple[Units, Units], came: int, amount_in: Units, amount_out: Units) -> Swap:
    """Return a swap of known amounts, told as records tell it."""
    went = 1 - came
    price = whole_price(reserves[went] - amount_out, reserves[came] + amount_in, assets[went], assets[came])
    return Swap(amount_in, amount_out, mul_div_down(amount_in, rules.FEE, rules.THOUSAND), price)
