"""Columns to and from Parquet files, through DuckDB.

Narrow columns are BIGINT, words (``Side``, ``Refusal``...) are VARCHAR. A wide field ``amount`` becomes three columns, always:
``amount``, DECIMAL(38,0), exact, null where the value is beyond 38 digits; ``amount_bytes``, null except there: 32 bytes two's
complement, most significant first; and ``amount_approx``, DOUBLE, for a quick look. HUGEINT is never stored: DuckDB turns it
into DOUBLE without a word.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import BrokenInvariant, InputError
from sim.records import Column
from sim.records.layout import WIDE_BYTES
from sim.storage.columns import Array, Columns, integers, objects

_HIGH, _LOW = divmod(10**38, 2**64)
"""The halves of the first value with more than 38 digits."""
_FORMAT = "(format parquet, compression zstd, parquet_version 'V2', dictionary_size_limit 128, row_group_size 262144)"

_INTERRUPTED = "Query interrupted"
"""What DuckDB says where a signal came during a query."""
_REMEDY = "copy the run folder again from where it is whole, or run its scenario again (in Python, Run(folder).damaged() lists such files)"


def connect() -> Any:
    """Return a DuckDB of one thread and no file."""
    import duckdb  # Here, because it takes a tenth of a second that most commands need not pay.

    return duckdb.connect(":memory:", config={"threads": 1})


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C within a query be what it is elsewhere: DuckDB swallows it and raises an exception of its own."""
    try:
        yield
    except RuntimeError as problem:
        if str(problem) != _INTERRUPTED:
            raise
        raise KeyboardInterrupt from None


@interruptible()
def write(connection: Any, path: Path, columns: Columns, declared: Sequence[Column]) -> None:
    """Write columns (wide ones as limbs) to a new file. OSError when the disk says no."""
    source: Columns = {}
    chosen = []
    fields = {column.name: column for column in declared}
    for name, values in columns.items():
        column = fields.get(name)
        if column is not None and column.is_wide:
            source |= _halves(name, values)
            chosen += _wide_expressions(name, has_beyond=f"{name}.beyond" in source)
        else:
            source[name] = values
            chosen.append(_word_expression(column, values) if column is not None and column.words else f'"{name}"')
    connection.register("columns_to_write", source)
    try:
        connection.execute(f"copy (select {', '.join(chosen)} from columns_to_write) to {_quoted(path)} {_FORMAT}")
    except _io_exception() as problem:
        raise OSError(None, str(problem)) from problem
    finally:
        connection.unregister("columns_to_write")


@interruptible()
def read(connection: Any, path: Path, declared: Sequence[Column], envelope: Sequence[str], where: str = "true") -> Columns:
    """Return columns of a file (wide ones as integers, words as their numbers), in the order written. InputError if it cannot be read."""
    chosen = [f'"{name}"' for name in envelope]
    for column in declared:
        chosen += _reading_expressions(column)
    try:
        cursor = connection.execute(f"select {', '.join(chosen)} from read_parquet({_literally(path)}) where {where}")
        found = {name: np.asarray(values) for name, values in cursor.fetchnumpy().items()}
    except _any_duckdb_exception() as problem:
        raise _unreadable(path, problem, (*envelope, *(column.name for column in declared))) from problem
    columns = {name: found[name] for name in envelope}
    return columns | {column.name: _wide_read(column.name, found) if column.is_wide else found[column.name] for column in declared}


@interruptible()
def declared_in(connection: Any, path: Path) -> list[Column]:
    """Return what ``write`` stored in a file, words as text columns left out of account: narrow and wide columns by name."""
    try:
        names = [row[0] for row in connection.execute(f"describe select * from read_parquet({_literally(path)})").fetchall()]
    except _any_duckdb_exception() as problem:
        raise _unreadable(path, problem, ()) from problem
    wide = [name.removesuffix("_bytes") for name in names if name.endswith("_bytes")]
    extra = [f"{name}_{ending}" for name in wide for ending in ("bytes", "approx")]
    return [Column(name=name, unit="int", is_wide=name in wide, words=None) for name in names if name not in extra]


def altered(path: Path) -> InputError:
    """Return what is amiss with a file that can be read and is not what the run wrote, and what would do."""
    return InputError(f"{path} is not what the run wrote: its SHA-256 is not the one that the run put down; {_REMEDY}")


