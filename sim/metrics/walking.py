"""What a size fetches in a book of which the depth within 1, 2 and 5 % of the mid is known: formulae, and nothing else.

Depth within a band is spread evenly over it, and beyond the last band the book goes on as in that band, down to a price of nothing (up to
twice the mid for what is bought). What finds no taker even there fetches nothing; to buy it cannot be done. Books of several venues are
added, each taken relative to its own mid. So a sale never fetches more than the mid, and exactly the mid where depth is infinite. Floats:
a view, nothing is decided here. Hidden and latent orders are left out: what would come into the book at lower prices is nobody's promise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import attrs

EDGES = (0.01, 0.02, 0.05)
"""Distances from the mid at which depth is sampled."""


@attrs.frozen
class Depth:
    """One side of a book: units of the base asset within each of ``EDGES`` of the mid, cumulated."""

    within: tuple[float, ...]

    def times(self, factor: float) -> Depth:
        """Return a book so many times as deep; ``math.inf`` takes any size at the mid."""
        return Depth((factor, factor, factor) if math.isinf(factor) else tuple(each * factor for each in self.within))

    @property
    def is_infinite(self) -> bool:
        """Any size goes at the mid."""
        return math.isinf(self.within[0])

    @property
    def knots(self) -> tuple[tuple[float, float], ...]:
        """Distance and cumulated units, from the mid to the end of the book."""
        last = (self.within[2] - self.within[1]) / (EDGES[2] - EDGES[1])
        return ((0.0, 0.0), *zip(EDGES, self.within, strict=True), (1.0, self.within[2] + last * (1.0 - EDGES[2])))


INFINITE = Depth((math.inf, math.inf, math.inf))


def added(depths: Sequence[Depth]) -> Depth:
    """Return several books as one."""
    return Depth(tuple(sum(each) for each in zip(*(depth.within for depth in depths), strict=True)) or (0.0, 0.0, 0.0))


def haircut(depth: Depth, size: float) -> float:
    """Return the part of its value at the mid that selling a size loses: 0 in infinite depth, 1 in an empty book."""
    if size <= 0 or depth.is_infinite:
        return 0.0
    left, lost = size, 0.0
    for (near, above), (far, below) in pairwise(depth.knots):
        taken = min(left, below - above)
        if taken > 0:
            reached = near + (far - near) * taken / (below - above)
            lost += taken * (near + reached) / 2
            left -= taken
    return min((lost + left) / size, 1.0)


def beyond(depth: Depth, size: float) -> float:
    """Return the part of a size that lies beyond the last of ``EDGES``: of that no sample says what it fetches."""
    return max(1.0 - depth.within[-1] / size, 0.0) if size > 0 else 0.0


def slippage(depth: Depth, size: float) -> float | None:
    """Return how far from the mid a size trades on average, as a part of the mid; None where the book does not hold it."""
    if size > depth.knots[-1][1] and not depth.is_infinite:
        return None
    return haircut(depth, size)


def push(depth: Depth, size: float) -> float:
    """Return how far from the mid the last unit of a size trades; 1 where the book does not hold it."""
    if size <= 0 or depth.is_infinite:
        return 0.0
    for (near, above), (far, below) in pairwise(depth.knots):
        if size <= below and below > above:
            return near + (far - near) * (size - above) / (below - above)
    return 1.0
