"""``first_difference(one, other)``: the first entry at which two tapes part.

Parts that are the same files are passed over by their hashes; of the first that are not, columns are held against each other.
"""

from __future__ import annotations

import numpy as np

from sim.cascade.stretch import require_full
from sim.records import Record
from sim.storage import Run
from sim.storage.columns import Columns, empty
from sim.storage.run import ParquetPart
from sim.units import Seq


def first_difference(one: Run, other: Run, since: Seq = 1) -> Seq | None:
    """Return the first entry, from one on, that is not the same on two tapes, or that only one of them has; None if there is none.

    InputError if either was not kept in full. Cost: reading the first part that differs.
    """
    require_full(one)
    require_full(other)
    for number, part in enumerate(one.parts):
        if part.first_seq > other.tape.last_seq:
            return part.first_seq
        if number < len(other.parts) and _is_same(part, other.parts[number]):
            continue
        found = _within(one, other, max(part.first_seq, since), part.last_seq)
        if found is not None:
            return found
    return one.tape.last_seq + 1 if other.tape.last_seq > one.tape.last_seq else None


def _is_same(part: ParquetPart, other: ParquetPart) -> bool:
    return (part.listed.first_seq, part.listed.last_seq, part.listed.files) == (
        other.listed.first_seq,
        other.listed.last_seq,
        other.listed.files,
    )


def _within(one: Run, other: Run, first: Seq, last: Seq) -> Seq | None:
    """Return the first entry from first to last that differs."""
    types = {record: None for run in (one, other) for part in run.parts for record in part.types()}
    found = [_of_type(_columns(one, record, first, last), _columns(other, record, first, last)) for record in types]
    return min((seq for seq in found if seq is not None), default=None)


def _columns(run: Run, record: type[Record], first: Seq, last: Seq) -> Columns:
    parts = [part for part in run.parts if part.first_seq <= last and part.last_seq >= first and record in part.types()]
    found = [part.columns(record, first, last) for part in parts]
    return {name: np.concatenate([columns[name] for columns in found]) for name in found[0]} if found else empty(record)


def _of_type(mine: Columns, theirs: Columns) -> Seq | None:
    """Return the first entry of one type that differs: a row, or one that only one of them has."""
    common = min(len(mine["seq"]), len(theirs["seq"]))
    differs = np.zeros(common, bool)
    for name in mine:
        differs |= np.asarray(mine[name][:common] != theirs[name][:common], bool)
    rows = np.flatnonzero(differs)
    at = int(rows[0]) if len(rows) else common
    seqs = [int(columns["seq"][at]) for columns in (mine, theirs) if at < len(columns["seq"])]
    return min(seqs, default=None)
