"""Finding strategies: by registered name, by ``./file.py:Class`` or by ``package.module:Class``.

Built-in strategies are registered like anyone's, through the entry-point group ``downtick.strategies``. Two of one name are
refused, never silently overridden. Every message names what was asked for and what would do.
"""

import difflib
import importlib.metadata
from functools import cache
from typing import Any

from sim.agents.loading import load_class
from sim.errors import StrategyError

GROUP = "downtick.strategies"
ROLES = {
    "traders": "trader",
    "suppliers": "supplier",
    "borrowers": "borrower",
    "keepers": "keeper",
    "oracles": "reporter",
    "attackers": "attacker",
}
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
    if where.endswith(".py"):
        raise StrategyError(f"{where} names no class; give {where}:CLASS")
    if ":" not in where:
        near = difflib.get_close_matches(named, registered(), n=1)
        hint = f"did you mean {near[0]}? Or" if near else f"known are {', '.join(registered())}; or"
        raise StrategyError(f'"{named}" is no registered strategy; {hint} give ./file.py:Class or package.module:Class')
    return load_class(where, named)


def role_of(strategy: type[Any]) -> str:
    """Return what kind of agent a strategy makes: its own ``role``, else that of its folder, else ``keeper``."""
    folder = strategy.__module__.split(".")[1] if strategy.__module__.startswith("strategies.") else ""
    return str(getattr(strategy, "role", ROLES.get(folder, "keeper")))
