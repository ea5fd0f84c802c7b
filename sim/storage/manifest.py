"""``run.json``: what a run was made of, how far it got, and which files belong to it.

It is always written aside and renamed, so a reader finds the old one or the new one, never half of one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from sim.errors import InputError
from sim.names import Names
from sim.units import Seconds, Seq

Json: TypeAlias = dict[str, Any]

RUNNING = "running"
COMPLETE = "complete"
INTERRUPTED = "interrupted"
FAILED = "failed"
STATUSES = (RUNNING, COMPLETE, INTERRUPTED, FAILED)
MANIFEST = "run.json"


@attrs.frozen
class Opening:
    """What is known of a run before it starts."""

    scenario: str
    """Its name."""
    scenario_text: str
    """The whole file as read."""
    seed: int
    epoch: Seconds
    """Unix seconds of time zero."""
    overrides: Mapping[str, str] = attrs.field(factory=dict)
    """What was set from outside, by key."""
    anachronism: str | None = None
    """The scenario's own words on what in it did not exist at its date."""


@attrs.frozen
class PartFiles:
    """A whole part: a stretch of the tape in a folder of its own."""

    folder: str
    """Relative to the run folder."""
    first_seq: Seq
    last_seq: Seq
    entries: int
    """How many of them were kept."""
    files: Mapping[str, str]
    """SHA-256 by file name."""


@attrs.define
class Manifest:
    """The contents of ``run.json``."""

    scenario: str
    scenario_text: str
    overrides: Mapping[str, str]
    seed: int
    epoch: Seconds
    anachronism: str | None
    versions: Mapping[str, str]
    tape: str
    """Which entries are kept: ``full``, ``trades`` or ``none``."""
    status: str = RUNNING
    digest: str | None = None
    """Of the full tape, whichever part of it is kept; known when the run has ended."""
    entries: Seq = 0
    """On the full tape, as far as it was handed on."""
    parts: list[PartFiles] = attrs.field(factory=list)
    populations: dict[str, str] = attrs.field(factory=dict)
    """SHA-256 of each population's file."""
    notes: list[str] = attrs.field(factory=list)
    facts: Json = attrs.field(factory=dict)
    """What a reader must know beside the tape (``sim.facts``)."""
    names: Json = attrs.field(factory=lambda: Names().as_json())
    """What interned numbers stand for: single names by id, and blocks of a first id, a count and a prefix."""

    def write(self, folder: Path) -> None:
        """Put it into a run folder, by rename."""
        write_json(folder / MANIFEST, attrs.asdict(self))


def versions() -> dict[str, str]:
    """Return what a digest may depend on, by name."""
    found = {"python": platform.python_version()}
    for name in ("downtick", "numpy", "simpy", "duckdb"):
        with suppress(PackageNotFoundError):  # Run from its source, it is not installed and has no version to tell.
            found[name] = version(name)
    return found


def read_manifest(folder: Path) -> Manifest:
    """Return a folder's manifest. InputError if there is none, or it is none of ours."""
    path = folder / MANIFEST
    try:
        contents = json.loads(path.read_text(encoding="utf-8"))
        contents["parts"] = [PartFiles(**part) for part in contents["parts"]]
        manifest = Manifest(**contents)
    except OSError as problem:
        raise InputError(
            f"{folder} is not a run folder: {path} cannot be read ({problem.strerror}); give a folder that a run wrote"
        ) from problem
    except (ValueError, TypeError, KeyError) as problem:
        raise InputError(f"{path} is not what this version of downtick writes ({problem}); read it with the version that did") from problem
    if manifest.status not in STATUSES:
        raise InputError(f"{path} has the status {manifest.status!r}; it should be one of {', '.join(STATUSES)}")
    return manifest


def write_json(path: Path, contents: Any) -> None:
    """Write JSON aside, then rename it into place."""
    aside = path.with_name(path.name + ".tmp")
    aside.write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    os.replace(aside, path)


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
