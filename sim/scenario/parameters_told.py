"""What a strategy's parameters are, told to who sets them: key, what it takes, its default as a scenario has it, what it means."""

from enum import IntEnum
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import attrs

from sim.scenario.parameters import in_wholes
from sim.scenario.quantity import KINDS
from sim.scenario.schema import key_docs
from sim.scenario.words import keys_of, said


class Told(NamedTuple):
    """One parameter."""

    name: str
    takes: str
    default: str
    """Empty where it must be given."""
    meaning: str


def parameters_told(strategy: type[Any]) -> tuple[Told, ...]:
    """Return every parameter of a strategy; meanings are empty where there is no source to read."""
    try:
        docs = key_docs(strategy)
    except (OSError, TypeError, SyntaxError):
        docs = {}
    return tuple(Told(each.name, _takes(each), _default(each), docs.get(each.name, "")) for each in keys_of(strategy))


def _takes(field: "attrs.Attribute[Any]") -> str:
    try:
        return said(field.type)
    except (KeyError, TypeError, AttributeError):
        return getattr(field.type, "__name__", str(field.type))


def _default(field: "attrs.Attribute[Any]") -> str:
    """Return a default as it would be written in a scenario."""
    default: Any = field.default
    if default is attrs.NOTHING:
        return ""
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type] # attrs types it as a function.
        default = None if default.takes_self else default.factory()
    written_for = field.metadata.get("decimals")
    if default and isinstance(default, int) and written_for is not None:
        return f'"{in_wholes(default, written_for)} {field.metadata["asset"]}"'
    return _written(field.type, default)


def _written(kind: Any, value: Any) -> str:
    mark = next((get_args(each)[1] for each in (kind, *get_args(kind)) if get_origin(each) is Annotated), "")
    if value is None:
        return "none"
    if mark in KINDS and isinstance(value, int):
        return f'"{KINDS[mark].text(value)}"'
    if mark == "Units" and isinstance(value, int):
        return f'"{value:_} units"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, IntEnum):
        return f'"{value.name.lower()}"'
    return f'"{value}"' if isinstance(value, str) else str(value)
