"""One feed for three lenders: what is wrong with it is wrong in all of them at once; three feeds, or their median, are not."""

from collections import Counter
from decimal import Decimal

import pytest

from sim.scenario.run import Result
from sim.units import SECOND, WAD
from tests.scenarios.demos import ends_as_shown
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = seeds(4, 12)
LENDERS = {"old", "blue", "kit"}
SHARED, APART, MEDIAN, LATE = "shared_oracle", "shared_oracle_apart", "shared_oracle_median", "shared_oracle_late"
ON_THEIR_OWN: Changes = (("morpho.blue.collateral_feed", "two"), ("euler.kit.assets.ETH.feed", "three"))
OUTSIDE = 2_000 * 10**8
"""The price outside, all along."""
BACK_AT = 300 * SECOND
"""When the feed of ``shared_oracle_late`` takes posts again."""


def by_lender(result: Result, record: str, before: int = 10**18) -> Counter[str]:
    """Return how many records of a kind each lender has, before an instant."""
    names = {pool.place: pool.name for pool in result.facts.pools}
    rows = result.records(record)
    return Counter(names[place] for place, at in zip(rows["place"].tolist(), rows["at_ns"].tolist(), strict=True) if at < before)


def money(text: str) -> Decimal:
    return Decimal(text.split()[0])


# A feed that is wrong.


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mistake_of_one_feed_liquidates_in_all_three_lenders_or_in_one_or_in_none(seed):
    assert by_lender(ran(SHARED, seed), "Liquidated").keys() == LENDERS
    assert by_lender(ran(APART, seed), "Liquidated").keys() == {"old"}
    assert by_lender(ran(MEDIAN, seed), "Liquidated").keys() == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_called_by_the_mistake_was_healthy_at_the_market(seed):
    result = ran(APART, seed)
    rows, called = result.records("PricePosted"), result.records("HealthFell")
    posted = dict(zip(rows["seq"].tolist(), rows["price"], strict=True))
    at_market = [int(health) * OUTSIDE // int(posted[post]) for post, health in zip(called["post"].tolist(), called["health"], strict=True)]

    assert len(at_market) >= 30
    assert min(at_market) >= WAD
    assert result.summary["drawdown_bps"] < 250


@pytest.mark.parametrize("seed", SEEDS)
def test_what_three_lenders_keepers_sell_at_once_moves_the_market_and_what_one_lenders_sell_hardly_does(seed):
    falls = [ran(name, seed).summary["drawdown_bps"] for name in (SHARED, APART, MEDIAN)]

    assert falls[0] > max(500, 3 * falls[1])
    assert falls[1] > 5 * falls[2]
    assert [ran(name, seed).summary["generations"] for name in (APART, MEDIAN)] == [1, 0]
    assert ran(SHARED, seed).summary["generations"] > 1


def test_the_median_sees_the_mistake_and_passes_over_it():
    result = ran(MEDIAN, 4)
    feeds = {feed.place: feed.name for feed in result.facts.feeds}
    rows = result.records("PricePosted")
    least = dict.fromkeys(feeds.values(), 10**18)
    for place, price in zip(rows["place"].tolist(), rows["price"], strict=True):
        least[feeds[place]] = min(least[feeds[place]], int(price))

    assert least["one"] < 1_860 * 10**8
    assert least["middle"] > 1_980 * 10**8


# A feed that is late.


@pytest.mark.parametrize("seed", SEEDS)
def test_a_late_feed_calls_all_lenders_at_once_and_late(seed):
    shared, apart = ran(LATE, seed), ran(LATE, seed, ON_THEIR_OWN)

    assert by_lender(shared, "HealthFell", BACK_AT) == {}
    assert by_lender(apart, "HealthFell", BACK_AT).keys() == {"blue", "kit"}
    assert len(set(shared.records("HealthFell")["at_ns"].tolist())) < len(set(apart.records("HealthFell")["at_ns"].tolist()))


@pytest.mark.parametrize("seed", SEEDS)
def test_it_leaves_more_than_twice_the_bad_debt_of_three_feeds_of_which_one_is_late(seed):
    shared, apart = ran(LATE, seed).summary, ran(LATE, seed, ON_THEIR_OWN).summary

    assert abs(shared["accounts_called"] - apart["accounts_called"]) < apart["accounts_called"] // 50
    assert money(shared["bad_debt"]) > 2 * money(apart["bad_debt"]) > 0


@pytest.mark.parametrize("demo", ["shared_oracle", "shared_oracle_late"])
def test_its_demo_ends_as_it_says(demo):
    assert ends_as_shown(demo)
