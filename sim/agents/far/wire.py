"""How things travel between processes: as JSON in which no number can lose a digit.

==============================  ====================================================================
an integer                      ``"123"``, a string of decimal digits, with ``-`` if it is negative
true, false, nothing            ``true``, ``false``, ``null``
a sequence that cannot change   ``[...]``
a record, view, command, call   ``{"is": "sim.views.Quote", "seq": "7", "bid": "19990", ...}``
a word of the vocabulary        ``{"word": "Refusal.NO_FUNDS", "number": "12"}``
text                            ``{"text": "..."}``
a table                         ``{"pairs": [[key, value], ...]}``, with ``"is"`` if it is of a kind of its own
a list                          ``{"list": [...]}``
a function of a protocol        ``{"name": "sim.fixed.mul_div_up"}``
a draw                          ``{"float": "0.1234"}``: the shortest digits that read back as the same
==============================  ====================================================================

Whoever receives may leave ``"is"`` to a name without its module where only commands and calls of the house can stand. Nothing is ever
executed: what is built is a tuple, an attrs object or a table of a class that is loaded already, or imported by the far end from
the simulator.
"""

import importlib
import sys
from enum import IntEnum
from types import FunctionType
from typing import Any

import attrs

from sim import vocabulary
from sim.agents.answer import COMMANDS
from sim.commands import CALLS
from sim.errors import StrategyError

KIND = "is"
SHORT: dict[str, type[Any]] = {cls.__name__: cls for cls in (*CALLS, *sorted(COMMANDS, key=str))}


class Foreign:
    """Something that cannot travel; only its name did."""

    def __init__(self, name: str) -> None:
        """Take the name of what it was."""
        self.name = name


def encode(thing: Any) -> Any:
    """Return what ``json.dumps`` takes. Cost: the whole of it."""
    kind = type(thing)
    if kind is int:
        return str(thing)
    if thing is None or kind is bool:
        return thing
    if kind is tuple:
        return [encode(each) for each in thing]
    if isinstance(thing, tuple) and hasattr(kind, "_fields"):
        return {KIND: _name(kind), **{name: encode(value) for name, value in zip(kind._fields, thing, strict=True)}}
    return _encode_rarely(thing, kind)


def _encode_rarely(thing: Any, kind: Any) -> Any:
    if isinstance(thing, IntEnum):
        return {"word": f"{kind.__name__}.{thing.name}", "number": str(int(thing))}
    if isinstance(thing, str):
        return {"text": thing}
    if isinstance(thing, float):
        return {"float": repr(thing)}
    if kind is list:
        return {"list": [encode(each) for each in thing]}
    if isinstance(thing, dict):
        return ({} if kind is dict else {KIND: _name(kind)}) | {"pairs": [[encode(key), encode(value)] for key, value in thing.items()]}
    if attrs.has(kind):
        fields = [field.name for field in attrs.fields(kind)]
        return {KIND: _name(kind), **{name: encode(getattr(thing, name)) for name in fields}}
    if isinstance(thing, FunctionType | type):
        return {"name": f"{thing.__module__}.{thing.__qualname__}"}
    return {"thing": kind.__name__}


def decode(said: Any, is_trusted: bool = False) -> Any:
    """Return the thing. Raises StrategyError for what is none; classes are imported only for who is trusted."""
    if isinstance(said, str):
        return _integer(said)
    if said is None or isinstance(said, bool):
        return said
    if isinstance(said, list):
        return tuple(decode(each, is_trusted) for each in said)
    if not isinstance(said, dict):
        raise StrategyError(f"{said!r:.60} cannot be read; integers travel as strings of decimal digits")
    return _decode_object(said, is_trusted)


def _decode_object(said: dict[str, Any], is_trusted: bool) -> Any:
    if "pairs" in said:
        made = {decode(key, is_trusted): decode(value, is_trusted) for key, value in said["pairs"]}
        return class_of(said[KIND], is_trusted)(made) if KIND in said else made
    if KIND in said:
        return built(class_of(said[KIND], is_trusted), {name: decode(value, is_trusted) for name, value in said.items() if name != KIND})
    if "word" in said:
        return _word(said["word"])
    if "text" in said:
        return str(said["text"])
    if "float" in said:
        return float(said["float"])
    if "list" in said:
        return [decode(each, is_trusted) for each in said["list"]]
    if "name" in said and is_trusted:
        return class_of(said["name"], is_trusted)
    return Foreign(str(said.get("thing", said)))


def built(cls: Any, fields: dict[str, Any]) -> Any:
    """Return a command, record or view of its fields. Raises StrategyError where a command lacks one, or has one too many."""
    if isinstance(cls, type) and issubclass(cls, tuple):
        try:
            return cls(**fields)
        except TypeError as wrong:
            raise StrategyError(f"{cls.__name__} cannot be made of {', '.join(fields) or 'nothing'}: {wrong}") from None
    made = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def class_of(name: str, is_trusted: bool) -> Any:
    """Return the class of a name; without a module, a command or call of the house. Raises StrategyError for none that is meant."""
    if name in SHORT:
        return SHORT[name]
    module, _, word = name.rpartition(".")
    loaded = importlib.import_module(module) if is_trusted else sys.modules.get(module)
    found = getattr(loaded, word, None)
    is_named_tuple = isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_fields")
    if found is None or not (is_trusted or is_named_tuple):
        raise StrategyError(f'"{name}" is no command or call; there are {", ".join(sorted(SHORT))}')
    return found


def _word(name: str) -> IntEnum:
    kind, _, word = str(name).partition(".")
    found = getattr(vocabulary, kind, None)
    if not (isinstance(found, type) and issubclass(found, IntEnum) and word in found.__members__):
        raise StrategyError(f'"{name}" is no word of the vocabulary; give its number as a string of digits')
    return found[word]


def _integer(digits: str) -> int:
    body = digits[1:] if digits.startswith("-") else digits
    if not (body.isascii() and body.isdigit() and len(body) <= 100):
        raise StrategyError(f'"{digits:.40}" is no integer; give decimal digits, or {{"text": ...}} for text')
    return int(digits)


def _name(kind: Any) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
