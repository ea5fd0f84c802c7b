"""From text to classes and back, strictly.

`structure` makes attrs classes of a tree of tables, lists and plain values, or raises one ScenarioError with every mistake in it;
`unstructure` writes the tree that structures to the same classes again. Nothing is guessed: 3.7 is no whole number, ``"2"`` no
number, 1 not true, an unknown key is refused, and a field's validator is asked while its path is still known. It knows the types
of `sim.units`, the values of `sim.scenario.values` and unions told apart by ``kind``; it knows no scenario.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.cols import homogenous_tuple_structure_factory, is_mapping, mapping_structure_factory
from cattrs.dispatch import StructureHook
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from sim.errors import ScenarioError
from sim.scenario.mistakes import is_collected, mistakes_of
from sim.scenario.quantity import KINDS, Mistake, quoted
from sim.scenario.values import Amount, Instant, Rate, amount, epoch, instant, rate
from sim.scenario.words import KIND, NAME, keys_of, listed, meant, said, tag_of, tags_of, words_of
from sim.units import SECOND
from sim.world.instants import iso

T = TypeVar("T")


def structure(cls: type[T], tree: Any, path: str = "", decimals: Mapping[str, int] | None = None) -> T:
    """Return a class made of a tree that stands at a path. Raises ScenarioError with every mistake, each with its path.

    ``decimals`` are those of the assets by name; without them a field in `Units` cannot be read.
    """
    try:
        return converter(tuple((decimals or {}).items())).structure(tree, cls)
    except Exception as raised:
        if not is_collected(raised):
            raise
        lines = mistakes_of(raised, tree, path)
    raise ScenarioError(*lines)


def unstructure(value: Any) -> Any:
    """Return the tree of a class, in the words of a scenario file; keys that are left open are left out."""
    return _without_none(converter().unstructure(value))


# Kept once made: it is a pure function of its argument, and what it holds (generated readers of classes) takes 30 ms to make.
@cache
def converter(decimals: tuple[tuple[str, int], ...] = ()) -> Converter:
    """Return the strict converter for assets with these decimals."""
    made = Converter(forbid_extra_keys=True)
    for kind, hook in _STRICT.items():
        made.register_structure_hook(kind, hook)
    for value, reader in ((Amount, amount), (Rate, rate), (Instant, instant)):
        made.register_structure_hook(value, _ignoring_type(reader))
        made.register_unstructure_hook(value, str)
    made.register_unstructure_hook(Decimal, float)
    made.register_unstructure_hook(datetime, datetime.isoformat)
    made.register_structure_hook(IntEnum, _member)
    made.register_unstructure_hook(IntEnum, _word)
    made.register_structure_hook_func(_is_literal, _literal)
    made.register_structure_hook_factory(_is_list, _list_hook)
    made.register_structure_hook_factory(is_mapping, _table_hook)
    made.register_structure_hook_factory(attrs_class, _class_hook)
    made.register_unstructure_hook_factory(attrs_class, _class_unhook)
    made.register_structure_hook_factory(_is_tagged, _union_hook)
    made.register_unstructure_hook_factory(_is_tagged, _union_unhook)
    made.register_structure_hook_factory(_is_marked, _marked_hook(dict(decimals)))
    made.register_unstructure_hook_factory(_is_marked, _marked_unhook)
    return made


def attrs_class(kind: Any) -> bool:
    """A kind of value is an attrs class of ours, read from a table (amounts and the like are read from text)."""
    return attrs.has(kind) and kind not in (Amount, Rate, Instant)


def _whole(found: Any, _: Any) -> int:
    if type(found) is not int:
        raise Mistake(f"is {quoted(found)}; give {said(int)}")
    return int(found)


def _number(found: Any, _: Any) -> float:
    if type(found) not in (int, float, Decimal) or not math.isfinite(found):
        raise Mistake(f"is {quoted(found)}; give {said(float)}")
    return float(found)


def _truth(found: Any, _: Any) -> bool:
    if type(found) is not bool:
        raise Mistake(f"is {quoted(found)}; give {said(bool)}")
    return bool(found)


def _text(found: Any, _: Any) -> str:
    if not isinstance(found, str):
        raise Mistake(f"is {quoted(found)}; give {said(str)}")
    return found


_STRICT: dict[type, Callable[[Any, Any], Any]] = {int: _whole, float: _number, bool: _truth, str: _text}


def _ignoring_type(reader: Callable[[Any], Any]) -> StructureHook:
    return lambda found, _: reader(found)


def _is_literal(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is Literal


def _is_list(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is tuple


def _is_tagged(kind: Any) -> bool:
    return bool(tags_of(kind))


def _member(found: Any, words: type[IntEnum]) -> IntEnum:
    if found not in words_of(words):
        raise Mistake(f"is {quoted(found)}; {meant(found, words_of(words))}")
    return words[found.upper()]


def _word(member: IntEnum) -> str:
    return member.name.lower()


def _literal(found: Any, kind: Any) -> Any:
    choices = get_args(kind)
    if found not in choices:
        raise Mistake(f"is {quoted(found)}; {meant(found, choices)}")
    return found


def _list_hook(kind: Any, made: Converter) -> Any:
    inner = homogenous_tuple_structure_factory(kind, made)
    return _only_of(list | tuple, inner, kind)


def _table_hook(kind: Any, made: Converter) -> Any:
    return _only_of(Mapping, mapping_structure_factory(kind, made), kind)


def _class_hook(cls: type, made: Converter) -> Any:
    fields: Any = {field.name: override(struct_hook=_checked(field, made)) for field in keys_of(cls)}
    fields |= {field.name: override(omit=True) for field in attrs.fields(cls) if field.name not in fields}
    inner: StructureHook = make_dict_structure_fn(cls, made, **fields)
    return _only_of(Mapping, inner, cls)


def _class_unhook(cls: type, made: Converter) -> Any:
    keys = [field.name for field in keys_of(cls)]
    omitted: Any = {field.name: override(omit=True) for field in attrs.fields(cls) if field.name not in keys}
    return make_dict_unstructure_fn(cls, made, **omitted)


def _checked(field: "attrs.Attribute[Any]", made: Converter) -> Any:
    """Return a field's hook followed by its validator, so that a refused value is told with the field's own path."""
    hook, validator = made.get_structure_hook(field.type), field.validator

    def read(found: Any, _: Any) -> Any:
        value = hook(found, field.type)
        if validator is not None:
            validator(None, field, value)
        return value

    return read


def _only_of(shape: Any, inner: StructureHook, kind: Any) -> StructureHook:
    def read(found: Any, _: Any) -> Any:
        if not isinstance(found, shape):
            raise Mistake(f"is {quoted(found)}; give {said(kind)}")
        return inner(found, kind)

    return read


def _union_hook(union: Any, made: Converter) -> Any:
    """Return the hook of a union of tables. As cattrs' `configure_tagged_union`, but for unions met on the way, and with remedies."""
    members = tags_of(union)
    is_optional = type(None) in get_args(union)

    def read(found: Any, _: Any) -> Any:
        if found is None and is_optional:
            return None
        if not isinstance(found, Mapping):
            raise Mistake(f"is {quoted(found)}; give {said(union)}")
        if KIND not in found:
            raise Mistake(f"has no {KIND}; give {KIND} = one of {listed(members)}")
        wanted = str(found[KIND])
        if wanted not in members:
            raise Mistake(f"has {KIND} = {quoted(found[KIND])}; {meant(wanted, members)}")
        return made.structure({key: value for key, value in found.items() if key != KIND}, members[wanted])

    return read


