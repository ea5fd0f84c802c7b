"""How figures look: one size, one set of colours that everybody can tell apart, axes that say what they count.

Colours are those of Okabe and Ito (2008), and no two lines differ by colour alone. Sizes
are such that a figure can be read at half its width.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import attrs

from sim.units import Nanos, Seconds
from sim.view.extra import Axes, Figure, FuncFormatter, NullFormatter
from sim.view.words import amount, date, time_unit

WIDTH = 10.0
"""Inches."""
DOTS = 120
"""An inch."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b5b5b", "#8a6d00", "#332288")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
HATCHES = ("", "//", "..", "xx", "\\\\", "--", "oo", "++", "**")
INK, SOFT, FORCED = "#222222", "#8c8c8c", "#d55e00"
STYLE: Any = {
    "font.size": 11.0,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "figure.facecolor": "white",
    "agg.path.chunksize": 10_000,
}
_TITLE_WIDTH = 84


@attrs.frozen
class Frame:
    """The time that figures show."""

    epoch: Seconds
    length: Nanos

    @property
    def unit(self) -> Nanos:
        """What time is counted in."""
        return time_unit(self.length)[0]

    def times(self, instants: Sequence[Nanos]) -> list[float]:
        """Return instants as numbers on the axis."""
        return [at / self.unit for at in instants]

    def along(self, axes: Axes, is_last: bool = True) -> None:
        """Make the axis below time; label it on the last of several panels."""
        axes.set_xlim(0, self.length / self.unit)
        if is_last:
            axes.set_xlabel(f"{time_unit(self.length)[1]} since {date(self.epoch)}")


def panels(picture: Figure, count: int, heights: Sequence[float] = (), share: bool = True) -> list[Axes]:
    """Return axes one below the other, as high as they are told (inches)."""
    each = list(heights) or [3.9 if count == 1 else 2.6] * count
    picture.set_size_inches(WIDTH, sum(each) + 0.8)
    found = picture.subplots(count, 1, sharex=share, squeeze=False, height_ratios=each)
    return [row[0] for row in found]


def beside(picture: Figure, count: int, height: float = 4.0, widths: Sequence[float] = ()) -> list[Axes]:
    """Return axes side by side."""
    picture.set_size_inches(WIDTH, height + 0.8)
    return list(picture.subplots(1, count, squeeze=False, width_ratios=list(widths) or [1] * count)[0])


def entitled(picture: Figure, title: str) -> None:
    """Write a figure's title above it, from the left."""
    picture.suptitle("\n".join(textwrap.wrap(title, _TITLE_WIDTH)), x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)


def sentence(picture: Figure, text: str) -> None:
    """Write a sentence where there is nothing to draw."""
    picture.set_size_inches(WIDTH, 1.6)
    picture.text(0.5, 0.4, "\n".join(textwrap.wrap(text, 100)), ha="center", va="center", color="#555555", fontsize=12)


def line(axes: Axes, frame: Frame, rows: Sequence[tuple[Nanos, float, float, float]], label: str, **look: Any) -> None:
    """Draw a thinned number that holds until it changes, its extremes as a band: rows of instant, lowest, highest, last."""
    if not rows:
        return
    times = [*frame.times([row[0] for row in rows]), frame.length / frame.unit]
    lows, highs, lasts = ([row[place] for row in rows] for place in (1, 2, 3))
    look = {"lw": 1.5, "color": COLOURS[0], **look}
    axes.fill_between(times, [*lows, lasts[-1]], [*highs, lasts[-1]], step="post", color=look["color"], alpha=0.25, lw=0)
    axes.step(times, [*lasts, lasts[-1]], where="post", label=label, **look)


def look(number: int) -> dict[str, Any]:
    """Return colour and dashes of the line of a number."""
    return {"color": COLOURS[number % len(COLOURS)], "ls": DASHES[number % len(DASHES)]}


def filling(number: int) -> dict[str, Any]:
    """Return colour and hatch of the area of a number."""
    return {
        "facecolor": COLOURS[number % len(COLOURS)],
        "hatch": HATCHES[(number + number // len(COLOURS)) % len(HATCHES)],
        "edgecolor": "white",
        "lw": 0.3,
    }


def legend(axes: Axes, most_in_a_row: int = 5) -> None:
    """Name the lines above the axes, where they hide nothing."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=most_in_a_row, borderaxespad=0.2, columnspacing=1.4)


def count_along(axes: Axes, which: str = "y") -> None:
    """Write the numbers of an axis as words do: 5k, 2m."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(_counted))
    if axis.get_scale() == "log":
        low, high = axis.get_view_interval()
        axis.set_minor_formatter(FuncFormatter(_counted) if high < 30 * low else NullFormatter())


def counted(axes: Axes) -> None:
    """Write the numbers beside a bar of shades as words do."""
    axes.yaxis.set_major_formatter(FuncFormatter(_counted))
    axes.yaxis.set_minor_formatter(FuncFormatter(_counted) if axes.get_ylim()[1] < 30 * axes.get_ylim()[0] else NullFormatter())
    axes.tick_params(which="minor", labelsize=9)


def _counted(value: float, _: int | None = None) -> str:
    return amount(value)


def shortened(text: str, most: int = 26) -> str:
    """Return a name that fits beside an axis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
