"""Health before and after: of accounts when they were called, just before their first liquidation, and when they were healthy again.

Cumulative shares of margin calls. What recovered without debt has no health any more; it is counted, not drawn.
"""

from __future__ import annotations

from sim.units import WAD, Wad
from sim.view.canvas import INK, Frame, beside, legend, look
from sim.view.extra import Figure
from sim.view.figure import Tables, rows, table
from sim.view.material import Material
from sim.view.words import count

NAME = "health"
HEADING = "Health before and after"
NO_DEBT = 1_000.0
"""From here on health says that nothing is owed."""
_KINDS = ("when called", "before the first liquidation", "when healthy again")


def data(material: Material) -> Tables:
    """Return the three healths of every margin call; none where there was none, or no debt."""
    found = [
        (material.name(each.pool), material.name(each.account), _health(each.fell), _health(each.liquidated), _health(each.recovered))
        for each in material.looks.healings
    ]
    is_whole = [each.recovered is not None and each.recovered / WAD >= NO_DEBT for each in material.looks.healings]
    columns = ("pool", "account", "called", "liquidated", "recovered")
    return {"health": table((*columns, "has_no_debt"), [(*row, whole) for row, whole in zip(found, is_whole, strict=True)])}


def nothing(tables: Tables) -> str:
    """Say so where nobody was called."""
    return "" if tables["health"]["pool"] else "No account's health fell below one: there is nothing to draw."


def title(tables: Tables) -> str:
    """Return the lowest health before a liquidation, and how many got out."""
    found = rows(tables["health"], "called", "liquidated", "recovered", "has_no_debt")
    before = [row[1] for row in found if row[1] is not None]
    healthy = sum(row[2] is not None or row[3] for row in found)
    told = f"health had fallen to {min(before):.3f} by the latest liquidation" if before else "none of them was liquidated"
    return f"Of {count(len(found), 'margin call')}, {healthy:,} ended healthy; {told}"


def caption(tables: Tables) -> str:
    """Return medians, and who is not drawn."""
    found = tables["health"]
    told = []
    for kind, key in zip(_KINDS, ("called", "liquidated", "recovered"), strict=True):
        known = sorted(value for value in found[key] if value is not None)
        told.append(f"{kind} {known[len(known) // 2]:.4f} (of {len(known):,})" if known else f"{kind} none")
    return (
        f"Median health: {', '.join(told)}. {count(sum(found['has_no_debt']), 'account')} recovered with no debt left and have no "
        "health to draw. Below one an account may be liquidated; of auctions, health before the liquidation is that of the call."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw three cumulative curves."""
    (axes,) = beside(picture, 1)
    for number, (kind, key) in enumerate(zip(_KINDS, ("called", "liquidated", "recovered"), strict=True)):
        known = sorted(value for value in tables["health"][key] if value is not None)
        if known:
            shares = [100 * (place + 1) / len(known) for place in range(len(known))]
            axes.step([known[0], *known], [0, *shares], where="post", lw=2, label=kind, **look(number))
    axes.axvline(1, color=INK, lw=1)
    axes.set_ylim(0, 101)
    axes.set_xlabel("health factor at posted prices (1: may be liquidated below)")
    axes.set_ylabel("% of accounts at or below")
    legend(axes)


def _health(health: Wad | None) -> float | None:
    return None if health is None or health / WAD >= NO_DEBT else health / WAD
