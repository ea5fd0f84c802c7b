"""The results folder of a study: one file per run, whole or not there.

A file appears by rename, so a study that is killed leaves finished runs and nothing half written; started again it goes on with
what is missing. Left out: what a result means.
"""

import json
import os
from pathlib import Path

import attrs

from sim.errors import InputError
from sim.experiment.jobs import Row, RunStatus, canonical_json


@attrs.frozen
class Results:
    """A folder of rows, one `<id>.json` each."""

    folder: Path

    @classmethod
    def opened(cls, folder: Path) -> "Results":
        """Return the results kept in a folder, which is made where it is missing; refused when it cannot be."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            raise InputError(f"{folder} cannot be made ({failure.strerror}); name a folder you may write to") from failure
        return cls(folder)

    def row(self, id: str) -> Row | None:
        """Return the row kept under an id; None where there is none that can be read."""
        try:
            told = json.loads(self._path(id).read_text(encoding="utf-8"))
            return Row(told["id"], RunStatus(told["status"]), told["result"], told["message"], tuple(told["where"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None  # Half-written or another version's: it is run again.

    def keep(self, row: Row) -> None:
        """Write a row, in place of one that was there."""
        path = self._path(row.id)
        partial = path.with_suffix(".partial")
        partial.write_text(canonical_json(attrs.asdict(row)) + "\n", encoding="utf-8")
        os.replace(partial, path)

    def _path(self, id: str) -> Path:
        if not id or not id.replace("-", "").replace("_", "").isalnum():
            raise InputError(f'the id of a run is "{id}"; use letters, digits, "-" and "_"')
        return self.folder / f"{id}.json"
