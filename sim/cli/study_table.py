"""A study as tables for people: arms side by side, differences from the base, what each feature contributes, what must be said."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.view.words import decimal

_WIDEST = 1_000
"""Columns are as wide as what is in them; a terminal may fold a line, but nothing is cut."""
CONTRIBUTIONS = {"added_last": "added last", "added_first": "added first", "shapley": "Shapley"}
Grid = tuple[str, list[str], list[list[str]]]
"""Title, header, rows."""


def print_study(table: dict[str, Any]) -> None:
    """Print what ``sim.experiment.findings.as_table`` made."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    seeds = table["seeds"]
    console.print(f"{table['scenario']}: {table['title']}", markup=False)
    console.print(f"{counted(seeds)} from {seeds[0]} on; mean (and {table['confidence']:.0%} of the bootstrap's means)\n", markup=False)
    for title, header, body in grids(table):
        console.print(title, markup=False, style="bold")
        made = Table(*header, box=None, pad_edge=False)
        for cells in body:
            made.add_row(*map(escape, cells))
        console.print(made)
        console.print()
    for line in lines(table):
        console.print(line, markup=False)


def grids(table: Mapping[str, Any]) -> Iterator[Grid]:
    """Yield the tables."""
    figures = table["figures"]
    published = {name: "; ".join(each["value"] for each in figure["published"]) for name, figure in figures.items()}
    arms = table["arms"]
    body = [[name, *(cell(arm[name]) for arm in arms.values()), figures[name]["standing"], published[name]] for name in figures]
    yield "arms", ["", *arms, "", "published"], body
    if table["differences"]:
        yield "differences from base, seed by seed", ["", *table["differences"]], _rows(figures, table["differences"].values())
    yield from _surface(table)
    if "features" not in table:
        return
    features = table["features"]
    for key, words in CONTRIBUTIONS.items():
        if key == "shapley" and not table["shapley_seeds"]:
            continue
        whose = f", {counted(table['shapley_seeds'])}" if key == "shapley" else ""
        shown = [feature[key] for feature in features.values()]
        whole = table["all_by_shapley" if key == "shapley" else "all_together"]
        yield f"what each feature contributes, {words}{whose}", ["", *features, "all together"], _rows(figures, [*shown, whole])


def _surface(table: Mapping[str, Any]) -> Iterator[Grid]:
    """Yield a grid for every figure of a surface, the last axis across; then where figures first lie above zero."""
    if "axes" not in table:
        return
    (*down, across), axes = table["axes"], table["axes"]
    found = {tuple(each["at"].values()): each["figures"] for each in table["cells"]}
    rows = list(dict.fromkeys(at[:-1] for at in found))
    for figure in table["figures"]:
        body = [[*row, *(cell(found[(*row, value)][figure]) for value in axes[across])] for row in rows]
        yield f"{figure}, {across} across", [*down, *axes[across]], body
    for axis in dict.fromkeys(each["axis"] for each in table["first_above_zero"]):
        firsts = [each for each in table["first_above_zero"] if each["axis"] == axis]
        body = [[*each["at"].values(), each["value"] or "none of them"] for each in firsts]
        yield f"first {axis} at which {firsts[0]['figure']} lies above zero", [*firsts[0]["at"], axis], body


def _rows(figures: Mapping[str, Any], columns: Any) -> list[list[str]]:
    return [[name, *(cell(column[name]) for column in columns)] for name in figures]


def counted(seeds: Sequence[int]) -> str:
    """Return how many seeds there are, in words."""
    return f"{len(seeds)} seed{'' if len(seeds) == 1 else 's'}"


def cell(found: Mapping[str, Any]) -> str:
    """Return an estimate in a cell: its mean, its interval, and over how many runs where some do not have it."""
    told = found.get("utc") or {key: decimal(found[key]) for key in ("mean", "lo", "hi") if found[key] is not None}
    some = "" if found["n"] == found["of"] else f" n={found['n']} of {found['of']}"
    if "mean" not in told:
        return f"none{some}"
    interval = f" ({told['lo']} to {told['hi']})" if "lo" in told else ""
    return f"{told['mean']}{interval}{some}"


def lines(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what stands below the tables: titles, sources, what was fitted, remarks and notes."""
    for what, titles in (
        ("arm", table["titles"]["arms"]),
        ("feature", table["titles"]["features"]),
        ("axis", table["titles"].get("axes", {})),
    ):
        yield from (f"{what} {name}: {title}" for name, title in titles.items() if title)
    for name, figure in table["figures"].items():
        yield from (f"published: {name} = {each['value']} ({each['source']})" for each in figure["published"])
        for each in figure["calibrated"]:
            yield f"calibrated: {name}, by {each['key']}{': ' if each['note'] else ''}{each['note']}"
    yield from (f"remark: {remark}" for remark in table["remarks"])
    yield from (f"note: {note}" for note in table["notes"])
