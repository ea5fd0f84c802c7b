"""Borrowers: who was liquidated by how near the edge they stood, what it cost them, and who would have been saved by waiting."""

from __future__ import annotations

from typing import Any

from sim.view.canvas import COLOURS, SOFT, Frame, beside, count_along, legend
from sim.view.extra import Figure
from sim.view.figure import Tables, rows, table
from sim.view.material import Material
from sim.view.words import count, percent, span

NAME = "borrowers"
HEADING = "Borrowers"
ALL = "all"
_BUCKETS = ("lender", "from", "to", "accounts", "debt", "liquidated", "p_liquidated")
_FALSE = ("within_ns", "share", "back", "not_back", "censored")


def data(material: Material) -> Tables:
    """Return liquidated by utilisation, and false liquidations, as the metric ``borrowers`` tells them."""
    figures = material.figures("borrowers")
    buckets = material.tables("borrowers").get("utilisation") or {}
    false = [tuple(each.get(key) for key in _FALSE) for each in figures.get("false") or ()]
    losses = [(each["asset"], each["debt"], each["loss"], each["loss_of_debt_p50"]) for each in figures.get("losses") or ()]
    return {
        "borrowers": {key: list(buckets.get(key, ())) for key in _BUCKETS},
        "borrowers_false": table(_FALSE, false),
        "borrowers_losses": table(("asset", "debt", "loss", "loss_of_debt_p50"), losses),
    }


def nothing(tables: Tables) -> str:
    """Say so where nobody borrowed."""
    return "" if any(tables["borrowers"]["accounts"]) else "Nobody had borrowed: there are no borrowers to draw."


def title(tables: Tables) -> str:
    """Return how many were liquidated, and how many of them for a price that came back."""
    found = _of_all(tables)
    accounts, liquidated = sum(row[2] for row in found), sum(row[4] for row in found)
    told = f"{liquidated:,} of {count(accounts, 'borrower')} {'was' if liquidated == 1 else 'were'} liquidated"
    first = next((row for row in rows(tables["borrowers_false"]) if row[1] is not None), None)
    return f"{told}; for {percent(first[1])} of the calls the price was back within {span(first[0])}" if first and liquidated else told


def caption(tables: Tables) -> str:
    """Return what it cost, and the shares of false liquidations."""
    losses = [
        f"{loss} beyond the debt of {debt}" + ("" if median is None else f", at the median {percent(median)} of it")
        for _, debt, loss, median in rows(tables["borrowers_losses"])
    ]
    false = [f"within {span(row[0])} {percent(row[1])} ({row[4]:,} not watched so long)" for row in rows(tables["borrowers_false"])]
    left = "Left: accounts by how much of what they might owe they owed at the opening, and how many of them were ever liquidated."
    right = f"Right: share of liquidated calls whose trigger the market was back above: {', '.join(false) or 'none'}."
    return f"{left} {right} Liquidations took: {'; '.join(losses) or 'nothing'}."


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw buckets of utilisation on the left, false liquidations on the right."""
    left, right = beside(picture, 2, widths=(3, 2))
    found = _of_all(tables)
    places = range(len(found))
    left.bar(places, [row[2] for row in found], width=0.8, color="#d0d0d0", edgecolor=SOFT, label="accounts")
    left.bar(places, [row[4] for row in found], width=0.5, color=COLOURS[1], hatch="//", edgecolor="white", label="of them liquidated")
    for place, row in enumerate(found):
        if row[5] is not None:
            left.annotate(f"{100 * row[5]:.0f} %", (place, row[2]), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=10)
    left.set_xticks(places, [f"{100 * row[0]:.0f}" + ("+" if row[1] is None else f"–{100 * row[1]:.0f}") for row in found])
    left.set_xlabel("% of what they might owe, at the opening")
    left.set_ylabel("accounts")
    count_along(left)
    left.grid(axis="x", visible=False)
    legend(left)
    false = rows(tables["borrowers_false"])
    right.bar(range(len(false)), [100 * (row[1] or 0.0) for row in false], width=0.6, color=COLOURS[0])
    for place, row in enumerate(false):
        told = "not watched\nso long" if row[1] is None else f"{100 * row[1]:.0f} %"
        right.annotate(told, (place, 100 * (row[1] or 0.0)), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=10)
    right.set_xticks(range(len(false)), [span(row[0]) for row in false])
    right.set_ylim(0, 108)
    right.set_xlabel("price back above the trigger within")
    right.set_ylabel("% of liquidated calls")
    right.grid(axis="x", visible=False)


def _of_all(tables: Tables) -> list[tuple[Any, ...]]:
    """Return buckets of all lenders: from, to, accounts, debt, liquidated, share."""
    return [row[1:] for row in rows(tables["borrowers"]) if row[0] == ALL]
