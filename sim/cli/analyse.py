"""``downtick analyse``: what is worked out of a run when somebody asks, as figures, as JSON, as tidy tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from sim.cli.telling import Teller
from sim.metrics.analyse import analyse
from sim.metrics.registry import found_metrics
from sim.scenario.metric_parameters import metric_parameters
from sim.scenario.overrides import parsed
from sim.storage import Run
from sim.storage.flat import flat
from sim.storage.tidy import FORMATS, write_tables

EXAMPLE = (
    "\b\nExample:\n  downtick analyse runs/demo\n  downtick analyse runs/demo --metric clocks,./mine.py:Mine --set mine.window='10 min'\n"
    "  downtick analyse runs/demo --out tables --format csv"
)
FIGURES = "figures"
"""The table that has every figure."""


@click.command(short_help="Work out figures and tables of a run.", epilog=EXAMPLE)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--metric", "metrics", multiple=True, metavar="NAMES", help="Names, ./file.py:Class or module:Class, with commas; else all.")
@click.option("--set", "sets", multiple=True, metavar="M.K=V", help="Set a parameter of a metric; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write tidy tables to.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="parquet", help="Of these tables.", show_default=True)
def command(run: Path, metrics: tuple[str, ...], sets: tuple[str, ...], as_json: bool, out: Path | None, format_: str) -> None:
    """Work out of the run in folder RUN what metrics find on its tape: all that are registered, or those named.

    `downtick metric list` shows them. A metric of one's own is given as ./file.py:Class.
    """
    named = [name.strip() for words in metrics for name in words.split(",") if name.strip()]
    parameters = metric_parameters(found_metrics(named), parsed(sets)) if sets else {}
    with Run(run) as opened:
        found = analyse(opened, Teller.of(opened).facts, opened.name, named, parameters)
        summary = opened.summary
    if as_json:
        click.echo(json.dumps(found.figures))
    else:
        for line in lines(found.figures):
            click.echo(line)
    if out is not None:
        everything = {FIGURES: flat({"summary": summary, **found.figures}), **found.tables}
        written = write_tables(out, everything, format_)
        click.echo(f"{len(written)} tables in {out}", err=as_json)


def lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a figure, below the name of its metric."""
    for metric, found in figures.items():
        yield metric
        for key, value in found.items():
            if isinstance(value, list):
                yield f"  {key}"
                yield from (f"    {_told(each)}" for each in value)
            else:
                yield f"  {key}: {_told(value, key)}"


def _told(value: Any, key: str = "") -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_told(each, name)}" for name, each in value.items())
    if value is not None and "_ns" in key:
        return f"{value / 10**9:g} s"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
