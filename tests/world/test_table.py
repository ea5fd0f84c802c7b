"""Each bad file has its own message: where, what was found, what would do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.world.table import read_table, scaled

GOOD = "time,close\n2020-03-12T10:00:00,168.02\n2020-03-12T10:01:00,167.5\n"


def written(tmp_path, text, name="prices.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(tmp_path, text, column="close", time="time"):
    """Return the message of a file that is refused, its folder cut off."""
    path = written(tmp_path, text)
    with pytest.raises(InputError) as refused:
        table = read_table(path, time, [column])
        [table.require(line, 0, 8) for line in table.lines]
    message = str(refused.value)
    assert "error" not in message and "invalid" not in message
    return message.replace(str(tmp_path) + "/", "")


def test_a_good_file_is_read_to_the_last_digit(tmp_path):
    table = read_table(written(tmp_path, GOOD), "time", ["close"])

    assert [table.require(line, 0, 8) for line in table.lines] == [16_802_000_000, 16_750_000_000]
    assert [line.number for line in table.lines] == [2, 3]
    assert table.notes == ()


def test_a_byte_order_mark_blank_lines_and_spaces_do_no_harm(tmp_path):
    text = "\ufefftime , close\r\n\r\n2020-03-12T10:00:00 , 168.02\r\n\r\n"

    assert len(read_table(written(tmp_path, text), "time", ["close"]).lines) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "prices.csv: the file is empty; it needs a header line and rows"),
        ("\n\n", "prices.csv: the file is empty; it needs a header line and rows"),
        ("time,close\n", "prices.csv: it has a header but no rows; give it at least one"),
        ("time,clsoe\n1,1\n", 'prices.csv line 1: there is no column "close"; did you mean "clsoe"? it has time, clsoe'),
        ("time,x\n1,1\n", 'prices.csv line 1: there is no column "close"; it has time, x'),
        ("time,close,close\n1,1,1\n", 'prices.csv line 1: column "close" appears 2 times; rename one'),
        ("time,close\n1584014400\n", "prices.csv line 2: it has 1 cells where the header has 2; complete or remove the line"),
        (
            "time,close\n1584014400,1\n1584014400,2\n",
            "prices.csv line 3: the time 2020-03-12T12:00:00Z is already that of line 2; keep one of them",
        ),
        (
            "time,close\n1584014400,1\n1584014399,2\n",
            "prices.csv line 3: the time 2020-03-12T11:59:59Z lies before 2020-03-12T12:00:00Z of line 2; sort the file by time",
        ),
        (
            "time,close\nyesterday,1\n",
            'prices.csv line 2: time is "yesterday"; write it as 2020-03-12T10:30:00 (UTC) or as epoch seconds or milliseconds',
        ),
        ("time,close\n1584014400,NaN\n", 'prices.csv line 2: close is "NaN"; write a positive decimal such as 168.95'),
        ("time,close\n1584014400,inf\n", 'prices.csv line 2: close is "inf"; write a positive decimal such as 168.95'),
        ("time,close\n1584014400,-5\n", 'prices.csv line 2: close is "-5"; write a positive decimal such as 168.95'),
        ("time,close\n1584014400,1_000\n", 'prices.csv line 2: close is "1_000"; write a positive decimal such as 168.95'),
        ("time,close\n1584014400,0.0\n", 'prices.csv line 2: close is "0.0"; a price is above zero; correct it or remove the line'),
        ("time,close\n1584014400,\n", "prices.csv line 2: close is empty; fill it or remove the line"),
        ("time,close\n1584014400,0.123456789\n", 'prices.csv line 2: close is "0.123456789"; it has more than 8 decimals; round it'),
        ("time,close\n1584014400,1e20\n", 'prices.csv line 2: close is "1e20"; it is larger than 46116860184; check its unit'),
        (b"time,close\n1584014400,\xff\n", "prices.csv: byte 22 is not UTF-8; save the file as UTF-8 text"),
    ],
)
def test_each_bad_file_has_its_message(tmp_path, text, expected):
    assert refusal(tmp_path, text) == expected


def test_a_quote_left_open_is_told(tmp_path):
    assert refusal(tmp_path, 'time,close\n1584014400,"1\n').endswith("check its quotes")


def test_an_absent_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_table(tmp_path / "absent.csv", "time", ["close"])
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path, "time", ["close"])


def test_a_repeated_line_is_passed_over_only_where_that_is_asked_for_and_said(tmp_path):
    path = written(tmp_path, "time,close,else\n1584014400,1,7\n1584014400,1,8\n1584014401,2,9\n")

    table = read_table(path, "time", ["close"], keeps_first=True)

    assert [line.cells for line in table.lines] == [("1",), ("2",)]
    assert table.notes == ("prices.csv line 3 repeats line 2 and was passed over",)


def test_a_repeated_time_that_says_something_else_is_refused_even_there(tmp_path):
    path = written(tmp_path, "time,close\n1584014400,1\n1584014400,2\n")

    with pytest.raises(InputError, match="line 3: the time 2020-03-12T12:00:00Z is already that of line 2"):
        read_table(path, "time", ["close"], keeps_first=True)


def test_the_same_bytes_have_the_same_hash(tmp_path):
    one, other = (read_table(written(tmp_path, GOOD, name), "time", ["close"]) for name in ("a.csv", "b.csv"))

    assert one.sha256 == other.sha256 and len(one.sha256) == 64


@given(st.integers(1, 2**61), st.integers(0, 8))
def test_a_decimal_is_scaled_exactly(value, decimals):
    text = f"{value // 10**decimals}.{value % 10**decimals:0{decimals}d}" if decimals else str(value)

    assert scaled(text, decimals) == value


@pytest.mark.parametrize(("text", "expected"), [("1e2", 10_000_000_000), ("1.5E-3", 150_000), ("000.10", 10_000_000), ("7.", 700_000_000)])
def test_other_ways_to_write_a_decimal(text, expected):
    assert scaled(text, 8) == expected
