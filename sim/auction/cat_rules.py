"""How much of an unhealthy vault one bite puts into an auction, and what must be raised for it: plain sums of whole numbers.

Versions 1.0 and 1.1 [makerdao/dss, Cat as deployed in November 2019] cut by collateral: a lot of at most so many units, with its share
of the debt, and nothing bounds how much is in auctions at once. Version 1.2 [fa4f663, cat.sol] cuts by debt, and by the room that a
common box has left. All products are divided once, rounding down, as there: what is lost of a debt's share stays with the vault.
"""

import attrs

from sim.errors import Revert
from sim.units import RAY, WAD, Rad, Ray, Units, Wad
from sim.vocabulary import Refusal


@attrs.frozen
class Bite:
    """What one bite takes from a vault."""

    collateral: Units
    shares: int
    debt: Rad
    """What the shares owe: the system must get it back."""
    owed: Rad
    """Debt and penalty: what the auction is to raise."""


def bite_by_lot(collateral: Units, shares: int, index: Ray, lot: Units, penalty: Ray) -> Bite:
    """Return a bite of 1.0 and 1.1; ``penalty`` is a factor in ray. Reverts with ARITHMETIC for a vault without collateral.

    Nothing forbids a bite without debt, nor one that leaves a vault less than the least debt.
    """
    if not collateral:
        raise Revert(Refusal.ARITHMETIC)
    taken = min(collateral, lot)
    taken_shares = min(shares, taken * shares // collateral)
    debt = taken_shares * index
    return Bite(taken, taken_shares, debt, debt * penalty // RAY)


def bite_by_debt(collateral: Units, shares: int, index: Ray, most: Rad, penalty: Wad) -> Bite:
    """Return a bite of 1.2 that owes at most ``most``; ``penalty`` is a factor in wad. Reverts with NULL_AUCTION.

    It may leave a vault less than the least debt.
    """
    taken_shares = min(shares, most * WAD // index // penalty)
    taken = min(collateral, collateral * taken_shares // shares)
    if taken_shares <= 0 or taken <= 0:
        raise Revert(Refusal.NULL_AUCTION)
    debt = taken_shares * index
    return Bite(taken, taken_shares, debt, debt * penalty // WAD)


def room_left(box: Rad, litter: Rad, min_debt: Rad) -> Rad:
    """Return how much more may be owed in auctions at once. Reverts with LIMIT_HIT when it is nothing, or less than the least debt."""
    room = box - litter
    if room <= 0 or room < min_debt:
        raise Revert(Refusal.LIMIT_HIT)
    return room
