"""A run folder as it is read: what was run, how it ended, and its tape as far as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import attrs

from sim.errors import InputError
from sim.names import Names
from sim.records import Record
from sim.storage import parquet
from sim.storage.columns import ENVELOPE, Array, Columns
from sim.storage.folder import KEEP, PART
from sim.storage.manifest import COMPLETE, RUNNING, Manifest, PartFiles, read_manifest, sha256_of
from sim.storage.population import population_file
from sim.storage.reading import Entry, Part, RecordName, TapeReader, record_named
from sim.units import Seq


@attrs.frozen
class ParquetPart:
    """A stretch of the tape in its folder."""

    folder: Path
    listed: PartFiles
    _connection: Any
    _checked: dict[str, None] = attrs.field(factory=dict)
    """Files that were found to be what the run wrote."""

    @property
    def first_seq(self) -> Seq:
        """The first entry it covers, kept or not."""
        return self.listed.first_seq

    @property
    def last_seq(self) -> Seq:
        """The last entry it covers, kept or not."""
        return self.listed.last_seq

    def types(self) -> Sequence[type[Record]]:
        """Return the record types that occur, by kind number."""
        found = [record_named(file.removesuffix(".parquet")) for file in self.listed.files]
        return sorted(found, key=_kind)

    def columns(self, record: type[Record], first: Seq, last: Seq) -> Columns:
        """Return the columns of the entries from first to last, wide fields as Python integers. InputError for an altered file."""
        found = parquet.read(self._connection, self._file(record), record.columns, ENVELOPE, f"seq between {first} and {last}")
        self._check(record)
        return found

    def envelope(self, record: type[Record]) -> Columns:
        """Return seq and cause of all its entries of a type. InputError for an altered file."""
        found = parquet.read(self._connection, self._file(record), (), ("seq", "cause"))
        self._check(record)
        return found

    def damaged(self) -> list[str]:
        """Return the files that are missing or whose hash is not the listed one."""
        return [file for file, expected in self.listed.files.items() if not _is_as_listed(self.folder / file, expected)]

    def _check(self, record: type[Record]) -> None:
        """Refuse a file that can be read and is another than was written. Cost: its hash, the first time."""
        path = self._file(record)
        if path.name not in self._checked:
            if not _is_as_listed(path, self.listed.files.get(path.name, "")):
                raise parquet.altered(path)
            self._checked[path.name] = None

    def _file(self, record: type[Record]) -> Path:
        return self.folder / f"{record.__name__}.parquet"


class Run:
    """A run folder, opened. InputError if it is none. ``with`` or ``close`` lets go of the database early.

    A run that was killed opens like any other, up to its last whole part.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.manifest: Manifest = read_manifest(self.folder)
        self.names: Names = Names.from_json(self.manifest.names)
        self._connection = parquet.connect()
        listed = [*self.manifest.parts, *self._unlisted()]
        self.parts = [ParquetPart(self.folder / part.folder, part, self._connection) for part in listed]
        parts: list[Part] = list(self.parts)
        self.tape = TapeReader(parts, KEEP.get(self.manifest.tape))

    @property
    def status(self) -> str:
        """``running``, ``complete``, ``interrupted`` or ``failed``; a run that was killed still says ``running``."""
        return self.manifest.status

    @property
    def digest(self) -> str | None:
        """The full tape's digest, as far as it goes: up to the stop if the run was interrupted or failed; None if it was killed."""
        return self.manifest.digest

    @property
    def scenario_text(self) -> str:
        """The scenario as it was read."""
        return self.manifest.scenario_text

    @property
    def is_whole(self) -> bool:
        """The run came to its end."""
        return self.status == COMPLETE

    @property
    def standing(self) -> str:
        """How far the run got, as a sentence."""
        if self.is_whole:
            return f"complete: {self.manifest.entries} entries"
        ended = "did not finish (or is running still)" if self.status == RUNNING else f"did not finish: {self.status}"
        return f"{ended}; {self.tape.last_seq} entries in {len(self.parts)} whole parts can be read"

    @property
    def summary(self) -> dict[str, Any]:
        """The table at the end of the run; empty if there is none. InputError if it is damaged."""
        path = self.folder / "summary.json"
        try:
            contents: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as problem:
            raise InputError(f"{path} is no JSON ({problem}); copy the run folder again from where it is whole, or run again") from problem
        return contents

    def name(self, id: int) -> str:
        """Return what an interned number stands for."""
        return self.names.name(id)

    def records(self, record: RecordName) -> Columns:
        """Return all entries of one record type as numpy columns; see ``TapeReader``."""
        return self.tape.records(record)

    def entries(self, first: Seq = 1, last: Seq | None = None, records: Iterable[RecordName] | None = None) -> Iterator[Entry]:
        """Yield entries in sequence, with memory for one part; see ``TapeReader``."""
        return self.tape.entries(first, last, records)

    def entry(self, seq: Seq) -> Entry:
        """Return one entry; see ``TapeReader``."""
        return self.tape.entry(seq)

    def causes(self) -> Array:
        """Return the cause of each entry by seq; see ``TapeReader``."""
        return self.tape.causes()

    def chain(self, seq: Seq) -> list[Seq]:
        """Return an entry and its causes, newest first, up to the root; see ``TapeReader``."""
        return self.tape.chain(seq)

    def population(self, name: str) -> Columns:
        """Return the columns of a population's file, wide ones as Python integers."""
        path = self.folder / "population" / population_file(name)
        return parquet.read(self._connection, path, parquet.declared_in(self._connection, path), ())

    def damaged(self) -> list[str]:
        """Return the files of the tape that are missing or altered, relative to the folder; reads all of them."""
        return [f"{part.listed.folder}/{file}" for part in self.parts for file in part.damaged()]

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        """Return one line: what was run, how it ended, how long its tape is."""
        manifest = self.manifest
        digest = f", digest {manifest.digest[:12]}" if manifest.digest else ""
        return f"Run({str(self.folder)!r}: {manifest.scenario}, seed {manifest.seed}, {self.status}, {manifest.entries:,} entries{digest})"

    def _unlisted(self) -> Iterator[PartFiles]:
        """Yield whole parts that the process was killed before it could name in the manifest."""
        number = len(self.manifest.parts)
        while (path := self.folder / "tape" / f"part-{number:05d}" / PART).is_file():
            yield PartFiles(**json.loads(path.read_text(encoding="utf-8")))
            number += 1


def _is_as_listed(path: Path, expected: str) -> bool:
    return path.is_file() and sha256_of(path) == expected


def _kind(record: type[Record]) -> int:
    return record.kind
