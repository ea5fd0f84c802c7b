"""``downtick metric COMMAND``: what a writer of metrics needs. Each command is a file ``metric_COMMAND.py`` beside this one."""

import click

from sim.cli import Commands

COMMANDS = {
    "new": "Write a metric to start from, with its test.",
    "list": "List metrics with their parameters.",
    "exam": "Sit the exam that every metric must pass.",
}
"""Every command with its line of help; one whose file is absent is not listed."""
EXAMPLE = "\b\nExample:\n  downtick metric new my_metric\n  downtick metric list clocks"


class MetricCommands(Commands):
    """The commands of the group."""

    known = COMMANDS
    stem = "sim.cli.metric_"


@click.group(cls=MetricCommands, epilog=EXAMPLE)
def command() -> None:
    """Write metrics, list them, and have them examined.

    A metric is given by its name (`downtick metric list` shows them), as ./file.py:Class, or as package.module:Class;
    `downtick analyse RUN --metric NAMES` works it out.
    """
