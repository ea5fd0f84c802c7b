"""Rows of every record type, and a tape so obvious that it can be believed: the twin of the real one."""

import hashlib
import struct
from dataclasses import dataclass, field

from hypothesis import strategies as st

from sim.records import ALL, RECORDS
from sim.storage import Entry
from sim.units import INT64_MAX

NARROW = st.integers(-INT64_MAX - 1, INT64_MAX) | st.integers(-3, 3)
WIDE = (
    st.integers(-(2**255), 2**255 - 1)
    | st.integers(-(10**38) - 2, 10**38 + 2)
    | st.sampled_from([2**64, -(2**64), 10**38, -(10**38), 0, -1])
)


def fields_of(record):
    """Values a record's fields may hold: members of its words, anything that fits otherwise."""
    return [st.sampled_from(list(each.words)) if each.words else WIDE if each.is_wide else NARROW for each in record.columns]


ROWS = st.sampled_from(ALL).flatmap(lambda record: st.tuples(st.just(record.kind), *fields_of(record)))
SMALL = st.integers(0, 2**31 - 1)


@dataclass
class ListedTape:
    """Every entry in a list."""

    entries: list = field(default_factory=list)

    def append(self, at, cause, place, party, row):
        self.entries.append((len(self.entries) + 1, at, cause, place, party, row))
        return len(self.entries)

    def digest(self):
        rows = b"".join(narrow_bytes(*entry) for entry in self.entries)
        wide = b"".join(wide_bytes(entry[-1]) for entry in self.entries)
        return hashlib.sha256(hashlib.sha256(rows).digest() + hashlib.sha256(wide).digest()).hexdigest()

    def read(self):
        return [Entry(seq, at, cause, place, party, built(row)) for seq, at, cause, place, party, row in self.entries]


def built(row):
    """The record of a row."""
    return RECORDS[row[0]](*row[1:])


def narrow_bytes(seq, at, cause, place, party, row):
    """The bytes of a row as the digest has them, one field after the other."""
    narrow = [value for value, column in zip(row[1:], RECORDS[row[0]].columns, strict=True) if not column.is_wide]
    narrow += [0] * (8 - len(narrow))
    fields = [struct.pack("<q", value) for value in (seq, at, cause)] + [struct.pack("<i", value) for value in (place, party, row[0], 0)]
    return b"".join(fields + [struct.pack("<q", value) for value in narrow])


def wide_bytes(row):
    """The wide fields of a row, 32 bytes each."""
    columns = zip(row[1:], RECORDS[row[0]].columns, strict=True)
    return b"".join((value % 2**256).to_bytes(32, "little") for value, column in columns if column.is_wide)
