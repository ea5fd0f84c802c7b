"""What a metric said, and where two sayings part; and whether it can be written down at all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

CLOSE = 1e-9
_CELLS = (str, int, float, bool, type(None), np.generic)


@attrs.frozen
class Outcome:
    """Figures and tables of a metric that has read a tape."""

    figures: Any
    tables: Any
    parting: str = ""
    """Where asking a second time gave something else."""

    @classmethod
    def of(cls, metric: Any) -> Outcome:
        """Ask a metric, twice."""
        first, second = cls._asked(metric), cls._asked(metric)
        return attrs.evolve(first, parting=parting(first, second))

    @classmethod
    def _asked(cls, metric: Any) -> Outcome:
        return cls(metric.figures(), metric.tables(str) if hasattr(metric, "tables") else {})


def parting(one: Outcome, other: Outcome) -> str:
    """Say where two outcomes part first; empty where they do not."""
    for what, first, second in (("figures", one.figures, other.figures), ("tables", one.tables, other.tables)):
        for way, a, b in _partings(first, second, what):
            return f"{way} is {a!r:.80}, then {b!r:.80}"
    return ""


def _partings(one: Any, other: Any, way: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if list(one) != list(other):
            yield f"keys of {way}", list(one), list(other)
            return
        for key in one:
            yield from _partings(one[key], other[key], f"{way}.{key}")
    elif _is_list(one) and _is_list(other):
        if len(one) != len(other):
            yield f"length of {way}", len(one), len(other)
            return
        for place, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _partings(a, b, f"{way}.{place}")
    elif not _same(one, other):
        yield way, one, other


def _is_list(found: Any) -> bool:
    return isinstance(found, list | tuple | np.ndarray)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE) or (math.isnan(one) and math.isnan(other))
    return bool(type(one) is type(other) and one == other)


def not_json(figures: Any) -> str:
    """Say what of figures is not ready for JSON; empty where all is."""
    if not isinstance(figures, dict):
        return f"figures are {type(figures).__name__}; they are a dict by name"
    for way, found in _leaves(figures, ""):
        try:
            json.dumps(found, allow_nan=False)
        except (TypeError, ValueError):
            return f"{way or 'a key'} is {found!r:.80} ({type(found).__name__}), which JSON cannot hold"
    return ""


def _leaves(tree: Any, way: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if not isinstance(key, str):
                yield "", _NotAKey(key)
            yield from _leaves(value, f"{way}.{key}".lstrip("."))
    elif isinstance(tree, list | tuple):
        for place, value in enumerate(tree):
            yield from _leaves(value, f"{way}.{place}".lstrip("."))
    else:
        yield way, tree


@attrs.frozen
class _NotAKey:
    """A key that is no text."""

    key: Any


def bad_tables(tables: Any) -> str:
    """Say what keeps tables from being tables; empty where nothing does."""
    if not isinstance(tables, Mapping):
        return f"tables are {type(tables).__name__}; they are a dict by name, each a dict of columns"
    for name, table in tables.items():
        if not isinstance(table, Mapping) or not all(isinstance(column, str) for column in table):
            return f"table {name} is {type(table).__name__}; it is a dict of columns by name"
        for column, values in table.items():
            if not isinstance(values, Sequence | np.ndarray) or isinstance(values, str):
                return f"column {column} of table {name} is {type(values).__name__}; it is a list of values"
            odd = [value for value in values if not isinstance(value, _CELLS)]
            if odd:
                return f"column {column} of table {name} holds {odd[0]!r:.60} ({type(odd[0]).__name__}), which no cell can hold"
        lengths = {column: len(values) for column, values in table.items()}
        if len(set(lengths.values())) > 1:
            return f"table {name} has columns of {lengths} values; a row is a value of each"
    return ""
