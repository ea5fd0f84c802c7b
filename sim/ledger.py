"""The one double-entry ledger: who has how many units of what, where.

A *purse* is one owner's account at one place (``alice`` at ``venue``, ``alice`` on the chain, a pool's own funds). Balances and
holds are flat lists by purse, one pair an asset: machines on the hot path read and write them directly and must leave the
sums as they found them. Units appear and vanish only by ``mint`` and ``burn``; the sum of an asset's balances equals what was
minted less what was burned, at every instant (``check``).
"""

import attrs

from sim.assets import Asset
from sim.errors import BrokenInvariant, Revert
from sim.journal import Journal
from sim.units import AssetId, Party, Place, Units
from sim.vocabulary import Refusal


@attrs.define(repr=False)
class Ledger:
    """Balances and holds of every asset, by purse."""

    journal: Journal = attrs.field(factory=Journal)
    assets: dict[AssetId, Asset] = attrs.field(factory=dict)
    balances: dict[AssetId, list[Units]] = attrs.field(factory=dict)
    holds: dict[AssetId, list[Units]] = attrs.field(factory=dict)
    """Units set aside out of the balance; never more than it."""
    minted: dict[AssetId, Units] = attrs.field(factory=dict)
    """Minted less burned."""
    owners: list[tuple[Party, Place]] = attrs.field(factory=list)
    _purses: dict[tuple[Party, Place], int] = attrs.field(factory=dict)

    def add_asset(self, asset: Asset) -> None:
        """Make an asset known; every purse has a balance of it, zero."""
        assert asset.id not in self.assets
        self.assets[asset.id] = asset
        self.balances[asset.id] = [0] * len(self.owners)
        self.holds[asset.id] = [0] * len(self.owners)
        self.minted[asset.id] = 0

    def open(self, owner: Party, place: Place) -> int:
        """Return the purse of an owner at a place, opened at first asking."""
        purse = self._purses.get((owner, place))
        if purse is None:
            purse = self._purses[owner, place] = len(self.owners)
            self.owners.append((owner, place))
            for asset in self.assets:
                self.balances[asset].append(0)
                self.holds[asset].append(0)
        return purse

    def balance(self, asset: AssetId, purse: int) -> Units:
        """Return all units in a purse, held ones included."""
        return self.balances[asset][purse]

    def free(self, asset: AssetId, purse: int) -> Units:
        """Return the units in a purse that no hold claims."""
        return self.balances[asset][purse] - self.holds[asset][purse]

    def move(self, asset: AssetId, source: int, target: int, units: Units) -> None:
        """Move free units between purses. Reverts with INSUFFICIENT_BALANCE when they are not there."""
        assert units >= 0
        if self.free(asset, source) < units:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        self._add(asset, source, -units)
        self._add(asset, target, units)

    def mint(self, asset: AssetId, purse: int, units: Units) -> None:
        """Bring units into the world."""
        assert units >= 0
        self._add(asset, purse, units)
        self.journal.write(self.minted, asset, self.minted[asset] + units)

    def burn(self, asset: AssetId, purse: int, units: Units) -> None:
        """Take free units out of the world. Reverts with INSUFFICIENT_BALANCE when they are not there."""
        assert units >= 0
        if self.free(asset, purse) < units:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        self._add(asset, purse, -units)
        self.journal.write(self.minted, asset, self.minted[asset] - units)

    def check(self) -> None:
        """Assert conservation of every asset, and that holds fit balances. Cost: all purses."""
        for asset in self.assets.values():
            total, minted = sum(self.balances[asset.id]), self.minted[asset.id]
            if total != minted:
                raise BrokenInvariant(f"{asset.symbol}: balances sum to {total}, minted were {minted}")
            for purse, (held, units) in enumerate(zip(self.holds[asset.id], self.balances[asset.id], strict=True)):
                if not 0 <= held <= units:
                    raise BrokenInvariant(f"{asset.symbol}: purse {self.owners[purse]} holds {held} of {units}")

    def _add(self, asset: AssetId, purse: int, units: Units) -> None:
        balances = self.balances[asset]
        self.journal.write(balances, purse, balances[purse] + units)
