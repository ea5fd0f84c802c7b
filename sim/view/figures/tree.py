"""The cascade tree: which generation followed which, protocol by protocol; every liquidation by itself where they are few.

Lines lead from parents to children, as wide as the debt of the child that the parent answers for. All of it is accounting.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.cascade import Cascade
from sim.view.canvas import COLOURS, INK, SOFT, Frame, count_along, filling, legend, panels, shortened
from sim.view.extra import Axes, Figure
from sim.view.figure import Table, Tables, column, groups, rows, table
from sim.view.material import Material
from sim.view.words import amount, count, percent

NAME = "tree"
HEADING = "The cascade"
MOST_DRAWN = 150
"""Liquidations up to which each is drawn by itself."""
_ROOM = 26_000.0
"""Area of a dot as high as all rows."""
_LARGEST = 900.0
"""Area of the largest dot, in points."""


def data(material: Material) -> Tables:
    """Return liquidations, flows from parents to children, and the same by generation and protocol."""
    cascade = material.cascade
    each = [
        (seq, one.at, material.name(one.fall.pool), one.generation, one.debt_value / 10**8, float(one.fall.forced))
        for seq, one in cascade.liquidations.items()
    ]
    parents = [
        (parent, seq, float(weight), one.debt_value / 10**8 * float(weight))
        for seq, one in cascade.liquidations.items()
        for parent, weight in cascade.parents_of(seq)
    ]
    liquidations = table(("seq", "at_ns", "pool", "generation", "debt", "forced_weight"), each)
    liquidations["money"] = [material.money()] * len(each)
    return {
        "tree_liquidations": liquidations,
        "tree_parents": table(("parent", "child", "weight", "debt"), parents),
        "tree_generations": _generations(liquidations),
        "tree_flows": _flows(material, cascade),
    }


def nothing(tables: Tables) -> str:
    """Say so where nobody was liquidated."""
    return "" if tables["tree_liquidations"]["seq"] else "Nobody was liquidated: there is no cascade to draw."


def title(tables: Tables) -> str:
    """Return how far it went."""
    found = tables["tree_liquidations"]
    last, whole = max(found["generation"]), sum(found["debt"])
    forced = sum(debt * weight for debt, weight in rows(found, "debt", "forced_weight"))
    told = count(len(found["seq"]), "liquidation")
    if last == 1:
        whose = "The one liquidation is a root" if len(found["seq"]) == 1 else f"All {told} are roots"
        return f"{whose}: no sale of seized collateral pushed anybody else over the edge"
    return f"{told} in {last} generations; earlier ones' sales answer for {percent(forced / whole if whole else None)} of the debt"


def caption(tables: Tables) -> str:
    """Return debt by generation, with the ratios."""
    debts = {generation: sum(column(mine, 0)) for generation, mine in groups(tables["tree_generations"], "generation", "debt").items()}
    money = tables["tree_liquidations"]["money"][0]
    forced: dict[int, float] = {}
    for generation, debt, weight in rows(tables["tree_liquidations"], "generation", "debt", "forced_weight"):
        forced[generation] = forced.get(generation, 0.0) + debt * weight
    told = []
    for generation, debt in debts.items():
        before = debts.get(generation - 1)
        told.append(
            f"generation {generation}: {amount(debt)}"
            + (f" (R {debt / before:.2f}, {percent(forced[generation] / debt if debt else None)} by sales)" if before else "")
        )
    shown = "; ".join(told[:8]) + (f"; and {len(told) - 8} more" if len(told) > 8 else "")
    return (
        f"Debt repaid or to be raised, {money}: {shown}. R is the debt of a generation over the one before, whatever part of it "
        "(by sales) its parents answer for. Parents are those whose sales moved the posted price "
        "that made the account fall, by weight; accounting shares, not effects (for effects: downtick twin)."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw the tree above, the debt of each generation below."""
    is_small = len(tables["tree_liquidations"]["seq"]) <= MOST_DRAWN
    height = 3.6 if is_small else min(3.6, 1.0 + 0.7 * len(_pools(tables)))
    above, below = panels(picture, 2, (height, 2.0), share=False)
    if is_small:
        _each(above, tables, frame)
    else:
        _together(above, tables)
    pools = _pools(tables)
    generations = list(dict.fromkeys(sorted(tables["tree_generations"]["generation"])))
    bottom = dict.fromkeys(generations, 0.0)
    for number, pool in enumerate(pools):
        debts = {row[1]: row[2] for row in rows(tables["tree_generations"], "pool", "generation", "debt") if row[0] == pool}
        heights = [debts.get(each, 0.0) for each in generations]
        look = filling(number)
        below.bar(generations, heights, bottom=[bottom[each] for each in generations], label=shortened(pool), width=0.6, **look)
        bottom = {each: bottom[each] + height for each, height in zip(generations, heights, strict=True)}
    below.set_xticks(generations)
    below.set_xlim(0.4, max(generations) + 0.6)
    below.set_xlabel("generation")
    below.set_ylabel(f"{tables['tree_liquidations']['money'][0]} of debt")
    count_along(below)
    if len(pools) > 1:
        legend(below, 4)


