"""Quantities: exact in, exact out, and a remedy for everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.quantity import FEE_SHARE, FINE_SHARE, GAS, GAS_PRICE, KINDS, RATIO, SHARE, TIME, Mistake
from sim.units import DAY, HOUR, MINUTE, SECOND


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (TIME, "12 s", 12 * SECOND),
        (TIME, "250 ms", 250_000_000),
        (TIME, "13.1 s", 13_100_000_000),
        (TIME, "0.000000001 s", 1),
        (TIME, "90 min", 90 * MINUTE),
        (TIME, "1.5 h", HOUR + 30 * MINUTE),
        (TIME, "2 d", 2 * DAY),
        (TIME, "12s", 12 * SECOND),
        (SHARE, "0.5 %", 50),
        (SHARE, "5 bps", 5),
        (SHARE, "-10 %", -1_000),
        (FEE_SHARE, "0.075 %", 750),
        (FINE_SHARE, "0.0005 %", 5_000),
        (RATIO, "105 %", 1_050_000_000_000_000_000),
        (GAS, "10 M gas", 10_000_000),
        (GAS, "10_000_000 gas", 10_000_000),
        (GAS_PRICE, "200 gwei", 200 * 10**9),
        (GAS_PRICE, "0.5 gwei", 5 * 10**8),
    ],
)
def test_a_number_with_its_unit_is_an_exact_whole_number_of_steps(kind, text, expected):
    assert expected == kind.read(text)


@pytest.mark.parametrize(
    ("kind", "found", "expected"),
    [
        (SHARE, "50", 'is "50"; give a unit: "50 %"'),
        (SHARE, 50, 'is 50; give a number with its unit, as text: "50 %"'),
        (SHARE, 30_000, 'is 30000; give a number with its unit, as text: "30000 bps"'),
        (SHARE, True, 'is true; give a number with its unit, as text: "1 %"'),
        (TIME, "5 gwei", 'is "5 gwei"; give a time in s, ms, us, ns, min, h or d, such as "5 s"'),
        (TIME, "5 S", 'is "5 S"; give a time in s, ms, us, ns, min, h or d, such as "5 s"'),
        (TIME, "soon", 'is "soon"; give a number in plain digits with its unit, such as "1 s"'),
        (TIME, "", 'is ""; give a number in plain digits with its unit, such as "1 s"'),
        (TIME, "inf s", 'is "inf s"; give a number in plain digits with its unit, such as "1 s"'),
        (TIME, ".5 s", 'is ".5 s"; give a number in plain digits with its unit, such as "1 s"'),
        (TIME, "1__0 s", 'is "1__0 s"; give a time in s, ms, us, ns, min, h or d, such as "1 s"'),
        (TIME, "-5 s", 'is "-5 s"; give a time that is not below zero'),
        (TIME, "0.0000000001 s", 'is "0.0000000001 s"; time counts in whole steps of 1 ns, leave out the digits beyond'),
        (SHARE, "0.005 %", 'is "0.005 %"; share counts in whole steps of 1 bps, leave out the digits beyond'),
        (GAS, "1.5 gas", 'is "1.5 gas"; gas counts in whole steps of 1 gas, leave out the digits beyond'),
    ],
)
def test_what_is_not_exact_or_has_no_unit_is_refused_with_a_remedy(kind, found, expected):
    with pytest.raises(Mistake) as refused:
        kind.read(found)

    assert expected == str(refused.value)


def test_many_digits_are_kept_to_the_last():
    assert GAS.read("123456789012345678901234567890123456789 gas") == 123_456_789_012_345_678_901_234_567_890_123_456_789
    with pytest.raises(Mistake, match="at most 60 digits"):
        GAS.read("1" * 61 + " gas")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(steps=st.integers(min_value=0, max_value=10**40))
def test_what_is_written_reads_back_as_the_same_steps(kind, steps):
    assert steps == kind.read(kind.text(steps))


@pytest.mark.parametrize(
    ("kind", "steps", "expected"),
    [
        (TIME, 0, "0 s"),
        (TIME, 3600 * SECOND, "1 h"),
        (TIME, 13_100_000_000, "13.1 s"),
        (SHARE, 8_250, "82.5 %"),
        (FEE_SHARE, 750, "7.5 bps"),
        (TIME, 100_000_000, "100 ms"),
        (RATIO, 1, "1 wad"),
    ],
)
def test_the_unit_with_the_fewest_signs_is_written(kind, steps, expected):
    assert expected == kind.text(steps)
