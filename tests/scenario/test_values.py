"""Amounts, prices and instants: exact once the scenario is known, as written until then."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sim.scenario.quantity import Mistake
from sim.scenario.values import Amount, Instant, Rate, amount, epoch, instant, rate
from sim.units import MINUTE, SECOND

NOON = 1_584_014_400
"""2020-03-12T12:00:00Z."""


def test_an_amount_is_units_of_its_asset():
    assert amount("1_500.5 USDC").units(decimals=6) == 1_500_500_000
    assert amount("0.001 ETH").units(decimals=18) == 10**15
    assert amount("7 PEBBLE").units(decimals=0) == 7


def test_an_amount_finer_than_its_asset_is_refused_at_the_first_digit_too_many():
    assert amount("0.000001 USDC").units(decimals=6) == 1
    with pytest.raises(Mistake, match=r'is "0\.0000001 USDC"; USDC has 6 decimals, leave out the digits beyond'):
        amount("0.0000001 USDC").units(decimals=6)


def test_a_large_amount_loses_no_digit():
    assert amount("12345678901234567890.000000000000000001 ETH").units(18) == 12_345_678_901_234_567_890_000_000_000_000_000_001


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("1500", 'is "1500"; give a unit: "1500 USDC"'),
        (1500, 'is 1500; give a number with its unit, as text: "1500 USDC"'),
        ("-1 ETH", 'is "-1 ETH"; give an amount that is not below zero'),
        ("1 USDC/ETH", 'is "1 USDC/ETH"; give an amount of one asset, such as "1 USDC"'),
    ],
)
def test_what_is_no_amount_is_refused_with_a_remedy(found, expected):
    with pytest.raises(Mistake) as refused:
        amount(found)

    assert expected == str(refused.value)


def test_a_price_is_quote_per_whole_base():
    price = rate("195.20 USDC/ETH")

    assert (price.quote, price.base, price.units(decimals=6)) == ("USDC", "ETH", 195_200_000)


@pytest.mark.parametrize("found", ["195.20", "195.20 USDC", "195.20 USDC/", "-1 USDC/ETH", 195.2])
def test_what_is_no_price_is_refused(found):
    with pytest.raises(Mistake):
        rate(found)


def test_an_instant_is_a_span_since_the_start_or_a_date():
    assert instant("10 min").since(NOON) == 10 * MINUTE
    assert instant("2020-03-12T12:10:00Z").since(NOON) == 10 * MINUTE
    assert instant(datetime(2020, 3, 12, 12, 10, tzinfo=UTC)).since(NOON) == 10 * MINUTE
    assert instant("2020-03-12T11:59:59Z").since(NOON) == -SECOND


def test_a_date_without_a_zone_is_utc_and_another_zone_is_honoured():
    assert epoch("2020-03-12T12:00:00") == NOON
    assert epoch("2020-03-12T13:00:00+01:00") == NOON
    assert epoch(datetime(2020, 3, 12, 13, tzinfo=timezone(timedelta(hours=1)))) == NOON


@pytest.mark.parametrize("found", ["yesterday", "12", 1_584_014_400, "2020-13-01T00:00:00Z"])
def test_what_is_no_date_is_refused_with_an_example(found):
    with pytest.raises(Mistake, match='give a date in UTC such as "2020-03-12T09:54:00Z"'):
        epoch(found)


def test_the_start_is_a_whole_second_because_contracts_count_those():
    with pytest.raises(Mistake, match="whole seconds"):
        epoch("2020-03-12T12:00:00.5Z")


@pytest.mark.parametrize(
    "value",
    [amount("0.10 ETH"), amount("1_000 USDC"), rate("195.20 USDC/ETH"), instant("90 s"), Instant(NOON * SECOND + 1, True)],
)
def test_what_is_written_reads_back_as_an_equal_value(value):
    reader = {Amount: amount, Rate: rate, Instant: instant}[type(value)]

    assert value == reader(str(value))
