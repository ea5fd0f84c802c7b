"""Draws what pairing by seed gives: drawdowns of runs and of their twins without price effect, and how far their differences spread.

``python -m docs.figures.draw_twins FOLDER`` runs ``downtick twin first_cascade --without selling --seeds 20``, as it is and with three
times the makers, and writes the SVG beside this file (extra ``plot``); runs are kept in the folder, and those that are there are not run
again. Versions of matplotlib differ in how they write, so the file is committed and not compared.
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, ScalarFormatter

from sim.experiment.jobs import RunStatus
from sim.experiment.results import Results
from sim.experiment.study import RUNS
from sim.experiment.twins import DRAWDOWN, made_twins, planned_twins
from sim.scenario.load import load

FILE = Path(__file__).with_name("pairing.svg")
SEEDS = range(4, 24)
WORLDS = {"as it is": {}, "with three times the makers": {"agents.maker.count": 12}}
RUN, TWIN, PAIRED, GREY = "#e45756", "#4c78a8", "#54a24b", "#8a8a8a"
LABELS = {"run": "run", "twin": "twin", "unpaired": "difference,\nunpaired", "paired": "difference,\npaired"}
TICKS = (100, 150, 200, 300, 500, 1_000, 2_000, 3_000)


def measured(changes: dict[str, int], folder: Path) -> tuple[list[tuple[float, float]], dict[str, Any]]:
    """Return each seed's drawdowns in bps, run and twin, and the table's row of the figure."""
    plan = planned_twins(load("first_cascade", changes), ["selling"], SEEDS)
    table = made_twins(plan, folder, 1)
    kept = Results.opened(folder / RUNS)
    rows = [(kept.row(plan.sets[plan.whole].id(seed)), kept.row(plan.sets[0].id(seed))) for seed in SEEDS]
    ended = [(a, b) for a, b in rows if a and b and a.status is b.status is RunStatus.COMPLETE]
    return [(a.result["summary"][DRAWDOWN], b.result["summary"][DRAWDOWN]) for a, b in ended], table["figures"][DRAWDOWN]


def draw(folder: Path) -> None:
    """Write the picture, a row for each world."""
    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "downtick", "svg.fonttype": "none"})
    size: dict[str, Any] = {"figsize": (9.0, 6.0), "width_ratios": (1.2, 1)}
    figure, rows = plt.subplots(len(WORLDS), 2, squeeze=False, constrained_layout=True, **size)
    for number, (title, changes) in enumerate(WORLDS.items()):
        pairs, figures = measured(changes, folder / str(number))
        draw_pairs(rows[number][0], pairs)
        rows[number][0].set_title(f"first_cascade {title}, {len(pairs)} seeds", loc="left", fontsize=10)
        draw_deviations(rows[number][1], figures["deviation"])
    figure.savefig(FILE, metadata={"Date": None})


def draw_pairs(axes: Axes, pairs: list[tuple[float, float]]) -> None:
    """Draw each seed's two drawdowns, tied together."""
    for place, (run, twin) in enumerate(sorted(pairs)):
        axes.plot([place, place], [twin, run], color="#cccccc", lw=1.2, zorder=1)
    axes.scatter(range(len(pairs)), [run for run, _ in sorted(pairs)], s=16, color=RUN, marker="v", label="run", zorder=2)
    twins = [twin for _, twin in sorted(pairs)]
    axes.scatter(range(len(pairs)), twins, s=16, color=TWIN, label="its twin, sales without price effect", zorder=2)
    axes.set_yscale("log")
    low, high = min(twins) * 0.9, max(run for run, _ in pairs) * 1.3
    axes.set_ylim(low, high)
    axes.set_yticks([tick for tick in TICKS if low <= tick <= high])
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("drawdown, bps (log scale)")
    axes.set_xlabel("seeds, by the run's drawdown")
    axes.set_xticks([])
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    _tidy(axes)


def draw_deviations(axes: Axes, deviation: dict[str, float]) -> None:
    """Draw how far each spreads, and the least that any pairing could reach."""
    least = abs(deviation["run"] - deviation["twin"])
    for place, (key, colour) in enumerate(zip(LABELS, (RUN, TWIN, GREY, PAIRED), strict=True)):
        axes.bar(place, deviation[key], color=colour, width=0.6)
        axes.annotate(f"{deviation[key]:.0f}", (place, deviation[key]), ha="center", va="bottom", fontsize=8)
    axes.hlines(least, 2.6, 3.4, color="#000000", lw=1.6, ls=(0, (2, 1)))
    axes.set_xticks(range(len(LABELS)), LABELS.values())
    axes.set_ylim(0, max(deviation.values()) * 1.1)
    axes.set_ylabel("standard deviation, bps")
    share = deviation["paired"] / deviation["unpaired"]
    axes.set_title(f"paired over unpaired: {share:.2f} (dashed: the least possible)", loc="left", fontsize=9)
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
