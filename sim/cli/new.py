"""``downtick new``: a scenario file to start from, copied with its comments."""

import json
import re
from pathlib import Path

import click

from sim.errors import InputError, ScenarioError
from sim.scenario.load import scenario_of, shipped, tree_of
from sim.scenario.words import NAME, meant

EXAMPLE = "\b\nExample:\n  downtick new my_crash\n  downtick new my_crash --from three_positions"
USUAL = "first_cascade"
_OWN_NAME = re.compile(r"^name\s*=.*\n", re.MULTILINE)


@click.command(short_help="Write a scenario file to start from.", epilog=EXAMPLE)
@click.argument("name")
@click.option("--from", "origin", default=USUAL, show_default=True, metavar="X", help="A shipped scenario to copy, comments and all.")
@click.option("--json", "as_json", is_flag=True, help="Print the file's path and its origin as JSON.")
def command(name: str, origin: str, as_json: bool) -> None:
    """Write NAME.toml into the current folder: a copy of a shipped scenario under a name of its own.

    A file that is there already is never touched.
    """
    path = Path(f"{name.removesuffix('.toml')}.toml")
    if not NAME.fullmatch(path.stem) or path.name != str(path):
        raise InputError(f'"{name}" cannot be a scenario\'s name; give letters, digits, _ and -, a letter first, such as my_crash')
    if origin not in shipped():
        raise ScenarioError(f'--from "{origin}" is no shipped scenario; {meant(origin, shipped())}')
    scenario_of(tree_of(origin))
    _write(path, renamed(shipped()[origin].read_text(encoding="utf-8"), path.stem))
    if as_json:
        click.echo(json.dumps({"path": str(path), "from": origin}))
        return
    click.echo(f"wrote {path}, a copy of {origin}; change what you like, then:")
    click.echo(f"  downtick show {path}\n  downtick run {path}")


def renamed(text: str, name: str) -> str:
    """Return the text of a scenario with a name of its own; everything else stays as it is written."""
    head, table, rest = text.partition("\n[")
    head = _OWN_NAME.sub("", head)
    return f'name = "{name}"\n\n{head}{table}{rest}' if head.strip() or table else text


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{path} is there already and was left alone; give another name, or move it away") from None
    except OSError as trouble:
        raise InputError(f"{path} cannot be written: {trouble.strerror}; go to a folder that can be written to") from None
