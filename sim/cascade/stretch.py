"""The tape as folds read it: stretch by stretch, columns by record type, or rows in sequence.

Promised: every entry is handed on once, in sequence, and memory stays bounded by a stretch (a part of the tape). A source without
parts is one stretch. Rows are plain tuples ``(seq, kind, at, cause, place, party, field, ...)``; no objects are built in loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np

from sim.errors import InputError
from sim.records import ALL
from sim.records.declare import Record
from sim.storage import Entry, MemoryTape, Run, TapeReader
from sim.storage.columns import ENVELOPE, Columns, empty
from sim.storage.reading import Part
from sim.units import Seq

Row: TypeAlias = tuple[Any, ...]
"""``(seq, kind, at, cause, place, party)`` and the record's fields in the order of their declaration."""


class Source(Protocol):
    """Whatever a tape can be read from: a run folder, a tape in memory, a reader."""

    def records(self, record: Any, /) -> Columns:
        """Return all entries of one record type as numpy columns."""

    def entries(self) -> Iterator[Entry]:
        """Yield entries in sequence."""


@attrs.define
class Stretch:
    """Some entries of a tape, as columns; each record type is read once, however many folds ask for it."""

    part: Part
    _read: dict[type[Record], Columns] = attrs.field(factory=dict, init=False)
    _rows: dict[tuple[type[Record], ...], list[Row]] = attrs.field(factory=dict, init=False)

    @property
    def first_seq(self) -> Seq:
        """The first entry it covers."""
        return self.part.first_seq

    @property
    def last_seq(self) -> Seq:
        """The last entry it covers."""
        return self.part.last_seq

    def columns(self, record: type[Record]) -> Columns:
        """Return envelope and fields of its entries of a type, in sequence; empty columns if there are none."""
        if record not in self._read:
            occurs = record in self.part.types()
            self._read[record] = self.part.columns(record, self.part.first_seq, self.part.last_seq) if occurs else empty(record)
        return self._read[record]

    def rows(self, records: Iterable[type[Record]]) -> list[Row]:
        """Return its entries of these types as tuples, in sequence. Cost: a sort of what is nearly sorted, at first asking."""
        wanted = tuple(records)
        if wanted not in self._rows:
            found: list[Row] = []
            seqs = []
            for record in wanted:
                columns = self.columns(record)
                if len(columns["seq"]):
                    found += rows_of(record, columns)
                    seqs.append(columns["seq"])
            order = np.argsort(np.concatenate(seqs), kind="stable").tolist() if seqs else []
            self._rows[wanted] = [found[place] for place in order]
        return self._rows[wanted]


@attrs.frozen
class _Whole:
    """All of a source that has no parts, as one part."""

    source: Source
    first_seq: Seq = 0
    last_seq: Seq = 2**62

    def types(self) -> Sequence[type[Record]]:
        return ALL

    def columns(self, record: type[Record], first: Seq, last: Seq) -> Columns:
        return self.source.records(record)

    def envelope(self, record: type[Record]) -> Columns:
        columns = self.source.records(record)
        return {name: columns[name] for name in ("seq", "cause")}


def stretches(source: Source) -> Iterator[Stretch]:
    """Yield the stretches of a source, first to last. InputError if entries were left out when it was kept."""
    require_full(source)
    if isinstance(source, MemoryTape):
        parts: Sequence[Part] = source.reader.parts
    elif isinstance(source, Run):
        parts = source.tape.parts
    elif isinstance(source, TapeReader):
        parts = source.parts
    else:
        parts = [_Whole(source)]
    for part in parts:
        yield Stretch(part)


def require_full(source: Source) -> None:
    """Refuse a tape of which entries were left out when it was kept. Raises InputError."""
    is_filtered = isinstance(source, MemoryTape) and source.keep is not None
    if is_filtered or (isinstance(source, Run) and source.manifest.tape != "full"):
        raise InputError("this tape was not kept in full, so its figures and causes cannot be told; run again with --tape full")


def rows_of(record: type[Record], columns: Columns) -> Iterator[Row]:
    """Yield one type's entries as tuples, in sequence."""
    count = len(columns["seq"])
    names = [*ENVELOPE[1:], *(column.name for column in record.columns)]
    return zip(columns["seq"].tolist(), [record.kind] * count, *(columns[name].tolist() for name in names), strict=True)
