"""Finding strategies: by registered name, by ``./file.py:Class`` or by ``package.module:Class``.

Built-in strategies are registered like anyone's, through the entry-point group ``downtick.strategies``. Two of one name are
refused, never silently overridden. Every message names what was asked for and what would do.
"""

from typing import Any

from sim.agents.generator import adapted
from sim.agents.loading import lacks
from sim.errors import StrategyError
from sim.plugins import Kind

STRATEGIES = Kind("downtick.strategies", "strategy", "strategies", StrategyError, lacks)
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
    return STRATEGIES.registered()


def find_strategy(named: str) -> type[Any]:
    """Return a strategy's class. Raises StrategyError with the remedy where it cannot be found or is no strategy."""
    return adapted(STRATEGIES.find(named))


def role_of(strategy: type[Any]) -> str:
    """Return what kind of agent a strategy makes: its own ``role``, else that of its folder, else ``keeper``."""
    folder = strategy.__module__.split(".")[1] if strategy.__module__.startswith("strategies.") else ""
    return str(getattr(strategy, "role", ROLES.get(folder, "keeper")))
