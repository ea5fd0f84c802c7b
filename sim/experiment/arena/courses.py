"""Courses: scenarios to race in. Short ones made for it are shipped in ``scenarios/arena``; every other scenario with a keeper will do."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.load import SHIPPED, load, shipped
from sim.scenario.spec import Scenario
from sim.scenario.words import meant

FOLDER = "arena"
FILES = (".toml", ".json")


def courses() -> dict[str, Any]:
    """Return the shipped courses by name: what can be read as text."""
    found = [(file.name.removesuffix(".toml"), file) for file in files(SHIPPED).joinpath(FOLDER).iterdir() if file.name.endswith(".toml")]
    return dict(sorted(found, key=lambda each: each[0]))


def course(named: str, overrides: Any = None) -> Scenario:
    """Return a course by name, or any scenario by name or path. Raises ScenarioError."""
    own = courses()
    if named in own:
        with as_file(own[named]) as path:
            return load(Path(path), overrides)
    if named not in shipped() and Path(named).suffix not in FILES and not Path(f"{named}.toml").is_file():
        near = meant(named, (*own, *shipped()))
        raise ScenarioError(
            f'"{named}" is neither a course nor a scenario; {near}{"" if near.endswith("?") else "."} Or give the path of a .toml file'
        )
    return load(named, overrides)
