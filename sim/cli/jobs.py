"""``--jobs``: how many processes work at many runs; the same rows come of any number."""

import os

import click


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
