"""Concentrated liquidity as desks see it, and what swaps against it would do."""

from collections.abc import Mapping

import attrs

from sim.amm.amm import Swap, pair_of, whole_price
from sim.amm.concentrated.log_ticks import Q96
from sim.amm.concentrated.ranges import TickInfo
from sim.amm.concentrated.walk import Scene, Walk, limit_of, walk
from sim.assets import Asset
from sim.errors import Revert
from sim.units import AssetId, Place, Ppm, Seconds, Units, Wad


@attrs.frozen
class ConcentratedView:
    """Concentrated liquidity at a block."""

    place: Place
    timestamp: Seconds
    assets: tuple[Asset, Asset]
    reserves: tuple[Units, Units]
    """What it has, the owners' fees included and the protocol's not."""
    sqrt_price: int
    """Q64.96, of the first asset in units of the second."""
    tick: int
    liquidity: int
    """In range."""
    fee: Ppm
    spacing: int
    words: Mapping[int, int]
    ticks: Mapping[int, TickInfo]
    """Initialised ones."""
    protocol_fees: tuple[Units, Units] = (0, 0)
    """What the protocol may collect of each."""

    def price(self, asset_in: AssetId, asset_out: AssetId = 0) -> Wad:
        """Return wholes out per whole in, for very little and fees aside."""
        came, _ = pair_of(self.assets, asset_in, asset_out)
        return price_of(self.assets, self.sqrt_price, came)

    def swap_of(self, asset_in: AssetId, amount_in: Units, asset_out: AssetId = 0, price_limit: int = 0) -> Swap | None:
        """Return what a ``SwapCall`` would do; None if it would be refused. Cost: the words and ticks between."""
        try:
            came, _ = pair_of(self.assets, asset_in, asset_out)
            return self._swap(came, amount_in, price_limit) if amount_in > 0 else None
        except Revert:
            return None  # What the pool would refuse has no quote.

    def swap_for(self, asset_out: AssetId, amount_out: Units, asset_in: AssetId = 0, price_limit: int = 0) -> Swap | None:
        """Return what a ``SwapForCall`` would do; None if it would be refused. Cost: the words and ticks between."""
        try:
            _, came = pair_of(self.assets, asset_out, asset_in)
            found = self._swap(came, -amount_out, price_limit) if amount_out > 0 else None
        except Revert:
            return None  # As above.
        return None if found and not price_limit and found.amount_out < amount_out else found

    def _swap(self, came: int, amount: int, price_limit: int) -> Swap:
        scene = Scene(self.sqrt_price, self.tick, self.liquidity, self.fee, self.spacing, self.words, self.ticks)
        is_down = came == 0
        return swapped(self.assets, came, walk(scene, is_down, amount, price_limit or limit_of(is_down)))


def price_of(assets: tuple[Asset, Asset], sqrt_price: int, came: int) -> Wad:
    """Return the price of one asset in the other at a sqrt price, wholes per whole, rounded down."""
    square = sqrt_price * sqrt_price
    ends = (square, Q96 * Q96) if came == 0 else (Q96 * Q96, square)
    return whole_price(*ends, assets[1 - came], assets[came])


def swapped(assets: tuple[Asset, Asset], came: int, found: Walk) -> Swap:
    """Return a walk as records tell it."""
    return Swap(found.amount_in, found.amount_out, found.fee, price_of(assets, found.sqrt_price, came))
