"""``--set a.b.c=value``: changes to a scenario's tree before it becomes classes.

A path goes through tables by key and through lists by name (or asset) or index; tables on the way are made when they are not
there, so that the converter can say what is unknown. A value is read as TOML, else it is text: ``--set venues.main.tick="0.1
USDC/ETH"`` needs no second pair of quotes.
"""

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.mistakes import name_of
from sim.scenario.words import meant


def overridden(tree: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree with values set at dotted paths. Raises ScenarioError with every path that leads nowhere."""
    changed: dict[str, Any] = deepcopy(dict(tree))
    lost = []
    for path, value in overrides.items():
        try:
            _set(changed, path, deepcopy(value))  # A later path may lead into it.
        except ScenarioError as mistake:
            lost.append(str(mistake))
    if lost:
        raise ScenarioError(*lost)
    return changed


def parsed(settings: Iterable[str]) -> dict[str, Any]:
    """Return ``a.b=value`` texts of a command line as paths and values."""
    overrides = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path.strip():
            raise ScenarioError(f'--set "{setting}" has no key and value; give --set a.b.c=value')
        overrides[path.strip()] = value_of(text.strip())
    return overrides


def value_of(text: str) -> Any:
    """Return a text read as a TOML value, else the text itself."""
    try:
        tree = tomllib.loads(f"value = {text}", parse_float=Decimal)
    except tomllib.TOMLDecodeError:
        return text
    return tree["value"] if list(tree) == ["value"] else text


def _set(tree: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    here: Any = tree
    for index, step in enumerate(way):
        here = _enter(here, step, ".".join(way[:index]), path)
    if isinstance(here, list):
        here[_index(here, last, ".".join(way))] = value
    elif isinstance(here, dict):
        here[last] = value
    else:
        raise ScenarioError(f"--set {path}: {'.'.join(way)} is a value and has no {last}")


def _enter(here: Any, step: str, so_far: str, path: str) -> Any:
    if isinstance(here, list):
        return here[_index(here, step, so_far)]
    if isinstance(here, dict):
        return here.setdefault(step, {})
    raise ScenarioError(f"--set {path}: {so_far} is a value and has no {step}")


def _index(items: list[Any], step: str, path: str) -> int:
    names = [name_of(item, index) for index, item in enumerate(items)]
    if step in names:
        return names.index(step)
    if step.isdecimal() and int(step) < len(items):
        return int(step)
    raise ScenarioError(f"--set {path}.{step}: {path} has no {step}; {meant(step, names)}")
