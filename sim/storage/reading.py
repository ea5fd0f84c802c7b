"""Reading a tape: columns by record type, entries in sequence, one entry, all causes.

Works on *parts*, whichever way they are kept. Memory stays bounded by a part, except where all of a record type is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np

from sim.errors import InputError
from sim.records import ALL, RECORDS, Record
from sim.storage.columns import ENVELOPE, Array, Columns, empty
from sim.units import INT64_MAX, Nanos, Party, Place, Seq

RecordName: TypeAlias = str | type[Record]
_AT_ONCE = 4_096
"""Rows of a type that are Python integers at any time."""
_NOT_IN_FULL = 'this tape was not kept in full; run again with --tape full (in Python: tape="full")'


@attrs.frozen
class Entry:
    """A record with its envelope."""

    seq: Seq
    at: Nanos
    cause: Seq
    """The entry that led to this one; 0 for a root."""
    place: Place
    party: Party
    record: Record


class Part(Protocol):
    """Entries of a stretch of the tape, by record type."""

    @property
    def first_seq(self) -> Seq:
        """The first entry it covers, kept or not."""

    @property
    def last_seq(self) -> Seq:
        """The last entry it covers, kept or not."""

    def types(self) -> Sequence[type[Record]]:
        """Return the record types that occur, by kind number."""

    def columns(self, record: type[Record], first: Seq, last: Seq) -> Columns:
        """Return envelope and fields of the entries from first to last, in sequence; wide fields as Python integers."""

    def envelope(self, record: type[Record]) -> Columns:
        """Return seq and cause of all its entries of a type."""


@attrs.define
class TapeReader:
    """The entries that were kept, part by part."""

    parts: list[Part] = attrs.field(factory=list)
    keep: Collection[int] | None = None
    """Kinds that were kept; all, unless told."""
    _kinds: dict[int, Array] = attrs.field(factory=dict, init=False, repr=False)
    """Per part that was looked into: the kind of each entry, 0 where none was kept."""
    _causes: dict[int, Array] = attrs.field(factory=dict, init=False, repr=False)
    """Per part that was looked into: the cause of each entry."""

    @property
    def last_seq(self) -> Seq:
        """The last entry of the last part; 0 if there is none."""
        return self.parts[-1].last_seq if self.parts else 0

    def records(self, record: RecordName) -> Columns:
        """Return all entries of one record type as numpy columns: ``seq at_ns cause place party`` and the record's fields.

        Wide fields are object arrays of Python integers, exact; words are their numbers. Empty arrays for a type that never
        occurred; InputError for one that this tape did not keep.
        """
        wanted = record_named(record)
        self._require_kept(wanted)
        found = [part.columns(wanted, 0, INT64_MAX) for part in self.parts if wanted in part.types()]
        if not found:
            return empty(wanted)
        return {name: np.concatenate([columns[name] for columns in found]) for name in found[0]}

    def entries(self, first: Seq = 1, last: Seq | None = None, records: Iterable[RecordName] | None = None) -> Iterator[Entry]:
        """Yield entries in sequence, from first to last inclusive, of these record types or of all that were kept.

        InputError for a type asked for by name that this tape did not keep.
        """
        end = INT64_MAX if last is None else last
        wanted = None if records is None else [record_named(record) for record in records]
        for each in wanted or ():
            self._require_kept(each)
        for part in self.parts:
            if part.first_seq <= end and part.last_seq >= first:
                yield from _merged(part, first, end, wanted)

    def entry(self, seq: Seq) -> Entry:
        """Return one entry. InputError if there is none of that number, or it was not kept."""
        for number, part in enumerate(self.parts):
            if part.first_seq <= seq <= part.last_seq:
                record = RECORDS.get(int(self._kinds_of(number)[seq - part.first_seq]))
                if record is not None:
                    return next(_built(record, part.columns(record, seq, seq)))
        if self.keep is not None:
            raise InputError(f"entry {seq} is not on this tape: {_NOT_IN_FULL}")
        raise InputError(f"entry {seq} is not on this tape; its entries are 1 to {self.last_seq}")

    def causes(self) -> Array:
        """Return the cause of each entry by seq, as int64; 0 for roots, for entries that were not kept, and at place 0."""
        causes = np.zeros(self.last_seq + 1, np.int64)
        for part in self.parts:
            for record in part.types():
                envelope = part.envelope(record)
                causes[envelope["seq"]] = envelope["cause"]
        return causes

    def chain(self, seq: Seq) -> list[Seq]:
        """Return an entry and its causes, newest first, up to the root. Cost: the parts that hold them, each read at first asking.

        InputError if there is no entry of that number.
        """
        if not 0 < seq <= self.last_seq:
            raise InputError(f"entry {seq} is not on this tape; its entries are 1 to {self.last_seq}")
        found = []
        while seq:
            found.append(seq)
            seq = self.cause_of(seq)
        return found

    def cause_of(self, seq: Seq) -> Seq:
        """Return the cause of an entry; 0 for a root, and for an entry that was not kept. Cost: that of its part, at first asking."""
        number = bisect_right(self._firsts(), seq) - 1
        if number < 0 or seq > self.parts[number].last_seq:
            return 0
        if number not in self._causes:
            part = self.parts[number]
            causes = np.zeros(part.last_seq - part.first_seq + 1, np.int64)
            for record in part.types():
                envelope = part.envelope(record)
                causes[envelope["seq"] - part.first_seq] = envelope["cause"]
            self._causes[number] = causes
        return int(self._causes[number][seq - self.parts[number].first_seq])

    def _firsts(self) -> list[Seq]:
        return [part.first_seq for part in self.parts]

    def _require_kept(self, record: type[Record]) -> None:
        if self.keep is not None and record.kind not in self.keep:
            raise InputError(f"{record.__name__} was not kept: {_NOT_IN_FULL}")

    def _kinds_of(self, number: int) -> Array:
        if number not in self._kinds:
            part = self.parts[number]
            kinds = np.zeros(part.last_seq - part.first_seq + 1, np.uint8)
            for record in part.types():
                kinds[part.envelope(record)["seq"] - part.first_seq] = record.kind
            self._kinds[number] = kinds
        return self._kinds[number]


def record_named(record: RecordName) -> type[Record]:
    """Return the record class of a name (or the class itself). InputError with the nearest names if there is none."""
    if not isinstance(record, str):
        return record
    names = {each.__name__: each for each in ALL}
    if record not in names:
        near = get_close_matches(record, names)
        raise InputError(f"there is no record {record!r}; " + (f"is {' or '.join(near)} meant?" if near else "see sim.records"))
    return names[record]


def _merged(part: Part, first: Seq, last: Seq, wanted: Sequence[type[Record]] | None) -> Iterator[Entry]:
    """Yield a part's entries in sequence: which type comes next is known from all their seqs together."""
    tables = []
    for record in part.types():
        if wanted is None or record in wanted:
            columns = part.columns(record, first, last)
            if len(columns["seq"]):
                tables.append((record, columns))
    if not tables:
        return
    seqs = np.concatenate([columns["seq"] for _, columns in tables])
    whose = np.repeat(np.arange(len(tables)), [len(columns["seq"]) for _, columns in tables])
    built = [_built(record, columns) for record, columns in tables]
    for table in whose[np.argsort(seqs, kind="stable")]:
        yield next(built[table])


def _built(record: type[Record], columns: Columns) -> Iterator[Entry]:
    """Yield entries of one type, made from their columns a few thousand at a time."""
    words = [(place, column.words) for place, column in enumerate(record.columns) if column.words]
    names = [*ENVELOPE, *(column.name for column in record.columns)]
    make: Any = record
    for start in range(0, len(columns["seq"]), _AT_ONCE):
        for seq, at, cause, place, party, *fields in zip(
            *(columns[name][start : start + _AT_ONCE].tolist() for name in names), strict=True
        ):
            for position, enumeration in words:
                fields[position] = enumeration(fields[position])
            yield Entry(seq, at, cause, place, party, make(*fields))
