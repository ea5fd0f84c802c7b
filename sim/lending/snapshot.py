"""Position files: who had what in a pool at an instant, as CSV.

    # snapshot: 2020-03-12T09:54:00Z
    account,asset,side,amount
    0xabc,WETH,collateral,12.5
    0xabc,DAI,debt,900.25

One row per account, asset and side; amounts are exact decimals of whole assets. Further columns: ``emode`` (a category's number)
and ``health`` (what somebody else computed; only compared). The snapshot's time is among the lines with a ``#`` before the header
(others there are remarks), or an argument. Whatever is wrong
is told at once, line by line, as InputError. Rows of assets the pool does not know are no mistake: they are counted per asset, and
accounts that have one are left out whole, since their health would be wrong.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs

from sim.assets import Asset
from sim.errors import InputError
from sim.units import AssetId, Seconds, Units, Wad

NEEDED = ("account", "asset", "side", "amount")
OPTIONAL = ("emode", "health")
SIDES = ("collateral", "debt")
STAMP = "# snapshot:"
LIKE_A_STAMP = re.compile(r"#\s*snapshot\b", re.IGNORECASE)
DECIMAL = re.compile(r"(\d+)(?:\.(\d+))?")


@attrs.define
class SnapshotAccount:
    """One account of a file."""

    name: str
    collaterals: dict[AssetId, Units] = attrs.field(factory=dict)
    debts: dict[AssetId, Units] = attrs.field(factory=dict)
    e_mode: int | None = None
    health: Wad | None = None
    """As the file states it."""
    line: int = 0
    """Where it first stands."""


@attrs.frozen
class Snapshot:
    """A position file as read."""

    taken_at: Seconds
    accounts: tuple[SnapshotAccount, ...]
    """In the sequence of the file; accounts with unknown assets left out."""
    unknown_assets: tuple[tuple[str, int], ...]
    """Symbol and rows."""
    left_out: int
    """Accounts that have an unknown asset."""


@attrs.define
class _Reading:
    """What has been read so far."""

    assets: Mapping[str, Asset]
    accounts: dict[str, SnapshotAccount] = attrs.field(factory=dict)
    unknown: dict[str, int] = attrs.field(factory=dict)
    incomplete: dict[str, None] = attrs.field(factory=dict)
    seen: dict[tuple[str, str, str], int] = attrs.field(factory=dict)
    mistakes: list[str] = attrs.field(factory=list)


def read_positions(path: Path, assets: Mapping[str, Asset], taken_at: Seconds | None = None) -> Snapshot:
    """Read a position file against the assets a pool knows, by symbol. Raises InputError with every mistake in it."""
    if not path.exists():
        raise InputError(f"{path} is not there; give the path of a CSV file of positions")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        raise InputError(f"{path}: cannot be read as text ({trouble}); give a CSV file in UTF-8") from trouble
    reading = _Reading(assets)
    stamp, start = _stamp(lines, taken_at, reading)
    rows = _rows(lines, start, reading)
    for line, row in rows:
        _take(line, row, reading)
    if not reading.seen and not reading.unknown and not reading.mistakes:
        reading.mistakes.append(f"line {start + 1}: no position in it; give at least one row")
    if reading.mistakes:
        raise InputError("\n".join(f"{path}: {mistake}" for mistake in reading.mistakes))
    kept = tuple(account for name, account in reading.accounts.items() if name not in reading.incomplete)
    return Snapshot(stamp, kept, tuple(sorted(reading.unknown.items())), len(reading.incomplete))


def _stamp(lines: Sequence[str], taken_at: Seconds | None, reading: _Reading) -> tuple[Seconds, int]:
    """Return the snapshot's time and how many lines stand before the header: remarks and the stamp."""
    start = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    stamps = [(number, line) for number, line in enumerate(lines[:start], start=1) if LIKE_A_STAMP.match(line)]
    if not stamps and taken_at is None:
        reading.mistakes.append(f"line 1: no snapshot time; begin with `{STAMP} 2020-03-12T09:54:00Z` or give one")
    found = taken_at
    for number, line in stamps:
        said = _said(line)
        if said is None:
            reading.mistakes.append(f"line {number}: {line!r} is no snapshot time; write `{STAMP} 2020-03-12T09:54:00Z`")
        elif found is not None and found != said:
            whose = "the argument" if taken_at is not None else "a line above"
            reading.mistakes.append(f"line {number}: the file says {said} Unix seconds, {whose} {found}; give one of them")
        else:
            found = said
    return found or 0, start


