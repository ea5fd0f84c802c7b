"""Vaults as float columns: what the screening and the position ladder read. Two assets: the collateral, then the money."""

from collections.abc import Sequence

import attrs
import numpy as np

from sim.assets import Asset
from sim.lending.aave.terms import Limits
from sim.lending.groups import Values
from sim.units import BPS_ONE, RAY, AssetId, Ray, Units

ALL = Limits(BPS_ONE, BPS_ONE, 0)
"""A margin price has the ratio in it already: collateral counts in full."""
COLLATERAL = 0
"""Its place."""
UNUSED = 10.0**8


@attrs.frozen
class Side:
    """One asset of a pool of vaults."""

    asset: Asset


@attrs.frozen
class VaultSides:
    """The assets of a pool of vaults as ``sim.lending.columns`` wants them."""

    collateral: Asset
    money: Asset

    @property
    def reserves(self) -> Sequence[Side]:
        """Collateral first."""
        return (Side(self.collateral), Side(self.money))

    @property
    def units(self) -> dict[AssetId, Units]:
        """Units in one whole of each."""
        return {self.collateral.id: self.collateral.unit, self.money.id: self.money.unit}

    def limits(self, asset: AssetId, e_mode: int) -> Limits:
        """Return that collateral counts in full."""
        return ALL


def values_of_vaults(margin: Ray, index: Ray) -> Values:
    """Return what a whole of collateral may carry and a whole of shares owes, 8 decimals. The margin price must be above 0.

    No rounding of a contract stands between these and an exact decision: both of its sides are products.
    """
    return Values(np.array([margin / 10**19, UNUSED]), np.array([UNUSED, index * (10**8 / RAY)]), np.zeros(2))
