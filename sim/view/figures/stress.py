"""Stress: the bad debt that a fall would leave, by its size and by how deep the books are, at the opening and at the worst sample."""

from __future__ import annotations

import numpy as np

from sim.view.canvas import Frame, beside
from sim.view.extra import Figure
from sim.view.figure import Tables, groups, rows
from sim.view.material import Material
from sim.view.words import amount, date

NAME = "stress"
HEADING = "Stress"
ALL = "all"
_KEYS = ("moment", "at_ns", "pool", "shock_percent", "depth_times", "liquidatable_debt", "bad_debt", "coverage")


def data(material: Material) -> Tables:
    """Return the stress table, as the metric ``solvency`` tells it."""
    found = material.tables("solvency").get("stress") or {}
    kept = {key: list(found.get(key, ())) for key in _KEYS}
    kept["money"] = [material.money()] * len(kept["moment"])
    return {"stress": kept}


def nothing(tables: Tables) -> str:
    """Say so where there was nothing to be stressed."""
    found = tables["stress"]["liquidatable_debt"]
    return "" if any(found) else "No fall of up to 60 % would have made anybody liquidatable: there is no stress to draw."


def title(tables: Tables) -> str:
    """Return the least fall that would have left bad debt at the opening, in the book as it was and in one that takes everything."""
    found = {(row[0], row[1]): row[2] for row in _of_all(tables, "opening", "bad_debt")}
    money = tables["stress"]["money"][0]
    shock = next((shock for (shock, depth), bad in found.items() if depth == "1" and bad > 0), None)
    if shock is None:
        return "No fall of up to 60 % at the opening would have left bad debt"
    ways = f"{amount(found[shock, '1'])} {money} of bad debt, {amount(found.get((shock, 'infinite'), 0.0))} in a bottomless book"
    if not shock:
        return f"Without any fall, selling who was liquidatable at the opening would have left {ways}"
    return f"The least fall at the opening that would have left bad debt is {-shock} %: {ways}"


def caption(tables: Tables) -> str:
    """Return what would be liquidatable, and what reserves would cover."""
    told = []
    for moment in groups(tables["stress"], "moment", "at_ns"):
        owed = {row[0]: row[2] for row in _of_all(tables, moment, "liquidatable_debt") if row[1] == "1"}
        covered = {row[0]: row[2] for row in _of_all(tables, moment, "coverage") if row[1] == "1"}
        cells = ", ".join(
            f"{shock} %: {amount(owed[shock])}" + ("" if covered[shock] is None else f" (reserves cover {100 * covered[shock]:.0f} %)")
            for shock in (-10, -30, -50)
            if shock in owed
        )
        told.append(f"at the {moment} {cells}")
    return (
        f"In each cell the bad debt of all lenders together, {tables['stress']['money'][0]}: one fall strikes all collateral with a feed, "
        f"who is then below the threshold is sold out into the sampled books (beyond 5 % of the mid as from 2 to 5 %), "
        f"times a depth. Liquidatable: {'; '.join(told)}."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw a surface a moment."""
    moments = groups(tables["stress"], "moment", "at_ns")
    largest = max(max(tables["stress"]["bad_debt"]), 1e-9)
    for number, (axes, (moment, instants)) in enumerate(zip(beside(picture, len(moments), 4.4), moments.items(), strict=True)):
        cells = _of_all(tables, moment, "bad_debt")
        shocks, depths = list(dict.fromkeys(row[0] for row in cells)), list(dict.fromkeys(row[1] for row in cells))
        found = {(row[0], row[1]): row[2] for row in cells}
        surface = np.array([[found[shock, depth] for depth in depths] for shock in shocks])
        axes.imshow(surface, cmap="cividis_r", vmin=0, vmax=largest, aspect="auto")
        for (row, column), value in np.ndenumerate(surface):
            ink = "white" if value > 0.55 * largest else "black"
            axes.text(column, row, amount(float(value)), ha="center", va="center", fontsize=10, color=ink)
        axes.set_xticks(range(len(depths)), ["∞" if depth == "infinite" else f"×{depth}" for depth in depths])
        axes.set_yticks(range(len(shocks)), [f"{shock} %" for shock in shocks])
        axes.set_xlabel("depth of the books")
        axes.set_ylabel("fall of collateral" if not number else "")
        axes.set_title(f"{moment}, {date(frame.epoch, instants[0][0])}")
        axes.grid(False)


def _of_all(tables: Tables, moment: str, key: str) -> list[tuple[int, str, float]]:
    found = rows(tables["stress"], "moment", "pool", "shock_percent", "depth_times", key)
    return [(row[2], str(row[3]), row[4]) for row in found if row[:2] == (moment, ALL)]