def _said(line: str) -> Seconds | None:
    """Return the Unix seconds of a stamp; None if it is none."""
    try:
        said = datetime.fromisoformat(line.removeprefix(STAMP).strip()) if line.startswith(STAMP) else None
    except ValueError:
        return None  # No date: the caller says which line, and what would do.
    return None if said is None else int((said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp())


def _rows(lines: Sequence[str], start: int, reading: _Reading) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield rows by column with their line number, after the header was looked at."""
    table = csv.reader(lines[start:])
    header = [cell.strip() for cell in next(table, [])]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        reading.mistakes.append(f"line {start + 1}: the header is {','.join(header)!r}; it needs {','.join(missing)}")
        return
    strange = [name for name in header if name not in NEEDED + OPTIONAL or header.count(name) > 1]
    if strange:
        known = ",".join(NEEDED + OPTIONAL)
        reading.mistakes.append(f"line {start + 1}: column {','.join(strange)!r} is unknown or doubled; there are {known}")
        return
    for cells in table:
        line = start + table.line_num
        if not cells:
            continue
        if len(cells) != len(header):
            reading.mistakes.append(f"line {line}: {len(cells)} cells under {len(header)} columns")
            continue
        yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _take(line: int, row: dict[str, str], reading: _Reading) -> None:
    """Take one row in, or say what is wrong with it."""
    name, symbol, side = row["account"], row["asset"], row["side"]
    if not name:
        reading.mistakes.append(f"line {line}: account is empty; name it")
        return
    if side not in SIDES:
        reading.mistakes.append(f'line {line}: side is "{side}"; write collateral or debt')
        return
    before = reading.seen.setdefault((name, symbol, side), line)
    if before != line:
        reading.mistakes.append(f"line {line}: {name} has {symbol} as {side} in line {before} already; add the two up")
        return
    asset = reading.assets.get(symbol)
    if asset is None:
        reading.unknown[symbol] = reading.unknown.get(symbol, 0) + 1
        reading.incomplete[name] = None
    account = reading.accounts.setdefault(name, SnapshotAccount(name, line=line))
    units = _amount(line, row["amount"], asset, reading)
    if asset is not None and units is not None:
        (account.collaterals if side == "collateral" else account.debts)[asset.id] = units
    _take_extras(line, row, account, reading)


def _amount(line: int, text: str, asset: Asset | None, reading: _Reading) -> Units | None:
    decimals = asset.decimals if asset is not None else 0
    units = _exact(text, decimals) if asset is not None else None
    if not DECIMAL.fullmatch(text) or not text.strip("0."):
        reading.mistakes.append(f'line {line}: amount is "{text}"; give a decimal above 0, digits and one point only')
    elif asset is not None and units is None:
        reading.mistakes.append(f"line {line}: amount {text} has more than the {decimals} decimals of {asset.symbol}")
    return units


def _take_extras(line: int, row: dict[str, str], account: SnapshotAccount, reading: _Reading) -> None:
    mode, health = row.get("emode", ""), row.get("health", "")
    if mode and not (mode.isascii() and mode.isdecimal()):
        reading.mistakes.append(f'line {line}: emode is "{mode}"; give the number of a category, 0 for none')
    elif mode:
        if account.e_mode not in (None, int(mode)):
            reading.mistakes.append(f"line {line}: {account.name} has emode {account.e_mode} above and {mode} here; one account has one")
        account.e_mode = int(mode)
    if health:
        stated = _exact(health, 18, cut=True)
        if stated is None:
            reading.mistakes.append(f'line {line}: health is "{health}"; give a decimal or leave it empty')
        elif account.health not in (None, stated):
            reading.mistakes.append(f"line {line}: {account.name} has another health above; one account has one")
        account.health = stated


def _exact(text: str, decimals: int, cut: bool = False) -> int | None:
    """Return a decimal as an integer of 10^-decimals; None if it is none, or has more digits and may not be cut."""
    found = DECIMAL.fullmatch(text)
    if not found:
        return None
    whole, part = found[1], (found[2] or "").rstrip("0")
    if len(part) > decimals and not cut:
        return None
    return int(whole + part[:decimals].ljust(decimals, "0"))
