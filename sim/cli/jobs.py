"""Many runs for one command: how many processes work at them (``--jobs``; the same rows come of any number), how far they are, and what
is left where somebody interrupts.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click

from sim.cli import INTERRUPTED
from sim.experiment.jobs import Job, Row
from sim.experiment.runner import Progress
from sim.experiment.study import RUNS


class Plan(Protocol):
    """What is to be run."""

    @property
    def name(self) -> str:
        """What the bar is called."""

    def jobs(self) -> Iterator[Job]:
        """Yield the runs."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


with_jobs = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=processors,
    envvar="DOWNTICK_JOBS",
    show_envvar=True,
    help="Processes at work; one for each processor unless given.",
)
"""Gives a command the option ``--jobs``. The variable says it for every command, on a machine that is shared."""


def is_said(ctx: click.Context) -> bool:
    """Say whether a command was given the option in so many words."""
    return ctx.get_parameter_source("jobs") is click.core.ParameterSource.COMMANDLINE


@contextmanager
def at_work(ctx: click.Context, plan: Plan, out: Path | None) -> Iterator[Progress | None]:
    """Show how many of a plan's runs are done; where Ctrl-C ends it say what is kept, and leave."""
    try:
        with _bar(plan.name, len({job.id for job in plan.jobs()})) as progress:
            yield progress
    except KeyboardInterrupt:
        click.echo(f"interrupted; {_kept_in(out)}", err=True)
        ctx.exit(INTERRUPTED)


def _kept_in(out: Path | None) -> str:
    """Return what an interrupted study leaves, in words."""
    if out is None:
        return "nothing is kept; with --out FOLDER a study goes on where it was"
    done = len(list((out / RUNS).glob("*.json"))) if (out / RUNS).is_dir() else 0
    return f"runs kept in {out}: {done}; the same command goes on with the rest"


@contextmanager
def _bar(name: str, runs: int) -> Iterator[Progress | None]:
    """Show how many of so many runs are done, on a terminal's standard error."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=runs)

        def tell(done: int, total: int, row: Row) -> None:
            bars.update(task, completed=done, total=total)

        yield tell
