"""``downtick contagion``: who passed how much distress to whom; of a run from its tape, of a scenario from its twins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sim.cascade import stretches
from sim.cli.contagion_table import print_map, print_transmission
from sim.cli.jobs import at_work, is_said, with_jobs
from sim.cli.study import end, seeds_of
from sim.cli.telling import Teller
from sim.contagion.drawing import save
from sim.contagion.graph import write_graphml
from sim.contagion.markets import taken_before
from sim.contagion.predicted import predicted
from sim.contagion.predicted_map import predicted_map
from sim.contagion.realised_figures import compared, tables
from sim.errors import InputError
from sim.experiment.transmission import made_transmission, planned_transmission
from sim.facts import Facts
from sim.metrics.contagion import ContagionMetric
from sim.scenario.load import load
from sim.scenario.overrides import parsed
from sim.scenario.quantity import SHARE, Mistake
from sim.storage import Run
from sim.storage.tidy import FORMATS, write_tables
from sim.units import BPS_ONE

EXAMPLE = (
    "\b\nExample:\n  downtick contagion runs/demo\n  downtick contagion runs/demo --draw map.svg --graphml map.graphml\n"
    "  downtick contagion shared_oracle --twins --seeds 5 --out twins/shared"
)
USUAL_SEEDS = 5
_SHOCK = 'What the models on paper are asked: "ETH=20 %"; the first venue\'s asset falls by 10 % unless given. May be given again.'


def _shock(ctx: click.Context, param: click.Parameter, found: tuple[str, ...]) -> dict[str, float] | None:
    """Return a shock by symbol."""
    shock = {}
    for each in found:
        symbol, given, share = each.partition("=")
        if not given:
            raise click.BadParameter(f'is "{each}"; give a symbol and a share: "ETH=20 %"', ctx, param)
        try:
            shock[symbol.strip()] = SHARE.read(share.strip()) / BPS_ONE
        except Mistake as mistake:
            raise click.BadParameter(str(mistake), ctx, param) from None
    return shock or None


@click.command(short_help="Tell who passed distress to whom, and by which channel.", epilog=EXAMPLE)
@click.argument("target", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--graphml", type=click.Path(path_type=Path), help="File to write the map to as GraphML.")
@click.option("--draw", type=click.Path(path_type=Path), help="File to draw the map to: .svg, .png or .pdf.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for tidy tables; with --twins, to keep the runs in.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="parquet", help="Of these tables.", show_default=True)
@click.option("--shock", "shock", callback=_shock, multiple=True, metavar="ASSET=SHARE", help=_SHOCK)
@click.option("--twins", "is_twins", is_flag=True, help="RUN is a scenario: run it against its twins, each without one channel.")
@click.option("--seeds", type=click.IntRange(min=1), help=f"Of the twins, from the scenario's own on; {USUAL_SEEDS} unless given.")
@with_jobs
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
    jobs: int,
    sets: tuple[str, ...],
    shock: dict[str, float] | None,
) -> None:
    """Tell the contagion map of the run in folder RUN: edges between protocols, venues, feeds and keepers, each with its channel.

    A map is an account of what the tape says. What a channel did is asked with --twins: RUN is then a scenario, and is run with each of its
    channels cut, and with all of them.
    """
    if is_twins:
        if graphml or draw or shock:
            raise InputError("--graphml, --draw and --shock are for the map of one run; leave --twins out, or leave them out")
        _twins(ctx, target, seeds or USUAL_SEEDS, jobs, out, as_json, sets)
        return
    if seeds or is_said(ctx) or sets:
        raise InputError("--seeds, --jobs and --set are for --twins, which runs a scenario; a run is read as it is")
    _map(Path(target), as_json, graphml, draw, out, format_, shock)


def _map(
    run: Path,
    as_json: bool,
    graphml: Path | None,
    draw: Path | None,
    out: Path | None,
    format_: str,
    shock: dict[str, float] | None,
) -> None:
    with Run(run) as opened:
        teller = Teller.of(opened)
        metric = ContagionMetric(teller.facts)
        for stretch in stretches(opened):
            metric.take(stretch)
        heading = opened.manifest.scenario
        figures = metric.figures() | _foretold(opened, teller.facts, shock)
    figures["agreement"] = compared(figures["protocols"], figures["predicted"]["orders"])
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


def _foretold(run: Run, facts: Facts, shock: dict[str, float] | None) -> dict[str, Any]:
    """Return what models say of balance sheets before the run; no orders where the run was kept without its sheets."""
    if not facts.sheets:
        return {"predicted": {"orders": {}, "remarks": ["the run was kept without balance sheets, so nothing is predicted; run it again"]}}
    found = predicted(facts, run.population, shock, taken_before(facts, run))
    return {"predicted": found.figures() | {"map": predicted_map(facts, found)}}


def _twins(ctx: click.Context, name: str, seeds: int, workers: int, out: Path | None, as_json: bool, sets: tuple[str, ...]) -> None:
    scenario = load(name, parsed(sets))
    plan = planned_transmission(scenario, seeds_of(scenario.run.seed, seeds))
    with at_work(ctx, plan, out) as progress:
        table: dict[str, Any] = made_transmission(plan, out, workers, progress)
    if as_json:
        click.echo(json.dumps(table))
    else:
        print_transmission(table)
        if out is not None:
            click.echo(f"kept in {out}")
    end(ctx, table["failures"])
