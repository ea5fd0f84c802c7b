"""Price paths: the instants at which the outside price is known, from files, from a scenario's text, or drawn.

Promised: a path is a tuple of knots in strict time order; what lies between two knots is not known here, nor drawn (see
``sim.world.bridge``): nobody can read a straight line off a path. Prices are exact, with 8 decimals. Gaps in a file are found and
told; so are the files, by hash. Left out: who may read a path, and when (``sim.world.outside``).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import attrs

from sim.errors import InputError
from sim.fixed import nearest_int
from sim.streams import Stream
from sim.units import DAY, SECOND, YEAR_SECONDS, Nanos, Price, Seconds
from sim.world.beyond import Beyond, Cover
from sim.world.gas import usual_spacing
from sim.world.instants import iso, since, span
from sim.world.table import read_table

PRICE_DECIMALS = 8


@attrs.frozen
class Knot:
    """An instant at which the price is known, and how it is reached from the knot before."""

    at: Nanos
    """Since the run began; negative before it."""
    price: Price
    low: Price = 0
    high: Price = 0
    """Bounds the way to here keeps; 0 for none."""
    is_flat: bool = False
    """The way to here does not move: nothing is known of it and it is held."""


@attrs.frozen
class Gap:
    """A stretch without closes between two knots of a file."""

    begin: Nanos
    end: Nanos


@attrs.frozen
class PricePath:
    """Where the outside price is known to be, and what a reader of the run should be told of that."""

    knots: tuple[Knot, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    """File and SHA-256."""

    def __attrs_post_init__(self) -> None:
        """A path has a knot, and its knots follow one another."""
        assert self.knots and all(before.at < after.at for before, after in pairwise(self.knots))
        assert all(knot.price > 0 for knot in self.knots)


def path_of_closes(path: Path, time_column: str, price_column: str, epoch: Seconds, stamp_lag: Nanos = 0) -> PricePath:
    """Return the closes of a CSV file as a path.

    ``stamp_lag`` is added to every time: files that stamp a bar by its opening know its close only a bar's length later. A
    distance of more than one and a half times the usual one is a gap.
    """
    table = read_table(path, time_column, [price_column])
    knots = tuple(Knot(since(epoch, line.at) + stamp_lag, table.require(line, 0, PRICE_DECIMALS)) for line in table.lines)
    gaps = gaps_of(knots)
    notes = [f"{path.name} has no prices for {span(gap.end - gap.begin)} from {iso(epoch * SECOND + gap.begin)}" for gap in gaps]
    return PricePath(knots, gaps, (*table.notes, *notes), ((path.name, table.sha256),))


def gaps_of(knots: Sequence[Knot]) -> tuple[Gap, ...]:
    """Return the stretches between neighbours that are longer than one and a half times the usual distance."""
    usual = usual_spacing([knot.at for knot in knots])
    pairs = [(before.at, after.at) for before, after in pairwise(knots)]
    return tuple(Gap(begin, end) for begin, end in pairs if 2 * (end - begin) > 3 * usual)


def path_of_waypoints(points: Sequence[tuple[Nanos, Price]]) -> PricePath:
    """Return typed waypoints as a path. Refuses none at all, a price of zero or less, and times that do not rise."""
    if not points:
        raise InputError("waypoints: there are none; give at least one instant with its price")
    for at, price in points:
        if price <= 0:
            raise InputError(f"waypoints: the price at {span(at)} is {price}; give one above zero")
    for (before, _), (after, _) in pairwise(points):
        if after <= before:
            raise InputError(f"waypoints: {span(after)} comes after {span(before)}; sort them and keep one of each instant")
    return PricePath(tuple(Knot(at, price) for at, price in points))


@attrs.frozen
class JumpDiffusion:
    """Geometric Brownian motion with jumps whose sizes are lognormal (Merton 1976), all of it continuously compounded."""

    volatility: float
    """Per square root of a year, jumps not included: 0.8 is 80 %."""
    drift: float = 0.0
    """Of the logarithm, per year."""
    jumps_per_day: float = 0.0
    jump_mean: float = 0.0
    """Of a jump's logarithm."""
    jump_sigma: float = 0.0


def path_drawn(law: JumpDiffusion, opening: Price, duration: Nanos, step: Nanos, stream: Stream) -> PricePath:
    """Return a drawn path with a knot each step, from instant 0 to the first at or after the end.

    Each step takes the same three draws whatever comes of them. Prices round to the nearest unit, never below one. Cost: about 2
    microseconds a step; at most one jump a step.
    """
    assert step > 0 and opening > 0
    years = float(step) / float(YEAR_SECONDS * SECOND)
    jump_chance = -math.expm1(-law.jumps_per_day * float(step) / float(DAY))
    drift, sigma = law.drift * years, law.volatility * math.sqrt(years)
    logarithm, knots = math.log(opening), [Knot(0, opening)]
    for each in range(1, -(-duration // step) + 1):
        move, chance, size = stream.normal(), stream.uniform(), stream.normal()
        logarithm += drift + sigma * move
        if chance < jump_chance:
            logarithm += law.jump_mean + law.jump_sigma * size
        knots.append(Knot(each * step, max(1, nearest_int(math.exp(logarithm)))))
    return PricePath(tuple(knots))


def cover_run(path: PricePath, beyond: Beyond, duration: Nanos, epoch: Seconds, waypoints: Sequence[tuple[Nanos, Price]] = ()) -> PricePath:
    """Return a path that reaches from the run's first instant to its last, by the rule for what lies outside of the file."""
    knots = path.knots
    cover = Cover(path.sources[0][0] if path.sources else "the path", knots[0].at, knots[-1].at, duration, epoch)
    cover.check(beyond)
    typed = path_of_waypoints(waypoints).knots if beyond == "waypoints" else ()
    head = tuple(knot for knot in typed if knot.at < cover.first) if cover.lacks_start else ()
    tail = tuple(knot for knot in typed if knot.at > cover.until) if cover.lacks_end else ()
    knots = (*head, *knots, *tail)
    if knots[0].at > 0:
        knots = (Knot(0, knots[0].price), attrs.evolve(knots[0], is_flat=True), *knots[1:])
    if knots[-1].at < duration:
        knots = (*knots, Knot(duration, knots[-1].price, is_flat=True))
    return attrs.evolve(path, knots=knots, notes=(*path.notes, *cover.notes(beyond)))
