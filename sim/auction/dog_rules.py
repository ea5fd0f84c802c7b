"""The sums of a bark: how much of an unhealthy vault goes into a Dutch auction, and what is owed for it.

Source: dog.sol [makerdao/dss fa4f663]. Our integers have no end; the contract's products leave 256 bits beyond some 10^14 of debt
in one call, which no scenario has.
"""

from typing import NamedTuple

from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.units import WAD, Rad, Ray, Units, Wad
from sim.vocabulary import Refusal


class Seizure(NamedTuple):
    """What a bark takes out of a vault, and what it asks for it."""

    collateral: Units
    shares: int
    debt: Rad
    """What the vow takes over."""
    owed: Rad
    """Debt and penalty: what the auction is to raise."""


def room_left(capacity: Rad, in_auction: Rad, pool_capacity: Rad, pool_in_auction: Rad) -> Rad:
    """Return how much more may be owed in auctions: the lesser of the house's room and the pool's. Reverts with LIMIT_HIT at none."""
    if capacity <= in_auction or pool_capacity <= pool_in_auction:
        raise Revert(Refusal.LIMIT_HIT)
    return min(capacity - in_auction, pool_capacity - pool_in_auction)


def bark_amounts(collateral: Units, shares: int, index: Ray, min_debt: Rad, penalty: Wad, room: Rad) -> Seizure:
    """Return what of a vault is seized: as much debt as there is room for, and the same part of the collateral.

    Where dust would be left in the vault all of it is taken, beyond the room. All divisions round down, in the contract's sequence.
    Reverts with MUST_NOT_LEAVE_DUST when the auction itself would be dust, NULL_AUCTION when no collateral would be offered.
    """
    seized = min(shares, room * WAD // index // penalty)
    if seized < shares:
        if (shares - seized) * index < min_debt:
            seized = shares
        elif seized * index < min_debt:
            raise Revert(Refusal.MUST_NOT_LEAVE_DUST)
    offered = mul_div_down(collateral, seized, shares)
    if not offered:
        raise Revert(Refusal.NULL_AUCTION)
    debt = seized * index
    return Seizure(offered, seized, debt, mul_div_down(debt, penalty, WAD))
