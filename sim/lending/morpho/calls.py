"""Calls that only Morpho Blue answers."""

from typing import NamedTuple

from sim.units import Party, Units


class SeizeCall(NamedTuple):
    """A call: liquidate an account by naming either the collateral to seize or the debt shares to repay; the other is 0."""

    account: Party
    seized: Units
    repaid_shares: int
