"""Walking a scenario: every value with its path and its declared type.

The checks that concern a kind of value wherever it stands (every asset's name, every amount) are written once over this walk.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin

from sim.scenario.convert import attrs_class
from sim.scenario.words import keys_of, tags_of


class Found(NamedTuple):
    """One value of a scenario."""

    path: str
    """Dotted; items of lists by name, as ``--set`` takes it."""
    kind: Any
    """Its declared type."""
    value: Any


def walk(value: Any, path: str = "", kind: Any = None) -> Iterator[Found]:
    """Yield every value of a section and what is in it, in the sequence of declaration; also keys of tables, as values."""
    if path:
        yield Found(path, kind, value)
    if (keys := _keys(value.__class__)) is not None:
        for name, declared in keys:
            yield from walk(getattr(value, name), _joined(path, name), declared)
    elif isinstance(value, tuple):
        inner = (get_args(kind) or (None,))[0]
        for index, item in enumerate(value):
            yield from walk(item, _joined(path, called(item, index)), inner)
    elif isinstance(value, Mapping):
        of_key, inner = get_args(kind) or (None, None)
        for key, item in value.items():
            yield Found(_joined(path, key), of_key, key)
            yield from walk(item, _joined(path, key), inner)


# Kept once worked out: a class does not change, and a large scenario asks of each some hundred times.
@cache
def _keys(cls: Any) -> tuple[tuple[str, Any], ...] | None:
    """Return a class's keys with their types, as if they were required; None for what is no section."""
    return tuple((field.name, required(field.type)) for field in keys_of(cls)) if attrs_class(cls) else None


def called(item: Any, index: int) -> str:
    """Return how an item of a list is called: by its ``name``, else by its ``asset``, else by its index."""
    found = getattr(item, "name", getattr(item, "asset", None))
    return found if isinstance(found, str) and attrs_class(type(item)) else str(index)


def mark_of(kind: Any) -> Any:
    """Return the mark of an annotated type: ``venue``, ``Nanos``; None when it has none."""
    return get_args(kind)[1] if hasattr(kind, "__metadata__") else None


def _joined(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def required(kind: Any) -> Any:
    """Return the type of an optional key as if it were required."""
    members = [member for member in get_args(kind) if member is not NoneType]
    is_optional = NoneType in get_args(kind) and get_origin(kind) is not None
    return members[0] if is_optional and len(members) == 1 and not tags_of(kind) else kind
