"""Prices: the one outside, the mid of each venue (the mark), what each feed posted, and every liquidation where it was settled.

One panel for each asset that has a price, those with most liquidations first. A dot stands at the posted price of the collateral (for a
Comet's absorption that of the asset whose post made the account fall), its area in proportion to the debt.
"""

from __future__ import annotations

from typing import Any

from sim.metrics.fold import asset_of
from sim.units import AssetId
from sim.view.canvas import COLOURS, DASHES, FORCED, SOFT, Frame, legend, line, panels
from sim.view.extra import Axes, Figure
from sim.view.figure import Table, Tables, column, groups, rows, table
from sim.view.material import Material
from sim.view.words import amount, count, percent

NAME = "price"
HEADING = "Prices"
MOST_PANELS = 4
LARGEST_DOT = 260.0
"""Area of the largest liquidation's dot, in points."""
MANY = 400
"""Liquidations from which on dots are smaller."""
_OUTSIDE = "outside price"


def data(material: Material) -> Tables:
    """Return lines (thinned) and liquidations, by asset."""
    return {"price_lines": _lines(material), "price_liquidations": _liquidations(material)}


def nothing(tables: Tables) -> str:
    """Say so where no price was ever told."""
    return (
        "" if tables["price_lines"]["asset"] else "No venue quoted, no feed posted, and no price moved outside: there is nothing to draw."
    )


def title(tables: Tables) -> str:
    """Return the deepest fall of the first venue's mid, and how many were liquidated."""
    settled = tables["price_liquidations"]
    falls = _falls(tables["price_lines"])
    told = next((f"{asset} fell {percent(fall)} from its peak on {venue}" for asset, venue, fall in falls), "No venue quoted both sides")
    if not settled["seq"]:
        return f"{told}; nobody was liquidated"
    return f"{told}; {count(len(settled['seq']), 'liquidation')} of {amount(sum(settled['debt']))} {settled['money'][0]} of debt"


def caption(tables: Tables) -> str:
    """Return each venue's fall, and how dots are meant."""
    falls = "; ".join(f"{asset} on {venue} {percent(fall)}" for asset, venue, fall in _falls(tables["price_lines"]))
    debts = tables["price_liquidations"]["debt"]
    dots = f" A dot's area is its debt; the largest is {amount(max(debts))} {tables['price_liquidations']['money'][0]}." if debts else ""
    shown = _assets(tables)
    assets = len(dict.fromkeys(tables["price_lines"]["asset"]))
    left = f" Shown are {len(shown)} of {assets} assets." if assets > len(shown) else ""
    return f"Deepest fall from the running peak of the mid: {falls or 'none'}. Bands are the extremes between two points.{dots}{left}"


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw a panel an asset."""
    shown = _assets(tables)
    lines = groups(tables["price_lines"], "asset", "line", "kind", "unit", "at_ns", "low", "high", "last")
    dots = groups(tables["price_liquidations"], "asset", "at_ns", "price", "debt")
    largest = max(tables["price_liquidations"]["debt"], default=1.0) or 1.0
    dot = LARGEST_DOT if len(tables["price_liquidations"]["seq"]) < MANY else LARGEST_DOT / 4
    for axes, asset in zip(panels(picture, len(shown)), shown, strict=True):
        _panel(axes, frame, lines.get(asset, []))
        settled = [row for row in dots.get(asset, []) if row[1] > 0]
        if settled:
            areas = [max(6.0, dot * debt / largest) for debt in column(settled, 2)]
            look: dict[str, Any] = {
                "color": FORCED,
                "alpha": 0.45,
                "linewidths": 0.4 if dot == LARGEST_DOT else 0.0,
                "edgecolors": "#7a3500",
            }
            axes.scatter(frame.times(column(settled, 0)), column(settled, 1), s=areas, zorder=4, label="liquidation", **look)
        legend(axes)
        frame.along(axes, asset == shown[-1])
    picture.align_ylabels()


def _panel(axes: Axes, frame: Frame, lines: list[tuple[Any, ...]]) -> None:
    units = list(dict.fromkeys(row[2] for row in lines))
    mids = posts = 0
    for name in dict.fromkeys(row[0] for row in lines):
        mine = [row for row in lines if row[0] == name]
        points = [(row[3], row[4], row[5], row[6]) for row in mine]
        look: dict[str, Any] = {}
        if mine[0][1] == "outside":
            look = {"color": SOFT, "lw": 3.0}
        elif mine[0][1] == "mid":
            look = {"color": COLOURS[(0, 3, 5, 8)[mids % 4]], "lw": 1.3, "ls": DASHES[mids % len(DASHES)]}
            mids += 1
        else:
            look = {"color": COLOURS[(2, 4, 7)[posts % 3]], "lw": 1.7, "ls": DASHES[(1 + posts) % len(DASHES)]}
            posts += 1
        line(axes, frame, points, str(name), **look)
    told = [str(unit).partition(" per ") for unit in units[:3]]
    axes.set_ylabel(f"{', '.join(each[0] for each in told)} per {told[0][2]}" if told else "")


def _lines(material: Material) -> Table:
    facts, found = material.facts, []
    if facts.venues:
        first = facts.venues[0]
        found += _rows(material, first.base, _OUTSIDE, "outside", material.market(first), material.looks.outside.rows())
    for venue in facts.venues:
        market = material.market(venue)
        found += _rows(material, venue.base, f"mid of {venue.name}", "mid", market, material.looks.mids[venue.place].rows())
    for look in material.looks.feeds:
        base = look.feed.base
        found += _rows(material, base, f"posted by {look.feed.name}", "posted", f"USD per {material.symbol(base)}", look.posted.rows())
    return table(("asset", "line", "kind", "unit", "at_ns", "low", "high", "last"), found)


def _rows(
    material: Material, base: AssetId, line: str, kind: str, unit: str, points: list[tuple[int, float, float, float]]
) -> list[tuple[Any, ...]]:
    return [(material.symbol(base), line, kind, unit, *point) for point in points]


def _liquidations(material: Material) -> Table:
    found = []
    for seq, each in material.cascade.liquidations.items():
        asset, price = material.looks.settled.get(seq, (0, 0))
        symbol = asset_of(material.facts, asset).symbol if asset else ""
        place = (each.generation, material.name(each.fall.pool))
        found.append((symbol, seq, each.at, price / 10**8, each.debt_value / 10**8, material.money(), *place))
    return table(("asset", "seq", "at_ns", "price", "debt", "money", "generation", "pool"), found)


def _assets(tables: Tables) -> list[str]:
    """Return the assets that are shown: those with most liquidations, then as the scenario has them."""
    every = list(dict.fromkeys(tables["price_lines"]["asset"]))
    liquidated = tables["price_liquidations"]["asset"]
    return sorted(every, key=lambda asset: (-liquidated.count(asset), every.index(asset)))[:MOST_PANELS]


def _falls(lines: Table) -> list[tuple[str, str, float]]:
    """Return for each venue the deepest fall of its mid from a peak."""
    found = []
    mids = [row for row in rows(lines, "line", "kind", "asset", "low", "high") if row[1] == "mid"]
    for name in dict.fromkeys(row[0] for row in mids):
        peak = deepest = 0.0
        for _, _, _, low, high in (row for row in mids if row[0] == name):
            deepest = max(deepest, 1 - low / peak if peak else 0.0)
            peak = max(peak, high)
        found.append((next(row[2] for row in mids if row[0] == name), name.removeprefix("mid of "), deepest))
    return found
