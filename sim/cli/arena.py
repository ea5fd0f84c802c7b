"""``downtick arena``: keepers race each other. The commands of the group are files ``arena_COMMAND.py`` beside this one."""

import json
from pathlib import Path

import click

from sim.cli import Commands
from sim.cli.arena_page import write_page
from sim.cli.arena_table import print_arena
from sim.cli.jobs import at_work, with_jobs
from sim.experiment.arena.courses import course, courses
from sim.experiment.arena.entries import entries_of
from sim.experiment.arena.parquet import write_parquet
from sim.experiment.arena.plan import planned_arena
from sim.experiment.arena.standings import made_arena
from sim.scenario.overrides import parsed

COMMANDS: dict[str, str] = {"replay": "Put a recorded run's opportunities to a changed keeper."}
EXAMPLE = (
    "\b\nExample:\n  downtick arena --keeper ./my_keeper.py:MyKeeper\n"
    "  downtick arena --keeper ./my_keeper.py:MyKeeper --field plain,sharer --scenarios slide,rush --seeds 10 --out arenas/first\n"
    "  downtick arena --keeper 'dear:=./my_keeper.py:MyKeeper+multiple_bps=300 %' --field plain"
)
USUAL_SEEDS = 5
PATIENCE = 600


class ArenaCommands(Commands):
    """The commands of the group."""

    known = COMMANDS
    stem = "sim.cli.arena_"


@click.group(cls=ArenaCommands, invoke_without_command=True, short_help="Race keepers against each other.", epilog=EXAMPLE)
@click.option(
    "--keeper",
    "keepers",
    multiple=True,
    metavar="K",
    help="Who races: ./file.py:Class, a name, with +key=value and NAME:=; again for more.",
)
@click.option(
    "--field", metavar="A,B", help="Against whom: registered names, variants of the liquidator, or files; the whole field unless given."
)
@click.option("--scenarios", metavar="A,B", help=f"Where: {', '.join(courses())} (all unless given), or any scenario with a keeper.")
@click.option("--seeds", type=click.IntRange(min=1), default=USUAL_SEEDS, show_default=True, help="Seeds, from each scenario's own on.")
@click.option(
    "--turns", type=click.IntRange(min=1), default=1, show_default=True, help="How many times each seed is raced, the seats going round."
)
@click.option("--effects", is_flag=True, help="Race without each --keeper too: what it does to the price and to bad debt.")
@click.option("--seat", metavar="AGENT", default="", help="The agent whose place is raced for; the first keeper unless given.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a key by its dotted path, in every scenario; may be given again.")
@click.option("--isolate", is_flag=True, help="Run each --keeper in a process of its own; the races are the same.")
@click.option("--patience", type=click.IntRange(min=1), default=PATIENCE, show_default=True, help="Seconds after which a race is given up.")
@with_jobs
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder to keep the arena in; races there are not run again.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    keepers: tuple[str, ...],
    field: str | None,
    scenarios: str | None,
    seeds: int,
    turns: int,
    effects: bool,
    seat: str,
    sets: tuple[str, ...],
    isolate: bool,
    patience: int,
    jobs: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Race keepers over scenarios and seeds, all in the same worlds, and rank them by who earns more than whom.

    With --out the races are kept with a page, a table and Parquet, and an interrupted arena goes on where it was. Exits with 1 when a
    race did not end well, with 2 for what can be mended.
    """
    if ctx.invoked_subcommand is not None:
        return
    changes = parsed(sets)
    entries = entries_of(keepers, _listed(field))
    where = [course(each, changes) for each in _listed(scenarios) or courses()]
    plan = planned_arena(entries, where, seeds, turns=turns, seat=seat, apart=isolate, effects=effects)
    with at_work(ctx, plan, out) as progress:
        table = made_arena(plan, out, jobs, patience, progress)
    if out is not None:
        write_page(table, out)
        write_parquet(table, out)
    if as_json:
        click.echo(json.dumps(table))
    else:
        print_arena(table, out)
    for failure in table["failures"]:
        click.echo(f"{failure['race']} {failure['status']}: {failure['message']}", err=True)
    ctx.exit(1 if table["failures"] else 0)


def _listed(names: str | None) -> list[str] | None:
    return None if names is None else [each.strip() for each in names.split(",") if each.strip()]
