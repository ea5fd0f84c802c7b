"""Keepers: what each earned and from what, and how many of its txs won, were late, or never got in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from sim.metrics.profit import PARTS
from sim.view.canvas import COLOURS, HATCHES, INK, Frame, beside, count_along, filling, shortened
from sim.view.extra import Axes, Figure
from sim.view.figure import Tables, column, groups, rows, table
from sim.view.material import Material
from sim.view.words import amount, count, percent, plain

NAME = "keepers"
HEADING = "Keepers and races"
MOST_SHOWN = 8
Account: TypeAlias = tuple[str, str]
"""A keeper, and the asset in which its profit is told."""
_WON, _LOST = "included", "reverted: "
_OUTCOMES = ("did what they asked", "reverted", "dropped or replaced")


def data(material: Material) -> Tables:
    """Return the parts of each keeper's profit, and what became of its txs."""
    parts = [
        (keeper, asset, part, _number(figures[part]))
        for keeper, assets in (material.summary.get("keepers") or {}).items()
        for asset, figures in assets.items()
        for part in (*PARTS, "profit")
        if part in figures
    ]
    races = []
    for agent in material.facts.agents:
        counts: dict[str, int] = {}
        for account in range(max(1, agent.accounts)):
            for word, times in material.looks.races.get(agent.party + account, {}).items():
                counts[word] = counts.get(word, 0) + times
        if agent.role == "keeper":
            races += [(agent.name, word, times) for word, times in counts.items()]
    return {"keepers": table(("keeper", "asset", "part", "amount"), parts), "races": table(("keeper", "outcome", "txs"), races)}


def nothing(tables: Tables) -> str:
    """Say so where no keeper did anything."""
    return (
        "" if tables["keepers"]["keeper"] or tables["races"]["keeper"] else "No keeper sent a tx or made a trade: there is nothing to draw."
    )


def title(tables: Tables) -> str:
    """Return who earned most, and how many txs were for nothing."""
    profits = _profits(tables)
    won, lost, _ = _outcomes(tables)
    raced = (
        f"{percent(lost / (won + lost))} of their txs that got into a block failed" if won + lost else "none of their txs got into a block"
    )
    if not profits:
        return f"No keeper had a profit or a loss; {raced}"
    (keeper, asset), best = max(profits.items(), key=lambda each: each[1])
    alone = sum(name == keeper for name, _ in profits) == 1
    told = f"{keeper} {'earned most' if best > 0 else 'lost least'}, {amount(abs(best))} {asset}"
    told = told if alone else f"The largest profit in one asset is {keeper}'s {amount(best)} {asset}"
    return f"{told}; {raced}"


