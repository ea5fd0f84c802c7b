"""A reporter's answer: an exact mean of what it sees, and weights that say how it came about."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.oracle.sources import Sight, answer_of, mean_of, shares_of, with_offset, with_pass_through
from sim.units import BPS_ONE

OUTSIDE = Sight(9, 200_00, 7, 70, 0)


def venue(place, price, weight, seen=1, seen_at=10):
    return Sight(place, price, seen, seen_at, weight)


def test_an_answer_is_the_weighted_mean_and_says_what_it_saw():
    answer = answer_of([venue(1, 100_00, 3, seen=11, seen_at=5), venue(2, 104_00, 1, seen=12, seen_at=6)])

    assert answer == (101_00, ((1, 11, 5, 7_500), (2, 12, 6, 2_500)))


def test_a_source_without_a_price_or_weight_leaves_its_weight_to_the_others():
    assert answer_of([venue(1, 100, 3), venue(2, 0, 5), venue(3, 900, 0)]) == (100, ((1, 1, 10, BPS_ONE),))
    assert answer_of([venue(1, 0, 3)]) is None
    assert answer_of([]) is None


@pytest.mark.parametrize(("offset", "expected"), [(0, 10_001), (1, 10_002), (-1, 10_000), (25, 10_026), (-10_000, 0)])
def test_an_offset_rounds_half_up(offset, expected):
    assert with_offset(10_001, offset) == expected


def test_the_mean_rounds_down_once():
    assert mean_of([1, 2], [5_000, 5_000]) == 1
    assert mean_of([3, 3, 3], [3_333, 3_333, 3_334]) == 3


def test_shares_go_to_the_largest_remainders_and_equal_ones_to_the_earlier():
    assert shares_of([1, 1, 1]) == (3_334, 3_333, 3_333)
    assert shares_of([1, 2, 0]) == (3_333, 6_667, 0)
    assert shares_of([7]) == (BPS_ONE,)


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=8).filter(any))
def test_shares_sum_to_one_and_are_off_by_less_than_a_basis_point(weights):
    shares = shares_of(weights)

    assert sum(shares) == BPS_ONE
    assert all(abs(share - Fraction(weight * BPS_ONE, sum(weights))) < 1 for share, weight in zip(shares, weights, strict=True))


@given(st.lists(st.tuples(st.integers(0, 10**14), st.integers(0, 10**9)), max_size=5), st.integers(-500, 500))
def test_an_answer_can_be_worked_out_again_from_what_travels_with_it(sources, offset):
    sights = [venue(place, price, weight) for place, (price, weight) in enumerate(sources, start=1)]
    answer = answer_of(sights, offset)

    if answer is None:
        assert not any(sight.price and sight.weight for sight in sights)
        return
    prices = {sight.place: sight.price for sight in sights}
    again = mean_of([prices[place] for place, *_ in answer[1]], [weight for *_, weight in answer[1]])
    assert answer[0] == with_offset(again, offset)


@pytest.mark.parametrize(
    ("pass_through", "expected"),
    [
        (0, (200_00, ((9, 7, 70, 10_000),))),
        (2_500, (175_00, ((1, 1, 10, 1_250), (2, 1, 10, 1_250), (9, 7, 70, 7_500)))),
        (10_000, (100_00, ((1, 1, 10, 5_000), (2, 1, 10, 5_000)))),
    ],
)
def test_pass_through_is_the_share_of_the_index_that_our_venues_stand_for(pass_through, expected):
    sights = with_pass_through([venue(1, 90_00, 6), venue(2, 110_00, 6)], OUTSIDE, pass_through)

    assert answer_of(sights) == expected


def test_what_has_no_price_leaves_the_index_to_what_has_one():
    empty = venue(1, 0, 5)

    assert answer_of(with_pass_through([empty], OUTSIDE, 10_000)) == (200_00, ((9, 7, 70, 10_000),))
    assert answer_of(with_pass_through([venue(1, 100, 5), empty], OUTSIDE._replace(price=0), 0)) == (100, ((1, 1, 10, 10_000),))
    assert answer_of(with_pass_through([venue(1, 100, 5), venue(2, 0, 5)], OUTSIDE, 5_000)) == (
        10_050,
        ((1, 1, 10, 5_000), (9, 7, 70, 5_000)),
    )
    assert with_pass_through([empty], OUTSIDE._replace(price=0), 5_000) == ()
