"""``downtick study``: a scenario's own question, answered over seeds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from sim.cli.jobs import at_work, with_jobs
from sim.cli.study_table import print_study
from sim.errors import InputError
from sim.experiment.plan import planned
from sim.experiment.study import made
from sim.scenario.load import load
from sim.scenario.overrides import parsed
from sim.units import INT64_MAX

EXAMPLE = (
    "\b\nExample:\n  downtick study black_thursday --seeds 20 --out studies/thursday\n"
    "  downtick study my_study.toml --seeds 5 --arms calm --no-features --json"
)
USUAL_SEEDS = 20
USUAL_SHAPLEY_SEEDS = 5
"""Every set of features is a run: of five features 32, where one by one takes 12."""


@click.command(short_help="Run a scenario's study: its arms and features over seeds.", epilog=EXAMPLE)
@click.argument("scenario")
@click.option("--seeds", type=click.IntRange(min=1), default=USUAL_SEEDS, show_default=True, help="Seeds, from the scenario's own on.")
@click.option("--arms", metavar="A,B", help="Which arms to run beside the base; all unless given.")
@click.option("--features/--no-features", default=True, show_default=True, help="Take features away, one by one.")
@click.option("--shapley/--no-shapley", default=True, show_default=True, help="Run every set of features, for Shapley values.")
@click.option(
    "--shapley-seeds", type=click.IntRange(min=1), help=f"Seeds with every set of features; {USUAL_SHAPLEY_SEEDS}, or --seeds where fewer."
)
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a key by its dotted path, in every arm; may be given again.")
@with_jobs
@click.option("--out", type=click.Path(path_type=Path), help="Folder to keep the runs in; what is there already is not run again.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    scenario: str,
    seeds: int,
    arms: str | None,
    features: bool,
    shapley: bool,
    shapley_seeds: int | None,
    sets: tuple[str, ...],
    jobs: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run the [study] of SCENARIO (a name `downtick list` shows, or a .toml file): its arms and its features, seed by seed.

    Prints each figure's mean and interval per arm, differences from the base, and what each feature contributes; beside them what was
    published, and what was fitted. Exits with 1 when a run did not end well, with 2 for what can be mended; Ctrl-C leaves in --out
    what is done, and the same command goes on with the rest.
    """
    changes = parsed(sets)
    loaded = load(scenario, changes)
    every = seeds_of(loaded.run.seed, seeds)
    whole = whole_seeds(every, shapley_seeds, shapley)
    names = [name.strip() for name in arms.split(",")] if arms is not None else None
    plan = planned(loaded, every, whole, arms=names, with_features=features, overrides=changes)
    with at_work(ctx, plan, out) as progress:
        table = made(plan, out, jobs, progress)
    if as_json:
        click.echo(json.dumps(table))
    else:
        print_study(table)
        if out is not None:
            click.echo(f"kept in {out}")
    end(ctx, table["failures"])


def end(ctx: click.Context, failures: Sequence[Mapping[str, Any]]) -> None:
    """Tell the runs that did not end well, and leave: with 1 if there are any, else with 0."""
    for failure in failures:
        click.echo(f"seed {failure['seed']} of {', '.join(failure['of'])} {failure['status']}: {failure['message']}", err=True)
    ctx.exit(1 if failures else 0)


def seeds_of(first: int, count: int) -> range:
    """Return so many seeds, from a scenario's own on. Raises InputError beyond the largest there is."""
    if first + count - 1 > INT64_MAX:
        raise InputError(f"{count} seeds from {first} on go beyond {INT64_MAX}; give a smaller run.seed")
    return range(first, first + count)


def whole_seeds(seeds: range, asked: int | None, is_wanted: bool) -> range:
    """Return the seeds with which every set of features is run."""
    return seeds[: asked or USUAL_SHAPLEY_SEEDS] if is_wanted else seeds[:0]
