"""Calls that only Euler answers."""

from typing import NamedTuple

from sim.units import AssetId, Party, Units


class TakeOverCall(NamedTuple):
    """A call: take over an unhealthy account's debt, and collateral for it; the sender owes it from then on.

    ``LiquidateCall`` does the same and, in the same tx, pays the debt out of the sender's purse and takes the collateral out.
    """

    account: Party
    debt_asset: AssetId
    collateral_asset: AssetId
    amount: Units
    """Debt to take over, the reserves' fee included; 2^256-1 for as much as may be."""
    least_yield: Units = 0
    """Least collateral, in units of the asset, that must come for it."""


class TrackLiquidityCall(NamedTuple):
    """A call: have one's free liquidity averaged from now on, for a better discount as a liquidator (v1)."""