def caption(tables: Tables) -> str:
    """Return profits in all, and why txs reverted."""
    by_asset: dict[str, float] = {}
    for (_, asset), profit in _profits(tables).items():
        by_asset[asset] = by_asset.get(asset, 0.0) + profit
    whole = ", ".join(f"{amount(profit)} {asset}" for asset, profit in by_asset.items()) or "none"
    reasons: dict[str, int] = {}
    for _, outcome, txs in rows(tables["races"]):
        if outcome.startswith(_LOST):
            reasons[outcome.removeprefix(_LOST)] = reasons.get(outcome.removeprefix(_LOST), 0) + txs
    told = ", ".join(f"{plain(reason)} {txs:,}" for reason, txs in sorted(reasons.items(), key=lambda each: -each[1])) or "none"
    keepers = len(dict.fromkeys([*(keeper for keeper, _ in _profits(tables)), *tables["races"]["keeper"]]))
    left = (
        f" Shown are the {MOST_SHOWN} with most txs or the largest profits and losses, of {count(keepers, 'keeper')}."
        if keepers > len(dict.fromkeys(keeper for keeper, _ in _shown(tables)))
        else ""
    )
    return (
        f"All keepers together: {whole}, marked at the last mid. Parts of a profit sum to it. Txs that reverted, by reason: {told}. A "
        f"healthy account (or an auction that is over) mostly means that another keeper was first.{left}"
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw profits on the left, races on the right."""
    shown = _shown(tables)
    left, right = beside(picture, 2, max(3.0, 0.45 * len(shown) + 2.0), (3, 2))
    _profit_bars(left, tables, shown)
    first = {keeper: place for place, (keeper, _) in reversed(list(enumerate(shown)))}  # Txs are told once of a keeper with two accounts.
    offset = [0.0] * len(shown)
    for number, outcome in enumerate(_OUTCOMES):
        widths = [_of_outcome(tables, keeper)[number] if first[keeper] == place else 0 for place, (keeper, _) in enumerate(shown)]
        look: dict[str, Any] = {"color": COLOURS[(2, 1, 6)[number]], "hatch": HATCHES[number], "edgecolor": "white", "lw": 0.3}
        right.barh(range(len(shown)), widths, left=offset, label=outcome, **look)
        offset = [start + width for start, width in zip(offset, widths, strict=True)]
    right.set_yticks(range(len(shown)), [""] * len(shown))
    right.set_xlabel("txs")
    for axes in (left, right):
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        count_along(axes, "x")
        below = (0, -0.6 / picture.get_figheight())
        axes.legend(loc="upper left", bbox_to_anchor=below, ncols=3 if axes is left else 1, fontsize=9, columnspacing=1.0)


def _profit_bars(axes: Axes, tables: Tables, shown: list[Account]) -> None:
    found = {(row[0], row[1], row[2]): row[3] for row in rows(tables["keepers"])}
    parts = [part for part in dict.fromkeys(tables["keepers"]["part"]) if part != "profit"]
    parts = [part for part in parts if any(found.get((*account, part), 0.0) for account in shown)]
    up, down = [0.0] * len(shown), [0.0] * len(shown)
    for number, part in enumerate(parts):
        values = [found.get((*account, part), 0.0) for account in shown]
        starts = [up[place] if value > 0 else down[place] for place, value in enumerate(values)]
        axes.barh(range(len(shown)), values, left=starts, label=plain(part), **filling(number))
        up = [place + max(value, 0.0) for place, value in zip(up, values, strict=True)]
        down = [place + min(value, 0.0) for place, value in zip(down, values, strict=True)]
    profits = [found.get((*account, "profit"), 0.0) for account in shown]
    axes.plot(profits, range(len(shown)), "D", color=INK, ms=5, label="profit", ls="")
    axes.axvline(0, color=INK, lw=0.8)
    axes.use_sticky_edges = False
    axes.margins(x=0.04)
    assets = list(dict.fromkeys(asset for _, asset in shown if asset))
    names = [f"{shortened(keeper, 18)}, {asset}" if len(assets) > 1 and asset else shortened(keeper, 20) for keeper, asset in shown]
    axes.set_yticks(range(len(shown)), names)
    axes.set_xlabel(assets[0] if len(assets) == 1 else "profit, in the asset that is named")


def _number(told: Any) -> float:
    return float(str(told).partition(" ")[0])


def _profits(tables: Tables) -> dict[Account, float]:
    return {(row[0], row[1]): row[3] for row in rows(tables["keepers"]) if row[2] == "profit"}


def _shown(tables: Tables) -> list[Account]:
    """Return the accounts with the largest profits and losses, then keepers without any, those with most txs first."""
    profits = _profits(tables)
    txs = {keeper: sum(column(mine, 0)) for keeper, mine in groups(tables["races"], "keeper", "txs").items()}
    booked = [keeper for keeper, _ in profits]
    every = [*profits, *((keeper, "") for keeper in txs if keeper not in booked)]
    return sorted(every, key=lambda account: (-abs(profits.get(account, 0.0)), -txs.get(account[0], 0)))[:MOST_SHOWN]


def _of_outcome(tables: Tables, keeper: str) -> tuple[int, int, int]:
    return _counted((row[1], row[2]) for row in rows(tables["races"]) if row[0] == keeper)


def _outcomes(tables: Tables) -> tuple[int, int, int]:
    return _counted((row[1], row[2]) for row in rows(tables["races"]))


def _counted(found: Iterable[tuple[str, int]]) -> tuple[int, int, int]:
    counts = {"won": 0, "lost": 0, "out": 0}
    for outcome, txs in found:
        key = "won" if outcome == _WON else "lost" if outcome.startswith(_LOST) else "out" if outcome in ("dropped", "replaced") else ""
        if key:
            counts[key] += txs
    return counts["won"], counts["lost"], counts["out"]
