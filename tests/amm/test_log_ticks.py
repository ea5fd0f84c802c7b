"""Roots of log ticks, there and back; stops within words; steps and what ranges are."""

from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from sim.amm.concentrated.log_ticks import (
    LEAST_SQRT_PRICE,
    LEAST_TICK,
    MOST_SQRT_PRICE,
    MOST_TICK,
    Q96,
    amount_at,
    sqrt_price_at,
    tick_at,
)
from sim.amm.concentrated.ranges import MOST_LIQUIDITY, amounts_of, liquidity_of, most_per_tick
from sim.amm.concentrated.words import Stop, flipped, next_stop
from sim.errors import Revert
from sim.vocabulary import Refusal
from tests.amm.ranges_twin import log_tick, root

TICKS = st.integers(LEAST_TICK, MOST_TICK)


@given(st.integers(-(2**18) + 1, 2**18 - 1))
@example(0)
@example(1)
@example(-(2**17))
def test_a_root_is_the_one_found_with_fractions(tick):
    assert sqrt_price_at(tick) == root(tick)


@given(TICKS)
def test_a_root_squared_is_the_price_to_many_digits(tick):
    found = Fraction(sqrt_price_at(tick), Q96) ** 2
    price = Fraction(10_001, 10_000) ** tick if abs(tick) < 5_000 else None

    if price is not None:
        assert abs(found / price - 1) < Fraction(1, 10**15)
    assert found > 0


# Computed from the constants in TickMath.sol [Uniswap/v3-core]; constants that were cut would make each of these larger.
@pytest.mark.parametrize(
    ("tick", "expected"),
    [
        (193_407, 1254438145716537915468852558246390),
        (265_370, 45817122921985565042438786296633887),
        (307_970, 385503931454034813835267956215683821),
    ],
)
def test_constants_are_rounded_to_the_nearest_as_deployed(tick, expected):
    assert sqrt_price_at(tick) == expected


@given(TICKS)
@example(LEAST_TICK)
@example(MOST_TICK - 1)
@example(-1)
def test_the_way_back_finds_the_tick_of_every_root(tick):
    there = sqrt_price_at(tick)

    if tick < MOST_TICK:
        assert tick_at(there) == tick
    if tick > LEAST_TICK:
        assert tick_at(there - 1) == tick - 1


@given(st.integers(sqrt_price_at(-(2**18) + 2), sqrt_price_at(2**18 - 2)))
def test_the_way_back_finds_the_largest_tick_below(sqrt_price):
    assert tick_at(sqrt_price) == log_tick(sqrt_price)


@pytest.mark.parametrize("tick", [LEAST_TICK - 1, MOST_TICK + 1])
def test_there_is_no_tick_beyond_the_bounds(tick):
    with pytest.raises(Revert) as refused:
        sqrt_price_at(tick)

    assert refused.value.reason == Refusal.BAD_RANGE


@pytest.mark.parametrize("sqrt_price", [LEAST_SQRT_PRICE - 1, MOST_SQRT_PRICE, 0])
def test_there_is_no_tick_of_a_price_beyond_the_bounds(sqrt_price):
    with pytest.raises(Revert) as refused:
        tick_at(sqrt_price)

    assert refused.value.reason == Refusal.PRICE_LIMIT


@given(st.integers(-200_000, 200_000), st.integers(0, 10**30))
def test_an_amount_at_a_tick_is_worth_its_price_rounded_down(tick, amount):
    square = Fraction(sqrt_price_at(tick), Q96) ** 2

    assert 0 <= amount * square - amount_at(tick, amount, is_first=True) < 1 + amount * square / 2**60
    assert 0 <= amount / square - amount_at(tick, amount, is_first=False) < 1 + amount / square / 2**60


# Words.


@given(st.lists(st.integers(-600, 600), max_size=12), st.integers(-600 * 7, 600 * 7), st.booleans())
def test_a_stop_is_the_first_that_looking_one_by_one_finds(places, tick, is_down):
    words: dict[int, int] = {}
    for place in dict.fromkeys(places):
        word, bits = flipped(words, place * 7, 7)
        words[word] = bits
    place = tick // 7 + (not is_down)
    edge = place // 256 * 256 + (0 if is_down else 255)
    while place != edge and place not in places:
        place += -1 if is_down else 1

    assert next_stop(words, tick, 7, is_down) == Stop(place * 7, place in places)


def test_a_bit_turned_over_twice_is_gone():
    word, bits = flipped({}, -60, 60)

    assert (word, bits) == (-1, 1 << 255)
    assert flipped({word: bits}, -60, 60) == (-1, 0)


# Ranges.


@pytest.mark.parametrize(
    ("spacing", "most"),
    [(10, 1917569901783203986719870431555990), (60, 11505743598341114571880798222544994), (200, 38350317471085141830651933667504588)],
)
def test_the_most_liquidity_at_a_tick_is_what_all_ticks_together_can_bear(spacing, most):
    ticks = len([tick for tick in range(LEAST_TICK, MOST_TICK + 1) if tick % spacing == 0])

    assert most_per_tick(spacing) == MOST_LIQUIDITY // ticks == most


@given(st.integers(-100, 100), st.integers(-100, 99), st.integers(1, 100), st.integers(0, 10**24), st.integers(0, 10**24))
def test_liquidity_found_for_amounts_costs_no_more_than_they_are(at, low, width, first, second):
    sqrt_price, lower, upper = sqrt_price_at(at * 60), low * 60, (low + width) * 60

    found = liquidity_of(sqrt_price, lower, upper, (first, second))

    cost = amounts_of(sqrt_price, at * 60, lower, upper, found, rounds_up=True)
    assert cost[0] <= first and cost[1] <= second
    # And hardly less: a little more liquidity costs more than there is of one of them.
    more = amounts_of(sqrt_price, at * 60, lower, upper, found + found // 10**9 + 10**12, rounds_up=True)
    assert more[0] > first or more[1] > second
