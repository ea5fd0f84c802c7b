"""``downtick keeper list``: keepers with what they do, what wakes them, and their parameters."""

import inspect
import json
from collections.abc import Iterator
from typing import Any

import click

from sim.agents.registry import find_strategy, registered, role_of
from sim.agents.strategy import On, needs, sees
from sim.errors import StrategyError
from sim.scenario.parameters_told import parameters_told

EXAMPLE = "\b\nExample:\n  downtick keeper list\n  downtick keeper list --brief\n  downtick keeper list liquidator ./my_keeper.py:MyKeeper"
KEEPER = "keeper"


@click.command(short_help="List keepers with what wakes them and their parameters.", epilog=EXAMPLE)
@click.argument("names", nargs=-1, metavar="[KEEPER]...")
@click.option("--brief", is_flag=True, help="Names with one line each.")
@click.option("--all", "is_all", is_flag=True, help="Strategies of every role, not keepers alone.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(names: tuple[str, ...], brief: bool, is_all: bool, as_json: bool) -> None:
    """List the keepers named, or all that are installed.

    For each: what it does, what it needs to have anything to do, what wakes it, what its desk shows it besides, and every parameter with
    its default and meaning.
    """
    found = {name: told(find_strategy(name)) for name in names} if names else dict(installed(is_all))
    if as_json:
        click.echo(json.dumps(found))
        return
    width = max((len(name) for name in found), default=0)
    for name, about in found.items():
        if brief:
            needed = f" (needs {', '.join(word.replace('_', ' ') for word in about['needs'])})" if about["needs"] else ""
            click.echo(f"{name.ljust(width)}  {about['line']}{needed}")
        else:
            print_keeper(name, about)


def installed(is_all: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every registered keeper (or strategy) with what is told of it; one that cannot be loaded says why."""
    for name in registered():
        try:
            strategy = find_strategy(name)
        except StrategyError as failure:
            yield name, {"line": f"cannot be used: {failure}", "role": "", "needs": [], "waits_for": [], "sees": [], "parameters": {}}
            continue
        if is_all or role_of(strategy) == KEEPER:
            yield name, told(strategy)


def told(strategy: type[Any]) -> dict[str, Any]:
    """Return what is told of a strategy."""
    return {
        "line": (inspect.getdoc(strategy) or "").partition("\n")[0],
        "role": role_of(strategy),
        "needs": list(needs(strategy)),
        "waits_for": [_wish(on) for on in strategy.wakes_on],
        "sees": list(sees(strategy)),
        "parameters": {each.name: each._asdict() for each in parameters_told(strategy)},
    }


def _wish(on: On) -> str:
    """Return what wakes a strategy in words: ``own Traded``, ``QuoteChanged by 25 bps``."""
    own, moved = "own " if on.own else "", f" by {on.moved_bps} bps" if on.moved_bps else ""
    return f"{own}{on.record.__name__}{moved}"


def print_keeper(name: str, about: dict[str, Any]) -> None:
    """Print one keeper."""
    click.echo(f"{name}  {about['line']}")
    if about["needs"]:
        click.echo(f"  needs: {', '.join(word.replace('_', ' ') for word in about['needs'])}")
    click.echo(f"  waits for: {', '.join(about['waits_for']) or 'its own timers'}")
    if about["sees"]:
        click.echo(f"  sees besides: {', '.join(about['sees'])}")
    parameters = about["parameters"].values()
    width = max((len(each["name"]) + len(each["default"]) for each in parameters), default=0) + 3
    for each in parameters:
        head = f"{each['name']} = {each['default']}" if each["default"] else f"{each['name']} (required)"
        click.echo(f"    {head.ljust(width)}  {(each['meaning'] or each['takes']).replace('``', '')}")
