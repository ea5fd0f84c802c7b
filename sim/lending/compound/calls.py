"""Calls that only Compound v2 answers."""

from typing import NamedTuple

from sim.units import AssetId, Party, Units


class EnterMarketCall(NamedTuple):
    """A call: let what one has, and will have, of a market count as collateral."""

    asset: AssetId


class LeaveMarketCall(NamedTuple):
    """A call: let what one has of a market count no more."""

    asset: AssetId


class LiquidateAndRedeemCall(NamedTuple):
    """A call: liquidate and turn the shares one got into the asset, as a liquidator's own contract does in one tx."""

    account: Party
    debt_asset: AssetId
    collateral_asset: AssetId
    amount: Units
