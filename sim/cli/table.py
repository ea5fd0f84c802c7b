"""The table at the end of a run, for people."""

from collections.abc import Iterator
from typing import Any

from sim.metrics.table import HEADLINE
from sim.scenario.run import Result


def print_result(result: Result, wall: float) -> None:
    """Print what came of a run: its table, what it was fitted to, what every report must repeat, where it is kept."""
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False)
    console.print(f"[bold]{result.scenario.name}[/bold]: {result.scenario.run.title}")
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in rows(result.summary):
        table.add_row(key, value)
    console.print(table)
    for line in (*fitted(result), *said(result)):
        console.print(line, markup=False)
    console.print(f"seed {result.seed}, {result.entries:,} entries in {wall:.1f} s, digest {result.digest}", markup=False)
    if result.folder is not None:
        console.print(f"kept in {result.folder}; go on with: downtick story {result.folder}", markup=False)


def rows(summary: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield key and value of every line, nested tables by dotted path."""
    keys = [key for key in HEADLINE if key in summary] + [key for key in summary if key not in HEADLINE]
    for key in keys:
        value = summary[key]
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from rows(value, name)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for index, each in enumerate(value):
                yield from rows(each, f"{name}.{each.get('name', index)}")
        else:
            yield name, plain(key, value)


def plain(key: str, value: Any) -> str:
    """Return a value as people read it: times in seconds, shares with four digits."""
    if value is None:
        return "none"
    if "_ns" in key and isinstance(value, int):
        return f"{value / 1e9:.3f} s"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def fitted(result: Result) -> Iterator[str]:
    """Yield what the scenario was fitted to, and the facts it never saw."""
    for each in result.scenario.calibration:
        yield f"fitted: {each.observable}: target {each.target} ({each.source}), reached {each.reached or 'not measured'} by {each.key}"
    for fact in result.scenario.held_out:
        reached = result.summary.get(fact.observable, "") if fact.observable else ""
        told = f"; this run: {fact.observable} = {reached}" if reached != "" else ""
        yield f"held out: {fact.fact}: {fact.value} ({fact.source}){told}"


def said(result: Result) -> Iterator[str]:
    """Yield what every report must repeat."""
    role = result.facts.extra.get("role")
    if role == "pinned":
        yield "pinned: the price path is given and held from outside; timing and bad debt may be claimed, no price effect"
    impact = result.summary.get("forced_sale_impact") or {}
    if "note" in impact:
        yield f"note: {impact['note']}"
    for note in result.facts.notes:
        yield f"note: {note}"
