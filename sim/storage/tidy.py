"""Tables of whatever was worked out of a run, written for other tools: one Parquet or CSV file a table.

A table is a list of values by column. Whole numbers that fit 64 bits are BIGINT, other numbers DOUBLE, claims BOOLEAN, the rest
VARCHAR; a missing value is null. A table without rows is written with its columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.storage import parquet
from sim.units import INT64_MAX

FORMATS = ("parquet", "csv")
Table = Mapping[str, Sequence[Any]]


@parquet.interruptible()
def write_tables(folder: Path, tables: Mapping[str, Table], format: str = "parquet") -> list[Path]:
    """Write each table to ``<folder>/<name>.<format>``, over what is there; return the files. InputError when the disk says no."""
    import duckdb  # Here, because it takes a tenth of a second that most commands need not pay.

    connection = parquet.connect()
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            path = folder / f"{name}.{format}"
            _write(connection, path, table, format)
            written.append(path)
    except (OSError, duckdb.IOException) as problem:
        raise InputError(f"tables cannot be written to {folder}: {problem}; give another folder") from problem
    finally:
        connection.close()
    return written


def _write(connection: Any, path: Path, table: Table, format: str) -> None:
    columns = ", ".join(f'"{name}" {_kind(values)}' for name, values in table.items())
    connection.execute(f"create or replace temp table tidy ({columns})")
    rows = list(zip(*table.values(), strict=True))
    if rows:
        arrays = {name: _array(values) for name, values in table.items()}
        connection.register("columns_to_write", arrays)
        connection.execute("insert into tidy select * from columns_to_write")
        connection.unregister("columns_to_write")
    terms = "format csv, header" if format == "csv" else "format parquet, compression zstd"
    quoted = str(path).replace("'", "''")
    connection.execute(f"copy tidy to '{quoted}' ({terms})")


def _kind(values: Sequence[Any]) -> str:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return "boolean"
    if known and all(isinstance(value, int) and abs(value) <= INT64_MAX for value in known):
        return "bigint"
    return "double" if known and all(isinstance(value, int | float) for value in known) else "varchar"


def _array(values: Sequence[Any]) -> Any:
    import numpy as np

    kind = _kind(values)
    if kind == "bigint" and None not in values:
        return np.asarray(values, np.int64)
    if kind == "double":
        return np.ma.masked_invalid(np.asarray([float("nan") if value is None else value for value in values], np.float64))
    found = np.empty(len(values), object)
    found[:] = values
    return found