def _each(axes: Axes, tables: Tables, frame: Frame) -> None:
    """Draw every liquidation at its instant and generation."""
    found = rows(tables["tree_liquidations"], "seq", "at_ns", "generation", "debt", "pool")
    pools, largest = _pools(tables), max(row[3] for row in found) or 1.0
    spots: dict[int, tuple[float, float]] = {}
    beside: dict[tuple[int, int], int] = {}
    for seq, at, generation, _, _ in found:
        slot = beside[at, generation] = beside.get((at, generation), 0) + 1
        spots[seq] = at / frame.unit, generation + (slot // 2) * (0.11 if slot % 2 else -0.11) * min(1.0, 8 / max(slot, 1))
    flows = rows(tables["tree_parents"])
    widest = max((flow[3] for flow in flows), default=1.0) or 1.0
    for parent, child, _, debt in flows:
        if parent in spots and debt > widest / 200:
            (x, y), (to_x, to_y) = spots[parent], spots[child]
            axes.plot([x, to_x], [y, to_y], color=SOFT, lw=0.3 + 2.2 * debt / widest, alpha=0.35, zorder=1)
    for number, pool in enumerate(pools):
        mine = [row for row in found if row[4] == pool]
        xs, ys = [spots[row[0]][0] for row in mine], [spots[row[0]][1] for row in mine]
        areas = [max(10.0, _LARGEST / 3 * row[3] / largest) for row in mine]
        look: dict[str, Any] = {
            "color": COLOURS[number % len(COLOURS)],
            "marker": "os^Dv<>"[number % 7],
            "edgecolors": "white",
            "linewidths": 0.6,
        }
        axes.scatter(xs, ys, s=areas, zorder=3, label=shortened(pool), **look)
    axes.set_yticks(range(1, max(row[2] for row in found) + 1))
    axes.set_ylabel("generation")
    axes.invert_yaxis()
    axes.margins(y=0.12)
    frame.along(axes)
    first, last = found[0][1] / frame.unit, max(row[1] for row in found) / frame.unit
    margin = max(0.06 * (last - first), 0.02 * frame.length / frame.unit)
    axes.set_xlim(max(0.0, first - margin), last + margin)
    legend(axes)


def _together(axes: Axes, tables: Tables) -> None:
    """Draw a dot for each generation of each protocol, and what flows between them."""
    pools = _pools(tables)
    spots = {(row[0], row[1]): row[2] for row in rows(tables["tree_generations"], "generation", "pool", "debt")}
    largest = max(spots.values()) or 1.0
    flows = rows(tables["tree_flows"])
    widest = max((flow[4] for flow in flows), default=1.0) or 1.0
    for generation, pool, to_generation, to_pool, debt in flows:
        line = ([generation, to_generation], [pools.index(pool), pools.index(to_pool)])
        axes.plot(*line, color=SOFT, lw=0.4 + 9 * debt / widest, alpha=0.5, solid_capstyle="butt", zorder=1)
    counts = {(row[0], row[1]): row[2] for row in rows(tables["tree_generations"], "generation", "pool", "liquidations")}
    for (generation, pool), debt in spots.items():
        row = pools.index(pool)
        area = max(30.0, min(_LARGEST, _ROOM / len(pools) ** 2) * debt / largest)
        axes.scatter([generation], [row], s=area, color=COLOURS[row % len(COLOURS)], zorder=3)
        beside: dict[str, Any] = {"xytext": (4 + (area / 3.14) ** 0.5, 5), "textcoords": "offset points", "fontsize": 9, "color": INK}
        axes.annotate(f"{counts[generation, pool]:,}", (generation, row), **beside)
    axes.set_yticks(range(len(pools)), [shortened(pool) for pool in pools])
    axes.set_ylim(len(pools) - 0.4, -0.7)
    axes.set_xlim(0.4, max(generation for generation, _ in spots) + 0.6)
    axes.set_xticks(list(dict.fromkeys(sorted(generation for generation, _ in spots))))
    axes.set_title("liquidations by generation and protocol: area debt, number count, lines what sales led to", fontsize=10)


def _pools(tables: Tables) -> list[str]:
    """Return the protocols, the one with most debt first."""
    debts = {pool: sum(column(mine, 0)) for pool, mine in groups(tables["tree_generations"], "pool", "debt").items()}
    return sorted(debts, key=lambda pool: -debts[pool])


def _generations(liquidations: Table) -> Table:
    sums: dict[tuple[int, str], tuple[int, float]] = {}
    for generation, pool, debt in rows(liquidations, "generation", "pool", "debt"):
        times, whole = sums.get((generation, pool), (0, 0.0))
        sums[generation, pool] = times + 1, whole + debt
    return table(("generation", "pool", "liquidations", "debt"), [(*key, *sums[key]) for key in sorted(sums)])


def _flows(material: Material, cascade: Cascade) -> Table:
    sums: dict[tuple[int, str, int, str], float] = {}
    for seq, child in cascade.liquidations.items():
        for parent, weight in cascade.parents_of(seq):
            above = cascade.liquidations.get(parent)
            if above is not None:
                key = (above.generation, material.name(above.fall.pool), child.generation, material.name(child.fall.pool))
                sums[key] = sums.get(key, 0.0) + child.debt_value / 10**8 * float(weight)
    ordered: Iterable[tuple[int, str, int, str]] = sorted(sums)
    return table(("generation", "pool", "to_generation", "to_pool", "debt"), [(*key, sums[key]) for key in ordered])
