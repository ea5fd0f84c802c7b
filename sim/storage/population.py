"""Many accounts in one column file, and the hash of it that goes on the tape.

The hash is over the columns themselves, not over the file, so it is the same with any version of DuckDB and with no folder at all.
"""

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np

from sim.records import Column
from sim.storage.columns import Array, Columns, limbs_of

Values = Sequence[int] | Array


def column_digest(columns: Mapping[str, Values]) -> tuple[int, int, int, int]:
    """Return the SHA-256 of named integer columns as four signed 64-bit integers, highest first.

    Over name, width, length and little-endian bytes of each column, in the order given. A numpy integer array is narrow; anything
    else is wide, 32 bytes a value.
    """
    hasher = hashlib.sha256()
    for name, values in columns.items():
        array = _as_array(values)
        width = "wide" if array.ndim == 2 else "narrow"
        hasher.update(f"{name}\0{width}\0{len(array)}\0".encode())
        hasher.update(np.ascontiguousarray(array).tobytes())
    high, second, third, low = struct.unpack(">4q", hasher.digest())
    return high, second, third, low


def declared(columns: Mapping[str, Values]) -> tuple[list[Column], Columns]:
    """Return how the columns are stored, and the columns ready for it."""
    arrays = {name: _as_array(values) for name, values in columns.items()}
    return [Column(name=name, unit="int", is_wide=array.ndim == 2, words=None) for name, array in arrays.items()], arrays


def population_file(name: str) -> str:
    """Return the name of the file that lists a population."""
    return name.replace("/", "-") + ".parquet"


@attrs.frozen(eq=False)
class Amounts:
    """A column of what accounts have or owe of one asset."""

    symbol: str
    is_debt: bool
    values: Values
    quantum: int
    """Units in one of the values."""


def amounts_of(columns: Mapping[str, Values]) -> Iterator[Amounts]:
    """Yield the columns that hold amounts; they are named after asset, side and quantum (``ETH_collateral_1000``)."""
    for name, values in columns.items():
        if name.count("_") >= 2:
            symbol, side, quantum = name.rsplit("_", 2)
            yield Amounts(symbol, side == "debt", values, int(quantum))


def _as_array(values: Values) -> Array:
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values.astype("<i8", casting="safe")
    return limbs_of(values)  # type: ignore[arg-type] # Python integers, in a list or an array of objects.
