"""Rows turned into columns: the bytes of the tape as numpy arrays, one table per record type.

Narrow fields are int64 arrays. Wide ones are kept as *limbs*, n rows of four little-endian 64-bit words, until someone wants
Python integers of them. Nothing here knows files.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sim.records import RECORDS, Column, Record
from sim.records.declare import MOST_NARROW
from sim.records.layout import KINDS, ROW_BYTES, WIDE_BYTES

Array: TypeAlias = npt.NDArray[Any]
Columns: TypeAlias = dict[str, Array]
"""By name: the envelope first, then the record's fields."""

ENVELOPE = ("seq", "at_ns", "cause", "place", "party")
LIMBS = WIDE_BYTES // 8
ROW = np.dtype(
    [("seq", "<i8"), ("at_ns", "<i8"), ("cause", "<i8"), ("place", "<i4"), ("party", "<i4"), ("kind", "<i4"), ("pad", "<i4")]
    + [(f"narrow_{place}", "<i8") for place in range(MOST_NARROW)]
)
assert ROW.itemsize == ROW_BYTES, "a row is read as it is packed"
assert not any(column.name in ENVELOPE for record in RECORDS.values() for column in record.columns), "a field is named like the envelope"
_WIDE_FIELDS = np.array([sum(column.is_wide for column in RECORDS[kind].columns) if kind in RECORDS else 0 for kind in range(KINDS)])


def split(rows: memoryview, wide: memoryview, keep: Collection[int] | None = None) -> Iterator[tuple[type[Record], Columns]]:
    """Yield each record type that occurs with its columns, in sequence, by kind number; only kinds in ``keep``, if given.

    Wide columns are limbs. Columns do not refer to the buffers; they may be strided.
    """
    table = np.frombuffer(rows, ROW)
    kinds = table["kind"].copy()
    limbs = np.frombuffer(wide, "<i8").reshape(-1, LIMBS)
    wide_fields = _WIDE_FIELDS[kinds]
    first_limb = np.cumsum(wide_fields) - wide_fields
    for kind in np.flatnonzero(np.bincount(kinds)).tolist():
        if keep is None or kind in keep:
            here = np.flatnonzero(kinds == kind)
            yield RECORDS[kind], _columns(RECORDS[kind], table.take(here), limbs, first_limb[here])


def _columns(record: type[Record], rows: Array, limbs: Array, first_limb: Array) -> Columns:
    columns = {name: rows[name] for name in ENVELOPE}
    narrow = wide = 0
    for column in record.columns:
        if column.is_wide:
            columns[column.name] = limbs[first_limb + wide]
            wide += 1
        else:
            columns[column.name] = rows[f"narrow_{narrow}"]
            narrow += 1
    return columns


def empty(record: type[Record]) -> Columns:
    """Return the columns of a record type that never occurred."""
    columns = {name: np.empty(0, ROW[name]) for name in ENVELOPE}
    return columns | {column.name: np.empty(0, object if column.is_wide else "<i8") for column in record.columns}


def integers(limbs: Array) -> Array:
    """Return limbs as an object array of Python integers, exact."""
    raw = np.ascontiguousarray(limbs).tobytes()
    values = [int.from_bytes(raw[at : at + WIDE_BYTES], "little", signed=True) for at in range(0, len(raw), WIDE_BYTES)]
    return objects(values)


def limbs_of(values: Sequence[int]) -> Array:
    """Return Python integers as limbs. OverflowError beyond 256 bits."""
    raw = b"".join([int(value).to_bytes(WIDE_BYTES, "little", signed=True) for value in values])
    return np.frombuffer(raw, "<i8").reshape(-1, LIMBS)


def objects(values: Sequence[object]) -> Array:
    """Return values as an object array, however many bits they have."""
    array = np.empty(len(values), object)
    array[:] = values
    return array


def exact(columns: Columns, declared: Sequence[Column]) -> Columns:
    """Return contiguous columns in which limbs have become integers."""
    wide = [column.name for column in declared if column.is_wide]
    return {name: integers(values) if name in wide else np.ascontiguousarray(values) for name, values in columns.items()}
