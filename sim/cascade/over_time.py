"""Means over time: what each move of a price did to its mean between two posts.

A mean over W up to T weighs a move ``d`` made at ``t`` by ``clamp(T - t, 0, W) / W``: not at all before it, in full W later. Between two
posts the move is answerable for ``d`` times the difference of its two weights, as a rational; these sum to the change of the mean. A
move made long before both posts has no part; one made before the first may pull the mean on its way. A geometric mean is the same
in log ticks, and one step from ticks to a price.

Spans may differ from one post to the next (a checkpoint that came late). A span of nothing is the price of that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from sim.cascade.origin import SHARE, Origin, apportion
from sim.cascade.series import Series
from sim.units import Price, Seconds


class Span(NamedTuple):
    """What a mean is over."""

    end: Seconds
    length: Seconds

    def weight(self, at: Seconds) -> Fraction:
        """Return the part of a move made at an instant that is in the mean."""
        if not self.length:
            return Fraction(1 if at <= self.end else 0)
        return Fraction(min(max(self.end - at, 0), self.length), self.length)


def shares_of_mean(series: Series, before: Span, after: Span) -> list[tuple[Origin, Fraction]]:
    """Return what each origin did to the mean of a series (in its unit) from one span to the next, by move, zeros left out.

    ``series`` reaches back to the beginning of the earlier span. Cost: the moves since.
    """
    found: list[tuple[Origin, Fraction]] = []
    first = min(before.end - before.length, after.end - after.length)
    for number in range(max(1, series.place_at(first) + 1), len(series.seqs)):
        at = series.instants[number]
        share = (after.weight(at) - before.weight(at)) * (series.prices[number] - series.prices[number - 1])
        if share:
            found += [(origin, share * part / SHARE) for origin, part in apportion(SHARE, series.shares[number])]
    return found


def in_shares(parts: list[tuple[Origin, Fraction]]) -> dict[Origin, int]:
    """Return rationals as whole numbers of ``SHARE``, each origin's rounded down; what that leaves out is a rounding of its own."""
    sums: dict[Origin, Fraction] = {}
    for origin, part in parts:
        sums[origin] = sums.get(origin, Fraction(0)) + part
    return {origin: whole for origin, part in sums.items() if (whole := part * SHARE // 1)}


def ticks_to_price(parts: list[tuple[Origin, Fraction]], change: Price, at: int, price_at: Callable[[int], Price]) -> dict[Origin, int]:
    """Return shares in log ticks as shares of a price: all by one and the same price of a tick.

    It is the change of price over the change of the mean in ticks; where the mean moved by less than a tick, what the tick ``at`` which
    it stands is worth, so that a change that went there and back is shared as well as any.
    """
    moved = sum((part for _, part in parts), Fraction(0))
    per_tick = Fraction(change) / moved if abs(moved) >= 1 else Fraction(price_at(at + 1) - price_at(at))
    return in_shares([(origin, part * per_tick) for origin, part in parts])
