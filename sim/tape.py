"""The tape: the only history. Whatever changes appends a row here, once, and nothing is ever taken back.

A row is the envelope ``(seq, at, cause, place, party)`` and a tuple ``(kind, field, ...)`` in the order of the record's
declaration. It becomes ``ROW_BYTES`` fixed bytes, little-endian; wide fields go, 32 bytes each, to a second buffer in the same
sequence. Full buffers are hashed and handed to the sink (``sim.storage``), so memory stays bounded.

Promised: seq counts from 1 without gaps; a cause lies before its effect; the digest depends on the rows alone, not on capacity,
flushes, sink or platform. Left out: which entries a file keeps (the sink's matter) and how rows are read back (``sim.storage``).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import attrs

from sim.records.layout import KINDS, PACK, PACK_FOUR, ROW_BYTES, SPREAD, WIDE, WIDE_BYTES, Row, pack_wide, refuse
from sim.units import Nanos, Party, Place, Seq

Listener: TypeAlias = Callable[[Seq, Nanos, Seq, Place, Party, Row], object]
"""Called with ``(seq, at, cause, place, party, row)`` once the entry is on the tape."""

__all__ = ["Listener", "Row", "Sink", "Tape"]

_FEWEST_ROWS = 1_024


class Sink(Protocol):
    """Where full buffers go."""

    def take(self, rows: memoryview, wide: memoryview, first_seq: Seq, last_seq: Seq) -> None:
        """Keep what is wanted of these rows; both views are void after the call returns."""


@attrs.define
class _Listeners:
    """Several listeners of one kind, called in the order in which they asked."""

    listeners: list[Listener]

    def __call__(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        for listener in self.listeners:
            listener(seq, at, cause, place, party, row)


class _Sha256:
    """A running SHA-256 that can be deep-copied, which hashlib's own cannot."""

    __slots__ = ("hasher",)

    def __init__(self) -> None:
        self.hasher = hashlib.sha256()

    def __deepcopy__(self, memo: dict[int, Any]) -> _Sha256:
        copied = _Sha256()
        copied.hasher = self.hasher.copy()
        return copied


@attrs.define(eq=False, repr=False)
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
    _size: int = attrs.field(default=0, init=False)
    """Bytes of ``_rows``: it grows up to its capacity, so that a small world stays small."""
    _end: int = attrs.field(default=0, init=False)
    """Bytes of ``_rows`` in use."""
    _wide: bytearray = attrs.field(factory=bytearray, init=False)
    _flushed: Seq = attrs.field(default=0, init=False)
    """The last entry handed on."""
    _rows_hash: _Sha256 = attrs.field(factory=_Sha256, init=False)
    _wide_hash: _Sha256 = attrs.field(factory=_Sha256, init=False)

    def append(self, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> Seq:
        """Add an entry, tell the listeners of its kind, and return its seq.

        A field that does not fit, a row of another shape than its record's, and a cause that lies ahead are defects.
        """
        seq = self.entries + 1
        end = self._end
        if end == self._size:
            end = self._make_room()
        assert cause < seq, f"entry {seq} names entry {cause} as its cause"
        kind = row[0]
        try:
            pack = PACK_FOUR[kind]
            if pack is not None:
                _, first, second, third, fourth = row
                pack(self._rows, end, seq, at, cause, place, party, kind, first, second, third, fourth)
            elif (spread := SPREAD[kind]) is not None:
                spread(PACK[kind], self._rows, end, seq, at, cause, place, party, row)
            else:
                self._wide += pack_wide(self._rows, end, seq, at, cause, place, party, row)
        except (struct.error, OverflowError, ValueError, IndexError, AttributeError):
            refuse(seq, at, cause, place, party, row)
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
        rows, wide = self._rows_hash.hasher.copy(), self._wide_hash.hasher.copy()
        rows.update(memoryview(self._rows)[: self._end])
        wide.update(self._wide)
        return hashlib.sha256(rows.digest() + wide.digest()).hexdigest()

    def flush(self) -> None:
        """Hash what is buffered and hand it to the sink, if there is one."""
        if not self._end:
            return
        rows, wide = memoryview(self._rows)[: self._end], memoryview(self._wide)
        self._rows_hash.hasher.update(rows)
        self._wide_hash.hasher.update(wide)
        first = self._flushed + 1
        self._flushed = self.entries
        self._end = 0
        self._wide = bytearray()
        if self.sink is not None:
            self.sink.take(rows, wide, first, self.entries)

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in attrs.fields(Tape)} | {"sink": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def _make_room(self) -> int:
        """Grow the buffer up to its capacity, then empty it; return where the next row goes."""
        if self._size < self.capacity * ROW_BYTES:
            rows = min(max(_FEWEST_ROWS, 2 * self._size // ROW_BYTES), self.capacity)
            self._rows.extend(bytes(rows * ROW_BYTES - self._size))
            self._size = len(self._rows)
        else:
            self.flush()
        return self._end

    def _check(self) -> None:
        """Assert every invariant; costs a walk over what is buffered."""
        assert self._end == (self.entries - self._flushed) * ROW_BYTES <= self._size == len(self._rows) <= self.capacity * ROW_BYTES
        wide = 0
        for row in range(self._end // ROW_BYTES):
            seq, _, cause, _, _, kind = struct.unpack_from("<qqqiii", self._rows, row * ROW_BYTES)
            assert cause < seq == self._flushed + row + 1, f"entry {seq}, caused by {cause}, stands at place {row} after {self._flushed}"
            wide += len(WIDE[kind])
        assert len(self._wide) == wide * WIDE_BYTES
