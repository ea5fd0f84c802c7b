"""Finding strategies: by registered name, by ``./file.py:Class`` or by ``package.module:Class``.

Built-in strategies are registered like anyone's, through the entry-point group ``downtick.strategies``. Two of one name are
refused, never silently overridden. Every message names what was asked for and what would do.
"""

import difflib
import importlib
import importlib.metadata
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from sim.errors import StrategyError

GROUP = "downtick.strategies"
ROLES = {"traders": "trader", "borrowers": "borrower", "keepers": "keeper", "oracles": "reporter", "attackers": "attacker"}
"""Role by the folder a built-in strategy lives in."""


def registered() -> dict[str, str]:
    """Return every registered strategy by name, with where it is (``module:Class``), in sequence of names."""
    found: dict[str, str] = {}
    for name, where in _installed():
        if found.setdefault(name, where) != where:
            raise StrategyError(f"two strategies are called {name}: {found[name]} and {where}; rename one")
    return found


# Kept once read: what is installed does not change while a process runs, and reading it takes 5 ms, for every agent anew.
@cache
def _installed() -> tuple[tuple[str, str], ...]:
    return tuple(sorted((entry.name, entry.value) for entry in importlib.metadata.entry_points(group=GROUP)))


def find_strategy(named: str) -> type[Any]:
    """Return a strategy's class. Raises StrategyError with the remedy where it cannot be found or is no strategy."""
    where = registered().get(named, named)
    if ":" not in where:
        near = difflib.get_close_matches(named, registered(), n=1)
        hint = f"did you mean {near[0]}? Or" if near else f"known are {', '.join(registered())}; or"
        raise StrategyError(f'"{named}" is no registered strategy; {hint} give ./file.py:Class or package.module:Class')
    module_name, class_name = where.rsplit(":", 1)
    module = _load_file(Path(module_name)) if module_name.endswith(".py") else _load_module(module_name)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        classes = [name for name, thing in vars(module).items() if isinstance(thing, type) and thing.__module__ == module.__name__]
        raise StrategyError(f"{module_name} has no class {class_name}; it has {', '.join(classes) or 'none'}")
    _require_strategy(found, named)
    return found


def role_of(strategy: type[Any]) -> str:
    """Return what kind of agent a strategy makes: its own ``role``, else that of its folder, else ``keeper``."""
    folder = strategy.__module__.split(".")[1] if strategy.__module__.startswith("strategies.") else ""
    return str(getattr(strategy, "role", ROLES.get(folder, "keeper")))


def _require_strategy(found: type[Any], named: str) -> None:
    if not attrs.has(found) or not callable(getattr(found, "decide", None)) or not hasattr(found, "wakes_on"):
        raise StrategyError(
            f"{named} is no strategy: it must be an attrs class with a class attribute wakes_on and a method decide(news, desk)"
        )


def _load_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as failure:
        raise StrategyError(f"{name} cannot be imported: {failure}; install it, or give ./file.py:Class") from failure


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise StrategyError(f"{path} is not there; give the path of a Python file, then a colon and the class")
    name = f"downtick_strategy_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except Exception as failure:  # A stranger's file: whatever it raises on import is told with its line.
        del sys.modules[name]
        raise StrategyError(f"{path} cannot be loaded: {type(failure).__name__}: {failure}") from failure
    return module
