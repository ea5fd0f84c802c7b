"""What a desk may know of a pool of vaults, per block. Frozen, and without a reference into the world."""

from typing import NamedTuple

import attrs

from sim.lending.aave.views import AccountView, CollateralView, DebtView, Reserves, ReserveView
from sim.lending.vault.rules import units_owed, value_of_collateral, value_of_debt
from sim.units import AssetId, Bps, Party, Price, Rad, Ray, Seconds, Seq, Units, Wad

ONE: Price = 10**8
"""What a whole of the system's own money is worth to the system, whatever markets say."""


class VaultView(NamedTuple):
    """An unhealthy vault."""

    account: Party
    collateral: Units
    shares: int
    debt: Rad
    health: Wad
    fell: Seq
    """Its ``HealthFell``."""


@attrs.frozen
class VaultPoolView:
    """A pool of vaults at a block."""

    timestamp: Seconds
    collateral: AssetId
    money: AssetId
    index: Ray
    """Debt per share, as last accrued."""
    margin_price: Ray
    """Debt that a unit of collateral may carry; 0 when the feed has no price, and then nobody can be liquidated."""
    price: Price
    """Of the collateral, as last refreshed, 8 decimals."""
    min_debt: Rad
    accrued_at: Seconds
    reserves: Reserves
    """Collateral and money as a lending pool would show them, so that a borrower's strategy need not ask where it is."""
    unhealthy: tuple[VaultView, ...]
    """By id."""


def reserves_of(collateral: ReserveView, money: ReserveView) -> Reserves:
    """Return both sides of a pool by asset."""
    return Reserves({collateral.asset: collateral, money.asset: money})


def reserve_of(asset: AssetId, price: Price, unit: Units, liquidity: Units, index: Ray, threshold: Bps) -> ReserveView:
    """Return one side of a pool of vaults: no bonus, no yearly rate, the same threshold for drawing and for liquidation."""
    return ReserveView(asset, price, unit, liquidity, index, index, 0, threshold, threshold, 0, 0)


def account_of(
    vault: VaultView, price: Price, index: Ray, collateral: AssetId, money: AssetId, threshold: Bps, min_debt: Rad
) -> AccountView:
    """Return a vault as a lending pool would show the account; its debt is in units of money, rounded up."""
    held = (CollateralView(collateral, vault.collateral, threshold, 0, vault.collateral),) if vault.collateral else ()
    owed = (DebtView(money, units_owed(vault.shares, index), vault.shares, units_owed(min_debt, 1)),) if vault.shares else ()
    worth, debt = value_of_collateral(vault.collateral, price), value_of_debt(vault.debt)
    return AccountView(vault.account, vault.health, worth, debt, held, owed, vault.fell)
