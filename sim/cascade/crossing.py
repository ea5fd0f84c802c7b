"""How a position came to cross: its surplus is linear in prices and indices, so its change is a sum of terms, interest one of them.

``S = sum of c T p - sum of d p I``: units of collateral times threshold times price, less units of debt (at an index of one) times price
times index. Health is a quotient and has no such terms. Posts of one block are taken in the sequence of the tape, each at the prices
that the ones before it left and at the indices of before; what is left is interest, at the last prices. Exact rationals. For whoever
knows a position: a tape tells that of nobody who was opened in bulk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from sim.units import BPS_ONE, AssetId, Bps, Price, Ray, Seq, Units

ONE: Ray = 10**27


@attrs.frozen
class Position:
    """What an account has and owes."""

    collateral: Mapping[AssetId, tuple[Units, Bps]]
    """Units, and the threshold they count at."""
    debt: Mapping[AssetId, Units]
    """At an index of one."""
    unit: Mapping[AssetId, Units]
    """Units in one whole."""

    def surplus(self, prices: Mapping[AssetId, Price], indices: Mapping[AssetId, Ray]) -> Fraction:
        """Return by how much it is covered, in the scale of prices; below zero it may be liquidated."""
        held = (
            Fraction(units * threshold * prices[asset], BPS_ONE * self.unit[asset]) for asset, (units, threshold) in self.collateral.items()
        )
        owed = (Fraction(units * prices[asset] * indices.get(asset, ONE), ONE * self.unit[asset]) for asset, units in self.debt.items())
        return sum(held, Fraction(0)) - sum(owed, Fraction(0))


@attrs.frozen
class Terms:
    """What the change of a surplus is made of; they sum to it exactly."""

    posts: tuple[tuple[Seq, Fraction], ...]
    interest: Fraction
    crossed_by: Seq
    """The post that took it below zero; 0 where interest did, or where it is not below zero."""


def terms(
    position: Position,
    prices: Mapping[AssetId, Price],
    posts: Sequence[tuple[Seq, AssetId, Price]],
    before: Mapping[AssetId, Ray],
    after: Mapping[AssetId, Ray],
) -> Terms:
    """Return the terms of the change from ``prices`` and indices ``before`` over some posts to indices ``after``."""
    known, at = dict(prices), position.surplus(prices, before)
    found, crossed_by = [], 0
    for seq, asset, price in posts:
        known[asset] = price
        now = position.surplus(known, before)
        if at >= 0 > now:
            crossed_by = seq
        elif now >= 0:
            crossed_by = 0
        found.append((seq, now - at))
        at = now
    return Terms(tuple(found), position.surplus(known, after) - at, crossed_by)
