"""``downtick conform``: outside vectors through the code that the simulation itself calls."""

import json
from pathlib import Path

import click

from sim.conformance.runner import conform

EXAMPLE = "\b\nExample:\n  downtick conform ../shared/vectors/eip1559.json\n  downtick conform --strict --json ../shared/vectors/lob_*.json"


@click.command(short_help="Run outside vectors through the code of the simulation.", epilog=EXAMPLE)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print counts and failures as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a case was skipped, too.")
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...], as_json: bool, strict: bool) -> None:
    """Run vector files and count what passed, failed and was skipped. Exits with 1 when a case failed.

    A mechanism that is not built is skipped with a line.
    """
    outcome = conform(files, strict=strict)
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
    else:
        for line in outcome.lines:
            click.echo(line)
        for failure in outcome.failures:
            told = " ".join(f"{key}={failure[key]}" for key in ("file", "id", "key", "expected", "got"))
            click.echo(f"failed: {told}")
        click.echo(f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped")
    ctx.exit(outcome.exit_code)