def _unreadable(path: Path, problem: Exception, wanted: Sequence[str]) -> InputError:
    """Return what is amiss with a file of which these columns could not be read, and what would do."""
    if isinstance(problem, _closed_exception()):
        return InputError(f"{path} cannot be read: its run was closed; open the run folder again")
    if not path.is_file():
        return InputError(f"{path} is missing; {_REMEDY}")
    try:
        with connect() as fresh:
            held = {row[0] for row in fresh.execute(f"describe select * from read_parquet({_literally(path)})").fetchall()}
    except _any_duckdb_exception():
        return InputError(f"{path} cannot be read: its {path.stat().st_size} bytes are no whole Parquet file; {_REMEDY}")
    missing = [name for name in wanted if name not in held]
    found = f"it has no column {', '.join(missing)}" if missing else f"what it holds is damaged ({str(problem).splitlines()[0]})"
    return InputError(f"{path} cannot be read: {found}; {_REMEDY}")


def _halves(name: str, limbs: Array) -> Columns:
    """Return the lower 128 bits of each value as two columns; values beyond 38 digits go as bytes instead."""
    low, high = limbs[:, 0].view("<u8"), limbs[:, 1]
    sign = high >> 63
    is_below = (high < _HIGH) | ((high == _HIGH) & (low < _LOW))
    is_above = (high > -_HIGH - 1) | ((high == -_HIGH - 1) & (low > 2**64 - _LOW))
    fits = (limbs[:, 2] == sign) & (limbs[:, 3] == sign) & is_below & is_above
    if fits.all():
        return {f"{name}.low": low, f"{name}.high": high}
    values = integers(limbs)
    return {
        f"{name}.low": np.where(fits, low, np.uint64(0)),
        f"{name}.high": np.where(fits, high, 0),
        f"{name}.is_beyond": ~fits,
        f"{name}.approx": values.astype(float),
        f"{name}.beyond": objects([value.to_bytes(WIDE_BYTES, "big", signed=True).hex() for value in values]),
    }


def _wide_expressions(name: str, has_beyond: bool) -> list[str]:
    decimal = f'("{name}.high"::hugeint * 18446744073709551616::hugeint + "{name}.low"::hugeint)::decimal(38,0)'
    if not has_beyond:
        return [f'{decimal} as "{name}"', f'{decimal}::double as "{name}_approx"', f'null::blob as "{name}_bytes"']
    return [
        f'case when not "{name}.is_beyond" then {decimal} end as "{name}"',
        f'"{name}.approx" as "{name}_approx"',
        f'case when "{name}.is_beyond" then unhex("{name}.beyond") end as "{name}_bytes"',
    ]


def _word_expression(column: Column, values: Array) -> str:
    assert column.words is not None
    words = _words(column.words)
    if values.min() < 0 or values.max() >= len(words):
        raise BrokenInvariant(f"{column.name} holds a number that is no {column.words.__name__}")
    return f'{_list(words)}["{column.name}" + 1] as "{column.name}"'


def _reading_expressions(column: Column) -> list[str]:
    name = column.name
    if column.is_wide:
        return [f'"{name}"::varchar as "{name}"', f'hex("{name}_bytes") as "{name}_bytes"']
    if column.words:
        return [f'list_position({_list(_words(column.words))}, "{name}")::bigint - 1 as "{name}"']
    return [f'"{name}"']


def _wide_read(name: str, found: Columns) -> Array:
    pairs = zip(found[name].tolist(), found[f"{name}_bytes"].tolist(), strict=True)
    return objects([int(digits) if beyond is None else _signed(beyond) for digits, beyond in pairs])


def _signed(digits: str) -> int:
    return int.from_bytes(bytes.fromhex(digits), "big", signed=True)


def _words(enumeration: type[IntEnum]) -> list[str]:
    """Return the words by number; a number between two words stands for itself."""
    names = {member.value: member.name for member in enumeration}
    return [names.get(number, str(number)) for number in range(max(names) + 1)]


def _list(words: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _literally(path: Path) -> str:
    """Return the path so that DuckDB takes no sign in it for a pattern."""
    return _quoted(Path("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))))


def _io_exception() -> type[Exception]:
    import duckdb

    return duckdb.IOException


def _any_duckdb_exception() -> type[Exception]:
    import duckdb

    return duckdb.Error


def _closed_exception() -> type[Exception]:
    import duckdb

    return duckdb.ConnectionException
