"""Gas prices by time: exact, missing is not zero, and what holds outside of the file."""

import pytest

from sim.errors import InputError
from sim.units import HOUR, MINUTE, SECOND
from sim.world.gas import GasRow, cover_gas, read_gas, usual_spacing
from sim.world.instants import parse_instant
from tests.support.shared import shared_path

EPOCH = 1_584_014_400


def read(tmp_path, *rows, header="time,p30,p60,p90", **columns):
    file = tmp_path / "gas.csv"
    file.write_text(header + "\n" + "\n".join(rows) + "\n")
    return read_gas(file, "time", "p60", EPOCH, **columns)


def test_prices_are_wei_per_gas_exactly(tmp_path):
    found = read(tmp_path, "2020-03-12T12:10,43.0,45.6,63.000000001", p30_column="p30", p90_column="p90")

    assert found.rows == (GasRow(10 * MINUTE, 43_000_000_000, 45_600_000_000, 63_000_000_001),)


def test_columns_that_are_not_asked_for_stay_unknown(tmp_path):
    assert read(tmp_path, "2020-03-12T12:10,43.0,45.6,63").rows == (GasRow(10 * MINUTE, None, 45_600_000_000, None),)


def test_an_empty_cell_is_missing_and_not_zero_and_zero_is_a_price(tmp_path):
    found = read(tmp_path, "2020-03-12T12:00,,10,20", "2020-03-12T12:10,0.0,10,20", "2020-03-12T12:20,5,,20", p30_column="p30")

    assert [row.p30 for row in found.rows] == [None, 0]
    assert found.notes == ("gas.csv: p60 is missing in 1 of 3 rows, which were left out",)


def test_a_file_without_any_price_is_refused(tmp_path):
    with pytest.raises(InputError, match="p60 is empty in all 2 rows; name a column with values, or another file"):
        read(tmp_path, "2020-03-12T12:00,1,,2", "2020-03-12T12:10,1,,2")


def test_percentiles_that_fall_are_refused(tmp_path):
    with pytest.raises(InputError, match="line 2: the percentiles 11, 10, 20 fall; check the columns"):
        read(tmp_path, "2020-03-12T12:00,11,10,20", p30_column="p30", p90_column="p90")


def test_the_usual_spacing_is_the_median():
    assert [usual_spacing(instants) for instants in ([], [5], [0, 10, 20, 90], [0, 10, 90])] == [0, 0, 10, 80]


def test_rows_hold_until_the_next_and_a_covered_run_needs_no_rule(tmp_path):
    gas = read(tmp_path, "2020-03-12T12:00,1,10,20", "2020-03-12T12:10,1,12,20")

    assert cover_gas(gas, "error", 20 * MINUTE, EPOCH) == gas
    with pytest.raises(InputError, match="shorten the run"):
        cover_gas(gas, "error", 20 * MINUTE + 1, EPOCH)


def test_typed_rows_stand_in_outside_of_the_file_only(tmp_path):
    gas = read(tmp_path, "2020-03-12T12:10,1,10,20", "2020-03-12T12:20,1,12,20")
    typed = [GasRow(at * MINUTE, 1, at, 99) for at in (0, 15, 40)]

    found = cover_gas(gas, "waypoints", HOUR, EPOCH, typed)

    assert [row.at // MINUTE for row in found.rows] == [0, 10, 20, 40]
    assert found.notes == ("gas.csv says nothing of 10 min before it (waypoints)", "gas.csv says nothing of 30 min after it (waypoints)")
    assert cover_gas(gas, "hold", HOUR, EPOCH, typed).rows == gas.rows


def test_the_traps_of_the_crash_days_are_told():
    start = parse_instant("2020-09-05T00:00") // SECOND
    files = {day: shared_path(f"data/crash_days_10min/eth_gas_10min_{day}.csv") for day in ("20200312", "20200905", "20210222", "20210621")}

    whole = read_gas(files["20200312"], "time_utc", "gas_p60", start, "gas_p30", "gas_p90")
    repeated = read_gas(files["20200905"], "time_utc", "gas_p60", start, "gas_p30", "gas_p90")
    free = read_gas(files["20210621"], "time_utc", "gas_p60", start, "gas_p30", "gas_p90")

    assert (len(whole.rows), whole.notes) == (144, ())
    assert (len(repeated.rows), len(repeated.notes)) == (142, 2)
    assert 0 in [row.p30 for row in free.rows]
    with pytest.raises(InputError, match="gas_p60 is empty in all 144 rows"):
        read_gas(files["20210222"], "time_utc", "gas_p60", start)
