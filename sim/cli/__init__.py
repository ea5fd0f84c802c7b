"""The command line: ``downtick COMMAND``.

Each command is a file of this folder with a click command called ``command``; it is imported when it is asked for, so that help is
quick. What an author or user can mend (``DowntickError``) becomes its message on standard error and exit code 2; Ctrl-C becomes 130;
a defect keeps its traceback.
"""

import difflib
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

import click

from sim.errors import DowntickError

COMMANDS = {
    "run": "Run a scenario and print its table.",
    "list": "List scenarios, mechanisms and strategies.",
    "show": "Say in words what is in a scenario, with its gain.",
    "new": "Write a scenario file to start from.",
    "positions": "Look at positions: a file's, or a scenario's own.",
    "calibrate": "Measure what a scenario was fitted to.",
    "study": "Run a scenario's study: its arms and features over seeds.",
    "twin": "Hold a scenario against itself without a mechanism.",
    "keeper": "Write, list and examine keepers.",
    "metric": "Write, list and examine metrics.",
    "arena": "Race keepers against each other.",
    "story": "Tell a run in sentences.",
    "cascade": "Tell which liquidation led to which, and whose doing the fall was.",
    "report": "Draw a run: one page, and its pictures and tables.",
    "contagion": "Tell who passed distress to whom, and by which channel.",
    "compare": "Hold two runs side by side, figure by figure.",
    "analyse": "Work out figures and tables of a run.",
    "why": "Walk from an entry to its causes and effects.",
    "conform": "Run outside vectors through the code of the simulation.",
}
"""Every command with its line of help; one whose file is absent is not listed."""
INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, as shells have it."""


class Commands(click.Group):
    """Commands that are imported when they are asked for."""

    known: Mapping[str, str] = COMMANDS
    """Every command with its line of help."""
    stem = f"{__name__}."
    """What stands before a command's name in that of its module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands that are there."""
        return [name for name in self.known if find_spec(f"{self.stem}{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name; None when there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{self.stem}{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        if there := self.list_commands(ctx):
            with formatter.section("Commands"):
                formatter.write_dl([(name, self.known[name]) for name in there])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments ask for. Refuses an unknown one with the nearest that is there."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], known, n=1)
            remedy = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise click.UsageError(f'"{args[0]}" is no command; {remedy}', ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. What the user can mend is told and exits with 2."""
        try:
            return super().invoke(ctx)
        except DowntickError as mistake:
            click.echo(mistake, err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


EXAMPLE = "\b\nExample:\n  downtick list\n  downtick run first_cascade"


@click.group(cls=Commands, epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="downtick", message="downtick %(version)s")
def main() -> None:
    """Simulate liquidation cascades: order book, oracle, chain, lending pool and keepers on one clock, in exact integers."""
