"""What only a Liquity system answers. Supply, withdraw, borrow and repay of a single side are the house's common calls.

``SupplyCall`` and ``WithdrawCall`` of the money are for the stability pool; withdrawing nothing there collects the gains.
"""

from typing import NamedTuple

from sim.units import WAD, Party, Units, Wad


class OpenTroveCall(NamedTuple):
    """A call: open a trove with collateral and draw money against it."""

    collateral: Units
    amount: Units
    """Money for the sender; the debt is this, the fee and the reserve for gas."""
    max_fee: Wad = WAD


class AdjustTroveCall(NamedTuple):
    """A call: change both sides of one's trove at once; at most one change of each."""

    supply: Units = 0
    withdraw: Units = 0
    borrow: Units = 0
    repay: Units = 0
    max_fee: Wad = WAD


class CloseTroveCall(NamedTuple):
    """A call: pay everything back, take all collateral."""


class LiquidateTrovesCall(NamedTuple):
    """A call: liquidate up to so many troves, the riskiest first."""

    most: int


class LiquidateListCall(NamedTuple):
    """A call: liquidate those of some accounts' troves that can be."""

    accounts: tuple[Party, ...]


class RedeemCall(NamedTuple):
    """A call: give money for collateral at the posted price, out of the riskiest troves."""

    amount: Units
    max_fee: Wad = WAD
    most: int = 0
    """Troves to go through; 0 for as many as it takes."""


class MoveGainCall(NamedTuple):
    """A call: put the collateral gained by one's deposit into one's trove."""


class ClaimSurplusCall(NamedTuple):
    """A call: be paid what was left of one's closed trove."""
