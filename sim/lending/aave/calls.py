"""Calls that only pools of the Aave family answer."""

from typing import NamedTuple

from sim.units import AssetId, Party, Units


class LiquidateForSharesCall(NamedTuple):
    """A call: liquidate, and take what is seized as shares of the pool: a claim on collateral that may be lent out.

    What the contract's ``receiveAToken`` asks for. The shares can be withdrawn when there is liquidity again.
    """

    account: Party
    debt_asset: AssetId
    collateral_asset: AssetId
    amount: Units
    """2^256-1 for as much as may be."""
