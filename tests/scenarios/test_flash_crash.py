"""The flash crash: makers who leave make a vertical fall of one order, and their return takes most of it back."""

import pytest

from tests.scenarios.demos import ends_as_shown
from tests.scenarios.runs import FAITHFUL, bid_depth, lowest_trade, mean_trade, ran, seeds

SEEDS = seeds(10, 9)
BEFORE, ORDER, AFTER = (120, 180), (180, 280), (400, 520)
"""Spans in seconds: quiet, the order and what it leaves at once, and two to four minutes later."""
OPENING = (30, 180)


def fall(result):
    """Return by how many bps the lowest trade stands below what was paid before the order."""
    return 1e4 * (1 - lowest_trade(result, *ORDER) / mean_trade(result, *BEFORE))


def left(result):
    """Return how many bps of that are left some minutes later."""
    return 1e4 * (1 - mean_trade(result, *AFTER) / mean_trade(result, *BEFORE))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_price_falls_vertically_and_most_of_it_comes_back_within_minutes(seed):
    result = ran("flash_crash", seed)

    assert fall(result) > 600
    assert 50 < left(result) < 0.5 * fall(result)


@pytest.mark.parametrize("seed", SEEDS)
def test_makers_are_there_before_it_gone_in_it_and_back_after_it(seed):
    result = ran("flash_crash", seed)
    opening = bid_depth(result, *OPENING).min()

    assert opening > 50_000
    assert bid_depth(result, *ORDER).min() == 0
    assert bid_depth(result, 600, 900).min() > 0.5 * opening


@pytest.mark.parametrize("seed", SEEDS)
def test_the_crash_is_gone_when_makers_stay(seed):
    result, crashed = ran("flash_crash", seed, FAITHFUL), ran("flash_crash", seed)

    assert fall(result) < 350
    assert fall(crashed) - fall(result) > 400
    assert fall(crashed) - left(crashed) > 3 * (fall(result) - left(result))
    assert bid_depth(result, *OPENING).min() > 50_000
    assert bid_depth(result, *ORDER).min() > 20_000


def test_without_the_order_there_is_nothing():
    result = ran("flash_crash", 10, (("world.shocks", ()), ("run.duration", "5 min")))

    assert result.summary["drawdown_bps"] < 50


def test_its_demo_ends_as_it_says():
    assert ends_as_shown("flash_crash")
