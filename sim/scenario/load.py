"""Finding a scenario, reading it, changing it, and refusing what cannot be meant.

`load` takes the name of a shipped scenario or a path to a TOML file (or to the JSON that `text_of` writes). Mistakes of form come
first, all at once; when the form is right, mistakes of sense come, all at once (`sim.scenario.checks`), then those of the
strategies' own parameters (`sim.scenario.minds`). Shipped scenarios are found
by the name of their package: `sim` does not import it.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.checks import check
from sim.scenario.convert import structure, unstructure
from sim.scenario.minds import check_minds
from sim.scenario.overrides import overridden
from sim.scenario.spec import Scenario
from sim.scenario.words import meant

SHIPPED = "scenarios"
"""The package that holds the shipped scenarios."""


def load(named: str | Path, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Return a scenario by name or path, with values set at dotted paths. Raises ScenarioError with every mistake."""
    return scenario_of(tree_of(named), overrides)


def changed(scenario: Scenario, overrides: Mapping[str, Any]) -> Scenario:
    """Return a scenario with values set at dotted paths, written as in a scenario file."""
    return scenario_of(unstructure(scenario), overrides) if overrides else scenario


def scenario_of(tree: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Return a scenario made of a tree of tables. Raises ScenarioError with every mistake."""
    scenario = structure(Scenario, overridden(tree, overrides or {}))
    check(scenario)
    check_minds(scenario)
    return scenario


def text_of(scenario: Scenario) -> str:
    """Return a scenario as text: every key it was built with, defaults too, in JSON that `load` reads back to an equal one."""
    return json.dumps(unstructure(scenario), indent=1, ensure_ascii=False) + "\n"


def shipped() -> dict[str, Any]:
    """Return the shipped scenarios by name: what can be read as text."""
    found = [(file.name.removesuffix(".toml"), file) for file in files(SHIPPED).iterdir() if file.name.endswith(".toml")]
    return dict(sorted(found, key=lambda each: each[0]))


def tree_of(named: str | Path) -> dict[str, Any]:
    """Return the tables of a scenario by name or path; files it names beside itself are looked for there."""
    scenarios = shipped()
    if isinstance(named, str) and named in scenarios:
        return {"name": named, **_read(scenarios[named].read_text(encoding="utf-8"), f"{named}.toml")}
    path = Path(named)
    if path.suffix not in (".toml", ".json"):
        raise ScenarioError(f'"{named}" is no scenario; {_remedy(path, scenarios)}')
    if not path.is_file():
        raise ScenarioError(f"{path} is not there; give the path of a scenario file, or one of the names `downtick list` shows")
    return {"name": _name_of(path), **_anchored(_read(_text(path), str(path)), path.parent)}


def _remedy(path: Path, scenarios: Mapping[str, Any]) -> str:
    """Say what a name that is none of the scenarios may stand for: a file beside it, a name like it, or any of them."""
    beside = path.with_name(f"{path.name}.toml") if path.name else path
    if beside.is_file():
        return f"did you mean {beside}?"
    near = meant(str(path), scenarios)
    return f"{near}{'' if near.endswith('?') else '.'} Or give the path of a .toml file"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise ScenarioError(f"{path} cannot be read as UTF-8 text ({failure})") from None


def _read(text: str, origin: str) -> dict[str, Any]:
    reader = json.loads if origin.endswith(".json") else tomllib.loads
    try:
        tree = reader(text, parse_float=Decimal)
    except ValueError as failure:
        raise ScenarioError(f"{origin} cannot be read: {failure}") from None
    if not isinstance(tree, dict):
        raise ScenarioError(f"{origin} holds no table; give the sections of a scenario")
    return tree


def _name_of(path: Path) -> str:
    """Return a file's name as a scenario's name: what cannot stand in one becomes a dash."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", path.stem)
    return name if re.match(r"[A-Za-z]", name) else f"s{name}"


def _anchored(tree: Any, folder: Path, key: str = "") -> Any:
    """Return a tree in which relative paths are relative to the working folder: those of files, and of strategies in files.

    A key that names a file is ``csv`` or ends in ``_csv``, in a strategy's parameters too.
    """
    if isinstance(tree, dict):
        return {name: _anchored(value, folder, name) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_anchored(value, folder, key) for value in tree]
    if isinstance(tree, str) and tree and (key == "csv" or key.endswith("_csv")):
        return str(folder / tree)
    if isinstance(tree, str) and key == "strategy" and tree.startswith("."):
        return str(folder / tree) if folder.is_absolute() else f"./{folder / tree}"
    return tree
