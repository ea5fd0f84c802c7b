"""``downtick contagion``: who passed how much distress to whom; of a run from its tape, of a scenario from its twins."""

from __future__ import annotations

import json
from os import cpu_count
from pathlib import Path
from typing import Any

import click

from sim.cascade import stretches
from sim.cli.contagion_table import print_map, print_transmission
from sim.cli.study import INTERRUPTED, bar, kept_in, seeds_of
from sim.cli.telling import Teller
from sim.contagion.drawing import save
from sim.contagion.graph import write_graphml
from sim.contagion.realised_figures import compared, tables
from sim.errors import InputError
from sim.experiment.transmission import made_transmission, planned_transmission
from sim.metrics.contagion import ContagionMetric
from sim.scenario.load import load
from sim.scenario.overrides import parsed
from sim.storage import Run
from sim.storage.tidy import FORMATS, write_tables

EXAMPLE = (
    "\b\nExample:\n  downtick contagion runs/demo\n  downtick contagion runs/demo --draw map.svg --graphml map.graphml\n"
    "  downtick contagion shared_oracle --twins --seeds 5 --out twins/shared"
)
USUAL_SEEDS = 5


@click.command(short_help="Tell who passed distress to whom, and by which channel.", epilog=EXAMPLE)
@click.argument("target", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--graphml", type=click.Path(path_type=Path), help="File to write the map to as GraphML.")
@click.option("--draw", type=click.Path(path_type=Path), help="File to draw the map to: .svg, .png or .pdf.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for tidy tables; with --twins, to keep the runs in.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="parquet", help="Of these tables.", show_default=True)
@click.option("--twins", "is_twins", is_flag=True, help="RUN is a scenario: run it against its twins, each without one channel.")
@click.option("--seeds", type=click.IntRange(min=1), help=f"Of the twins, from the scenario's own on; {USUAL_SEEDS} unless given.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes at work; one for each processor unless given.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a key of the scenario by its dotted path; may be given again.")
@click.pass_context
def command(
    ctx: click.Context,
    target: str,
    as_json: bool,
    graphml: Path | None,
    draw: Path | None,
    out: Path | None,
    format_: str,
    is_twins: bool,
    seeds: int | None,
    jobs: int | None,
    sets: tuple[str, ...],
) -> None:
    """Tell the contagion map of the run in folder RUN: edges between protocols, venues, feeds and keepers, each with its channel.

    A map is an account of what the tape says. What a channel did is asked with --twins: RUN is then a scenario, and is run with each of its
    channels cut, and with all of them.
    """
    if is_twins:
        if graphml or draw:
            raise InputError("--graphml and --draw show the map of one run; leave --twins out, or leave them out")
        _twins(ctx, target, seeds or USUAL_SEEDS, jobs or cpu_count() or 1, out, as_json, sets)
        return
    if seeds or jobs or sets:
        raise InputError("--seeds, --jobs and --set are for --twins, which runs a scenario; a run is read as it is")
    _map(Path(target), as_json, graphml, draw, out, format_)


def _map(run: Path, as_json: bool, graphml: Path | None, draw: Path | None, out: Path | None, format_: str) -> None:
    with Run(run) as opened:
        teller = Teller.of(opened)
        metric = ContagionMetric(teller.facts)
        for stretch in stretches(opened):
            metric.take(stretch)
        heading = opened.manifest.scenario
    figures = metric.figures()
    figures["agreement"] = compared(figures["protocols"], {})
    if as_json:
        click.echo(json.dumps(figures))
    else:
        print_map(figures, teller)
    if graphml is not None:
        write_graphml(graphml, figures)
        click.echo(f"graph in {graphml}", err=as_json)
    if draw is not None:
        save(draw, figures, heading)
        click.echo(f"drawn in {draw}", err=as_json)
    if out is not None:
        written = write_tables(out, tables(metric.result()), format_)
        click.echo(f"{len(written)} tables in {out}", err=as_json)


def _twins(ctx: click.Context, name: str, seeds: int, workers: int, out: Path | None, as_json: bool, sets: tuple[str, ...]) -> None:
    scenario = load(name, parsed(sets))
    plan = planned_transmission(scenario, seeds_of(scenario.run.seed, seeds))
    try:
        with bar(plan.name, len({job.id for job in plan.jobs()})) as progress:
            table: dict[str, Any] = made_transmission(plan, out, workers, progress)
    except KeyboardInterrupt:
        click.echo(f"interrupted; {kept_in(out)}", err=True)
        ctx.exit(INTERRUPTED)
    if as_json:
        click.echo(json.dumps(table))
    else:
        print_transmission(table)
        if out is not None:
            click.echo(f"kept in {out}")
    for failure in table["failures"]:
        click.echo(f"seed {failure['seed']} of {', '.join(failure['of'])} {failure['status']}: {failure['message']}", err=True)
    ctx.exit(1 if table["failures"] else 0)
