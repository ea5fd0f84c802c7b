"""A maker's ladder as a plan: how much to rest at which distance from its centre.

A plan comes from depth (so many quote units within so many bps, both sides alike or not) or from what sales of several sizes
cost. Pure functions; distances are floats in bps and become prices only in the maker, rounded away from the centre.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import attrs

from sim.fixed import nearest_int
from sim.units import Units


@attrs.frozen
class Rung:
    """What rests at one distance."""

    distance_bps: float
    """From the centre."""
    bid: Units = attrs.field(metadata={"asset": "quote"})
    """Quote units bid there."""
    ask: Units = attrs.field(metadata={"asset": "quote"})
    """Quote units asked there."""


Rungs = tuple[Rung, ...]
"""Nearest first."""
Points = Sequence[tuple[float, Units, Units]]
"""Distance in bps, units bid within it, units asked within it; distances and units never fall."""


def rungs_within(points: Points, nearest: float, count: int) -> Rungs:
    """Return a ladder with the given depth within each distance, starting ``nearest`` bps from the centre.

    Between two points depth grows linearly. Each rung stands in the middle of the stretch it stands for, so that the depth within
    a point's distance is met also when the centre is a little off the mid. The first stretch, where most trades happen, is divided
    geometrically until there are ``count`` rungs.
    """
    edges = _edges([distance for distance, _, _ in points if distance > nearest], nearest, count)
    known = [(nearest, 0, 0), *(point for point in points if point[0] > nearest)]
    rungs = []
    for near, far in pairwise(edges):
        bid = nearest_int(_within(known, far, 1)) - nearest_int(_within(known, near, 1))
        ask = nearest_int(_within(known, far, 2)) - nearest_int(_within(known, near, 2))
        rungs.append(Rung((near + far) / 2, bid, ask))
    return tuple(rungs)


def rungs_of_slippage(sizes: Sequence[tuple[Units, float]]) -> Rungs:
    """Return the ladder, both sides alike, in which a trade of each size costs just its slippage (average price against the mid).

    The slice between two sizes rests where it makes the averages true: (Q2 s2 - Q1 s1) / (Q2 - Q1). Refused with ValueError: a
    slice that would rest nearer than the one before it, for then no book has these averages.
    """
    rungs: list[Rung] = []
    size, paid = 0, 0.0
    for larger, slippage in sizes:
        distance = (larger * slippage - paid) / (larger - size)
        if rungs and distance < rungs[-1].distance_bps:
            raise ValueError(f"a trade of {larger} at {slippage} bps is cheaper at its end than at its start; slippage rises with size")
        rungs.append(Rung(distance, larger - size, larger - size))
        size, paid = larger, larger * slippage
    return tuple(rungs)


def clip_of(rungs: Rungs, within_bps: float = 100.0) -> Units:
    """Return the units bid within a distance, or in all when there is nothing so near; at least 1."""
    near = sum(rung.bid for rung in rungs if rung.distance_bps <= within_bps)
    return near or sum(rung.bid for rung in rungs) or 1


def _edges(distances: Sequence[float], nearest: float, count: int) -> list[float]:
    """Return where stretches begin and end: the first divided geometrically, the others as given."""
    first = distances[0]
    parts = max(1, count - len(distances) + 1)
    ratio = first / nearest
    return [nearest * math.pow(ratio, part / parts) for part in range(parts)] + list(distances)


def _within(points: Points, distance: float, column: int) -> float:
    """Return the units within a distance, interpolated."""
    for near, far in pairwise(points):
        if distance <= far[0]:
            share = (distance - near[0]) / (far[0] - near[0]) if far[0] > near[0] else 1.0
            return near[column] + share * (far[column] - near[column])
    return float(points[-1][column])
