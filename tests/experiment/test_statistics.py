"""Intervals, ranks and slopes, against figures worked out on paper and against chance itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.experiment.statistics import (
    Interval,
    Line,
    fit_line,
    mean_interval,
    paired_difference,
    proportion_interval,
    rank_correlation,
    ranks,
)


def test_a_mean_of_equal_values_is_certain():
    assert mean_interval([3, 3, 3]) == Interval(3, 3, 3)


def test_a_bootstrap_is_the_same_each_time_and_another_with_another_seed():
    values = [1.1, 2.3, 3.7, 5.2, 8.9, 13.4, 21.8]

    assert mean_interval(values) == mean_interval(values)
    assert mean_interval(values) != mean_interval(values, seed=1)


def test_the_interval_of_two_values_is_the_two_values():
    # A resample of {0, 1} has mean 0 in a quarter of the cases, 1 in another: the 95 % interval is all of it, the 40 % one 1/2.
    assert mean_interval([0, 1]) == Interval(0.5, 0, 1)
    assert mean_interval([0, 1], confidence=0.4) == Interval(0.5, 0.5, 0.5)


def test_a_bootstrap_covers_the_true_mean_about_as_often_as_it_says():
    dice = np.random.default_rng(7)

    covered = sum(
        interval.low <= 0 <= interval.high for interval in (mean_interval(dice.normal(size=40).tolist(), resamples=500) for _ in range(300))
    )

    assert 0.90 <= covered / 300 <= 0.98


def test_pairs_cancel_what_they_share():
    shared = [100.0, -50.0, 7.0, 1_000.0]

    difference = paired_difference(shared, [value + 2 for value in shared])

    assert difference == Interval(2, 2, 2)
    assert difference.is_positive and not difference.is_negative


def test_an_interval_around_zero_claims_nothing():
    assert not Interval(1, 0, 2).is_positive
    assert Interval(-1, -2, -0.5).is_negative


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Where nothing or everything succeeds the bound solves (1 - p) ** n = 2.5 %.
        (0, 10, 0, 1 - 0.025 ** (1 / 10)),
        (10, 10, 0.025 ** (1 / 10), 1),
        # One of two: p ** 2 = 2.5 % above, 1 - (1 - p) ** 2 = 2.5 % below.
        (1, 2, 1 - math.sqrt(0.975), math.sqrt(0.975)),
    ],
)
def test_an_exact_proportion_is_the_one_on_paper(successes, trials, low, high):
    interval = proportion_interval(successes, trials)

    assert interval.value == successes / trials
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-12)


@given(st.integers(1, 200), st.data())
def test_a_proportion_lies_in_its_interval_and_mirrors_its_opposite(trials, data):
    successes = data.draw(st.integers(0, trials))

    interval, opposite = proportion_interval(successes, trials), proportion_interval(trials - successes, trials)

    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert (interval.low, interval.high) == pytest.approx((1 - opposite.high, 1 - opposite.low), abs=1e-12)


def test_many_trials_are_no_trouble():
    interval = proportion_interval(500, 1_000)

    assert (interval.low, interval.high) == pytest.approx((0.4686, 0.5314), abs=1e-3)


def test_equal_values_share_their_rank():
    assert ranks([10, 30, 20, 20]) == [1, 4, 2.5, 2.5]


def test_a_rank_correlation_sees_order_and_not_distance():
    assert rank_correlation([1, 2, 3, 4], [1, 10, 100, 1_000]) == 1
    assert rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == -1
    # One swap of neighbours among four: 1 - 6 * 2 / (4 * 15) = 0.8.
    assert rank_correlation([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(0.8)


def test_a_line_is_found_exactly_where_there_is_one():
    assert fit_line([0, 1, 2, 3], [5, 7, 9, 11]) == Line(slope=2, intercept=5)
    assert fit_line([0, 1, 2], [4, 4, 4]) == Line(slope=0, intercept=4)


def test_least_squares_is_the_one_on_paper():
    # Means 1 and 2; sum of products 3, of squares 2.
    assert fit_line([0, 1, 2], [1, 1, 4]) == Line(slope=1.5, intercept=0.5)


def test_the_power_of_a_power_law_is_its_slope_in_logarithms():
    sizes = [0.3, 1, 3, 10]

    assert fit_line([math.log(size) for size in sizes], [math.log(7 * math.sqrt(size)) for size in sizes]).slope == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: mean_interval([1]), "at least 2 are needed"),
        (lambda: mean_interval([1, math.nan]), "values holds nan"),
        (lambda: mean_interval([1, 2], confidence=95), "confidence is 95"),
        (lambda: paired_difference([1, 2], [1]), "pair each with its twin"),
        (lambda: proportion_interval(3, 2), "no more successes than trials"),
        (lambda: proportion_interval(0, 0), "at least one trial"),
        (lambda: rank_correlation([1, 1], [1, 2]), "x is 1 throughout"),
        (lambda: rank_correlation([1, 2], [3, 3]), "y is 3 throughout"),
        (lambda: fit_line([2, 2], [1, 2]), "x is 2 throughout"),
        (lambda: fit_line([1, 2], [1, 2, 3]), "give one for each"),
    ],
)
def test_what_has_no_answer_is_refused(ask, told):
    with pytest.raises(InputError, match=told):
        ask()
