"""The quiet day: nothing that a cascade shows happens by itself."""

import numpy as np
import pytest

from tests.scenarios.runs import HOURS, ran, seeds

SEEDS = seeds(1, 5)
OPENING = 300 * 10**9
"""By then everybody has begun to quote."""


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_liquidated(seed):
    summary = ran("quiet_day", seed, HOURS).summary

    assert (summary["liquidations"], summary["margin_calls"], summary["bad_debt"]) == (0, 0, "0 USDC")


@pytest.mark.parametrize("seed", SEEDS)
def test_makers_never_leave(seed):
    samples = ran("quiet_day", seed, HOURS).records("DepthSampled")
    late = samples["at_ns"] > OPENING

    for side in ("bid_1", "ask_1"):
        depth = samples[side][late]
        assert depth.min() > 0.6 * np.median(depth)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_spread_stays_small(seed):
    quotes = ran("quiet_day", seed, HOURS).records("QuoteChanged")
    bid, ask = (quotes[side][quotes["at_ns"] > OPENING] for side in ("bid", "ask"))
    spread_bps = 2e4 * (ask - bid) / (ask + bid)

    assert bid.min() > 0
    assert np.median(spread_bps) < 20


@pytest.mark.parametrize("seed", SEEDS)
def test_the_market_follows_the_outside_and_the_feed_follows_the_market(seed):
    result = ran("quiet_day", seed, HOURS)
    quotes, outside = result.records("QuoteChanged"), result.records("OutsideMoved")
    late = quotes["at_ns"] > OPENING
    mid = (quotes["bid"][late] + quotes["ask"][late]) / 200
    there = outside["price"][np.searchsorted(outside["at_ns"], quotes["at_ns"][late], side="right") - 1] / 10**8
    gap_bps = 1e4 * (mid / there - 1)

    assert np.sqrt(np.mean(gap_bps**2)) < 20
    assert np.abs(gap_bps).max() < 80
    assert abs(result.summary["oracle_gap_worst_bps"]) < 100
