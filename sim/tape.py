"""The tape: the only history. Whatever changes appends a row here, once, and nothing is ever taken back.

A row is the envelope ``(seq, at, cause, place, party)`` and a tuple ``(kind, field, ...)`` in the order of the record's
declaration. It becomes ``ROW_BYTES`` fixed bytes, little-endian; wide fields go, 32 bytes each, to a second buffer in the same
sequence. Full buffers are hashed and handed to the sink (``sim.storage``), so memory stays bounded.

Promised: seq counts from 1 without gaps; a cause lies before its effect; the digest depends on the rows alone, not on capacity,
flushes, sink or platform. Left out: which entries a file keeps (the sink's matter) and how rows are read back (``sim.storage``).
"""

from __future__ import annotations

import copy
import hashlib
import struct
from collections.abc import Callable
from typing import Any, NoReturn, Protocol, TypeAlias

import attrs

from sim.errors import BrokenInvariant
from sim.records import RECORDS
from sim.records.declare import MOST_NARROW
from sim.units import Nanos, Party, Place, Seq

Row: TypeAlias = tuple[int, ...]
"""``(kind, field, ...)``: a record as it travels."""
Listener: TypeAlias = Callable[[Seq, Nanos, Seq, Place, Party, Row], object]
"""Called with ``(seq, at, cause, place, party, row)`` once the entry is on the tape."""

ENVELOPE = "<qqqii"
ROW_BYTES = 40 + 8 * MOST_NARROW
WIDE_BYTES = 32
KINDS = 256
"""Records have kind numbers below this."""
_FEWEST_ROWS = 1_024


class Sink(Protocol):
    """Where full buffers go."""

    def take(self, rows: memoryview, wide: memoryview, first_seq: Seq, last_seq: Seq) -> None:
        """Keep what is wanted of these rows; both views are void after the call returns."""


def _pack_of(kind: int) -> Callable[..., None] | None:
    """Return the packer of a whole row (unused narrow places become zero bytes); None if there is no such record."""
    if kind not in RECORDS:
        return None
    narrow = sum(not column.is_wide for column in RECORDS[kind].columns)
    return struct.Struct(f"{ENVELOPE}i4x{narrow}q{8 * (MOST_NARROW - narrow)}x").pack_into


def _places(kind: int, is_wide: bool) -> tuple[int, ...]:
    """Return where in a travelling row the wide (or the narrow) fields are."""
    columns = RECORDS[kind].columns if kind in RECORDS else ()
    return tuple(place for place, column in enumerate(columns, start=1) if column.is_wide is is_wide)


_PACK = tuple(_pack_of(kind) for kind in range(KINDS))
_NARROW = tuple(_places(kind, is_wide=False) for kind in range(KINDS))
_WIDE = tuple(_places(kind, is_wide=True) for kind in range(KINDS))
_PACK_WHOLE = tuple(None if wide else pack for pack, wide in zip(_PACK, _WIDE, strict=True))
"""Packers of the kinds without wide fields: the short way."""


