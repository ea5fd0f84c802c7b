"""A strict reader of CSV files with named columns: one time column, and numbers that are exact decimals.

Promised: whatever is wrong is an ``InputError`` that names the file, the line, what was found and what would do; nothing is
repaired in silence. What was passed over on purpose is told in ``Table.notes``, for the manifest. Lines are in strict time order.
Left out: what the numbers mean.
"""

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, NoReturn

import attrs

from sim.errors import InputError
from sim.world.instants import UnixNanos, iso, parse_instant

_DECIMAL = re.compile(r"(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?", re.ASCII)
LARGEST = 2**62
"""No number of a file is larger, scaled: it has to fit the tape with room to be moved."""


class Line(NamedTuple):
    """One row of a file."""

    number: int
    at: UnixNanos
    cells: tuple[str, ...]
    """Of the columns asked for, in that order; '' for an empty cell or a column the file does not have."""


@attrs.frozen
class Table:
    """What was read of a file."""

    path: str
    sha256: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    """What was passed over, in words."""

    def number(self, line: Line, column: int, decimals: int, allows_zero: bool = False) -> int | None:
        """Return a cell as an integer scaled by 10^decimals; None for an empty cell, which is a missing value and not zero.

        Refuses what is not a positive decimal (or zero, where that is allowed), and one with more digits than fit.
        """
        text = line.cells[column]
        if not text:
            return None
        try:
            return scaled(text, decimals, allows_zero)
        except ValueError as why:
            refuse(self.path, f'{self.columns[column]} is "{text}"; {why}', line.number)

    def require(self, line: Line, column: int, decimals: int) -> int:
        """Return a cell as ``number`` does; an empty one is refused."""
        number = self.number(line, column, decimals)
        if number is None:
            refuse(self.path, f"{self.columns[column]} is empty; fill it or remove the line", line.number)
        return number


def read_table(path: Path, time_column: str, columns: Sequence[str], keeps_first: bool = False) -> Table:
    """Return the lines of a file; the first line names the columns.

    With ``keeps_first`` a line that repeats the time and all cells read of the line before it is passed over, and told in the
    notes; otherwise, and whenever they differ, a repeated time is refused.
    """
    content = _read(path)
    rows = csv.reader(io.StringIO(_text_of(path, content), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        places = _places(path, header, [time_column, *columns])
        table = Table(str(path), hashlib.sha256(content).hexdigest(), tuple(columns), ())
        lines: list[Line] = []
        notes: list[str] = []
        for row in rows:
            if any(cell.strip() for cell in row):
                line = _line(path, row, rows.line_num, header, places, time_column)
                if keeps_first and lines and line[1:] == lines[-1][1:]:
                    notes.append(f"{path.name} line {line.number} repeats line {lines[-1].number} and was passed over")
                else:
                    _follow(path, lines[-1] if lines else None, line)
                    lines.append(line)
    except csv.Error as why:
        refuse(str(path), f"the line cannot be split into cells ({why}); check its quotes", rows.line_num)
    if not lines:
        refuse(str(path), "it has a header but no rows; give it at least one")
    return attrs.evolve(table, lines=tuple(lines), notes=tuple(notes))


def scaled(text: str, decimals: int, allows_zero: bool = False) -> int:
    """Return a positive decimal (or zero, where that is allowed) times 10^decimals.

    Raises ValueError, saying what would do, when that is not a whole number.
    """
    found = _DECIMAL.fullmatch(text.strip())
    if not found:
        raise ValueError("write a positive decimal such as 168.95")
    whole, fraction, power = found[1], found[2] or "", int(found[3] or 0) + decimals - len(found[2] or "")
    digits = int(whole + fraction)
    if not digits and not allows_zero:
        raise ValueError("a price is above zero; correct it or remove the line")
    if power < 0 and digits % 10**-power:
        raise ValueError(f"it has more than {decimals} decimals; round it")
    value = digits * 10**power if power >= 0 else digits // 10**-power
    if value >= LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 10**decimals}; check its unit")
    return int(value)


def refuse(path: str, what: str, line: int = 0) -> NoReturn:
    """Raise InputError for a file, and a line of it when one is given."""
    raise InputError(f"{path}{f' line {line}' if line else ''}: {what}")


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; check the path (relative ones start at the current folder)") from None
    except OSError as why:
        raise InputError(f"{path}: it cannot be read ({why.strerror}); name a readable CSV file") from None
    if not content.strip():
        raise InputError(f"{path}: the file is empty; it needs a header line and rows")
    return content


def _text_of(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        raise InputError(f"{path}: byte {why.start} is not UTF-8; save the file as UTF-8 text") from None


def _places(path: Path, header: list[str], wanted: Sequence[str]) -> list[int]:
    """Return where the wanted columns are; '' is a column not asked for (-1)."""
    for name in header:
        if name and header.count(name) > 1:
            refuse(str(path), f'column "{name}" appears {header.count(name)} times; rename one', 1)
    for name in wanted:
        if name and name not in header:
            near = get_close_matches(name, header, n=1)
            hint = f'did you mean "{near[0]}"? ' if near else ""
            refuse(str(path), f'there is no column "{name}"; {hint}it has {", ".join(header)}', 1)
    return [header.index(name) if name else -1 for name in wanted]


def _line(path: Path, row: list[str], number: int, header: list[str], places: list[int], time_column: str) -> Line:
    if len(row) != len(header):
        refuse(str(path), f"it has {len(row)} cells where the header has {len(header)}; complete or remove the line", number)
    time, *cells = (row[place].strip() if place >= 0 else "" for place in places)
    try:
        return Line(number, parse_instant(time), tuple(cells))
    except ValueError as why:
        refuse(str(path), f'{time_column} is "{time}"; {why}', number)


def _follow(path: Path, before: Line | None, line: Line) -> None:
    """Refuse a time that does not come after the one before it."""
    if before is None or line.at > before.at:
        return
    if line.at == before.at:
        refuse(str(path), f"the time {iso(line.at)} is already that of line {before.number}; keep one of them", line.number)
    refuse(str(path), f"the time {iso(line.at)} lies before {iso(before.at)} of line {before.number}; sort the file by time", line.number)
