"""The tape kept in memory, for runs that want no folder. About 100 bytes an entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs
import numpy as np

from sim.records import Record
from sim.storage.columns import Array, Columns, exact, split
from sim.storage.population import Values
from sim.storage.reading import Entry, RecordName, TapeReader
from sim.units import Seq


@attrs.frozen
class MemoryPart:
    """A stretch of the tape as columns, wide ones as limbs."""

    first_seq: Seq
    last_seq: Seq
    tables: dict[type[Record], Columns]

    def types(self) -> Sequence[type[Record]]:
        """Return the record types that occur, by kind number."""
        return list(self.tables)

    def columns(self, record: type[Record], first: Seq, last: Seq) -> Columns:
        """Return the columns of the entries from first to last, wide fields as Python integers."""
        table = self.tables[record]
        start, end = np.searchsorted(table["seq"], first, "left"), np.searchsorted(table["seq"], last, "right")
        return exact({name: values[start:end] for name, values in table.items()}, record.columns)

    def envelope(self, record: type[Record]) -> Columns:
        """Return seq and cause of all its entries of a type."""
        return {name: self.tables[record][name] for name in ("seq", "cause")}


@attrs.define
class MemoryTape:
    """A sink that keeps what it is given; flush the tape before reading."""

    keep: Collection[int] | None = None
    """Kinds to keep; all, unless told."""
    populations: Mapping[str, Mapping[str, Values]] = attrs.field(factory=dict)
    """Columns of accounts opened in bulk, by file."""
    reader: TapeReader = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Tell the reader what it will not find."""
        self.reader = TapeReader(keep=self.keep)

    def take(self, rows: memoryview, wide: memoryview, first_seq: Seq, last_seq: Seq) -> None:
        """Keep these rows as columns."""
        tables = {}
        for record, columns in split(rows, wide, self.keep):
            tables[record] = {name: np.ascontiguousarray(values) for name, values in columns.items()}
        self.reader.parts.append(MemoryPart(first_seq, last_seq, tables))

    def population(self, name: str) -> Mapping[str, Values]:
        """Return the columns of a population. KeyError where there is none of this name."""
        return self.populations[name]

    def records(self, record: RecordName) -> Columns:
        """Return all entries of one record type as numpy columns; see ``TapeReader``."""
        return self.reader.records(record)

    def entries(self, first: Seq = 1, last: Seq | None = None, records: Iterable[RecordName] | None = None) -> Iterator[Entry]:
        """Yield entries in sequence; see ``TapeReader``."""
        return self.reader.entries(first, last, records)

    def entry(self, seq: Seq) -> Entry:
        """Return one entry; see ``TapeReader``."""
        return self.reader.entry(seq)

    def causes(self) -> Array:
        """Return the cause of each entry by seq; see ``TapeReader``."""
        return self.reader.causes()
