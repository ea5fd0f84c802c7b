"""The sums of derived feeds, beside plain fractions worked out on their own."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.amm.concentrated.log_ticks import MOST_TICK, sqrt_price_at
from sim.errors import Revert
from sim.oracle.derived import rules
from sim.units import BPS_ONE, WAD, YEAR_SECONDS
from sim.vocabulary import Refusal
from tests.amm.world import DAI, ETH, USDC

PRICES = st.integers(1, 10**15)
PAIRS = st.sampled_from([(ETH, USDC), (USDC, ETH), (ETH, DAI)])


@given(st.integers(1, 10**30), st.integers(1, 10**30), PAIRS)
def test_reserves_trade_at_their_ratio_in_wholes(base_units, quote_units, pair):
    base, quote = pair
    expected = Fraction(quote_units, quote.unit) / Fraction(base_units, base.unit)

    assert floor(expected * 10**8) == rules.price_of_reserves(base_units, quote_units, base, quote)


@given(st.integers(-MOST_TICK, MOST_TICK), PAIRS, st.booleans())
def test_a_ticks_price_is_the_square_of_its_root_to_what_the_library_keeps(tick, pair, is_base_first):
    base, quote = pair
    root = sqrt_price_at(tick)
    ratio = Fraction(root**2, 2**192) if root < 2**128 else Fraction(root**2 // 2**64, 2**128)
    per_unit = ratio if is_base_first else 1 / ratio
    in_units = floor(per_unit * base.unit * 10**8)

    assert in_units // quote.unit == rules.price_of_sqrt(root, is_base_first, base, quote)


@given(
    st.lists(st.tuples(st.integers(1, 10**24), st.integers(1, 10**24), st.integers(1, 10**4)), min_size=1, max_size=6),
    st.integers(0, 2**256 - 1),
)
def test_a_mean_of_sums_is_the_mean_of_what_was_summed_also_around_the_end_of_the_word(parts, then):
    total = sum((quote * 2**112 // base) * seconds for base, quote, seconds in parts)
    seconds = sum(each for _, _, each in parts)
    average = total // seconds
    expected = floor(Fraction(average, 2**112) * ETH.unit * 10**8) // USDC.unit

    assert expected == rules.mean_price(then, (then + total) % 2**256, seconds, ETH, USDC)


def test_a_mean_over_no_time_is_refused():
    with pytest.raises(Revert) as refused:
        rules.mean_price(0, 0, 0, ETH, USDC)

    assert refused.value.reason == Refusal.TOO_EARLY


@given(PRICES, st.integers(0, BPS_ONE))
def test_bounds_lie_no_further_than_the_share_and_as_far_as_they_can(anchor, deviation):
    low, high = rules.bounds_around(anchor, deviation)
    share = Fraction(deviation, BPS_ONE)

    assert anchor * (1 - share) <= low < anchor * (1 - share) + 1
    assert anchor * (1 + share) - 1 < high <= anchor * (1 + share)


@given(PRICES, PRICES, st.integers(0, BPS_ONE))
def test_a_price_is_believed_while_anchor_over_price_is_near_one(price, anchor, deviation):
    ratio = Fraction(floor(Fraction(anchor, price) * WAD), WAD)
    share = Fraction(deviation, BPS_ONE)

    assert (1 - share <= ratio <= 1 + share) == rules.is_within_anchor(price, anchor, deviation)


@pytest.mark.parametrize(("price", "is_believed"), [(80, False), (84, True), (100, True), (124, True), (126, False), (0, False)])
def test_compounds_anchor_of_a_fifth_is_a_fifth_of_the_ratio_not_of_the_price(price, is_believed):
    assert is_believed == rules.is_within_anchor(price * 10**6, 100 * 10**6, 2_000)


@given(PRICES, st.integers(0, 50_000), st.integers(0, 3 * YEAR_SECONDS))
def test_growth_is_a_line_through_the_snapshot(snapshot, yearly, seconds):
    expected = snapshot * (1 + Fraction(yearly, BPS_ONE) * Fraction(seconds, YEAR_SECONDS))

    assert floor(expected) == rules.grown(snapshot, yearly, seconds)


def test_five_percent_a_year_is_two_and_a_half_after_half_of_it():
    assert rules.grown(10**8, 500, YEAR_SECONDS // 2) == 1_025 * 10**5


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=4))
def test_a_product_rounds_down_at_every_step(prices):
    expected = 10**8
    for price in prices:
        expected = floor(Fraction(expected * price, 10**8))

    assert expected == rules.product_of(tuple(prices))


@given(PRICES, st.integers(0, 10**12), st.integers(1, BPS_ONE))
def test_a_price_is_too_uncertain_when_its_confidence_is_more_than_the_share_of_it(price, confidence, most):
    assert (Fraction(confidence, price) > Fraction(most, BPS_ONE)) == rules.is_too_uncertain(price, confidence, most)


@pytest.mark.parametrize(("price", "confidence", "left"), [(100, 1, 99), (100, 100, 0), (100, 101, 0)])
def test_the_least_a_price_may_be_is_never_below_nothing(price, confidence, left):
    assert left == rules.less_confidence(price, confidence)
