"""Whether a command holds what its fields say: whole numbers that fit, in tuples where tuples are declared.

Machines trust what reaches them, so what a stranger's strategy answers is looked at before it is sent: a price of 1.5, an amount
below zero or an order number of eighty bits would end the run far from who wrote it. A wrong *value* (an order without lots, an
unknown asset) is none of this file's business: machines refuse it, and the refusal is part of the model.
"""

from enum import IntEnum
from functools import cache
from typing import Any, get_args, get_type_hints

import attrs

from sim.commands import SendTx
from sim.composites import is_stand_in
from sim.errors import StrategyError
from sim.records.declare import WIDE_TYPES
from sim.units import INT64_MAX, UINT256_MAX


@attrs.frozen
class Field:
    """What one field of a command may hold."""

    name: str
    low: int
    high: int
    may_be_none: bool
    is_tuple: bool


def require_well_formed(command: Any) -> None:
    """Pass over a command whose fields hold what they say. Raises StrategyError with the field, what was found and what would do."""
    kind: Any = type(command)
    for field, value in zip(_fields(kind), command, strict=True):
        if type(value) is int and field.low <= value <= field.high and not field.is_tuple:
            continue
        if kind is SendTx and field.name == "call":
            _require_call(value)
        else:
            _require(kind.__name__, field, value)


def _require_call(call: Any) -> None:
    kind: Any = type(call)
    if not _is_named(call):
        raise StrategyError(f"SendTx.call is {call!r:.80}; give one of the calls that a contract answers, such as LiquidateCall(...)")
    for field, value in zip(_fields(kind), call, strict=True):
        if not is_stand_in(value):
            _require(kind.__name__, field, value)


def _require(kind: str, field: Field, value: Any) -> None:
    if value is None and field.may_be_none:
        return
    if not field.is_tuple or not isinstance(value, tuple):
        _require_number(kind, field, value, is_misplaced=field.is_tuple)
        return
    for each in _leaves(value):
        if type(each) is SendTx:
            require_well_formed(each)
        elif _is_named(each):
            _require_call(each)
        elif not is_stand_in(each):
            _require_number(kind, field, each)


def _require_number(kind: str, field: Field, value: Any, is_misplaced: bool = False) -> None:
    is_whole = type(value) in (int, bool) or isinstance(value, IntEnum)
    if is_misplaced or not is_whole or not field.low <= value <= field.high:
        what = "a tuple of whole numbers" if field.is_tuple else "a whole number"
        raise StrategyError(f"{kind}.{field.name} is {value!r:.80} ({type(value).__name__}); give {what} from {field.low} to {field.high}")


def _leaves(value: tuple[Any, ...]) -> list[Any]:
    """Return what a tuple holds at any depth; commands and calls are whole."""
    return [leaf for each in value for leaf in (_leaves(each) if isinstance(each, tuple) and not _is_named(each) else [each])]


def _is_named(thing: object) -> bool:
    return isinstance(thing, tuple) and hasattr(type(thing), "_fields")


@cache
def _fields(kind: Any) -> tuple[Field, ...]:
    """Return what each field of a command or call may hold, read off its annotations."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_field(name, hints.get(name, int), kind.__name__.endswith("Call")) for name in kind._fields)


def _field(name: str, hint: Any, is_call: bool) -> Field:
    units = [unit for part in (hint, *get_args(hint)) for unit in getattr(part, "__metadata__", ())]
    is_wide = any(unit in WIDE_TYPES for unit in units)
    low, high = (0, UINT256_MAX) if is_wide else (-UINT256_MAX, UINT256_MAX) if is_call and not units else (-INT64_MAX, INT64_MAX)
    return Field(name, low, high, type(None) in get_args(hint), getattr(hint, "__origin__", None) is tuple)
