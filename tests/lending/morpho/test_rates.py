"""The curve that moves itself: no outside numbers exist for it, so it is held to an independent evaluation in fractions and floats."""

import math

import pytest

from sim.lending.morpho.rates import INITIAL, LEAST, MOST, AdaptiveCurve, FixedRate, Rate, error_of, exponential, toward_zero
from sim.units import WAD
from tests.lending.morpho.naive import NaiveMarket, about_exp
from tests.lending.morpho.world import YEAR

USES = (0, 1, WAD // 10, WAD // 2, 9 * WAD // 10 - 1, 9 * WAD // 10, 9 * WAD // 10 + 1, 95 * WAD // 100, WAD)
SPANS = (1, 12, 86_400, 5 * 86_400, 200 * 86_400)
STARTS = (LEAST, INITIAL, MOST)


@pytest.mark.parametrize("seconds", SPANS)
@pytest.mark.parametrize("used", USES)
def test_forty_five_spans_agree_with_the_naive_evaluation(used, seconds):
    for start in STARTS:
        twin = NaiveMarket(0, 0, 0, 1)
        twin.lent_in, twin.lent_out, twin.at_target = WAD, used, start

        found = AdaptiveCurve().rate(WAD, used, start, seconds)

        assert found == Rate(twin.borrow_rate(seconds), twin.at_target)


@pytest.mark.parametrize("x", [0, 1, -1, WAD, -WAD, 10 * WAD, -10 * WAD, 41 * WAD, -41 * WAD, -42 * WAD, 346_573_590_279_972_654])
def test_the_exponential_is_near_the_real_one_and_the_same_as_the_slow_one(x):
    assert exponential(x) == about_exp(x)
    assert exponential(x) == pytest.approx(math.exp(x / WAD) * WAD, rel=1 / 100, abs=1)


def test_a_market_opens_at_four_percent_at_the_target():
    found = AdaptiveCurve().rate(WAD, 9 * WAD // 10, 0, 0)

    assert found == Rate(INITIAL, INITIAL)
    assert 0 <= 4 * WAD // 100 - INITIAL * YEAR < YEAR


@pytest.mark.parametrize(("used", "factor"), [(0, 0.25), (9 * WAD // 10, 1.0), (WAD, 4.0)])
def test_the_curve_is_a_quarter_at_none_and_four_times_at_all(used, factor):
    assert AdaptiveCurve().rate(WAD, used, INITIAL, 0).average == int(INITIAL * factor)


def test_a_full_market_doubles_its_rate_in_five_days_and_an_empty_one_halves_it():
    full, none = AdaptiveCurve().rate(WAD, WAD, INITIAL, 5 * 86_400), AdaptiveCurve().rate(WAD, 0, INITIAL, 5 * 86_400)

    assert full.at_target / INITIAL == pytest.approx(math.exp(50 * 5 / 365), rel=0.01)
    assert none.at_target / INITIAL == pytest.approx(math.exp(-50 * 5 / 365), rel=0.01)


def test_the_rate_stays_within_its_bounds():
    assert AdaptiveCurve().rate(WAD, WAD, MOST, YEAR).at_target == MOST
    assert AdaptiveCurve().rate(WAD, 0, LEAST, YEAR).at_target == LEAST
    assert AdaptiveCurve().rate(0, 0, INITIAL, 1).average < INITIAL


def test_a_fixed_rate_is_fixed():
    assert FixedRate(7).rate(1, 1, 9, 10**6) == Rate(7, 9)


def test_fractions_are_dropped_toward_nothing():
    assert [toward_zero(value, 2) for value in (-3, -1, 0, 1, 3)] == [-1, 0, 0, 0, 1]
    assert (error_of(0), error_of(WAD), error_of(9 * WAD // 10)) == (-WAD, WAD, 0)
