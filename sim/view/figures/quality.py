"""Market quality: who traded why on each venue, and where the mid went after somebody came trading."""

from __future__ import annotations

from typing import Any

from sim.units import SECOND
from sim.view.canvas import INK, Frame, beside, count_along, filling, legend, look, shortened
from sim.view.extra import Axes, Figure
from sim.view.figure import Tables, groups, rows, table
from sim.view.material import Material
from sim.view.words import amount, decimal, percent, plain

NAME = "quality"
HEADING = "Market quality"
MOST_VENUES = 6
_FORCED = ("liquidation_sale", "hedge", "stop", "close_out")
_MEASURES = (
    ("spread", ("mean_bps", "widest_bps")),
    ("volatility", ("mid_1min_bps", "outside_1min_bps")),
    ("hot_potato", ("ratio",)),
    ("recovery", ("half_life_ns",)),
)


def data(material: Material) -> Tables:
    """Return volume by motive, the response to trades, and what else is told of each venue."""
    found = material.tables("quality")
    motives, impulse = (found.get(name) or {} for name in ("motives", "impulse"))
    measures = [
        (each["venue"], f"{measure} {key}", each.get(key))
        for measure, keys in _MEASURES
        for each in material.figures("quality").get(measure) or ()
        for key in keys
    ]
    return {
        "quality_motives": {key: list(motives.get(key, ())) for key in ("venue", "motive", "came", "came_share")},
        "quality_response": {key: list(impulse.get(key, ())) for key in ("venue", "horizon_ns", "to_trades_bps", "seconds")},
        "quality_measures": table(("venue", "measure", "value"), measures),
    }


def nothing(tables: Tables) -> str:
    """Say so where nobody traded."""
    return "" if any(tables["quality_motives"]["came"]) else "Nobody traded on any venue: there is no quality to draw."


def title(tables: Tables) -> str:
    """Return the largest share that forced orders came for."""
    shares = {
        venue: sum(share or 0.0 for motive, share in mine if motive in _FORCED)
        for venue, mine in groups(tables["quality_motives"], "venue", "motive", "came_share").items()
    }
    venue = max(shares, key=lambda each: shares[each])
    spread = next((row[2] for row in rows(tables["quality_measures"]) if row[:2] == (venue, "spread mean_bps")), None)
    told = f", at a mean spread of {amount(spread)} bps" if spread is not None else ""
    return f"On {venue}, {percent(shares[venue])} of the volume came from forced orders{told}"


def caption(tables: Tables) -> str:
    """Return the other measures of each venue."""
    told = []
    for venue, mine in groups(tables["quality_measures"], "venue", "measure", "value").items():
        told.append(f"{venue}: " + ", ".join(f"{plain(measure)} {_said(measure, value)}" for measure, value in mine))
    return (
        "Left: volume by the motive of who came trading. Right: mean move of the mid in the direction of a second's imbalance of trades, "
        f"from the beginning of the second to so long after it. {'; '.join(told)}."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw volume on the left, the response on the right."""
    left, right = beside(picture, 2, widths=(3, 2))
    venues = list(groups(tables["quality_motives"], "venue", "motive"))[:MOST_VENUES]
    _bars(left, tables, venues)
    for number, (venue, mine) in enumerate(groups(tables["quality_response"], "venue", "horizon_ns", "to_trades_bps").items()):
        points = [(horizon / SECOND, move) for horizon, move in mine if move is not None]
        if points and number < MOST_VENUES:
            marks: dict[str, Any] = {"marker": "osD^vx"[number], "ms": 5}
            right.plot([each[0] for each in points], [each[1] for each in points], label=shortened(venue, 14), **marks, **look(number))
    right.axhline(0, color=INK, lw=0.8)
    right.set_xscale("log")
    count_along(right, "x")
    right.set_xlabel("seconds after")
    right.set_ylabel("response to trades, bps")
    legend(right, 3)


def _bars(axes: Axes, tables: Tables, venues: list[str]) -> None:
    found = rows(tables["quality_motives"], "venue", "motive", "came_share")
    motives = list(dict.fromkeys(row[1] for row in found if row[2]))
    starts = [0.0] * len(venues)
    for number, motive in enumerate(motives):
        shares = {row[0]: 100 * (row[2] or 0.0) for row in found if row[1] == motive}
        widths = [shares.get(venue, 0.0) for venue in venues]
        axes.barh(range(len(venues)), widths, left=starts, height=0.6, label=plain(motive), **filling(number))
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    axes.set_yticks(range(len(venues)), [shortened(venue, 16) for venue in venues])
    axes.set_ylim(len(venues) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of volume")
    axes.grid(axis="y", visible=False)
    legend(axes, 3)


def _said(measure: str, value: Any) -> str:
    if value is None:
        return "none"
    return f"{value / SECOND:,.0f} s" if measure.endswith("_ns") else decimal(float(value))
