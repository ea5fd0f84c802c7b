"""Finding a scenario, reading it, changing it, and refusing what cannot be meant.

`load` takes the name of a shipped scenario or a path to a TOML file (or to the JSON that `text_of` writes). Mistakes of form come
first, all at once; when the form is right, mistakes of sense come, all at once (`sim.scenario.checks`), then those of the
strategies' own parameters (`sim.scenario.minds`). A file that begins with ``extends`` is another scenario, changed
(`sim.scenario.extension`). Shipped scenarios are found by the name of their package: `sim` does not import it.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.checks import check
from sim.scenario.convert import structure, unstructure
from sim.scenario.extension import EXTENDS, extended, extension_of, refuse_circle
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
    """Return the tables of a scenario by name or path; files it names beside itself are looked for there.

    Of a file that extends another, the whole tables that come of it.
    """
    return _tree_of(named, ())


def _tree_of(named: str | Path, seen: Sequence[str]) -> dict[str, Any]:
    """Return the tables of a scenario; `seen` are the files on whose behalf it is read, each extending the next."""
    scenarios = shipped()
    if isinstance(named, str) and named in scenarios:
        refuse_circle(seen, named)
        return _whole(_read(scenarios[named].read_text(encoding="utf-8"), f"{named}.toml"), named, f"{named}.toml", (*seen, named))
    path, whose = Path(named), f"{seen[-1]} extends what is not there: " if seen else ""
    if path.suffix not in (".toml", ".json"):
        raise ScenarioError(f'{whose}"{named}" is no scenario; {_remedy(path, scenarios)}')
    refuse_circle(seen, os.path.normpath(path))
    if not path.is_file():
        raise ScenarioError(f"{whose}{path} is not there; give the path of a scenario file, or one of the names `downtick list` shows")
    tree = _anchored(_read(_text(path), str(path)), path.parent)
    return _whole(tree, _name_of(path), str(path), (*seen, os.path.normpath(path)))


def _whole(tree: dict[str, Any], name: str, origin: str, seen: Sequence[str]) -> dict[str, Any]:
    """Return a file's tree under its name; of a file that extends another, what comes of both."""
    if EXTENDS not in tree:
        return {"name": name, **tree}
    said = extension_of(tree, origin)
    return extended(_tree_of(said.extends, seen), said, name, origin)


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

    A key that names a file is ``csv`` or ends in ``_csv``, in a strategy's parameters too; another scenario's file is named by
    ``extends`` or ``scenario``. A dotted path that is set somewhere counts by its last key.
    """
    if isinstance(tree, dict):
        return {name: _anchored(value, folder, name.rpartition(".")[2]) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_anchored(value, folder, key) for value in tree]
    if isinstance(tree, str) and tree and (key == "csv" or key.endswith("_csv")):
        return str(folder / tree)
    if isinstance(tree, str) and key in (EXTENDS, "scenario") and tree.endswith((".toml", ".json")):
        return str(folder / tree)
    if isinstance(tree, str) and key == "strategy" and tree.startswith("."):
        return str(folder / tree) if folder.is_absolute() else f"./{folder / tree}"
    return tree
