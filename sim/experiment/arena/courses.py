"""Courses: scenarios to race in. Short ones made for it are shipped in ``scenarios/arena``; every other scenario with a keeper will do."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sim.scenario.load import SHIPPED, load
from sim.scenario.spec import Scenario

FOLDER = "arena"


def courses() -> dict[str, Any]:
    """Return the shipped courses by name: what can be read as text."""
    found = [(file.name.removesuffix(".toml"), file) for file in files(SHIPPED).joinpath(FOLDER).iterdir() if file.name.endswith(".toml")]
    return dict(sorted(found, key=lambda each: each[0]))


def course(named: str, overrides: Any = None) -> Scenario:
    """Return a course by name, or any scenario by name or path. Raises ScenarioError."""
    shipped = courses()
    if named not in shipped:
        return load(named, overrides)
    with as_file(shipped[named]) as path:
        return load(Path(path), overrides)
