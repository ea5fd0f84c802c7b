"""Bad debt: what was left unpaid and why, as it came, and who bore what was settled."""

from __future__ import annotations

from sim.metrics.losses import CAUSES
from sim.metrics.waterfalls import BEARERS
from sim.view.canvas import Frame, beside, count_along, filling, legend, shortened
from sim.view.extra import Axes, Figure
from sim.view.figure import Tables, rows
from sim.view.material import Material
from sim.view.words import amount, count, plain

NAME = "bad_debt"
HEADING = "Bad debt"
MOST_LENDERS = 8
_LOSSES = ("seq", "at_ns", "pool", "value", "cause")
_WATERFALL = ("pool", "side", "asset", "who", "value")


def data(material: Material) -> Tables:
    """Return losses and who bore what, as the metric ``losses`` tells them."""
    found = material.tables("losses")
    losses, waterfall = (found.get(name) or {} for name in ("losses", "waterfall"))
    kept = {key: list(losses.get(key, ())) for key in _LOSSES}
    kept["money"] = [material.money()] * len(kept["seq"])
    return {"bad_debt": kept, "bad_debt_waterfall": {key: list(waterfall.get(key, ())) for key in _WATERFALL}}


def nothing(tables: Tables) -> str:
    """Say so where all debt was paid."""
    return "" if any(tables["bad_debt"]["value"]) else "No debt was left unpaid: there is no bad debt to draw."


def title(tables: Tables) -> str:
    """Return how much, and the main cause."""
    sums = _by_cause(tables)
    cause = max(sums, key=lambda each: sums[each])
    whole = sum(sums.values())
    money = tables["bad_debt"]["money"][0]
    return f"{amount(whole)} {money} of debt was left unpaid, {100 * sums[cause] / whole:.0f} % of it by {plain(cause)}"


def caption(tables: Tables) -> str:
    """Return sums by cause, and by who bore the debt."""
    causes = ", ".join(f"{plain(cause)} {amount(value)}" for cause, value in _by_cause(tables).items())
    borne: dict[str, float] = {}
    for _, side, _, who, value in rows(tables["bad_debt_waterfall"]):
        if side == "debt":
            borne[who] = borne.get(who, 0.0) + value
    told = ", ".join(f"{plain(who)} {amount(value)}" for who, value in borne.items()) or "nothing was settled"
    losses, money = count(len(tables["bad_debt"]["seq"]), "loss", "losses"), tables["bad_debt"]["money"][0]
    return f"{losses}, {money}, by cause: {causes}; a loss has one cause. Debt that was settled was borne by: {told}."


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw losses in time on the left, who bore them on the right."""
    left, right = beside(picture, 2, widths=(3, 2))
    found = sorted(rows(tables["bad_debt"], "at_ns", "cause", "value"))
    instants = [row[0] for row in found]
    times = [0.0, *frame.times(instants), frame.length / frame.unit]
    below = [0.0] * len(times)
    for number, cause in enumerate(CAUSES):
        sums = [0.0]
        for _, its, value in found:
            sums.append(sums[-1] + (value if its == cause else 0.0))
        sums.append(sums[-1])
        if sums[-1]:
            above = [low + each for low, each in zip(below, sums, strict=True)]
            left.fill_between(times, below, above, step="post", label=plain(cause), **filling(number))
            below = above
    left.set_ylabel(f"bad debt so far, {tables['bad_debt']['money'][0]}")
    left.set_ylim(bottom=0)
    count_along(left)
    legend(left, 4)
    frame.along(left)
    _borne(right, tables)


def _borne(axes: Axes, tables: Tables) -> None:
    found = [row for row in rows(tables["bad_debt_waterfall"]) if row[1] == "debt"]
    lenders = list(dict.fromkeys(row[0] for row in found))[:MOST_LENDERS]
    starts = [0.0] * len(lenders)
    for number, who in enumerate(BEARERS):
        values = [sum(row[4] for row in found if (row[0], row[3]) == (lender, who)) for lender in lenders]
        if any(values):
            axes.barh(range(len(lenders)), values, left=starts, height=0.6, label=plain(who), **filling(number))
            starts = [start + value for start, value in zip(starts, values, strict=True)]
    axes.set_yticks(range(len(lenders)), [shortened(lender, 14) for lender in lenders])
    axes.set_ylim(len(lenders) - 0.4, -0.6)
    axes.set_xlabel("debt settled, borne by")
    axes.grid(axis="y", visible=False)
    count_along(axes, "x")
    legend(axes, 3)


def _by_cause(tables: Tables) -> dict[str, float]:
    sums = dict.fromkeys(CAUSES, 0.0)
    for cause, value in rows(tables["bad_debt"], "cause", "value"):
        sums[cause] = sums.get(cause, 0.0) + value
    return {cause: value for cause, value in sums.items() if value}
