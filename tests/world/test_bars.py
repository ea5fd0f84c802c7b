"""Bars in the gaps: opened, touched, closed, and never left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.streams import Stream
from sim.units import MINUTE, SECOND
from sim.world.bars import Bar, Bars, join, knots_of, read_bars
from sim.world.bridge import Bridge
from sim.world.paths import Gap, Knot, PricePath

EPOCH = 1_584_014_400
OHLC = ("open", "high", "low", "close")


def written(tmp_path, *rows):
    file = tmp_path / "bars.csv"
    file.write_text("time,open,high,low,close\n" + "\n".join(rows) + "\n")
    return file


def bar(begin, opened, high, low, closed):
    return Bar(begin * MINUTE, (begin + 10) * MINUTE, opened, high, low, closed)


def prices_of(knots, step=SECOND, seed=1):
    bridge = Bridge(tuple(knots), seed, "test", EPOCH, step)
    prices = {bridge.at: bridge.price}
    while bridge.next_at() is not None:
        price = bridge.advance()
        prices[bridge.at] = price
    return prices


@st.composite
def bars(draw):
    low = draw(st.integers(1, 10**11))
    high = low + draw(st.integers(0, low))
    return Bar(0, 10 * MINUTE, draw(st.integers(low, high)), high, low, draw(st.integers(low, high)))


@given(bars(), st.integers(0, 1000), st.sampled_from([SECOND, 7 * SECOND, 2 * MINUTE]))
def test_a_bar_is_opened_touched_and_closed_to_the_unit(bar, seed, step):
    prices = prices_of(knots_of(bar, step, Stream(seed, "bar")), step, seed)

    last = bar.end - step - (bar.end % step)
    assert (min(prices.values()), max(prices.values())) == (bar.low, bar.high)
    assert (prices[0], prices[max(prices)]) == (bar.open, bar.close)
    assert bar.end - 2 * step < max(prices) <= max(last, bar.end - step)


def test_a_bar_that_opens_at_its_high_goes_to_its_low_later():
    knots = knots_of(bar(0, 110, 110, 100, 105), SECOND, Stream(1, "bar"))

    assert [knot.price for knot in knots] == [110, 110, 100, 105]


def test_the_nearer_extreme_comes_first_as_often_as_a_brownian_motion_would_have_it():
    firsts = [knots_of(bar(0, 102, 110, 100, 105), SECOND, Stream(seed, "bar"))[1].price for seed in range(2000)]

    assert 0.77 < firsts.count(100) / len(firsts) < 0.83


def test_bars_fill_only_the_gap_and_only_whole():
    path = PricePath(tuple(Knot(at * MINUTE, 100) for at in (0, 5, 35, 36)), (Gap(5 * MINUTE, 35 * MINUTE),))
    found = join(path, Bars((bar(0, 9, 9, 9, 9), bar(10, 90, 95, 80, 85), bar(20, 85, 99, 70, 75), bar(30, 9, 9, 9, 9))), 1, "x", SECOND, 0)

    prices = prices_of(found.knots)

    in_bars = [price for at, price in prices.items() if 10 * MINUTE <= at < 30 * MINUTE]
    assert (min(in_bars), max(in_bars)) == (70, 99)
    assert prices[10 * MINUTE] == 90 and prices[20 * MINUTE - SECOND] == 85 and prices[20 * MINUTE] == 85
    assert prices[35 * MINUTE] == 100
    assert found.notes == ("the gap of 30 min is filled with 2 bars over 20 min, their highs and lows touched",)


def test_a_gap_without_bars_is_said_to_be_bridged():
    path = PricePath((Knot(0, 100), Knot(30 * MINUTE, 100)), (Gap(0, 30 * MINUTE),))

    assert join(path, Bars(()), 1, "x", SECOND, 0).notes == ("the gap of 30 min has no bars inside it and is bridged",)


def test_a_close_at_the_bars_begin_stays_and_the_bar_opens_a_step_later():
    path = PricePath((Knot(0, 100), Knot(10 * MINUTE, 120)), (Gap(0, 10 * MINUTE),))

    prices = prices_of(join(path, Bars((bar(0, 90, 95, 80, 85),)), 1, "x", SECOND, 0).knots)

    assert [prices[at * SECOND] for at in (0, 1, 599, 600)] == [100, 90, 85, 120]


def test_one_bars_draws_do_not_depend_on_the_others():
    gap = Gap(0, 30 * MINUTE)
    path = PricePath((Knot(0, 100), Knot(30 * MINUTE, 100)), (gap,))
    first, second = bar(0, 90, 95, 80, 85), bar(10, 85, 99, 70, 75)

    both, alone = (join(path, Bars(each), 1, "x", SECOND, 0).knots for each in ((first, second), (second,)))

    assert set(alone) <= set(both)


def test_a_step_too_long_for_a_bar_is_refused():
    with pytest.raises(InputError, match="a step of 2 min 1 s is too long for bars of 10 min"):
        knots_of(bar(0, 90, 95, 80, 85), 121 * SECOND, Stream(1, "bar"))


def test_bars_are_read_exactly_and_missing_ones_are_told(tmp_path):
    file = written(
        tmp_path, "2020-03-12T12:00,1.5,2,1,1.5", "2020-03-12T12:10,1,,1,1", "2020-03-12T12:20,1,1,1,1", "2020-03-12T12:20,1,1,1,1"
    )

    found = read_bars(file, "time", OHLC, EPOCH)

    assert found.bars[0] == Bar(0, 10 * MINUTE, 150_000_000, 200_000_000, 100_000_000, 150_000_000)
    assert [each.begin for each in found.bars] == [0, 20 * MINUTE]
    assert found.notes == (
        "bars.csv line 5 repeats line 4 and was passed over",
        "bars.csv: 1 of 3 bars have an empty cell and were left out",
    )


@pytest.mark.parametrize("row", ["1.5,1.4,1,1.2", "1.5,2,1.6,2", "1.2,1.4,1,1.5", "1,2,1.5,1.6"])
def test_a_high_or_low_that_does_not_hold_the_others_is_refused(tmp_path, row):
    with pytest.raises(InputError, match=r"line 2: open, high, low, close are .*the high and low must hold the others"):
        read_bars(written(tmp_path, f"2020-03-12T12:00,{row}"), "time", OHLC, EPOCH)
