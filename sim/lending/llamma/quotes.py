"""The bands as an amm, as desks see them at a block: by the contract's own sums."""

from __future__ import annotations

import attrs

from sim.amm.amm import Swap, pair_of
from sim.assets import Asset
from sim.errors import Revert
from sim.lending.llamma.grid import Grid, Trade, amount_to, swap
from sim.lending.llamma.terms import LlammaTerms
from sim.units import WAD, AssetId, Place, Seconds, Units, Wad


@attrs.frozen
class BandAmmView:
    """The bands at a block."""

    place: Place
    timestamp: Seconds
    terms: LlammaTerms
    grid: Grid

    @property
    def assets(self) -> tuple[Asset, ...]:
        """Money, then collateral."""
        return self.terms.assets

    @property
    def reserves(self) -> tuple[Units, ...]:
        """What is in all bands, in whole units."""
        return sum(self.grid.x.values()) // self._quanta[0], sum(self.grid.y.values()) // self._quanta[1]

    @property
    def oracle_price(self) -> Wad:
        """Money per collateral as swaps see it."""
        return self.grid.oracle.price

    def price(self, asset_in: AssetId, asset_out: AssetId = 0) -> Wad:
        """Return wholes out per whole in, for very little and fees aside. Reverts with UNKNOWN_ASSET."""
        came, _ = pair_of(self.assets, asset_in, asset_out)
        return self.grid.price if came else WAD * WAD // self.grid.price

    def swap_of(self, asset_in: AssetId, amount_in: Units, asset_out: AssetId = 0) -> Swap | None:
        """Return what a ``SwapCall`` would do; None if nothing would come of it, or it would be refused."""
        return self._quote(asset_in, asset_out, amount_in, is_in=True)

    def swap_for(self, asset_out: AssetId, amount_out: Units, asset_in: AssetId = 0) -> Swap | None:
        """Return what a ``SwapForCall`` would do; None where the bands do not hold so much, or it would be refused."""
        found = self._quote(asset_out, asset_in, amount_out, is_in=False)
        return found if found is not None and found.amount_out == amount_out else None

    def swap_to(self, target: Wad) -> tuple[AssetId, Units]:
        """Return the asset and the amount of it that bring the price to a target, or as near as bands go; 0 units where it is there."""
        reach = amount_to(self.grid, target)
        came = 0 if reach.upwards else 1
        return self.assets[came].id, -(-reach.amount // self._quanta[came])

    @property
    def _quanta(self) -> tuple[int, int]:
        return self.terms.money_quantum, self.terms.collateral_quantum

    def _quote(self, named: AssetId, other: AssetId, amount: Units, is_in: bool) -> Swap | None:
        try:
            sides = pair_of(self.assets, named, other)
            came = sides[0] if is_in else sides[1]
            quanta = self._quanta[came], self._quanta[1 - came]
            done = swap(self.grid, came == 0, amount * quanta[0 if is_in else 1], is_in, quanta)
        except Revert:
            return None  # What the bands would refuse has no quote.
        paid, got = done.amount_in // quanta[0], done.amount_out // quanta[1]
        if not paid or not got:
            return None
        return Swap(paid, got, done.fee // quanta[0], self._price_after(done, came))

    def _price_after(self, done: Trade, came: int) -> Wad:
        """Return wholes out per whole in once a swap is done."""
        near, far = done.paid[-1], done.left
        x, y = (near, far) if came == 0 else (far, near)
        after = self.grid._replace(active=done.last, x={done.last: x}, y={done.last: y})
        return after.price if came else WAD * WAD // after.price
