"""How types and keys are said to an author: what would do, what may have been meant.

Every message of the scenario language takes its remedy from here, so that one thing is always asked for in the same words.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import IntEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import attrs

from sim.scenario.quantity import KINDS
from sim.scenario.values import Amount, Instant, Rate

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""What a name looks like: it can stand in a dotted path."""
KIND = "kind"
"""The key that says which of several tables a table is."""

_SAID: dict[Any, str] = {
    int: "a whole number",
    float: "a finite number",
    bool: "true or false",
    str: "text in quotes",
    Decimal: "a number",
    Amount: 'an amount such as "1_500 USDC"',
    Rate: 'a price such as "195.20 USDC/ETH"',
    Instant: 'a moment such as "10 min" (since the start) or "2020-03-12T10:38:00Z"',
}
_MARKED = {
    "Epoch": 'a date in UTC such as "2020-03-12T09:54:00Z"',
    "Units": 'an amount such as "1_500 USDC"',
    "Name": "a name of letters, digits, _ and -, a letter first",
    "FilePath": "the path of a file",
}


def said(kind: Any) -> str:
    """Return what a type asks for, in words with an example: ``a time such as "12 s"``."""
    origin, members = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _said_of_marked(members[0], members[1])
    if origin is Literal:
        return f"one of {listed(members)}"
    if origin in (Union, UnionType):
        return _said_of_union(kind)
    if origin is tuple:
        return f"a list, each {said(members[0])}"
    if origin in (dict, Mapping):
        return f"a table, each value {said(members[1])}"
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return f"one of {listed(words_of(kind))}"
    return _SAID.get(kind) or ("a table" if attrs.has(kind) else "a value")


def said_steps(kind: Any, steps: int) -> str:
    """Return a whole number as a field of a type is written: 10,000 of a `Bps` are ``100 %``."""
    members = get_args(kind) if get_origin(kind) is Annotated else ()
    return KINDS[members[1]].text(steps) if members and members[1] in KINDS else str(steps)


def _said_of_marked(base: Any, mark: Any) -> str:
    if mark in KINDS:
        unit = next(iter(KINDS[mark].units))
        return f'a {KINDS[mark].name} such as "12 {unit}"'
    return _MARKED.get(mark, said(base))


def _said_of_union(kind: Any) -> str:
    tags = tags_of(kind)
    if tags:
        return f"a table with {KIND} = one of {listed(tags)}"
    return " or ".join(said(member) for member in get_args(kind) if member is not NoneType)


def tag_of(cls: type) -> str:
    """Return the word by which a class is chosen among several: its ``kind``, else its name in lower case with underscores."""
    own = cls.__dict__.get(KIND)
    return own if isinstance(own, str) else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()


def tags_of(kind: Any) -> dict[str, Any]:
    """Return the classes of a union of tables by their words; empty when it is no such union."""
    if get_origin(kind) not in (Union, UnionType):
        return {}
    members = [member for member in get_args(kind) if member is not NoneType]
    return {tag_of(member): member for member in members} if len(members) > 1 and all(map(attrs.has, members)) else {}


def keys_of(cls: type) -> "list[attrs.Attribute[Any]]":
    """Return the fields of a class that are keys of its table: those it is built from, but for its private ones."""
    return [field for field in attrs.fields(attrs.resolve_types(cls)) if field.init and not field.name.startswith("_")]


def words_of(words: type[IntEnum]) -> list[str]:
    """Return the members of an enumeration as a scenario writes them."""
    return [member.name.lower() for member in words]


def listed(choices: Iterable[object]) -> str:
    """Return choices in quotes, in their order."""
    return ", ".join(f'"{choice}"' for choice in choices)


def meant(found: object, choices: Iterable[str]) -> str:
    """Return the remedy for a word that is none of the choices: the nearest one, else all of them."""
    choices = list(choices)
    near = difflib.get_close_matches(str(found), choices, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"there is {listed(choices)}" if choices else "there is none"
