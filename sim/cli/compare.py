"""``downtick compare``: two runs side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from sim.cli.table import plain
from sim.cli.telling import Teller
from sim.storage import Run
from sim.storage.tidy import FORMATS, write_tables
from sim.view.compare import SUMMARY, compared
from sim.view.words import count, decimal

EXAMPLE = "\b\nExample:\n  downtick compare runs/one runs/other\n  downtick compare runs/one runs/other --all --json"
MOST_KEYS = 30
"""Keys of the scenario that are printed."""
WIDEST = 60
"""Letters of a value of the scenario that are printed."""


@click.command(short_help="Hold two runs side by side, figure by figure.", epilog=EXAMPLE)
@click.argument("one", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path))
@click.option("--all", "is_all", is_flag=True, help="Print figures that are the same, too.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, figures that are the same too.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write both tables to.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="parquet", help="Of these tables.", show_default=True)
def command(one: Path, other: Path, is_all: bool, as_json: bool, out: Path | None, format_: str) -> None:
    """Hold the runs in folders ONE and OTHER side by side: what differs in their scenarios, where their tapes part, every figure.

    The difference is OTHER less ONE, the ratio OTHER over ONE. They may be of different scenarios.
    """
    with Run(one) as mine, Run(other) as theirs:
        found = compared(mine, theirs)
        lines = [] if as_json else [*_opening(found), *_parting(found, mine, theirs)]
    if as_json:
        click.echo(json.dumps(found, default=str))
    else:
        for line in lines:
            click.echo(line)
        _print(found["figures"], is_all)
    if out is not None:
        tables = {name: _columns(found[name]) for name in ("figures", "scenario")}
        written = write_tables(out, tables, format_)
        click.echo(f"{len(written)} tables in {out}", err=as_json)


def _opening(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the two runs are, and what differs in their scenarios."""
    for word, run in zip(("one", "other"), found["runs"], strict=True):
        yield f"{word}: {run['folder']}: {run['scenario']}, seed {run['seed']}, {run['status']}, {run['entries']:,} entries"
    versions = [run["versions"] for run in found["runs"]]
    for name in {**versions[0], **versions[1]}:
        if versions[0].get(name) != versions[1].get(name):
            yield f"made with {name} {versions[0].get(name)} and {versions[1].get(name)}"
    differences = found["scenario"]
    yield f"the scenario differs in {count(len(differences), 'key')}" if differences else "the scenario is the same"
    yield from (f"  {each['key']}: {_said(each['one'])} and {_said(each['other'])}" for each in differences[:MOST_KEYS])
    if len(differences) > MOST_KEYS:
        yield f"  and {len(differences) - MOST_KEYS} more; --json has them all"


def _parting(found: Mapping[str, Any], one: Run, other: Run) -> Iterator[str]:
    """Yield where the tapes part, and what each says there."""
    parting = found["first_difference"]
    if parting is None:
        yield "the tapes are the same, entry by entry" + ("" if found["digest_is_equal"] else "; their digests are not, or not known")
        return
    yield f"the tapes part at entry {parting['seq']:,}"
    for word, run in (("one", one), ("other", other)):
        said = "ends before it" if parting[word] is None else Teller.of(run).line(run.entry(parting["seq"]))
        yield f"  {word}: {said}"


def _print(figures: list[Mapping[str, Any]], is_all: bool) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=1_000)
    shown = [each for each in figures if is_all or each["one"] != each["other"]]
    if not shown:
        console.print(f"all {len(figures):,} figures are the same", markup=False)
        return
    table = Table("", "one", "other", "difference", "ratio", box=None, pad_edge=False)
    for each in shown:
        name = each["key"] if each["metric"] == SUMMARY else f"{each['metric']}.{each['key']}"
        values = (_cell(name, each[key]) for key in ("one", "other", "difference"))
        table.add_row(escape(name), *map(escape, values), "" if each["ratio"] is None else decimal(each["ratio"]))
    console.print(table)
    same = len(figures) - len(shown)
    if same:
        console.print(f"{same:,} more figures are the same; --all shows them", markup=False)


def _cell(key: str, value: Any) -> str:
    if value is None:
        return ""
    is_whole = isinstance(value, float) and value == int(value) and abs(value) < 2**53
    return plain(key, int(value) if is_whole else value)


def _said(value: Any) -> str:
    told = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return told if len(told) <= WIDEST else f"{told[:WIDEST]}…"


def _columns(rows: list[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = list(rows[0]) if rows else ["key", "one", "other"]
    return {name: [_flat(row[name]) for row in rows] for name in names}


def _flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value
