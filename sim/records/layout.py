"""The bytes of a row: how a travelling tuple becomes a fixed piece of the tape's buffer.

``ROW_BYTES`` bytes, little-endian: seq, at, cause as 8 bytes each, place, party, kind and a pad as 4 each, then eight places of 8
bytes for the narrow fields in the order of declaration, unused ones zero. Wide fields are 32 bytes two's complement, little-endian
too, one after the other in a buffer of their own. The digest is over these bytes: to change them is to move every golden digest.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from sim.errors import BrokenInvariant
from sim.records import RECORDS
from sim.records.declare import MOST_NARROW
from sim.units import Nanos, Party, Place, Seq

Row: TypeAlias = tuple[int, ...]
"""``(kind, field, ...)``: a record as it travels."""
Pack: TypeAlias = Callable[..., None]
"""``Struct.pack_into`` of a whole row."""

ROW_BYTES = 40 + 8 * MOST_NARROW
WIDE_BYTES = 32
KINDS = 256
"""Records have kind numbers below this."""


def _pack_of(kind: int) -> Pack | None:
    """Return the packer of a whole row (unused narrow places become zero bytes); None if there is no such record."""
    if kind not in RECORDS:
        return None
    narrow = sum(not column.is_wide for column in RECORDS[kind].columns)
    return struct.Struct(f"<qqQiii4x{narrow}q{8 * (MOST_NARROW - narrow)}x").pack_into


def _places(kind: int, is_wide: bool) -> tuple[int, ...]:
    """Return where in a travelling row the wide (or the narrow) fields are."""
    columns = RECORDS[kind].columns if kind in RECORDS else ()
    return tuple(place for place, column in enumerate(columns, start=1) if column.is_wide is is_wide)


# A call with ``*row`` copies its arguments twice, 0.1 us of the 0.3 an entry costs; hence a function for each number of fields.


def _spread_0(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    (kind,) = row
    pack(rows, end, seq, at, cause, place, party, kind)


def _spread_1(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a = row
    pack(rows, end, seq, at, cause, place, party, kind, a)


def _spread_2(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a, b = row
    pack(rows, end, seq, at, cause, place, party, kind, a, b)


def _spread_3(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a, b, c = row
    pack(rows, end, seq, at, cause, place, party, kind, a, b, c)


def _spread_4(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a, b, c, d = row
    pack(rows, end, seq, at, cause, place, party, kind, a, b, c, d)


def _spread_5(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a, b, c, d, e = row
    pack(rows, end, seq, at, cause, place, party, kind, a, b, c, d, e)


def _spread_6(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a, b, c, d, e, f = row
    pack(rows, end, seq, at, cause, place, party, kind, a, b, c, d, e, f)


def _spread_7(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a, b, c, d, e, f, g = row
    pack(rows, end, seq, at, cause, place, party, kind, a, b, c, d, e, f, g)


def _spread_8(pack: Pack, rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
    kind, a, b, c, d, e, f, g, h = row
    pack(rows, end, seq, at, cause, place, party, kind, a, b, c, d, e, f, g, h)


_SPREADS = (_spread_0, _spread_1, _spread_2, _spread_3, _spread_4, _spread_5, _spread_6, _spread_7, _spread_8)


def _spread_of(kind: int) -> Callable[..., None] | None:
    """Return how a row of this kind is packed; None if it has wide fields, or there is no such record."""
    columns = RECORDS[kind].columns if kind in RECORDS else None
    return None if columns is None or any(column.is_wide for column in columns) else _SPREADS[len(columns)]


PACK = tuple(_pack_of(kind) for kind in range(KINDS))
SPREAD = tuple(_spread_of(kind) for kind in range(KINDS))
PACK_FOUR = tuple(pack if spread is _spread_4 else None for pack, spread in zip(PACK, SPREAD, strict=True))
"""Packers of the kinds with four narrow fields, quotes among them, which are most of a tape: they are packed without a call between."""
NARROW = tuple(_places(kind, is_wide=False) for kind in range(KINDS))
WIDE = tuple(_places(kind, is_wide=True) for kind in range(KINDS))
"""Where in a travelling row the wide fields are, by kind."""


def pack_wide(rows: bytearray, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> bytes:
    """Pack the narrow fields of a row whose kind has wide ones; return the bytes of those.

    Raises whatever struct and int raise when a field does not fit; ``refuse`` then says which.
    """
    kind = row[0]
    pack = PACK[kind]
    if pack is None or len(row) != 1 + len(RECORDS[kind].columns):
        refuse(seq, at, cause, place, party, row)
    wide = b"".join([row[field].to_bytes(WIDE_BYTES, "little", signed=True) for field in WIDE[kind]])
    pack(rows, end, seq, at, cause, place, party, kind, *[row[field] for field in NARROW[kind]])
    return wide


def refuse(seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> NoReturn:
    """Raise with the record, the field and the value: a row that cannot be packed is our own mistake."""
    record = RECORDS.get(row[0])
    if record is None:
        raise BrokenInvariant(f"entry {seq} has kind {row[0]}, which no record has")
    if len(row) != 1 + len(record.columns):
        raise BrokenInvariant(f"entry {seq}: {record.__name__} has {len(record.columns)} fields, its row has {len(row) - 1}")
    fields = [("at", at, 64), ("cause", cause, 64), ("place", place, 32), ("party", party, 32)]
    for column, value in zip(record.columns, row[1:], strict=True):
        fields.append((column.name, value, 8 * WIDE_BYTES if column.is_wide else 64))
    if cause < 0:
        raise BrokenInvariant(f"entry {seq}: {record.__name__} names entry {cause} as its cause")
    for name, value, bits in fields:
        if not isinstance(value, int):
            raise BrokenInvariant(f"entry {seq}: {record.__name__}.{name} is {value!r}, which is not an integer")
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise BrokenInvariant(f"entry {seq}: {record.__name__}.{name} is {value}, which does not fit {bits} bits")
    raise BrokenInvariant(f"entry {seq}: {record.__name__} cannot be packed: {row}")
