"""The run folder as it is written.

::

    RUN/run.json                           what, how far, which files (``sim.storage.manifest``)
    RUN/summary.json                       the table at the end of a run
    RUN/tape/part-00000/Traded.parquet     one file per record type that occurs in that stretch of the tape
    RUN/population/NAME.parquet            many accounts opened at once

Columns of a tape file: ``seq at_ns cause place party``, then the record's own fields (``sim.storage.parquet`` says how they are
stored). One line opens a record type, with DuckDB, polars or pandas::

    duckdb.sql("from 'RUN/tape/*/Traded.parquet'")
    polars.scan_parquet("RUN/tape/*/Traded.parquet")
    pandas.concat(map(pandas.read_parquet, sorted(glob.glob("RUN/tape/*/Traded.parquet"))))

A part is written under ``RUN/unfinished``, outside of what that line matches, and renamed when it is whole; then ``run.json``
names it. Whatever kills the process, every whole part can be read. A power cut may cost more: nothing is synced to the platter.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

from sim.errors import InputError
from sim.names import Names
from sim.records.market import Traded
from sim.storage import parquet
from sim.storage.columns import split
from sim.storage.manifest import FAILED, MANIFEST, RUNNING, STATUSES, Manifest, Opening, PartFiles, sha256_of, versions, write_json
from sim.storage.population import Values, declared, population_file
from sim.units import Seq

KEEP: Mapping[str, Collection[int] | None] = {"full": None, "trades": (Traded.kind,), "none": ()}
"""Which kinds a tape of that name keeps; None for all."""
UNFINISHED = "unfinished"
PART = "part.json"


@attrs.define
class RunFolder:
    """A sink that writes a run folder. Open one with ``create``; end it with ``finish``."""

    path: Path
    manifest: Manifest
    names: Names
    """Read anew whenever the manifest is written, so names may still be interned during the run."""
    _connection: Any = attrs.field(default=None, init=False, repr=False)

    @classmethod
    def create(cls, path: str | Path, opening: Opening, names: Names, tape: str = "full", force: bool = False) -> RunFolder:
        """Make the folder and say in it that the run is running.

        InputError if it cannot be written, holds something else, or holds a run and ``force`` is not given. The folder appears
        at its place with its manifest in it, never without.
        """
        if tape not in KEEP:
            raise InputError(f"tape is {tape!r}; give one of {', '.join(KEEP)}")
        place = Path(path)
        facts = attrs.asdict(opening, recurse=False)
        folder = cls(place, Manifest(**facts, versions=versions(), tape=tape), names)
        with what_the_disk_says(place):
            _make_way(place, force)
            place.parent.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
            try:
                folder._furnish(scratch / "new")
                if place.exists():
                    place.rename(scratch / "old")
                (scratch / "new").rename(place)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
        return folder

    def take(self, rows: memoryview, wide: memoryview, first_seq: Seq, last_seq: Seq) -> None:
        """Write a part. InputError, after marking the run failed, if the disk is full; the parts before it stay readable."""
        keep = KEEP[self.manifest.tape]
        try:
            with what_the_disk_says(self.path):
                if keep is None or len(keep):
                    self._write_part(rows, wide, first_seq, last_seq, keep)
                self.manifest.entries = last_seq
                self._write_manifest()
        except InputError:
            self._give_up()
            raise

    def write_population(self, name: str, columns: Mapping[str, Values]) -> None:
        """Keep the accounts of a population; ``column_digest`` of the same columns belongs on the tape."""
        described, arrays = declared(columns)
        with what_the_disk_says(self.path):
            aside = self.path / UNFINISHED / population_file(name)
            for folder in (aside.parent, self.path / "population"):
                folder.mkdir(exist_ok=True)
            parquet.write(self._database(), aside, arrays, described)
            self.manifest.populations[name] = sha256_of(aside)
            os.replace(aside, self.path / "population" / aside.name)
            self._write_manifest()

    def note(self, sentence: str) -> None:
        """Keep something that whoever reads the run should know."""
        self.manifest.notes.append(sentence)
        with what_the_disk_says(self.path):
            self._write_manifest()

    def finish(self, status: str, digest: str, entries: int, summary: Mapping[str, Any] | None = None) -> None:
        """Write the summary, then say how the run ended: ``complete``, ``interrupted`` or ``failed``. Flush the tape first."""
        assert status in STATUSES and status != RUNNING, status
        with what_the_disk_says(self.path):
            if summary is not None:
                write_json(self.path / "summary.json", summary)
            self.manifest.status, self.manifest.digest, self.manifest.entries = status, digest, entries
            shutil.rmtree(self.path / UNFINISHED, ignore_errors=True)  # The disk has failed once; what stays is no part of the run.
            self._write_manifest()

    def _furnish(self, place: Path) -> None:
        (place / "tape").mkdir(parents=True)
        (place / UNFINISHED).mkdir()
        self.manifest.names = self.names.as_json()
        self.manifest.write(place)

    def _write_part(self, rows: memoryview, wide: memoryview, first: Seq, last: Seq, keep: Collection[int] | None) -> None:
        name = f"part-{len(self.manifest.parts):05d}"
        aside = self.path / UNFINISHED / name
        aside.mkdir(parents=True)
        files, entries = {}, 0
        for record, columns in split(rows, wide, keep):
            file = aside / f"{record.__name__}.parquet"
            parquet.write(self._database(), file, columns, record.columns)
            files[file.name] = sha256_of(file)
            entries += len(columns["seq"])
        part = PartFiles(f"tape/{name}", first, last, entries, files)
        write_json(aside / PART, attrs.asdict(part))
        aside.rename(self.path / part.folder)
        self.manifest.parts.append(part)

    def _give_up(self) -> None:
        """Clear away the part that could not be written, which also makes room to say so; if even that fails, the folder says it runs."""
        shutil.rmtree(self.path / UNFINISHED, ignore_errors=True)
        self.manifest.status = FAILED
        with suppress(OSError):  # The first failure is on its way to the user.
            self._write_manifest()

    def _write_manifest(self) -> None:
        self.manifest.names = self.names.as_json()
        self.manifest.write(self.path)

    def _database(self) -> Any:
        if self._connection is None:
            self._connection = parquet.connect()
        return self._connection


def _make_way(place: Path, force: bool) -> None:
    """Refuse a place that holds a run, unless told to replace it, and one that holds anything else in any case."""
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    if not (place / MANIFEST).is_file():
        raise InputError(f"{place} exists and is not a run folder; give the name of a new folder")
    if not force:
        raise InputError(f"{place} already holds a run; add --force to replace it, or give another folder")


@contextmanager
def what_the_disk_says(place: Path) -> Iterator[None]:
    """Turn what the system says of a place that cannot be written to into an InputError with a remedy."""
    try:
        yield
    except OSError as problem:
        said = problem.strerror or str(problem)
        raise InputError(f"{place} cannot be written: {said}; {_remedy(place, problem)}") from problem


def _remedy(place: Path, problem: OSError) -> str:
    file = next((each for each in (place, *place.parents) if each.is_file()), None)
    if file is not None:
        return f"{file} is a file, give a folder that is none"
    if isinstance(problem, PermissionError):
        return "give a folder you may write to"
    return "free some space, or give a folder that can"
