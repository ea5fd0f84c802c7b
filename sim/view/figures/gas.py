"""The chain: what gas cost block by block, and how long txs waited for a block."""

from __future__ import annotations

import numpy as np

from sim.units import SECOND
from sim.view.canvas import COLOURS, Frame, count_along, legend, line, look, panels
from sim.view.extra import Figure
from sim.view.figure import Tables, groups, rows, table
from sim.view.material import Material
from sim.view.words import amount, count, span

NAME = "gas"
HEADING = "Gas and inclusion"
BINS = 120
"""Stretches in which waits are gathered."""
_PRICE, _BASE = "60th percentile of what was paid", "base fee"


def data(material: Material) -> Tables:
    """Return gas prices by block (thinned), and waits of txs by stretch of time."""
    lines = {_PRICE: material.looks.gas, _BASE: material.looks.base_fee}
    prices = [(name, *point) for name, thinned in lines.items() for point in thinned.rows()]
    instants, waits = material.looks.waits()
    width = material.length // BINS + 1
    found = []
    for number in np.unique(instants // width).tolist():
        mine = np.sort(waits[instants // width == number])
        ranks = [int(mine[max(0, -(-percent * len(mine) // 100) - 1)]) for percent in (50, 95)]
        found.append((number * width, len(mine), *(rank / SECOND for rank in ranks), int(mine[-1]) / SECOND))
    ranked = np.sort(waits)
    whole = [int(ranked[max(0, -(-percent * len(ranked) // 100) - 1)]) / SECOND for percent in (50, 95, 100)] if len(ranked) else []
    return {
        "gas_prices": table(("line", "at_ns", "low", "high", "last"), prices),
        "gas_waits": table(("at_ns", "txs", "median_s", "p95_s", "longest_s"), found),
        "gas_waits_in_all": table(("txs", "median_s", "p95_s", "longest_s"), [(len(ranked), *whole)] if whole else []),
    }


def nothing(tables: Tables) -> str:
    """Say so where no block was sealed."""
    return "" if tables["gas_prices"]["line"] else "No block was sealed: there is no gas to draw."


def title(tables: Tables) -> str:
    """Return how gas rose and how long the unlucky waited."""
    paid = [row[1:] for row in rows(tables["gas_prices"]) if row[0] == _PRICE]
    whole = rows(tables["gas_waits_in_all"])
    told = f"Gas went from {amount(paid[0][3])} to at most {amount(max(row[2] for row in paid))} gwei"
    return (
        f"{told}; one tx in twenty waited {span(whole[0][2] * SECOND)} or more" if whole else f"{told}; nobody sent a tx that was included"
    )


def caption(tables: Tables) -> str:
    """Return counts and typical waits."""
    txs, median, slow, longest = next(iter(rows(tables["gas_waits_in_all"])), (0, 0.0, 0.0, 0.0))
    told = f"{count(txs, 'tx', 'txs')} of the scenario's agents were put into a block, reverted ones included. "
    spans = (
        f"Waits: median {span(median * SECOND)}, 95th percentile {span(slow * SECOND)}, longest {span(longest * SECOND)}. " if txs else ""
    )
    return f"{told}{spans}Waits are from the mempool to the block; txs that never got in have none and are not in it."


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw prices above, waits below."""
    above, below = panels(picture, 2)
    for number, (name, points) in enumerate(groups(tables["gas_prices"], "line", "at_ns", "low", "high", "last").items()):
        if any(point[2] for point in points):
            line(above, frame, points, name, **look(number))
    above.set_ylabel("gwei per gas")
    above.set_ylim(bottom=0)
    count_along(above)
    legend(above)
    waits = rows(tables["gas_waits"])
    times = frame.times([row[0] for row in waits])
    for number, (name, place) in enumerate((("median of a stretch", 2), ("95th percentile of it", 3))):
        below.plot(times, [row[place] for row in waits], marker="o^"[number], ms=5, label=name, color=COLOURS[number], ls="")
    below.set_ylabel("seconds to a block")
    if any(row[3] > 0 for row in waits):
        below.set_yscale("log")
        count_along(below)
    legend(below)
    frame.along(below)
