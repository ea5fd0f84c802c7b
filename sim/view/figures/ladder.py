"""The ladder of positions, the gain along it, and what selling costs: what was known of the danger, at the opening and at the worst."""

from __future__ import annotations

from sim.view.canvas import INK, Frame, beside, count_along, legend, look
from sim.view.extra import Axes, Figure
from sim.view.figure import Tables, column, groups, rows
from sim.view.material import Material
from sim.view.words import amount, percent

NAME = "ladder"
HEADING = "Positions and slippage"
MOST_LINES = 6
_LADDER = ("moment", "pool", "fall_percent", "debt", "accounts", "top_10_share", "gain")
_SLIPPAGE = ("moment", "venue", "side", "size_quote", "slippage_bps")


def data(material: Material) -> Tables:
    """Return ladders and slippage curves, as the metric ``solvency`` tells them."""
    found = material.tables("solvency")
    ladder, slippage = (found.get(name) or {} for name in ("ladder", "slippage"))
    kept = {key: list(ladder.get(key, ())) for key in _LADDER}
    kept["money"] = [material.money()] * len(kept["moment"])
    return {"ladder": kept, "ladder_slippage": {key: list(slippage.get(key, ())) for key in _SLIPPAGE}}


def nothing(tables: Tables) -> str:
    """Say so where nobody would have been hit."""
    return (
        "" if any(tables["ladder"]["debt"]) else "No fall of up to 50 % would have made anybody liquidatable: there is no ladder to draw."
    )


def title(tables: Tables) -> str:
    """Return the debt within a fall of ten percent, and who owes it."""
    money = tables["ladder"]["money"][0]
    opening = _of_moment(tables, "opening")
    gains = [row[6] for row in rows(tables["ladder"]) if row[6] is not None]
    told = f"; the gain along the ladder was at most {max(gains):.2f}" if gains else ""
    return f"At the opening a fall of 10 % would have made {amount(opening.get(10, 0.0))} {money} liquidatable{told}"


def caption(tables: Tables) -> str:
    """Return the ladder in numbers, and what a sale would cost."""
    told = []
    for moment in groups(tables["ladder"], "moment", "debt"):
        steps = _of_moment(tables, moment)
        told.append(f"{moment}: " + ", ".join(f"{fall} % {amount(steps[fall])}" for fall in (5, 10, 20, 50) if fall in steps))
    shares = [row[5] for row in rows(tables["ladder"]) if row[0] == "opening" and row[2] == 20 and row[5]]
    top = f" The ten largest of a lender within 20 % owe up to {percent(max(shares))} of all its debt." if shares else ""
    return (
        f"Debt liquidatable after a fall, {tables['ladder']['money'][0]}: {'; '.join(told)}.{top} Gain: what a fall makes "
        "liquidatable, times what selling it makes the price fall; above one a cascade feeds itself. Slippage: mean price of a market sale "
        "against the mid; a line ends where the book does."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw the ladder, the gain, the slippage."""
    left, middle, right = beside(picture, 3, 3.8)
    for number, moment in enumerate(groups(tables["ladder"], "moment", "debt")):
        steps = _of_moment(tables, moment)
        left.plot(list(steps), list(steps.values()), marker="os"[number % 2], ms=5, label=moment, **look(number))
    left.set_xlabel("fall of collateral, %")
    left.set_ylabel(f"liquidatable debt, {tables['ladder']['money'][0]}")
    count_along(left)
    legend(left, 2)
    _gain(middle, tables)
    _slippage(right, tables)


def _gain(axes: Axes, tables: Tables) -> None:
    found = [row for row in rows(tables["ladder"], "moment", "pool", "fall_percent", "gain") if row[0] == "opening" and row[3] is not None]
    pools = list(dict.fromkeys(row[1] for row in found))[:MOST_LINES]
    for number, pool in enumerate(pools):
        mine = [row for row in found if row[1] == pool]
        axes.plot(column(mine, 2), column(mine, 3), marker="osD^vx"[number], ms=5, label=pool, **look(number))
    if not found:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "no gain was worked out\nfor these lenders", ha="center", va="center", transform=axes.transAxes)
        return
    axes.axhline(1, color=INK, lw=1)
    axes.set_ylim(bottom=0)
    legend(axes, 2)
    axes.set_xlabel("fall of collateral, %")
    axes.set_ylabel("gain")


def _slippage(axes: Axes, tables: Tables) -> None:
    found = [row for row in rows(tables["ladder_slippage"]) if row[2] == "sell" and row[4] is not None and row[4] > 0]
    lines = list(dict.fromkeys((row[1], row[0]) for row in found))
    several = len(dict.fromkeys(venue for venue, _ in lines)) > 1
    for number, (venue, moment) in enumerate(lines[:MOST_LINES]):
        mine = [row for row in found if (row[1], row[0]) == (venue, moment)]
        name = f"{venue}, {moment}" if several else moment
        axes.plot(column(mine, 3), column(mine, 4), marker="osD^vx"[number], ms=5, label=name, **look(number))
    if not found:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "nothing could be sold", ha="center", va="center", transform=axes.transAxes)
        return
    axes.set_xscale("log")
    axes.set_yscale("log")
    count_along(axes, "x")
    count_along(axes)
    axes.set_xlabel("sale, quote")
    axes.set_ylabel("slippage, bps")
    legend(axes, 1 if several else 3)


def _of_moment(tables: Tables, moment: str) -> dict[int, float]:
    """Return the liquidatable debt of all lenders by the fall, at a moment."""
    sums: dict[int, float] = {}
    for at, fall, debt in rows(tables["ladder"], "moment", "fall_percent", "debt"):
        if at == moment:
            sums[fall] = sums.get(fall, 0.0) + debt
    return sums
