"""Bars: open, high, low and close over a stretch, for the gaps between closes.

Promised: a path through a bar opens at its open, touches its high and its low exactly, never leaves them, and closes at its close.
Which comes first is drawn with the chance a Brownian motion from the open would give it, and when, evenly over the bar; the draws
are keyed by the bar's instant, so another gap's bars change nothing. Left out: bars that overlap closes are not used.
"""

from collections.abc import Sequence
from pathlib import Path

import attrs

from sim.fixed import floor_to_int
from sim.streams import Stream
from sim.units import SECOND, Nanos, Price, Seconds
from sim.world.gas import usual_spacing
from sim.world.instants import since, span
from sim.world.paths import PRICE_DECIMALS, Gap, Knot, PricePath
from sim.world.table import Line, Table, read_table, refuse

FEWEST_STEPS = 5
"""A bar needs room for its open, two extremes, its close, and a step between."""


@attrs.frozen
class Bar:
    """What a market did from ``begin`` until just before ``end``."""

    begin: Nanos
    end: Nanos
    open: Price
    high: Price
    low: Price
    close: Price


@attrs.frozen
class Bars:
    """A file's bars, and what there is to say of them."""

    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


def read_bars(path: Path, time_column: str, columns: tuple[str, str, str, str], epoch: Seconds) -> Bars:
    """Return the bars of a file, stamped by their opening; ``columns`` are open, high, low and close.

    A bar is as long as rows usually lie apart. A line with an empty cell is a missing bar; one that repeats the line before it is
    passed over. Refused: a high or low that the open or close lies beyond.
    """
    table = read_table(path, time_column, columns, keeps_first=True)
    length = usual_spacing([line.at for line in table.lines]) or 60 * SECOND
    bars = [_bar(table, line, since(epoch, line.at), length) for line in table.lines]
    told = tuple(bar for bar in bars if bar is not None)
    notes = [*table.notes]
    if missing := len(bars) - len(told):
        notes.append(f"{path.name}: {missing} of {len(bars)} bars have an empty cell and were left out")
    return Bars(told, tuple(notes), ((path.name, table.sha256),))


def join(path: PricePath, bars: Bars, seed: int, name: str, step: Nanos, epoch: Seconds) -> PricePath:
    """Return a path whose gaps are filled with the bars that lie wholly inside them; the closes stay as they are.

    The notes say how much of each gap the bars fill. What they do not fill is bridged from knot to knot like any other stretch.
    """
    knots, notes = list(path.knots), [*path.notes, *bars.notes]
    for gap in path.gaps:
        inside = [bar for bar in bars.bars if gap.begin <= bar.begin and bar.end <= gap.end]
        for bar in inside:
            stream = Stream(seed, f"world/{name}/bar/{epoch * SECOND + bar.begin}")
            knots += knots_of(bar, step, stream, is_begin_taken=bar.begin == gap.begin)
        notes.append(_filled(gap, inside))
    return attrs.evolve(
        path, knots=tuple(sorted(knots, key=lambda knot: knot.at)), notes=tuple(notes), sources=(*path.sources, *bars.sources)
    )


def knots_of(bar: Bar, step: Nanos, stream: Stream, is_begin_taken: bool = False) -> list[Knot]:
    """Return a bar as four knots on the grid of steps from its begin: open, one extreme, the other, close.

    The open moves one step on where a close already stands at the bar's begin; the close stands one step before the bar's end,
    where the next bar opens. Three draws, whatever the bar looks like.
    """
    steps = (bar.end - bar.begin) // step
    if steps < FEWEST_STEPS:
        refuse("bars", f"a step of {span(step)} is too long for bars of {span(bar.end - bar.begin)}; take at most a fifth of that")
    order, first, second = stream.uniform(), stream.uniform(), stream.uniform()
    # A Brownian motion that leaves the open meets the nearer bound first with this chance (the gambler's ruin).
    is_low_first = order * float(bar.high - bar.low) < float(bar.high - bar.open)
    room = steps - 3
    one = floor_to_int(first * room)
    other = floor_to_int(second * (room - 1))
    other += other >= one
    early, late = sorted((2 + one, 2 + other))
    extremes = (bar.low, bar.high) if is_low_first else (bar.high, bar.low)
    return [
        Knot(bar.begin + is_begin_taken * step, bar.open),
        Knot(bar.begin + early * step, extremes[0], bar.low, bar.high),
        Knot(bar.begin + late * step, extremes[1], bar.low, bar.high),
        Knot(bar.begin + (steps - 1) * step, bar.close, bar.low, bar.high),
    ]


def _bar(table: Table, line: Line, begin: Nanos, length: Nanos) -> Bar | None:
    prices = [table.number(line, column, PRICE_DECIMALS) for column in range(4)]
    told = [price for price in prices if price is not None]
    if len(told) < len(prices):
        return None
    opened, high, low, closed = told
    if not low <= min(opened, closed) <= max(opened, closed) <= high:
        cells = ", ".join(line.cells)
        refuse(table.path, f"open, high, low, close are {cells}; the high and low must hold the others, check the columns", line.number)
    return Bar(begin, begin + length, opened, high, low, closed)


def _filled(gap: Gap, inside: Sequence[Bar]) -> str:
    if not inside:
        return f"the gap of {span(gap.end - gap.begin)} has no bars inside it and is bridged"
    filled = sum(bar.end - bar.begin for bar in inside)
    return f"the gap of {span(gap.end - gap.begin)} is filled with {len(inside)} bars over {span(filled)}, their highs and lows touched"
