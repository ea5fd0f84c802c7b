"""An arena's races as a table in Parquet: a row for each keeper in each race."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.storage import parquet

FILE = "arena.parquet"
TEXTS = ("race", "course", "keeper")
COUNTS = ("seed", "turn", "won", "reverted")
AMOUNTS = ("profit", "capital", "drawdown")


def write_parquet(table: Mapping[str, Any], folder: Path) -> Path:
    """Write the races of an arena's table and return the file. Raises InputError when it cannot be written."""
    rows = [{**each, "keeper": name, **figures} for each in table["each"] for name, figures in each["keepers"].items()]
    columns: dict[str, Any] = {key: np.array([row[key] for row in rows], dtype=object) for key in TEXTS}
    columns |= {key: np.array([row[key] for row in rows], np.int64) for key in COUNTS}
    columns |= {key: np.array([row[key] for row in rows], np.float64) for key in AMOUNTS}
    path = folder / FILE
    path.unlink(missing_ok=True)
    try:
        with parquet.connect() as connection:
            parquet.write(connection, path, columns, ())
    except OSError as failure:
        raise InputError(f"{path} cannot be written ({failure.strerror}); free some space, or name another folder") from None
    return path
