"""The table at the end of a run, for people. What every key means stands in docs/reference/summary.md."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sim.metrics.table import HEADLINE
from sim.scenario.held_out import held_against
from sim.scenario.run import Result
from sim.storage.manifest import COMPLETE
from sim.view.remarks import remarks
from sim.view.words import decimal

APART = ("keepers", "by_generation")
"""Keys of the summary that have a table of their own."""
MOST_KEEPERS = 6
"""Columns of the keepers' table."""
_WIDEST = 1_000
"""Columns are as wide as what is in them: a terminal may fold a line, but no key and no figure is ever cut."""
_DIGITS = 6
"""Digits after the point in the keepers' table: an asset's own up to here, so that what is shown of USDC sums to the unit."""


def print_result(result: Result, wall: float) -> None:
    """Print what came of a run: its table, what it was fitted to, what every report must repeat, where it is kept."""
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    console.print(f"[bold]{result.scenario.name}[/bold]: {result.scenario.run.title}")
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in rows({key: value for key, value in result.summary.items() if key not in APART}):
        table.add_row(key, value)
    console.print(table)
    for title, header, body in tables(result.summary):
        console.print(f"[bold]{title}[/bold]")
        apart = Table(*header, box=None, pad_edge=False)
        for cells in body:
            apart.add_row(*cells)
        console.print(apart)
    # What was fitted, and what was held out, speak of a whole run.
    for line in (*(fitted(result) if result.status == COMPLETE else ()), *said(result)):
        console.print(line, markup=False)
    console.print("every key, its unit and where it is none: docs/reference/summary.md", markup=False)
    console.print(f"seed {result.seed}, {result.entries:,} entries in {wall:.1f} s, digest {result.digest}", markup=False)
    if result.folder is not None:
        console.print(f"kept in {result.folder}; go on with: downtick story {result.folder}", markup=False)


def tables(summary: dict[str, Any]) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Yield the tables of their own: title, header and rows. A keeper's parts add up to its profit."""
    books: dict[str, dict[str, dict[str, Any]]] = {}
    for name, by_asset in sorted((summary.get("keepers") or {}).items()):
        for asset, figures in by_asset.items():
            books.setdefault(asset, {})[name] = figures
    for asset, by_name in books.items():
        shown = dict(list(by_name.items())[:MOST_KEEPERS])
        more = f" (the first {MOST_KEEPERS} of {len(by_name)})" if len(by_name) > MOST_KEEPERS else ""
        parts = dict.fromkeys(part for each in shown.values() for part in each)
        body = [[part.replace("_", " "), *(_cut(str(each.get(part, "")), asset) for each in shown.values())] for part in parts]
        yield f"keepers, in {asset}{more}", ["", *shown], body
    generations = summary.get("by_generation") or []
    if generations:
        keys = list(generations[0])
        body = [[str(number), *(str(each[key]) for key in keys)] for number, each in enumerate(generations, start=1)]
        yield "generations", ["generation", *keys], body


def _cut(value: str, asset: str) -> str:
    """Return an amount without its asset (another's stays), to so many digits after the point, halves away from zero."""
    number, _, other = value.removesuffix(f" {asset}").partition(" ")
    if len(number.partition(".")[2]) > _DIGITS:
        number = decimal(Decimal(number).quantize(Decimal(1).scaleb(-_DIGITS), ROUND_HALF_UP))
    return f"{number} {other}".strip()


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
    """Return a value as people read it: times in seconds, fractions with four digits that count, never in powers of ten."""
    if value is None:
        return "none"
    if key == "first_zero_bid_s":
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if "_ns" in key and isinstance(value, int):
        return f"{value / 1e9:.3f} s"
    if isinstance(value, float):
        return decimal(value)
    if isinstance(value, list):
        return ", ".join(plain(key, each) for each in value) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def fitted(result: Result) -> Iterator[str]:
    """Yield what the scenario was fitted to, and the facts it never saw."""
    for each in result.scenario.calibration:
        yield f"fitted: {each.observable}: target {each.target} ({each.source}), reached {each.reached or 'not measured'} by {each.key}"
    for fact in result.scenario.held_out:
        reached = result.summary.get(fact.observable) if fact.observable else None
        told = f"; this run: {held_against(fact.observable, fact.value, reached)}" if reached is not None else ""
        yield f"held out: {fact.fact}: {fact.value} ({fact.source}){told}"
    if result.scenario.held_out:
        yield "one seed says little of what was held out: see downtick calibrate, and a study over seeds"


def said(result: Result) -> Iterator[str]:
    """Yield what every report must repeat."""
    return remarks(result.facts, result.summary)
