"""What Euler says that no other pool does. Place: the pool. Party: the sender of the call."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Party, Units, Wad


@record(140)
class DebtTakenOver(Record):
    """A liquidator took over debt of an unhealthy account, and collateral for it; a ``Liquidated`` follows. Party: the liquidator."""

    account: Party
    debt_asset: AssetId
    moved: Units
    """Debt that is the liquidator's now instead of the account's."""
    fee: Units
    """Debt that the liquidator owes besides, for the reserves (v1)."""
    collateral_asset: AssetId
    shares: Units
    """Claims on the pool that went from the account to the liquidator."""
    discount: Wad
    """At which the collateral was counted."""
    health: Wad
    """The account's before the call."""
