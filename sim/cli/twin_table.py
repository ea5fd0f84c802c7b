"""A scenario and its twin as tables for people: what differs, by how much, and what must be said beside it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.cli.study_table import cell, counted
from sim.metrics.table import HEADLINE
from sim.units import SECOND
from sim.view.words import decimal

_WIDEST = 1_000
"""Columns are as wide as what is in them; a terminal may fold a line, but nothing is cut."""


def print_twin(table: Mapping[str, Any], is_whole: bool = False) -> None:
    """Print what ``sim.experiment.twins.twin_table`` made; the headline and what differs, or every figure."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    seeds = table["seeds"]
    console.print(f"{table['scenario']}: {table['title']}", markup=False)
    without = " and ".join(table["without"])
    console.print(f"{counted(seeds)} from {seeds[0]} on, against the twin without {without}", markup=False)
    console.print(f"mean (and {table['confidence']:.0%} of the bootstrap's means); a difference is the run less its twin\n", markup=False)
    shown = {key: figure for key, figure in table["figures"].items() if is_whole or _is_shown(key, figure)}
    grid = Table("", "run", "twin", "difference", box=None, pad_edge=False)
    for key, figure in shown.items():
        name = f"{key}, {figure['unit']}" if figure["unit"] else key
        grid.add_row(*map(escape, (said(name), *(cell(told(key, figure[part])) for part in ("run", "twin", "difference")))))
    console.print(grid)
    if "shapley" in table:
        console.print("\nShapley values", style="bold")
        values = table["shapley"]["values"]
        apart = Table("", *map(escape, values), "together", box=None, pad_edge=False)
        for key in shown:
            of_sets = [*values.values(), table["shapley"]["together"]]
            apart.add_row(*map(escape, (said(key), *(cell(told(key, of[key])) for of in of_sets))))
        console.print(apart)
    console.print()
    for line in lines(table, len(shown)):
        console.print(line, markup=False)


def print_probe(table: Mapping[str, Any]) -> None:
    """Print what ``sim.experiment.probe.probe_table`` made."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    probe, seeds = table["probe"], table["seeds"]
    console.print(f"{table['scenario']}: {table['title']}", markup=False)
    console.print(f"{probe['amount']} more sold on {probe['venue']} at {probe['at']}, {counted(seeds)} from {seeds[0]} on", markup=False)
    console.print(f"mean (and {table['confidence']:.0%} of the bootstrap's means); extra is with the probe less without\n", markup=False)
    grid = Table("", *(course["world"] for course in table["courses"].values()), box=None, pad_edge=False)
    for name in next(iter(table["courses"].values()))["extra"]:
        grid.add_row(*map(escape, (f"extra {name}", *(cell(course["extra"][name]) for course in table["courses"].values()))))
    for key, words in (("debt_per_unit", "extra debt per unit of the probe"), ("per_unit", "extra units sold per unit of the probe")):
        grid.add_row(*map(escape, (words, *(cell(course[key]) for course in table["courses"].values()))))
    console.print(grid)
    console.print(f"\nmarginal R: {cell(table['marginal_r'])}; multiplier: {cell(table['multiplier'])}", markup=False)
    for line in (*(f"remark: {each}" for each in table["remarks"]), *(f"note: {each}" for each in table["notes"])):
        console.print(line, markup=False)


def print_features(name: str, table: Mapping[str, Mapping[str, str]]) -> None:
    """Print which features a scenario has, and why it lacks the others."""
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    console.print(f"{name} can be run without (downtick twin {name} --without FEATURE):", markup=False)
    for feature, each in table.items():
        if not each["lacks"]:
            console.print(f"  {feature}: {each['title']}", markup=False)
    lacking = [feature for feature, each in table.items() if each["lacks"]]
    if lacking:
        console.print("and has none of these:", markup=False)
    for feature, each in table.items():
        if feature in lacking:
            console.print(f"  {feature}: {each['lacks']}", markup=False)


def said(key: str) -> str:
    """Return a figure's name for people, to whom nanoseconds are told as seconds."""
    return key.replace("_ns", "_s")


def told(key: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an estimate as it is told to people."""
    if "_ns" not in key:
        return dict(found)
    return {part: value / SECOND if part in ("mean", "lo", "hi") and value is not None else value for part, value in found.items()}


def lines(table: Mapping[str, Any], shown: int) -> Iterator[str]:
    """Yield what stands below the tables."""
    yield amplified(table["amplification"])
    yield from rougher(table["volatility_ratio"])
    hidden = len(table["figures"]) - shown
    if hidden:
        yield f"{hidden} more figures are alike in run and twin, or parts of a table; --all shows them"
    if table["same_digest"]:
        yield f"in {counted(range(table['same_digest']))} of {len(table['seeds'])} the twin's tape is the run's own, to the last entry"
    yield from (f"remark: {remark}" for remark in table["remarks"])
    yield from (f"note: {note}" for note in table["notes"])


def amplified(found: Mapping[str, Any]) -> str:
    """Return the amplification in words, its difference in bps beside it."""
    apart = cell(found["difference_bps"])
    if found["ratio"] is None:
        return f"amplification: none, for the twin's price does not fall; the run's drawdown is deeper by {apart} bps"
    interval = f" ({decimal(found['lo'])} to {decimal(found['hi'])})" if found["lo"] is not None else ""
    return f"amplification: the run's drawdown is {decimal(found['ratio'])}{interval} times the twin's, deeper by {apart} bps"


def rougher(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the volatility ratio in words, if there is one."""
    if found["ratio"] is not None:
        interval = f" ({decimal(found['lo'])} to {decimal(found['hi'])})" if found["lo"] is not None else ""
        yield f"volatility ratio: the run's mid moves {decimal(found['ratio'])}{interval} times as much as the twin's, by the minute"


def _is_shown(key: str, figure: Mapping[str, Any]) -> bool:
    """Tell whether a figure is shown unless all are: the headline, and undivided figures that differ."""
    return key.partition(".")[0] in HEADLINE or ("." not in key and bool(figure["difference"]["mean"]))
