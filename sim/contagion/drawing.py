"""The map as a picture: protocols in the middle, keepers to their left, markets and feeds to their right, an arrow for each edge.

A channel is a colour and a dash, told apart without colours too; width is the flow, against the largest flow in the same unit. Of each
kind the nodes with most through them are drawn, and how many are left out is said. Draws on axes of matplotlib that it is given, and
imports matplotlib only to save a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import numpy as np

from sim.contagion.realised_edges import Channel, Kind
from sim.errors import InputError

INK = "#222222"
STYLES: dict[str, tuple[str, Any]] = {
    Channel.PRICE: ("#0072B2", "solid"),
    Channel.ORACLE: ("#D55E00", (0, (5, 2))),
    Channel.MAKERS: ("#009E73", (0, (5, 1.5, 1, 1.5))),
    Channel.KEEPERS: ("#AA4499", (0, (8, 1.5))),
    Channel.NONCE: (INK, (0, (1, 1.5))),
    Channel.BLOCK_SPACE: ("#B8860B", (0, (3, 1))),
    Channel.OUTAGE: ("#56B4E9", (0, (1, 1))),
    Channel.PREMIUM: ("#777777", (0, (6, 1.5, 1, 1.5, 1, 1.5))),
}
"""Colour (of Okabe and Ito's, told apart by the colour-blind) and dash."""
MARKS = {Kind.PROTOCOL: "s", Kind.VENUE: "o", Kind.FEED: "D", Kind.KEEPER: "^", Kind.MAKER: "v", Kind.ASSET: "h"}
COLUMNS = {Kind.KEEPER: 0.0, Kind.ASSET: 0.0, Kind.PROTOCOL: 1.0, Kind.VENUE: 2.0, Kind.FEED: 3.0, Kind.MAKER: 3.0}
_BESIDE = {0.0: ((-12, 0), "right", "center"), 3.0: ((12, 0), "left", "center")}
"""Where the labels of the outer columns stand."""
MOST = 6
"""Nodes drawn of a kind."""
_THIN, _WIDE = 0.9, 5.0
_LABEL: dict[str, Any] = {
    "textcoords": "offset points",
    "fontsize": 10,
    "color": INK,
    "zorder": 4,
    "bbox": {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
}
Name: TypeAlias = tuple[str, str]
"""Kind and name."""
Point: TypeAlias = tuple[float, float]


@attrs.frozen
class Picture:
    """What is drawn of a map."""

    edges: Sequence[Mapping[str, Any]]
    places: Mapping[Name, Point]
    left_out: int
    """Nodes that are not drawn."""

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> Picture:
        """Return the nodes with most through them, where they stand, and the edges among them."""
        weight: dict[Name, float] = {(node["kind"], node["name"]): 0.0 for node in figures["nodes"]}
        largest = _largest(figures["edges"])
        for edge in figures["edges"]:
            for end in _ends(edge):
                weight[end] = weight.get(end, 0.0) + _share(edge, largest)
        kept: list[Name] = []
        for kind in Kind:
            alike = sorted((name for name in weight if name[0] == kind), key=lambda name: (-weight[name], name))
            kept += sorted(alike[:MOST], key=lambda name: name[1])
        edges = [edge for edge in figures["edges"] if all(end in kept for end in _ends(edge))]
        return cls(edges, _places(kept), len(weight) - len(kept))


def draw(axes: Any, figures: Mapping[str, Any]) -> None:
    """Draw a map of ``realised_figures`` on axes; a sentence where nothing went from anyone to anyone."""
    picture = Picture.of(figures)
    axes.set_axis_off()
    axes.set_xlim(-0.7, 3.8)
    axes.set_ylim(-1.25, 1.15)
    if not picture.edges:
        axes.text(1.5, 0.0, "nothing went over from anyone to anyone", ha="center", va="center", color=INK)
        return
    largest, drawn = _largest(picture.edges), dict[tuple[Name, Name], int]()
    for edge in picture.edges:
        start, end = _ends(edge)
        pair = (min(start, end), max(start, end))
        drawn[pair] = drawn.get(pair, 0) + 1
        colour, dash = STYLES[edge["channel"]]
        width = _THIN + (_WIDE - _THIN) * _share(edge, largest)
        if start == end:
            _loop(axes, picture.places[start], drawn[pair], colour, dash, width)
        else:
            _arrow(axes, picture.places[start], picture.places[end], drawn[pair], colour, dash, width)
    for name, at in picture.places.items():
        axes.plot(*at, marker=MARKS[Kind(name[0])], markersize=13, color="white", markeredgecolor=INK, markeredgewidth=1.4, zorder=3)
        offset, across, down = _BESIDE.get(COLUMNS[Kind(name[0])], ((0, -12), "center", "top"))
        axes.annotate(f"{name[1]}\n{name[0]}", at, offset, ha=across, va=down, **_LABEL)
    _legend(axes, picture.edges)


def title(figures: Mapping[str, Any]) -> str:
    """Return what the picture shows."""
    told, left = whose_sales(figures), figures["calls_left"]
    return f"{told}; keepers left {left:,} call{'' if left == 1 else 's'} for want of money or room" if left else told


def whose_sales(figures: Mapping[str, Any]) -> str:
    """Return how much of the debt liquidated falls to whose sales: other protocols', or where there is one, its own."""
    fates = figures["protocols"].values()
    debt = sum(each["debt"] for each in fates)
    if not debt:
        return "nobody was liquidated"
    key, whose = ("from_others", "other protocols' sales") if len(fates) > 1 else ("from_itself", "its own sales")
    part = sum(each[key] for each in fates)
    return f"{part:,.0f} of {debt:,.0f} of debt liquidated ({part / debt:.1%}) fell to {whose}"


def caption(figures: Mapping[str, Any]) -> str:
    """Return how to read it."""
    picture = Picture.of(figures)
    hidden = f"; {picture.left_out} nodes with less through them are left out" if picture.left_out else ""
    return f"width: flow against the largest in the same unit; debt in the pools' base currency; an account, not an effect{hidden}"


def save(path: Path, figures: Mapping[str, Any], heading: str = "") -> None:
    """Save the picture; the file's ending says as what. InputError without matplotlib, for an ending it does not know, or a full disk."""
    try:
        from matplotlib.figure import Figure  # An extra.
    except ModuleNotFoundError:
        raise InputError("a drawing needs matplotlib, which is not installed: pip install 'downtick[plot]'") from None
    figure = Figure(figsize=(11, 7.2), layout="constrained")
    axes = figure.add_subplot()
    draw(axes, figures)
    axes.set_title(f"{heading}: {title(figures)}" if heading else title(figures), fontsize=11, color=INK, wrap=True)
    figure.supxlabel(caption(figures), fontsize=9, color=INK)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
    except ValueError as unknown:
        raise InputError(f"{path} has no ending that can be drawn to ({unknown}); give one in .svg, .png or .pdf") from None
    except OSError as problem:
        raise InputError(f"{path} cannot be written ({problem.strerror}); give another file") from problem


def _places(names: Sequence[Name]) -> dict[Name, Point]:
    """Return where nodes stand: a column by kind, evenly from top to bottom."""
    columns: dict[float, list[Name]] = {}
    for name in names:
        columns.setdefault(COLUMNS[Kind(name[0])], []).append(name)
    found: dict[Name, Point] = {}
    for x, column in columns.items():
        for place, name in enumerate(column):
            step = 2.0 / len(column)
            found[name] = (x + 0.12 * (place % 2) * (len(column) > 3), 1.0 - step / 2 - place * step)
    return found


def _arrow(axes: Any, start: Point, end: Point, number: int, colour: str, dash: Any, width: float) -> None:
    """Draw an arrow; each further one between the same two bends more."""
    bend = 0.1 + 0.09 * (number - 1) if start[0] != end[0] else 0.3 + 0.15 * (number - 1)
    terms = {"arrowstyle": f"-|>,head_width={0.2 + 0.05 * width},head_length={0.4 + 0.08 * width}", "shrinkA": 9, "shrinkB": 11}
    bent = {"connectionstyle": f"arc3,rad={bend}", "color": colour, "linestyle": dash, "linewidth": width, "alpha": 0.85}
    axes.annotate("", xy=end, xytext=start, arrowprops={**terms, **bent}, zorder=2)


def _loop(axes: Any, at: Point, number: int, colour: str, dash: Any, width: float) -> None:
    """Draw what goes from a node to itself as a ring above it."""
    turn = np.linspace(0.0, 2 * np.pi, 40)
    radius = 0.06 + 0.025 * number
    axes.plot(
        at[0] + 0.7 * radius * np.cos(turn), at[1] + radius + radius * np.sin(turn), color=colour, ls=dash, lw=width, alpha=0.85, zorder=1
    )


def _legend(axes: Any, edges: Sequence[Mapping[str, Any]]) -> None:
    """Name the channels that are drawn, with their units."""
    units: dict[str, dict[str, None]] = {}
    for edge in edges:
        units.setdefault(edge["channel"], {})[edge["unit"]] = None
    for channel, its in units.items():
        colour, dash = STYLES[channel]
        axes.plot([], [], color=colour, ls=dash, lw=2.4, label=f"{channel.replace('_', ' ')} ({', '.join(its)})")
    axes.legend(loc="lower center", ncols=4, frameon=False, fontsize=10, handlelength=4.0)


def _largest(edges: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for edge in edges:
        found[edge["unit"]] = max(found.get(edge["unit"], 0.0), abs(edge["flow"]))
    return found


def _share(edge: Mapping[str, Any], largest: Mapping[str, float]) -> float:
    whole = largest[edge["unit"]]
    return abs(edge["flow"]) / whole if whole else 0.0


def _ends(edge: Mapping[str, Any]) -> tuple[Name, Name]:
    return (edge["from_kind"], edge["from"]), (edge["to_kind"], edge["to"])
