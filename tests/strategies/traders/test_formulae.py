"""Avellaneda and Stoikov, and a trader's own volatility."""

import math

import pytest

from sim.units import MINUTE, SECOND
from strategies.traders.avellaneda_stoikov import decay_for_spread, optimal_spread, reservation_price
from strategies.traders.volatility import RealisedVolatility


def test_a_long_maker_values_the_asset_below_the_mid():
    assert reservation_price(100.0, 3, 0.1, 2.0, 0.5) == 100.0 - 3 * 0.1 * 2.0**2 * 0.5
    assert reservation_price(100.0, 0, 0.1, 2.0, 0.5) == 100.0


def test_the_spread_of_the_paper():
    # Section 3.3 of the paper: gamma 0.1, sigma 2, k 1.5, T 1; at the start of the day the spread is 0.4 + 1.29.
    assert pytest.approx(optimal_spread(0.1, 2.0, 1.0, 1.5), abs=0.005) == 1.69


def test_the_decay_gives_back_the_spread():
    assert pytest.approx(optimal_spread(0.002, 0.0, 1.0, decay_for_spread(0.002, 4.0))) == 4.0


def test_a_steady_market_calms_the_estimate_by_half_a_variance_per_half_life():
    volatility = RealisedVolatility(400.0)
    for minute in range(3):
        volatility.see(100.0, minute * MINUTE)

    assert pytest.approx(volatility.variance) == 100.0


def test_a_jump_counts_with_the_weight_of_its_sample():
    volatility = RealisedVolatility(0.0)
    volatility.see(100.0, 0)
    volatility.see(101.0, 60 * SECOND)

    assert math.sqrt(0.5) * 1e4 * math.log(1.01) == pytest.approx(volatility.bps)


def test_between_samples_and_without_a_price_nothing_is_learnt():
    volatility = RealisedVolatility(9.0)
    volatility.see(100.0, 0)
    volatility.see(150.0, 9 * SECOND)
    volatility.see(0.0, 20 * SECOND)

    assert volatility.bps == 3.0


def test_a_new_series_is_compared_with_nothing_before_it():
    volatility = RealisedVolatility(9.0)
    volatility.see(100.0, 0)
    volatility.forget_mid()
    volatility.see(150.0, 20 * SECOND)

    assert volatility.bps == 3.0
