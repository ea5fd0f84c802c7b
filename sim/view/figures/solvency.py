"""Solvency three ways in time: what all accounts have less what they owe, at mid, at posted prices, and if all of it were sold at once."""

from __future__ import annotations

from typing import Any

from sim.view.canvas import INK, Frame, count_along, legend, look, panels
from sim.view.extra import Figure
from sim.view.figure import Tables, rows
from sim.view.material import Material
from sim.view.words import amount, percent, span

NAME = "solvency"
HEADING = "Solvency three ways"
ALL = "all"
WAYS = {"mark": "at the market's mid", "oracle": "at posted prices", "liquidation": "if all were sold at once"}
_KEYS = (
    "pool",
    "at_ns",
    "debt",
    "collateral",
    "liquidatable_debt",
    "bad_debt",
    *(f"{key}_{way}" for way in WAYS for key in ("net", "uncovered")),
    "sale_beyond_depth_share",
)


def data(material: Material) -> Tables:
    """Return samples by lender, as the metric ``solvency`` tells them."""
    found = material.tables("solvency").get("points") or {}
    points = {key: list(found.get(key, ())) for key in _KEYS}
    points["money"] = [material.money()] * len(points["pool"])
    return {"solvency": points}


def nothing(tables: Tables) -> str:
    """Say so where nobody owed anything."""
    return (
        "" if any(tables["solvency"]["debt"]) else "No lender's account owed anything when it was looked at: there is no solvency to draw."
    )


def title(tables: Tables) -> str:
    """Return the least cover, at mid and if all were sold."""
    points = [row for row in _of_all(tables) if row[1]]
    worst = min(points, key=lambda row: row[2] / row[1])
    sold = worst[1] + worst[7]
    at = f"collateral was {percent(worst[2] / worst[1])} of debt at the mid, {percent(sold / worst[1])} if all had been sold at once"
    known = "" if worst[11] is None else f" ({percent(worst[11])} of the sale beyond known depth)"
    return f"At worst, {span(worst[0])} in, {at}{known}"


def caption(tables: Tables) -> str:
    """Return opening and end, and what is uncovered."""
    points = _of_all(tables)
    money = tables["solvency"]["money"][0]
    told = []
    for word, row in (("opening", points[0]), ("end", points[-1])):
        ways = ", ".join(f"{amount(net)} {way}" for net, way in zip((row[3], row[5], row[7]), WAYS.values(), strict=True))
        told.append(f"{word}: debt {amount(row[1])}, collateral less debt {ways}")
    uncovered = ", ".join(f"{amount(max(row[place] for row in points))} {way}" for place, way in zip((4, 6, 8), WAYS.values(), strict=True))
    shares = [f"{percent(row[11])} at the {word}" for word, row in (("opening", points[0]), ("end", points[-1])) if row[11] is not None]
    known = f"Of the sale of all at once {' and '.join(shares)} lies beyond the depth that was sampled. " if shares else ""
    return (
        f"{known}All lenders together, {money}; {'; '.join(told)}. "
        f"Most that was owed beyond the collateral of insolvent accounts: {uncovered}. "
        f"Bad debt written off by the end: {amount(points[-1][10])}. Depth is known within 5 % of the mid: what is sold beyond is taken to "
        "find a book that goes on as from 2 to 5 %."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw what is left above, what is uncovered below."""
    points, money = _of_all(tables), tables["solvency"]["money"][0]
    times = frame.times([row[0] for row in points])
    above, below = panels(picture, 2)
    for number, words in enumerate(WAYS.values()):
        above.plot(times, [row[3 + 2 * number] for row in points], label=words, lw=2.2 - 0.5 * number, **look(number))
        below.plot(times, [row[4 + 2 * number] for row in points], label=f"uncovered {words}", lw=2.2 - 0.5 * number, **look(number))
    below.plot(times, [row[9] for row in points], label="owed by who may be liquidated", lw=1.2, **look(4))
    below.plot(times, [row[10] for row in points], label="bad debt so far", lw=1.8, color=INK, ls=":")
    above.axhline(0, color=INK, lw=0.8)
    above.set_ylabel(f"collateral less debt, {money}")
    below.set_ylabel(money)
    for axes in (above, below):
        count_along(axes)
        legend(axes, 3)
    frame.along(above, False)
    frame.along(below)


def _of_all(tables: Tables) -> list[tuple[Any, ...]]:
    """Return samples of all lenders: instant, debt, collateral, net and uncovered by way, liquidatable, bad debt, sale beyond depth."""
    ways = [f"{key}_{way}" for way in WAYS for key in ("net", "uncovered")]
    found = rows(
        tables["solvency"], "pool", "at_ns", "debt", "collateral", *ways, "liquidatable_debt", "bad_debt", "sale_beyond_depth_share"
    )
    return [row[1:] for row in found if row[0] == ALL]
