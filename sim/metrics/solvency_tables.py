"""What is worked out of a sample of all lenders: stress and its surface, ladder of positions, slippage, and who owes most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sim.facts import Facts
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import asset_of
from sim.metrics.solvency_moment import Moment, beyond_depth
from sim.metrics.stress import DEPTHS, SHOCKS, carried, stress, worth
from sim.metrics.walking import slippage
from sim.units import AssetId, Place

ALL = "all"
FALLS = (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50)
"""Percent, of the ladder."""
SIZES = tuple(step * 10**power for power in range(3, 9) for step in (1, 3))
"""Whole quote, of the slippage curves."""
TOP = 10


def name_of(facts: Facts, place: Place) -> str:
    """Return a lender's name, ``all`` for all together."""
    return next((each.name for each in facts.sheets if each.place == place), ALL)


def cushions_at(facts: Facts, moment: Moment) -> dict[Place, float]:
    """Return what the reserves of each lender were at the opening, at prices of a moment."""
    found = {}
    for sheet in facts.sheets:
        prices = moment.oracles.get(sheet.place, {})
        found[sheet.place] = sum(
            each.cushion / asset_of(facts, each.asset).unit * prices.get(each.asset, 0.0) for each in sheet.terms if each.cushion
        )
    return found


def ladder(facts: Facts, label: str, moment: Moment, named: Names) -> Iterator[dict[str, Any]]:
    """Yield the debt that a fall of collateral makes liquidatable, what already is left out; with the gain of that part of the fall."""
    falling = falling_assets(facts)
    for place, sheet in moment.sheets.items():
        prices = moment.oracles[place]
        owed = worth(sheet.owed, prices, len(sheet))
        near = carried(sheet, prices) >= owed
        gain = dict(facts.gain_curve.get(name_of(facts, place), ()))
        for fall in FALLS:
            struck = {asset: price * (1 - fall / 100) if asset in falling else price for asset, price in prices.items()}
            hit = near & (carried(sheet, struck) < worth(sheet.owed, struck, len(sheet)))
            yield {
                "moment": label,
                "pool": named(place),
                "fall_percent": fall,
                "debt": float(owed[hit].sum()),
                "accounts": int(hit.sum()),
                "top_10_share": share_of_top(owed[hit], float(owed.sum())),
                "gain": gain.get(fall),
            }


def falling_assets(facts: Facts) -> tuple[AssetId, ...]:
    """Return the collaterals that a stress lets fall."""
    fixed = {(each.place, asset) for each in facts.pools for asset in each.fixed_prices}
    found = {
        each.asset: None
        for sheet in facts.sheets
        for each in sheet.terms
        if each.threshold and (sheet.place, each.asset) not in fixed and not 9 * 10**7 <= each.price <= 11 * 10**7
    }
    return tuple(found)


def stressed(facts: Facts, moment: Moment) -> list[dict[str, Any]]:
    """Return the stress of every lender and of all together (pool 0)."""
    falling, cushions = falling_assets(facts), cushions_at(facts, moment)
    rows = []
    for place, sheet in moment.sheets.items():
        found = stress([sheet], moment.marks[place], moment.bids, falling, cushions.get(place, 0.0))
        rows += [{"pool": place, **row} for row in found]
    if len(moment.sheets) == 1:
        return [*rows, *({**row, "pool": 0} for row in rows)]
    if moment.sheets:
        prices = {asset: price for marks in moment.marks.values() for asset, price in marks.items()}
        found = stress(list(moment.sheets.values()), prices, moment.bids, falling, _once(facts, cushions))
        rows += [{"pool": 0, **row} for row in found]
    return rows


def _once(facts: Facts, cushions: Mapping[Place, float]) -> float:
    """Return all cushions together; that of a vault system, which is told of each of its pools, once."""
    vows = {vault.place: vault.vow for vault in facts.vaults}
    return sum({vows.get(place, -place): cushion for place, cushion in cushions.items()}.values())


def surface(moment: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the bad debt of all together, a line a shock and a column a multiple of depth."""
    for shock in SHOCKS:
        here = {row["depth_times"]: row["bad_debt"] for row in rows if row["shock_percent"] == shock and row["pool"] == 0}
        if here:
            yield {"moment": moment, "shock_percent": shock, **{f"bad_debt_{times(depth)}": here[depth] for depth in DEPTHS}}


def slippages(facts: Facts, label: str, moment: Moment, name: Names) -> Iterator[dict[str, Any]]:
    """Yield how far from the mid sizes trade, venue by venue and side by side."""
    for venue in facts.venues:
        if venue.place not in moment.books:
            continue
        mid, bids, asks = moment.books[venue.place]
        for side, depth in (("sell", bids), ("buy", asks)):
            for size in SIZES:
                part = slippage(depth, size / mid)
                yield {
                    "moment": label,
                    "venue": name(venue.place),
                    "side": side,
                    "size_quote": size,
                    "slippage_bps": None if part is None else round(part * 10_000, 4),
                }


def told(moment: Moment) -> dict[str, Any]:
    """Return the line of all together."""
    return {"at_ns": moment.at, **whole(moment.lines[0])}


def whole(line: Mapping[str, float]) -> dict[str, Any]:
    """Return a line with what is a share in it, which lines of several lenders do not add up to."""
    return {**line, "sale_beyond_depth_share": beyond_depth(line)}


def top_share(moment: Moment, place: Place) -> float | None:
    """Return what the ten accounts that owe most owe of all debt."""
    sheets = [moment.sheets[place]] if place else list(moment.sheets.values())
    places = [place] if place else list(moment.sheets)
    owed = np.concatenate(
        [np.zeros(0), *(worth(sheet.owed, moment.marks[each], len(sheet)) for each, sheet in zip(places, sheets, strict=True))]
    )
    return share_of_top(owed, float(owed.sum()))


def share_of_top(owed: Any, total: float) -> float | None:
    """Return what the ten largest are of a total; None of nothing."""
    return float(np.sort(owed)[-TOP:].sum()) / total if total > 0 else None


def finite(value: float) -> float | None:
    """Return a number, None where it is infinite."""
    return value if value < float("inf") else None


def times(depth: float) -> str:
    """Return a multiple of depth as a word."""
    return "infinite" if depth == float("inf") else f"{depth:g}"


def columns(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return rows by column."""
    return {key: [row[key] for row in rows] for key in (rows[0] if rows else {})}
