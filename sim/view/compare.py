"""Two runs side by side: every figure with its difference and ratio, what differs in their scenarios, and where their tapes part.

``compared(one, other)`` is the whole of it, ready for JSON. Figures are the summary's and those of every metric of ``downtick analyse``.
Tapes are held against each other as numbers: what a number names (an account, a venue) may be another thing in another scenario.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from sim.metrics.analyse import analyse
from sim.storage import Run
from sim.storage.flat import flat
from sim.view.gather import facts_of
from sim.view.parting import first_difference

Json = dict[str, Any]
Leaf = float | str | None
SUMMARY = "summary"
_NOT_THE_WORLD = ("lineage", "study")
"""Tables of a scenario that change nothing in a run."""


@attrs.frozen
class Compared:
    """One figure of two runs."""

    metric: str
    key: str
    one: Leaf
    other: Leaf
    difference: Leaf
    """The other less the one, with the asset where there is one; None where either is no number."""
    ratio: float | None
    """The other over the one; None where that is no number, or the one is zero."""

    @property
    def is_equal(self) -> bool:
        """Both runs say the same."""
        return self.one == self.other


def compared(one: Run, other: Run) -> Json:
    """Return all of it. InputError if a tape was not kept in full."""
    figures = side_by_side(_figures(one), _figures(other))
    return {
        "runs": [_run(each) for each in (one, other)],
        "scenario": list(scenario_differences(json.loads(one.scenario_text), json.loads(other.scenario_text))),
        "digest_is_equal": one.digest is not None and one.digest == other.digest,
        "first_difference": _difference(one, other),
        "figures": [attrs.asdict(each) for each in figures],
    }


def side_by_side(one: Mapping[tuple[str, str], Leaf], other: Mapping[tuple[str, str], Leaf]) -> list[Compared]:
    """Return every figure that either has, in the order of the one; what only the other has comes last."""
    return [_compared(*key, one.get(key), other.get(key)) for key in {**dict.fromkeys(one), **dict.fromkeys(other)}]


def scenario_differences(one: Any, other: Any) -> Iterator[Json]:
    """Yield every key that is not the same in two scenarios, by its dotted path; things in lists go by their names."""
    mine, theirs = dict(_leaves(_world(one))), dict(_leaves(_world(other)))
    for key in {**dict.fromkeys(mine), **dict.fromkeys(theirs)}:
        if mine.get(key) != theirs.get(key) or (key in mine) != (key in theirs):
            yield {"key": key, "one": mine.get(key), "other": theirs.get(key)}


def _run(run: Run) -> Json:
    manifest = run.manifest
    told = {"folder": str(run.folder), "scenario": manifest.scenario, "seed": manifest.seed, "status": run.status}
    return {**told, "digest": run.digest, "entries": manifest.entries, "versions": dict(manifest.versions)}


def _figures(run: Run) -> dict[tuple[str, str], Leaf]:
    found = flat({SUMMARY: run.summary, **analyse(run, facts_of(run), run.name).figures})
    values = (text if value is None else value for value, text in zip(found["value"], found["text"], strict=True))
    return dict(zip(zip(found["metric"], found["key"], strict=True), values, strict=True))


def _compared(metric: str, key: str, one: Leaf, other: Leaf) -> Compared:
    mine, theirs = _amount(one), _amount(other)
    if mine is None or theirs is None or mine[1] != theirs[1]:
        return Compared(metric, key, one, other, None, None)
    apart = theirs[0] - mine[0]
    ratio = float(theirs[0] / mine[0]) if mine[0] else None
    return Compared(metric, key, one, other, f"{apart:f} {mine[1]}" if mine[1] else float(apart), ratio)


def _amount(leaf: Leaf) -> tuple[Decimal, str] | None:
    """Return a number and its asset, exactly as it was told; None of anything else."""
    if leaf is None or isinstance(leaf, float):
        return None if leaf is None else (Decimal(repr(leaf)), "")
    number, _, asset = leaf.partition(" ")
    try:
        return Decimal(number), asset
    except InvalidOperation:
        return None  # A word: it is compared as one.


def _difference(one: Run, other: Run) -> Json | None:
    # The first entry tells the seed: where that differs, it is no news.
    seq = first_difference(one, other, 1 if one.manifest.seed == other.manifest.seed else 2)
    return None if seq is None else {"seq": seq, "one": _entry(one, seq), "other": _entry(other, seq)}


def _entry(run: Run, seq: int) -> Json | None:
    """Return what a tape says at an entry; None beyond its end."""
    if seq > run.tape.last_seq:
        return None
    entry = run.entry(seq)
    fields = {column.name: getattr(entry.record, column.name) for column in type(entry.record).columns}
    told = {"record": type(entry.record).__name__, "at_ns": entry.at, "cause": entry.cause}
    return {**told, "place": run.name(entry.place), "party": run.name(entry.party), "fields": fields}


def _world(tree: Any) -> Any:
    return {key: value for key, value in tree.items() if key not in _NOT_THE_WORLD} if isinstance(tree, Mapping) else tree


def _leaves(tree: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping | list) and tree:
        for key, value in tree.items() if isinstance(tree, Mapping) else _named(tree):
            yield from _leaves(value, f"{way}.{key}" if way else str(key))
    else:
        yield way, tree


def _named(items: list[Any]) -> Iterator[tuple[str, Any]]:
    for number, each in enumerate(items):
        yield str(each["name"] if isinstance(each, Mapping) and "name" in each else number), each
