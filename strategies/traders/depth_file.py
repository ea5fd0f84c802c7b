"""Reads a maker's ladder from a CSV of measured depth.

Two forms, told apart by their header: ``distance_bps,bid_usd,ask_usd`` (units resting within a distance of the mid, each side)
and ``size_usd,slippage_bps`` (what a trade of that size costs against the mid). "usd" stands for the instrument's quote, whatever
it is. Strict: whatever is wrong is an InputError that names the file, the line, what was found and what would do.
"""

import csv
import io
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

from sim.assets import Asset
from sim.errors import InputError
from sim.units import Units
from strategies.traders.rungs import Rungs, rungs_of_slippage, rungs_within

WITHIN = ("distance_bps", "bid_usd", "ask_usd")
SLIPPAGE = ("size_usd", "slippage_bps")
FINE = Asset(0, "the quote asset", 18)
"""Stands for a quote asset nobody knows yet: fine enough to read any file by, to see whether it can be read."""


def read_depth(path: Path, quote: Asset, nearest_bps: float = 2.0, count: int = 8) -> Rungs:
    """Return the ladder a depth file describes, in units of the quote asset; ``nearest_bps`` and ``count`` as ``rungs_within``."""
    return parse_depth(read_text(path), quote, str(path), nearest_bps, count)


def read_text(path: Path) -> str:
    """Return what a file says."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; check the path") from None
    except OSError as why:
        raise InputError(f"{path}: it cannot be read ({why.strerror}); name a readable CSV file") from None
    except UnicodeDecodeError as why:
        raise InputError(f"{path}: byte {why.start} is not UTF-8; save the file as UTF-8 text") from None


def parse_depth(text: str, quote: Asset, path: str = "depth", nearest_bps: float = 2.0, count: int = 8) -> Rungs:
    """Return the ladder that the text of a depth file describes."""
    rows = csv.reader(io.StringIO(text, newline=""))
    header = tuple(name.strip() for name in next(rows, []))
    if header not in (WITHIN, SLIPPAGE):
        _refuse(path, 1, f'the header is "{",".join(header)}"; write "{",".join(WITHIN)}" or "{",".join(SLIPPAGE)}"')
    lines = [(rows.line_num, [cell.strip() for cell in row]) for row in rows if any(cell.strip() for cell in row)]
    if not lines:
        raise InputError(f"{path}: it has a header but no rows; give it at least one")
    for number, row in lines:
        if len(row) != len(header):
            _refuse(path, number, f"it has {len(row)} cells where the header has {len(header)}; complete or remove the line")
    if header == WITHIN:
        return _read_within(path, lines, quote, nearest_bps, count)
    return _read_slippage(path, lines, quote)


def _read_within(path: str, lines: list[tuple[int, list[str]]], quote: Asset, nearest: float, count: int) -> Rungs:
    points: list[tuple[float, Units, Units]] = []
    for number, (distance, bid, ask) in lines:
        point = (_bps(path, number, distance), _units(path, number, bid, quote), _units(path, number, ask, quote))
        if point[0] <= nearest:
            _refuse(path, number, f"distance_bps is {distance}; give a distance beyond the nearest level, {nearest} bps")
        if points and point[0] <= points[-1][0]:
            _refuse(path, number, f"distance_bps is {distance}, not beyond the line before; sort the lines by distance")
        if points and (point[1] < points[-1][1] or point[2] < points[-1][2]):
            _refuse(path, number, "depth within a longer distance is smaller than on the line before; give what rests within, not at, each")
        points.append(point)
    return rungs_within(points, nearest, count)


def _read_slippage(path: str, lines: list[tuple[int, list[str]]], quote: Asset) -> Rungs:
    sizes: list[tuple[Units, float]] = []
    for number, (size, slippage) in lines:
        units, bps = _units(path, number, size, quote), _bps(path, number, slippage)
        if units <= (sizes[-1][0] if sizes else 0):
            _refuse(path, number, f"size_usd is {size}, not above the line before; sort the lines by size, each above zero")
        sizes.append((units, bps))
        try:
            rungs = rungs_of_slippage(sizes)
        except ValueError:
            _refuse(path, number, f"slippage_bps is {slippage}; the last part of this trade would be cheaper than the trade before it")
    return rungs


def _number(path: str, line: int, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        _refuse(path, line, f'found "{text}"; write a decimal that is not below zero, such as 250000')
    return number


def _bps(path: str, line: int, text: str) -> float:
    return float(_number(path, line, text))


def _units(path: str, line: int, text: str, quote: Asset) -> Units:
    units = _number(path, line, text) * quote.unit
    if units != units.to_integral_value():
        _refuse(path, line, f'found "{text}"; {quote.symbol} has {quote.decimals} decimals, round it')
    return int(units)


def _refuse(path: str, line: int, what: str) -> NoReturn:
    raise InputError(f"{path} line {line}: {what}")