def _union_unhook(union: Any, made: Converter) -> Any:
    def write(value: Any) -> Any:
        return None if value is None else {KIND: tag_of(type(value)), **made.unstructure(value)}

    return write


def _is_marked(kind: Any) -> bool:
    return get_origin(kind) is Annotated


def _marked_hook(decimals: Mapping[str, int]) -> Any:
    def units(found: Any) -> int:
        wanted = amount(found)
        if wanted.asset not in decimals:
            raise Mistake(f"is {quoted(found)}; {wanted.asset} is not an asset here, {meant(wanted.asset, decimals)}")
        return wanted.units(decimals[wanted.asset])

    def hook(kind: Any, made: Converter) -> Any:
        base, mark = get_args(kind)[:2]
        if mark in KINDS:
            return _ignoring_type(KINDS[mark].read)
        if mark in ("Epoch", "Units"):
            return _ignoring_type(epoch if mark == "Epoch" else units)
        return _name if mark == "Name" else made.get_structure_hook(base)

    return hook


def _name(found: Any, _: Any) -> str:
    if not isinstance(found, str) or not NAME.fullmatch(found):
        raise Mistake(f"is {quoted(found)}; give {said(Annotated[str, 'Name'])}")
    return found


def _marked_unhook(kind: Any, made: Converter) -> Any:
    base, mark = get_args(kind)[:2]
    if mark == "Epoch":
        return lambda seconds: iso(seconds * SECOND)
    return KINDS[mark].text if mark in KINDS else made.get_unstructure_hook(base)


def _without_none(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _without_none(value) for key, value in tree.items() if value is not None}
    if isinstance(tree, list | tuple):
        return [_without_none(value) for value in tree]
    return tree
