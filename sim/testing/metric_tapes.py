"""The tapes a metric reads in its exam, from shipped scenarios, and ways to cut them.

Columns are read-only, and made once for a process: whole numbers beyond 64 bits are Python's already. For what a metric keeps, the same
minute of a market comes again, ten minutes later, once and several times over in the same minute: what it keeps more of the second than of
the first it keeps of entries, and not of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts
from sim.records import Record
from sim.records.agents import OutsideMoved, RunEnded, RunStarted
from sim.records.chain import BlockSealed
from sim.scenario.load import load
from sim.scenario.run import run
from sim.storage.columns import Columns
from sim.units import MINUTE, Seq

BREAK = 10 * MINUTE
OF_NO_PLACE = (BlockSealed, OutsideMoved, RunStarted, RunEnded)
"""Records of a tape without venues, pools and feeds."""


@attrs.frozen
class ReadPart:
    """Entries from first to last of columns that nobody can change."""

    first_seq: Seq
    last_seq: Seq
    tables: dict[type[Record], Columns]
    spans: dict[type[Record], tuple[int, int]] = attrs.field(default=attrs.Factory(lambda self: self._spans(), takes_self=True))
    """Which rows they are, of record types that occur."""

    def types(self) -> Sequence[type[Record]]:
        """Return the record types that occur."""
        return list(self.spans)

    def columns(self, record: type[Record], first: Seq, last: Seq) -> Columns:
        """Return the columns of the entries from first to last."""
        start, end = self.spans[record]
        table = self.tables[record]
        if first > self.first_seq or last < self.last_seq:
            inner = np.searchsorted(table["seq"], (first, last + 1)).tolist()
            start, end = max(start, inner[0]), min(end, inner[1])
        return {name: values[start:end] for name, values in table.items()}

    def envelope(self, record: type[Record]) -> Columns:
        """Return seq and cause of all its entries of a type."""
        start, end = self.spans[record]
        return {name: self.tables[record][name][start:end] for name in ("seq", "cause")}

    def _spans(self) -> dict[type[Record], tuple[int, int]]:
        edges = {
            record: np.searchsorted(columns["seq"], (self.first_seq, self.last_seq + 1)).tolist() for record, columns in self.tables.items()
        }
        return {record: (start, end) for record, (start, end) in edges.items() if start < end}


@attrs.frozen
class ExamTape:
    """A tape with what must be known beside it."""

    said: str
    facts: Facts
    tables: dict[type[Record], Columns] = attrs.field(repr=False)
    last_seq: Seq
    populations: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict, repr=False)
    """Accounts that came in bulk, by file."""

    def listed(self, file: str) -> Mapping[str, Any]:
        """Return the columns of accounts that came in bulk."""
        return self.populations[file]

    def cut(self, size: int) -> Iterator[Stretch]:
        """Yield it in stretches of so many entries."""
        firsts = list(range(1, self.last_seq + 1, size))
        edges = {record: np.searchsorted(table["seq"], [*firsts, self.last_seq + 1]).tolist() for record, table in self.tables.items()}
        for number, first in enumerate(firsts):
            spans = {record: (at[number], at[number + 1]) for record, at in edges.items() if at[number] < at[number + 1]}
            yield Stretch(ReadPart(first, min(first + size - 1, self.last_seq), self.tables, spans))

    def whole(self) -> list[Stretch]:
        """Return it as one stretch."""
        return list(self.cut(max(1, self.last_seq)))

    def only(self, records: Iterable[type[Record]], facts: Facts, said: str) -> ExamTape:
        """Return the tape with entries of these types alone."""
        return attrs.evolve(self, said=said, facts=facts, tables={each: self.tables[each] for each in records if each in self.tables})

    def times_over(self, times: int, slot: int, before: Seq) -> Stretch:
        """Return the tape so many times over in the time of one, all of it a slot later, after so many entries, as one stretch."""
        last = max(int(columns["at_ns"][-1]) for columns in self.tables.values())
        laps = [(before + lap * self.last_seq, slot * (last + BREAK) + lap * (last // times), times) for lap in range(times)]
        tables = {}
        for record, columns in self.tables.items():
            moved = [_moved(columns, *lap) for lap in laps]
            tables[record] = _sealed({name: np.concatenate([each[name] for each in moved]) for name in columns})
        spans = {record: (0, len(columns["seq"])) for record, columns in tables.items()}
        return Stretch(ReadPart(before + 1, before + times * self.last_seq, tables, spans))


def _moved(columns: Columns, seqs: int, instants: int, times: int) -> Columns:
    causes = columns["cause"]
    at = instants + columns["at_ns"] // times
    return {**columns, "seq": columns["seq"] + seqs, "at_ns": at, "cause": np.where(causes, causes + seqs, 0)}


def _sealed(columns: Columns) -> Columns:
    for values in columns.values():
        values.setflags(write=False)
    return columns


# Kept once made: a run of a shipped scenario is a pure function of its name and keys, and takes a third of a second.
@cache
def tape_of(scenario: str, duration: str, said: str) -> ExamTape:
    """Return the tape of a shipped scenario that ends early."""
    result = run(load(scenario, {"run.duration": duration}))
    (part,) = result.tape.reader.parts
    tables = {record: _sealed(part.columns(record, 1, result.entries)) for record in part.types()}
    return ExamTape(said, result.facts, tables, result.entries, result.populations)


def small() -> ExamTape:
    """Return a tape of three liquidations, short enough to be cut at every entry."""
    return tape_of("three_positions", "10 min", "three liquidations (three_positions)")


def large() -> ExamTape:
    """Return a tape of a hundred liquidations."""
    return tape_of("toxic_spiral", "90 s", "a hundred liquidations (toxic_spiral, 90 s)")


def quiet() -> ExamTape:
    """Return a tape of a market in which nobody is liquidated."""
    return tape_of("first_cascade", "60 s", "a quiet minute (first_cascade, 60 s)")


def bare() -> ExamTape:
    """Return a tape of a chain and an outside price, without venues, pools and feeds."""
    whole = small()
    facts = attrs.evolve(
        whole.facts, venues=(), feeds=(), pools=(), vaults=(), sheets=(), purses=(), opening_debt={}, gain={}, gain_curve={}
    )
    return whole.only(OF_NO_PLACE, facts, "a tape without venues, pools and feeds")


def sheetless() -> ExamTape:
    """Return a tape whose facts tell no balance sheets and no purses, as those of older runs."""
    whole = small()
    return attrs.evolve(whole, said="a run of before balance sheets were told", facts=attrs.evolve(whole.facts, sheets=(), purses=()))
