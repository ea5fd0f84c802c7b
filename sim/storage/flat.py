"""Nested figures as a tidy table: a row a figure, with the way to it.

A way goes through tables by key and through lists by their number, from 0: ``answered_within_blocks.0.by_count``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def flat(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return figures by metric as columns ``metric``, ``key``, ``value`` (numbers and claims as a number) and ``text`` (anything else)."""
    rows = [(metric, key, value) for metric, tree in figures.items() for key, value in _leaves(tree, "")]
    is_number = [isinstance(value, int | float) for _, _, value in rows]
    return {
        "metric": [metric for metric, _, _ in rows],
        "key": [key for _, key, _ in rows],
        "value": [float(value) if here else None for (_, _, value), here in zip(rows, is_number, strict=True)],
        "text": [None if here or value is None else str(value) for (_, _, value), here in zip(rows, is_number, strict=True)],
    }


def _leaves(tree: Any, way: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping | list | tuple):
        pairs = tree.items() if isinstance(tree, Mapping) else enumerate(tree)
        for key, value in pairs:
            yield from _leaves(value, f"{way}.{key}" if way else str(key))
    else:
        yield way, tree
