"""Times as files write them: exact nanoseconds, or a reason."""

import pytest

from sim.units import HOUR, MINUTE, SECOND
from sim.world.instants import iso, parse_instant, since, span

NOON = 1_584_014_400
"""2020-03-12T12:00:00Z."""


@pytest.mark.parametrize(
    "text",
    [
        "2020-03-12T12:00:00",
        "2020-03-12T12:00:00Z",
        "2020-03-12 12:00",
        "2020-03-12T13:00:00+01:00",
        "2020-03-12T12:00:00.000",
        "1584014400",
        "1584014400000",
        "1584014400000000",
        "1584014400000000000",
        " 1584014400.0 ",
    ],
)
def test_one_instant_can_be_written_in_many_ways(text):
    assert parse_instant(text) == NOON * SECOND


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("2020-03-12T12:00:00.123456789Z", 123_456_789), ("1584014400.5", 500_000_000), ("1584014400000.25", 250_000)],
)
def test_fractions_are_exact_to_the_nanosecond(text, fraction):
    assert parse_instant(text) == NOON * SECOND + fraction


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "write it as"),
        ("noon", "write it as"),
        ("12/03/2020", "write it as"),
        ("-5", "write it as"),
        ("nan", "write it as"),
        ("2020-02-30T00:00:00", "no such date"),
        ("2020-03-12T25:00:00", "no such date"),
        ("2020-03-12T12:00:00.1234567891", "write it as"),
        ("1584014400000000000.5", "finer than a nanosecond"),
    ],
)
def test_what_is_no_time_is_refused_with_a_remedy(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_instant(text)


def test_instants_count_from_the_runs_start_and_may_lie_before_it():
    assert since(NOON, parse_instant("2020-03-12T12:00:01")) == SECOND
    assert since(NOON, parse_instant("2020-03-12T11:59:59")) == -SECOND


def test_instants_and_spans_read_well():
    assert iso(NOON * SECOND) == "2020-03-12T12:00:00Z"
    assert iso(NOON * SECOND + 250_000_000) == "2020-03-12T12:00:00.25Z"
    assert [span(11 * HOUR + 30 * MINUTE), span(90 * SECOND + 500_000_000), span(0)] == ["11 h 30 min", "1 min 30.5 s", "0 s"]
