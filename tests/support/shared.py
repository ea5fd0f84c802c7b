"""Outside vectors and data, which live beside the repository and never inside it.

They are looked for in the folder named by `DOWNTICK_SHARED`, else in `../shared`. A test that needs one and does not find it is
skipped, and says so; with `CI=true` it fails instead, for there the absence is itself a fault.
"""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_root() -> Path:
    """Return the folder of outside data, whether or not it exists."""
    named = os.environ.get("DOWNTICK_SHARED")
    return Path(named) if named else REPOSITORY.parent / "shared"


def shared_path(relative: str) -> Path:
    """Return the path of one outside file or folder, such as `vectors/eip1559.json`.

    Where it is absent the calling test is skipped, or fails when `CI=true`.
    """
    path = shared_root() / relative
    if not path.exists():
        _absent(f"shared/{relative} is not there; set DOWNTICK_SHARED to the folder that holds it")
    return path


def shared_paths(pattern: str) -> list[Path]:
    """Return the outside files that match a glob such as `vectors/lob_*.json`, sorted by name.

    Where none does the calling test is skipped, or fails when `CI=true`.
    """
    paths = sorted(shared_root().glob(pattern))
    if not paths:
        _absent(f"no shared/{pattern} is there; set DOWNTICK_SHARED to the folder that holds it")
    return paths


def _absent(message: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)  # The one skip of the suite: outside data are not part of the repository.
