"""``downtick run``: a scenario from its name to its table."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sim.cli import INTERRUPTED
from sim.cli.table import print_result
from sim.errors import InputError
from sim.scenario.apart import apart
from sim.scenario.load import load
from sim.scenario.overrides import parsed
from sim.scenario.run import Progress, Result, run
from sim.scenario.world import World
from sim.storage.manifest import COMPLETE

EXAMPLE = (
    "\b\nExample:\n  downtick run first_cascade\n  downtick run first_cascade --seed 3 --out runs/three --json\n"
    '  downtick run first_cascade --set "agents.maker.count=1"'
)
PATIENCE = 120


@click.command(short_help="Run a scenario and print its table.", epilog=EXAMPLE)
@click.argument("scenario")
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's own.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a key by its dotted path; may be given again.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to keep the run in.")
@click.option("--tape", type=click.Choice(["full", "trades", "none"]), default="full", help="Which entries to keep.", show_default=True)
@click.option("--check", is_flag=True, help="Assert conservation after every event, count blocks with balanced books: slow.")
@click.option("--json", "as_json", is_flag=True, help="Print digest, seed, entries, wall time and summary as JSON.")
@click.option("--isolate", is_flag=True, help="Run strategies from files and modules in processes of their own; the tape is the same.")
@click.option("--patience", type=click.IntRange(min=1), default=PATIENCE, show_default=True, help="Seconds in which nothing may happen.")
@click.option("--quiet", is_flag=True, help="No progress bar, no table.")
@click.option("--force", is_flag=True, help="Replace a run that is in the folder already.")
@click.pass_context
def command(
    ctx: click.Context,
    scenario: str,
    seed: int | None,
    sets: tuple[str, ...],
    out: Path | None,
    tape: str,
    check: bool,
    as_json: bool,
    isolate: bool,
    patience: int,
    quiet: bool,
    force: bool,
) -> None:
    """Run SCENARIO (a name `downtick list` shows, or a .toml file) and print what came of it.

    Exits with 2 for what can be mended in scenario, arguments or files; Ctrl-C leaves a readable folder marked interrupted.
    """
    changes = parsed(sets)
    loaded = apart(load(scenario, changes)) if isolate else load(scenario, changes)
    began = time.perf_counter()
    with _stopped_by_ctrl_c() as hold, _bar(quiet or as_json, loaded.name) as progress:
        result = run(
            loaded,
            seed,
            out=out,
            tape=tape,
            check=check,
            force=force,
            on_progress=progress,
            on_world=hold,
            overrides=changes,
            patience=patience,
        )
    wall = time.perf_counter() - began
    if as_json:
        click.echo(json.dumps(as_table(result, wall)))
    elif not quiet:
        print_result(result, wall)
        if result.status == COMPLETE and result.reconciled_blocks is not None:
            click.echo(f"books balanced after {result.reconciled_blocks} of {result.summary['blocks']} blocks")
    if result.status != COMPLETE:
        click.echo(f"interrupted at entry {result.entries}" + (f"; {out} is readable" if out else ""), err=True)
        ctx.exit(INTERRUPTED)


def as_table(result: Result, wall: float) -> dict[str, Any]:
    """Return what ``--json`` prints; ``reconciled_blocks`` is null unless the run was checked."""
    return {
        "scenario": result.scenario.name,
        "status": result.status,
        "digest": result.digest,
        "seed": result.seed,
        "entries": result.entries,
        "wall_s": round(wall, 3),
        "folder": str(result.folder) if result.folder else None,
        "blocks": result.summary.get("blocks"),
        "reconciled_blocks": result.reconciled_blocks,
        "notes": list(result.facts.notes),
        "summary": result.summary,
    }


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[Any]:
    """Let Ctrl-C (and a polite kill) stop the kernel between two events, so that the folder is closed properly."""
    worlds: list[World] = []

    def stop(*_: object) -> None:
        if not worlds:
            raise KeyboardInterrupt
        worlds[0].kernel.is_stopping = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield worlds.append
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bar(is_silent: bool, name: str) -> Iterator[Progress | None]:
    """Show a progress bar of simulated time on a terminal's standard error."""
    if is_silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(name),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[entries]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=1.0, entries="")

        def tell(now: int, duration: int, entries: int) -> None:
            bars.update(task, completed=now / duration, entries=f"{entries:,} entries")

        yield tell


def require_folder(path: Path) -> Path:
    """Return a run folder's path. Raises InputError when it is none."""
    if not (path / "run.json").is_file():
        raise InputError(f"{path} is no run folder; make one with: downtick run first_cascade --out {path}")
    return path
