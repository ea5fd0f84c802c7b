"""Gas prices by time from a CSV file: what blocks took, bin by bin, for the chain's demand to be calibrated on.

Promised: exact integers of wei per gas; empty cells are missing values, not zeros (and a zero is a price: in the days of bundles
a third of some blocks paid nothing per gas); bins without the central price are left out
and told. Left out: what the prices mean for demand (``sim.chain``): they never set what a block takes.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import attrs

from sim.units import Nanos, Seconds, WeiPerGas
from sim.world.beyond import Beyond, Cover
from sim.world.instants import since
from sim.world.table import Table, read_table, refuse

GWEI_DECIMALS = 9
"""Files give gas prices in gwei, 10^-9 of a whole gas asset."""


class GasRow(NamedTuple):
    """What blocks took from an instant on."""

    at: Nanos
    """Since the run began; negative before it."""
    p30: WeiPerGas | None
    p60: WeiPerGas
    p90: WeiPerGas | None


@attrs.frozen
class GasRows:
    """A file's rows, and what there is to say of them."""

    rows: tuple[GasRow, ...]
    notes: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    """File and SHA-256."""


def read_gas(path: Path, time_column: str, price_column: str, epoch: Seconds, p30_column: str = "", p90_column: str = "") -> GasRows:
    """Return the gas prices of a file in gwei; ``price_column`` is the 60th percentile, the others may be left out ('').

    A line that repeats the one before it in these columns is passed over. Refused: a file in which no line has a price.
    """
    table = read_table(path, time_column, [price_column, p30_column, p90_column], keeps_first=True)
    rows = [_row(table, each, epoch) for each in range(len(table.lines))]
    told = tuple(row for row in rows if row is not None)
    if not told:
        refuse(str(path), f"{price_column} is empty in all {len(rows)} rows; name a column with values, or another file")
    notes = [*table.notes]
    if missing := len(rows) - len(told):
        notes.append(f"{path.name}: {price_column} is missing in {missing} of {len(rows)} rows, which were left out")
    return GasRows(told, tuple(notes), ((path.name, table.sha256),))


def cover_gas(gas: GasRows, beyond: Beyond, duration: Nanos, epoch: Seconds, waypoints: Sequence[GasRow] = ()) -> GasRows:
    """Return rows that say something of every instant of a run: each holds until the next, the first also before its instant.

    The last row of a file speaks for one usual spacing of its rows; from there on ``beyond`` does.
    """
    rows, until = gas.rows, gas.rows[-1].at + usual_spacing([row.at for row in gas.rows])
    cover = Cover(gas.sources[0][0] if gas.sources else "the gas prices", rows[0].at, until, duration, epoch)
    cover.check(beyond)
    typed = waypoints if beyond == "waypoints" else ()
    head = tuple(row for row in typed if row.at < cover.first)
    tail = tuple(row for row in typed if row.at >= cover.until)
    return attrs.evolve(gas, rows=(*head, *rows, *tail), notes=(*gas.notes, *cover.notes(beyond)))


def usual_spacing(instants: Sequence[int]) -> Nanos:
    """Return the median distance of neighbours, the upper one of two; 0 for fewer than two instants."""
    spacings = sorted(after - before for before, after in pairwise(instants))
    return spacings[len(spacings) // 2] if spacings else 0


def _row(table: Table, line: int, epoch: Seconds) -> GasRow | None:
    cells = table.lines[line]
    price, low, high = (table.number(cells, column, GWEI_DECIMALS, allows_zero=True) for column in range(3))
    if price is None:
        return None
    if (low is not None and low > price) or (high is not None and high < price):
        refuse(table.path, f"the percentiles {cells.cells[1]}, {cells.cells[0]}, {cells.cells[2]} fall; check the columns", cells.number)
    return GasRow(since(epoch, cells.at), low, price, high)
