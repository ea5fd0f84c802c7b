"""Draws the picture that README and the first tutorial show: one scenario with all and with half of its depth.

``python -m docs.figures.draw`` runs the tutorial's scenario twice and writes the SVG beside this file (extra ``plot``). Both columns share
their axes, which start where the data do; nothing is smoothed, and every mark is an entry of the tape. Versions of matplotlib differ
in how they write, so the file is committed and not compared.
"""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from sim.cascade import cascade
from sim.scenario.load import load
from sim.scenario.run import Result, run

HALF = {"agents.maker.count": 2}
FILE = Path(__file__).with_name("cascade.svg")
MINUTE = 60 * 10**9
BARS = 60
COLOURS = ("#4c78a8", "#f58518", "#e45756", "#b279a2", "#9d755d", "#2f4b7c", "#72b7b2", "#eeca3b", "#000000", "#bab0ac")


def lesson(changes: dict[str, int]) -> Result:
    """Return a run of the tutorial's scenario."""
    return run(load("first_cascade", changes))


def draw(runs: dict[str, Result]) -> None:
    """Write the picture of runs, a column each, by title."""
    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "downtick", "svg.fonttype": "none", "path.simplify_threshold": 0.5})
    size = {"figsize": (10.0, 5.0), "height_ratios": (3, 1.3)}
    figure, rows = plt.subplots(2, len(runs), sharex=True, sharey="row", squeeze=False, constrained_layout=True, **size)
    for (title, result), prices, debts in zip(runs.items(), *rows, strict=True):
        draw_prices(prices, result)
        draw_debts(debts, result)
        prices.set_title(f"{title}: simulated, seed {result.seed}", loc="left", fontsize=10)
        debts.set_xlabel("simulated minutes")
    rows[0][0].set_ylabel("USDC per ETH")
    rows[1][0].set_ylabel("thousand USDC\nof debt repaid in 10 s")
    generations = max(rows[0], key=lambda axes: len(axes.get_legend_handles_labels()[0]))
    rows[0][0].legend(*generations.get_legend_handles_labels(), frameon=False, fontsize=8, loc="lower right", ncols=2)
    figure.savefig(FILE, metadata={"Date": None})


def draw_prices(axes: Axes, result: Result) -> None:
    """Draw the outside price, the venue's mid, the posted price, and every liquidation at the posted price it was settled at."""
    venue, feed = result.facts.venues[0], result.facts.feeds[0]
    scale = venue.tick / 10 ** _decimals(result, venue.quote)
    outside, quotes, posts = (result.records(name) for name in ("OutsideMoved", "QuoteChanged", "PricePosted"))
    here = (quotes["place"] == venue.place) & (quotes["bid"] > 0) & (quotes["ask"] > 0)
    posted, end = posts["place"] == feed.place, result.scenario.run.duration / MINUTE
    mids = (quotes["bid"] + quotes["ask"])[here] / 2 * scale
    _line(axes, _minutes(outside), outside["price"] / 1e8, end, "#b8b8b8", 2.2, "outside price")
    _line(axes, _minutes(quotes)[here], mids, end, "#333333", 0.8, "mid of the venue")
    _line(axes, _minutes(posts)[posted], posts["price"][posted] / 1e8, end, "#54a24b", 1.2, "posted price")
    for generation, (minutes, levels, _) in enumerate(_by_generation(result)):
        colour = COLOURS[generation % len(COLOURS)]
        axes.scatter(minutes, levels, s=14, color=colour, zorder=3, linewidths=0, label=f"generation {generation + 1}")
    _tidy(axes)


def _line(axes: Axes, minutes: np.ndarray, prices: np.ndarray, end: float, colour: str, width: float, label: str) -> None:
    """Draw a price that holds until it changes, and what it was last until the end."""
    moved = np.append(True, np.diff(prices) != 0)
    minutes, prices = minutes[moved], prices[moved]
    axes.step(np.append(minutes, end), np.append(prices, prices[-1:]), where="post", color=colour, lw=width, label=label)


def draw_debts(axes: Axes, result: Result) -> None:
    """Draw the debt repaid in each sixtieth of the run (ten seconds of ten minutes), stacked by generation."""
    width = result.scenario.run.duration / MINUTE / BARS
    edges = np.linspace(0, BARS * width, BARS + 1)
    below = np.zeros(len(edges) - 1)
    for generation, (minutes, _, repaid) in enumerate(_by_generation(result)):
        debts, _ = np.histogram(minutes, bins=edges, weights=repaid)
        axes.bar(edges[:-1], debts / 1e3, width=width, bottom=below / 1e3, align="edge", color=COLOURS[generation % len(COLOURS)])
        below += debts
    axes.set_xlim(0, result.scenario.run.duration / MINUTE)
    _tidy(axes)


def _by_generation(result: Result) -> list[tuple[list[float], list[float], list[float]]]:
    """Return instants, posted prices and debts of the liquidations of each generation."""
    columns, found = result.records("Liquidated"), cascade(result.tape, result.facts)
    decimals = _decimals(result, result.facts.venues[0].quote)
    groups: list[tuple[list[float], list[float], list[float]]] = [([], [], []) for _ in range(found.generations)]
    for seq, at, price, repaid in zip(columns["seq"], columns["at_ns"], columns["collateral_price"], columns["repaid"], strict=True):
        minutes, levels, debts = groups[found.liquidations[int(seq)].generation - 1]
        minutes.append(int(at) / MINUTE)
        levels.append(int(price) / 1e8)
        debts.append(int(repaid) / 10**decimals)
    return groups


def _minutes(columns: dict[str, np.ndarray]) -> np.ndarray:
    minutes: np.ndarray = columns["at_ns"] / MINUTE
    return minutes


def _decimals(result: Result, asset: int) -> int:
    return next(each.decimals for each in result.facts.assets if each.id == asset)


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee", lw=0.8)
    axes.set_axisbelow(True)


if __name__ == "__main__":
    draw({"all of the depth": lesson({}), "half of the depth": lesson(HALF)})
