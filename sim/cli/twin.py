"""``downtick twin``: a scenario against itself without some of its mechanisms, seed by seed."""

import json
from pathlib import Path
from typing import Any

import click

from sim.cli.jobs import at_work, with_jobs
from sim.cli.study import end, seeds_of
from sim.cli.twin_table import print_features, print_probe, print_twin
from sim.errors import InputError
from sim.experiment.features.catalogue import FEATURES
from sim.experiment.probe import ProbePlan, made_probe, planned_probe
from sim.experiment.twins import TwinPlan, made_twins, planned_twins
from sim.scenario.load import load
from sim.scenario.overrides import parsed
from sim.scenario.spec import Scenario

EXAMPLE = (
    "\b\nExample:\n  downtick twin first_cascade\n  downtick twin first_cascade --without selling --seeds 20\n"
    "  downtick twin first_cascade --without selling,keeper_limits,latency --shapley --out twins/first\n"
    '  downtick twin first_cascade --probe "20 ETH" --at "60 s"'
)
USUAL_SEEDS = 5


@click.command(short_help="Hold a scenario against itself without a mechanism.", epilog=EXAMPLE)
@click.argument("scenario")
@click.option("--without", metavar="A,B", help="Features to take away; without it, tell which ones the scenario has.")
@click.option("--probe", metavar="AMOUNT", help='Sell so much more ("10 ETH"), and tell what that sets off: marginal R.')
@click.option("--at", metavar="INSTANT", help='When the probe is sold: "60 s", or a date.')
@click.option("--venue", metavar="NAME", default="", help="Where the probe is sold; the first venue unless given.")
@click.option("--seeds", type=click.IntRange(min=1), default=USUAL_SEEDS, show_default=True, help="Seeds, from the scenario's own on.")
@click.option("--shapley", is_flag=True, help="Run every set of the features (six at most), for Shapley values.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a key by its dotted path, in every run; may be given again.")
@with_jobs
@click.option("--out", type=click.Path(path_type=Path), help="Folder to keep the runs in; what is there already is not run again.")
@click.option("--all", "is_whole", is_flag=True, help="Show every figure, also those in which nothing differs.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    scenario: str,
    without: str | None,
    probe: str | None,
    at: str | None,
    venue: str,
    seeds: int,
    shapley: bool,
    sets: tuple[str, ...],
    jobs: int,
    out: Path | None,
    is_whole: bool,
    as_json: bool,
) -> None:
    """Run SCENARIO (a name `downtick list` shows, or a .toml file) and its twin: same seeds and draws, some mechanisms taken away.

    Prints every figure that differs, with the paired difference and its interval, and the amplification of the drawdown. Exits with 1
    when a run did not end well, with 2 for what can be mended; Ctrl-C leaves in --out what is done, and the same command goes on.
    """
    loaded = load(scenario, parsed(sets))
    names = [name.strip() for name in (without or "").split(",") if name.strip()]
    if not names and probe is None:
        _tell_features(loaded, as_json)
        return
    every = seeds_of(loaded.run.seed, seeds)
    plan: TwinPlan | ProbePlan
    if probe is None:
        plan = planned_twins(loaded, names, every, with_shapley=shapley)
    else:
        plan = _planned_probe(loaded, names, probe, at, every, venue)
    with at_work(ctx, plan, out) as progress:
        table = made_probe(plan, out, jobs, progress) if isinstance(plan, ProbePlan) else made_twins(plan, out, jobs, progress)
    if as_json:
        click.echo(json.dumps(table))
    else:
        _print(table, is_whole)
        if out is not None:
            click.echo(f"kept in {out}")
    end(ctx, table["failures"])


def _print(table: dict[str, Any], is_whole: bool) -> None:
    if "probe" in table:
        print_probe(table)
    else:
        print_twin(table, is_whole)


def _planned_probe(scenario: Scenario, names: list[str], probe: str, at: str | None, seeds: range, venue: str) -> ProbePlan:
    """Return the plan of a probe. Raises InputError where it is not said when, or features are named too."""
    if names:
        raise InputError("--probe holds a scenario against itself without selling, of its own accord; leave --without out")
    if at is None:
        raise InputError('--probe needs --at; say when it is sold: --at "60 s"')
    return planned_probe(scenario, probe, at, seeds, venue)


def _tell_features(scenario: Scenario, as_json: bool) -> None:
    """Say which features the scenario has, and why it lacks the others."""
    table = {name: {"title": feature.title, "lacks": feature.lacks(scenario)} for name, feature in FEATURES.items()}
    if as_json:
        click.echo(json.dumps({"scenario": scenario.name, "features": table}))
    else:
        print_features(scenario.name, table)
