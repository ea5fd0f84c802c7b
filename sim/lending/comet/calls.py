"""Calls that only Comet answers."""

from typing import NamedTuple

from sim.units import AssetId, Party, Units


class AbsorbCall(NamedTuple):
    """A call: let the pool take unhealthy accounts over, all of them or none. The sender gets nothing for it."""

    accounts: tuple[Party, ...]


class BuyCollateralCall(NamedTuple):
    """A call: buy collateral that the pool has absorbed, for base, at the storefront's discount."""

    asset: AssetId
    paid: Units
    """Units of base."""
    least: Units = 0
    """Fewest units of collateral to accept."""
    receiver: Party = 0
    """Who gets the collateral; 0 for the sender."""