@attrs.define
class _Listeners:
    """Several listeners of one kind, called in the order in which they asked."""

    listeners: list[Listener]

    def __call__(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        for listener in self.listeners:
            listener(seq, at, cause, place, party, row)


@attrs.define(eq=False)
class Tape:
    """All entries of a run, in sequence.

    A deep copy goes on from the same entry with the same digest, and has no sink: two worlds never write to one folder.
    """

    sink: Sink | None = None
    capacity: int = 262_144
    """Rows a buffer holds before it is hashed and handed on."""
    entries: int = attrs.field(default=0, init=False)
    """How many there are; also the seq of the last one."""
    listeners: list[Listener | None] = attrs.field(factory=lambda: [None] * KINDS, init=False)
    """By kind. Use ``listen``."""
    _rows: bytearray = attrs.field(factory=bytearray, init=False)
    _end: int = attrs.field(default=0, init=False)
    """Bytes of ``_rows`` in use."""
    _wide: bytearray = attrs.field(factory=bytearray, init=False)
    _flushed: Seq = attrs.field(default=0, init=False)
    """The last entry handed on."""
    _rows_hash: Any = attrs.field(factory=hashlib.sha256, init=False)
    _wide_hash: Any = attrs.field(factory=hashlib.sha256, init=False)

    def append(self, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> Seq:
        """Add an entry, tell the listeners of its kind, and return its seq.

        A field that does not fit, a row of another shape than its record's, and a cause that lies ahead are defects.
        """
        seq = self.entries + 1
        end = self._end
        if end == len(self._rows):
            end = self._make_room()
        assert cause < seq, f"entry {seq} names entry {cause} as its cause"
        kind = row[0]
        pack = _PACK_WHOLE[kind]
        if pack is not None:
            try:
                pack(self._rows, end, seq, at, cause, place, party, *row)
            except struct.error:
                _say_what_does_not_fit(seq, at, cause, place, party, row)
        else:
            self._pack_wide(end, seq, at, cause, place, party, row)
        self._end = end + ROW_BYTES
        self.entries = seq
        listener = self.listeners[kind]
        if listener is not None:
            listener(seq, at, cause, place, party, row)
        return seq

    def listen(self, kind: int, listener: Listener) -> None:
        """Call the listener after each entry of this kind; several are called in the order in which they asked."""
        present = self.listeners[kind]
        if present is None:
            self.listeners[kind] = listener
        elif isinstance(present, _Listeners):
            present.listeners.append(listener)
        else:
            self.listeners[kind] = _Listeners([present, listener])

    def digest(self) -> str:
        """Return the SHA-256, in hex, over all entries so far: of the rows' hash followed by the wide fields' hash."""
        rows, wide = self._rows_hash.copy(), self._wide_hash.copy()
        rows.update(memoryview(self._rows)[: self._end])
        wide.update(self._wide)
        return hashlib.sha256(rows.digest() + wide.digest()).hexdigest()

    def flush(self) -> None:
        """Hash what is buffered and hand it to the sink, if there is one."""
        if not self._end:
            return
        rows, wide = memoryview(self._rows)[: self._end], memoryview(self._wide)
        self._rows_hash.update(rows)
        self._wide_hash.update(wide)
        first = self._flushed + 1
        self._flushed = self.entries
        if self.sink is not None:
            self.sink.take(rows, wide, first, self.entries)
        self._end = 0
        self._wide = bytearray()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tape:
        copied = Tape(None, self.capacity)
        memo[id(self)] = copied
        copied.entries = self.entries
        copied._rows = bytearray(self._rows)
        copied._end = self._end
        copied._wide = bytearray(self._wide)
        copied._flushed = self._flushed
        copied._rows_hash = self._rows_hash.copy()
        copied._wide_hash = self._wide_hash.copy()
        copied.listeners = copy.deepcopy(self.listeners, memo)
        return copied

    def _make_room(self) -> int:
        """Grow the buffer up to its capacity, then empty it; return where the next row goes."""
        size = len(self._rows)
        if size < self.capacity * ROW_BYTES:
            rows = min(max(_FEWEST_ROWS, 2 * size // ROW_BYTES), self.capacity)
            self._rows.extend(bytes(rows * ROW_BYTES - size))
        else:
            self.flush()
        return self._end

    def _pack_wide(self, end: int, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Pack a row of a kind that has wide fields: its narrow ones into the row, the others into the second buffer."""
        kind = row[0]
        pack = _PACK[kind]
        if pack is None or len(row) != 1 + len(RECORDS[kind].columns):
            _say_what_does_not_fit(seq, at, cause, place, party, row)
        try:
            wide = b"".join([row[field].to_bytes(WIDE_BYTES, "little", signed=True) for field in _WIDE[kind]])
            pack(self._rows, end, seq, at, cause, place, party, kind, *[row[field] for field in _NARROW[kind]])
        except (struct.error, OverflowError, AttributeError):
            _say_what_does_not_fit(seq, at, cause, place, party, row)
        self._wide += wide


def _say_what_does_not_fit(seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> NoReturn:
    """Raise with the record, the field and the value: a row that cannot be packed is our own mistake."""
    record = RECORDS.get(row[0])
    if record is None:
        raise BrokenInvariant(f"entry {seq} has kind {row[0]}, which no record has")
    if len(row) != 1 + len(record.columns):
        raise BrokenInvariant(f"entry {seq}: {record.__name__} has {len(record.columns)} fields, its row has {len(row) - 1}")
    fields = [("at", at, 64), ("cause", cause, 64), ("place", place, 32), ("party", party, 32)]
    for column, value in zip(record.columns, row[1:], strict=True):
        fields.append((column.name, value, 8 * WIDE_BYTES if column.is_wide else 64))
    for name, value, bits in fields:
        if not isinstance(value, int):
            raise BrokenInvariant(f"entry {seq}: {record.__name__}.{name} is {value!r}, which is not an integer")
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise BrokenInvariant(f"entry {seq}: {record.__name__}.{name} is {value}, which does not fit {bits} bits")
    raise BrokenInvariant(f"entry {seq}: {record.__name__} cannot be packed: {row}")
