"""``downtick keeper new``: a keeper to start from, commented, with its test."""

import json
import keyword
import re
from pathlib import Path
from string import Template

import click

from sim.errors import InputError

EXAMPLE = "\b\nExample:\n  downtick keeper new my_keeper\n  downtick keeper new my_keeper --form run"
TEXTS = Path(__file__).with_name("starter")
MODULE = re.compile(r"[a-z][a-z0-9_]*")
MINDS = {
    "decide": '''    def decide(self, news, desk):
        """Answer news with commands. Called at the start, and with each record that wakes it."""
        return self.act(desk)
''',
    "run": '''    def run(self, desk):
        """Live: wait, act, wait again. All between two waits happens in one instant."""
        while True:
            yield desk.news(BlockSealed)
            yield self.act(desk)
''',
}
"""The two forms of a strategy: a callback, and a generator in SimPy's manner."""


@click.command(short_help="Write a keeper to start from, with its test.", epilog=EXAMPLE)
@click.argument("name")
@click.option("--form", type=click.Choice(list(MINDS)), default="decide", show_default=True, help="A callback, or a generator that waits.")
@click.option("--json", "as_json", is_flag=True, help="Print the paths and the class as JSON.")
def command(name: str, form: str, as_json: bool) -> None:
    """Write NAME.py and test_NAME.py into the current folder: a keeper that liquidates what pays, and its test.

    Files that are there already are never touched.
    """
    module = name.removesuffix(".py")
    if not MODULE.fullmatch(module) or keyword.iskeyword(module) or module.startswith("test_"):
        raise InputError(f'"{name}" cannot be a keeper\'s name; give small letters, digits and _, a letter first, such as my_keeper')
    kept, test = Path(f"{module}.py"), Path(f"test_{module}.py")
    names = {"NAME": module, "MODULE": module, "FILE": kept.name, "CLASS": class_of(module), "MIND": MINDS[form]}
    write_all({kept: filled("keeper.py.txt", names), test: filled("test_keeper.py.txt", names)})
    if as_json:
        click.echo(json.dumps({"keeper": str(kept), "test": str(test), "class": names["CLASS"]}))
        return
    click.echo(f"wrote {kept} and {test}; see it at work, then change it:")
    click.echo(f"  downtick keeper list ./{kept}:{names['CLASS']}")
    click.echo(f"  downtick run three_positions --set agents.keeper.strategy=./{kept}:{names['CLASS']} --set agents.keeper.parameters={{}}")
    click.echo(f"  python -m pytest {test}")


def class_of(module: str) -> str:
    """Return the name of the class of a keeper: ``my_keeper`` has ``MyKeeper``."""
    return "".join(part.capitalize() for part in module.split("_"))


def filled(text: str, names: dict[str, str]) -> str:
    """Return a text of the starter folder with names put in."""
    return Template((TEXTS / text).read_text(encoding="utf-8")).substitute(names)


def write_all(texts: dict[Path, str]) -> None:
    """Write all files, or none where one is there already."""
    for path in texts:
        if path.exists():
            raise InputError(f"{path} is there already and was left alone; give another name, or move it away")
    for path, text in texts.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as trouble:
            raise InputError(f"{path} cannot be written: {trouble.strerror}; go to a folder that can be written to") from None
