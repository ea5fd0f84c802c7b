"""``downtick metric new``: a metric to start from, commented, with its test."""

import json
import keyword
from pathlib import Path

import click

from sim.cli.keeper_new import MODULE, class_of, filled, write_all
from sim.errors import InputError

EXAMPLE = "\b\nExample:\n  downtick metric new my_metric"


@click.command(short_help="Write a metric to start from, with its test.", epilog=EXAMPLE)
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the paths and the class as JSON.")
def command(name: str, as_json: bool) -> None:
    """Write NAME.py and test_NAME.py into the current folder: a metric that follows every venue's spread, and its test.

    Files that are there already are never touched.
    """
    module = name.removesuffix(".py")
    if not MODULE.fullmatch(module) or keyword.iskeyword(module) or module.startswith("test_"):
        raise InputError(f'"{name}" cannot be a metric\'s name; give small letters, digits and _, a letter first, such as my_metric')
    kept, test = Path(f"{module}.py"), Path(f"test_{module}.py")
    names = {"NAME": module, "MODULE": module, "FILE": kept.name, "CLASS": class_of(module)}
    write_all({kept: filled("metric.py.txt", names), test: filled("test_metric.py.txt", names)})
    if as_json:
        click.echo(json.dumps({"metric": str(kept), "test": str(test), "class": names["CLASS"]}))
        return
    click.echo(f"wrote {kept} and {test}; see it at work, then change it:")
    click.echo(f"  downtick run three_positions --out runs/three && downtick analyse runs/three --metric ./{kept}:{names['CLASS']}")
    click.echo(f"  downtick metric exam ./{kept}:{names['CLASS']}")
    click.echo(f"  python -m pytest {test}")
