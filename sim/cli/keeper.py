"""``downtick keeper COMMAND``: what a writer of keepers needs. Each command is a file ``keeper_COMMAND.py`` beside this one."""

import click

from sim.cli import Commands

COMMANDS = {
    "new": "Write a keeper to start from, with its test.",
    "list": "List keepers with what wakes them and their parameters.",
    "exam": "Sit the exam that every strategy must pass.",
}
"""Every command with its line of help; one whose file is absent is not listed."""
EXAMPLE = "\b\nExample:\n  downtick keeper new my_keeper\n  downtick keeper list liquidator"


class KeeperCommands(Commands):
    """The commands of the group."""

    known = COMMANDS
    stem = "sim.cli.keeper_"


@click.group(cls=KeeperCommands, epilog=EXAMPLE)
def command() -> None:
    """Write keepers, list them, and have them examined.

    A keeper is given by its name (`downtick keeper list` shows them), as ./file.py:Class, or as package.module:Class.
    """
