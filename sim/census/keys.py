"""Every key of a scenario, and which of them a scenario sets.

A key is called by its path without names and numbers: ``venues.tick``, ``pools.reserves.rate.kink``. A table that is one of several
kinds puts its kind in between: ``world.shocks.jump.size``. A table that stands in several places (a latency) is counted where it
stands first. A strategy's parameters follow its name: ``agents.parameters.crowd.size``.
"""

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, get_args, get_origin

from sim.agents.registry import find_strategy, registered
from sim.scenario.convert import attrs_class
from sim.scenario.spec import Scenario
from sim.scenario.words import KIND, keys_of, tag_of, tags_of

PARAMETERS = "agents.parameters"
_Way = tuple[str, type]
"""The path at which a table was met first, and its class."""


def all_keys() -> list[str]:
    """Return every key of a scenario file, then every parameter of the registered strategies."""
    return [*_home_of_tables(), *(key for name in registered() for key in parameters_of(name))]


def parameters_of(strategy: str) -> list[str]:
    """Return the keys of a registered strategy; of one that is made of another registered one, those that are its own."""
    cls, known = find_strategy(strategy), dict.fromkeys(registered().values())
    parents = [base for base in cls.__mro__[1:] if f"{base.__module__}:{base.__qualname__}" in known]
    theirs = dict.fromkeys(field.name for base in parents for field in keys_of(base))
    return [f"{PARAMETERS}.{strategy}.{field.name}" for field in keys_of(cls) if field.name not in theirs]


def keys_set(tree: Mapping[str, Any]) -> dict[str, None]:
    """Return the keys that a scenario's tree sets, in sequence; what it leaves to defaults is not set."""
    homes = {(cls, name): key for key, (cls, name) in _home_of_tables().items()}
    found: dict[str, None] = {}
    for cls, name in _set_in(Scenario, tree):
        if (cls, name) in homes:
            found[homes[cls, name]] = None
    for agent in tree.get("agents", ()):
        for name in agent.get("parameters", ()):
            found[f"{PARAMETERS}.{agent['strategy']}.{name}"] = None
    return found


def _home_of_tables() -> dict[str, tuple[type, str]]:
    """Return class and field of every key, by key."""
    homes: dict[str, tuple[type, str]] = {}
    seen: dict[type, None] = {}

    def enter(cls: type, path: str) -> None:
        if cls in seen:
            return
        seen[cls] = None
        fields = [(field.name, f"{path}.{field.name}" if path else field.name, field.type) for field in keys_of(cls)]
        for name, key, _ in fields:
            homes[key] = (cls, name)
        for _, key, kind in fields:
            for below, table in tables_in(kind):
                enter(table, f"{key}.{below}" if below else key)

    enter(Scenario, "")
    return homes


def tables_in(kind: Any) -> Iterator[tuple[str, type]]:
    """Yield the tables that a key of some type holds, each with its kind where it is one of several."""
    if tags_of(kind):
        yield from tags_of(kind).items()
    elif attrs_class(kind):
        yield "", kind
    elif get_origin(kind) is not None and not hasattr(kind, "__metadata__"):
        for member in get_args(kind):
            if member not in (NoneType, Ellipsis):
                yield from tables_in(member)


def _set_in(cls: type, tree: Any) -> Iterator[tuple[type, str]]:
    """Yield class and field of what a table sets, and all that is in it."""
    for field in keys_of(cls):
        if isinstance(tree, Mapping) and field.name in tree:
            yield cls, field.name
            yield from _below(field.type, tree[field.name])


def _below(kind: Any, found: Any) -> Iterator[tuple[type, str]]:
    tables = dict(tables_in(kind))
    if isinstance(found, list):
        for item in found:
            yield from _below(kind, item)
    elif isinstance(found, Mapping) and tables:
        if not _is_table(kind):
            for item in found.values():
                yield from _below_one(tables, item)
        else:
            yield from _below_one(tables, found)


def _below_one(tables: Mapping[str, type], found: Any) -> Iterator[tuple[type, str]]:
    cls = tables.get(found.get(KIND, "")) if isinstance(found, Mapping) else None
    if cls is not None:
        yield from _set_in(cls, found)


def _is_table(kind: Any) -> bool:
    """What a key holds is the table itself (or a list of such), not a table of names."""
    return not any(get_origin(each) in (dict, Mapping) for each in (kind, *get_args(kind)))


__all__ = ["PARAMETERS", "all_keys", "keys_set", "parameters_of", "tables_in", "tag_of"]
