"""The first cascade: it dies out as it is, and with half of its makers it runs."""

import pytest

from sim import build, load
from tests.scenarios.demos import ends_as_shown
from tests.scenarios.runs import CUT, HALF, bid_depth, liquidated_between, ran, seeds

SEEDS = seeds(4, 8)
END = 600


def gain(seed, changes=()):
    return build(load("first_cascade", dict(changes)), seed).facts.gain["all"]


@pytest.mark.parametrize("seed", SEEDS)
def test_its_gain_is_about_seven_tenths_and_with_half_of_the_makers_above_one(seed):
    assert 0.65 < gain(seed) < 0.75
    assert 1.2 < gain(seed, HALF) < 1.35


@pytest.mark.parametrize("seed", SEEDS)
def test_as_it_is_the_cascade_dies_out(seed):
    result = ran("first_cascade", seed)
    summary = result.summary

    assert 200 < summary["drawdown_bps"] < 600
    assert 2 <= summary["generations"] <= 4
    assert liquidated_between(result, END - 150, END) == 0
    assert summary["unhealthy_at_end"] == 0
    assert -summary["return_at_end_bps"] < summary["drawdown_bps"]
    assert bid_depth(result, END - 60, END).min() > 0.8 * bid_depth(result, 10, 30).min()


@pytest.mark.parametrize("seed", SEEDS)
def test_with_half_of_the_makers_it_runs(seed):
    result, whole = ran("first_cascade", seed, HALF), ran("first_cascade", seed)
    summary = result.summary

    assert summary["drawdown_bps"] > 1_200
    assert summary["drawdown_bps"] > 3 * whole.summary["drawdown_bps"]
    assert summary["generations"] >= 7
    assert summary["liquidations"] > 3 * whole.summary["liquidations"]
    assert liquidated_between(result, END - 120, END) > 10
    assert bid_depth(result, 120, END).min() < 0.05 * bid_depth(result, 10, 30).min()


@pytest.mark.laws
def test_of_ten_seeds_at_least_nine_go_as_the_scenario_says():
    ten = range(4, 14)

    assert sum(ran("first_cascade", seed).summary["drawdown_bps"] < 600 for seed in ten) >= 9
    assert sum(ran("first_cascade", seed, HALF).summary["drawdown_bps"] > 1_200 for seed in ten) >= 9


def test_what_makes_it_run_is_the_loop_and_not_the_thin_book():
    cut, looped = ran("first_cascade", 4, CUT).summary, ran("first_cascade", 4, HALF).summary

    assert cut["generations"] == 1
    assert cut["drawdown_bps"] < 400
    assert looped["drawdown_bps"] > 4 * cut["drawdown_bps"]


@pytest.mark.parametrize("seed", SEEDS)
def test_its_keepers_share_the_races(seed):
    won = [books["USDC"]["liquidations"] for books in ran("first_cascade", seed, HALF).summary["keepers"].values()]

    assert len(won) == 3
    assert max(won) < 0.8 * sum(won)


def test_nobody_is_liquidated_before_the_news():
    for changes in ((), HALF):
        assert liquidated_between(ran("first_cascade", 4, changes), 0, 45) == 0


@pytest.mark.parametrize("demo", ["first_cascade", "first_cascade_runs"])
def test_its_demo_ends_as_it_says(demo):
    assert ends_as_shown(demo)
