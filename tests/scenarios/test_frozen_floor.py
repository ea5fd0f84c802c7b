"""A feed at its floor: lenders are emptied against a price that is no more, unless they ask how old it is."""

import pytest

from sim.scenario.run import Result
from tests.scenarios.demos import ends_as_shown
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = seeds(5, 8)
GUARDED = "frozen_floor_guarded"
LAX: Changes = (("derived_feeds.young.max_age", "20 min"),)
DEEP: Changes = (("feeds.LUNA-USD.min_answer", "0.0001 USDC/LUNA"),)
FLOOR = 10_000_000
LENT = 5_000_000 * 10**6
"""What both lenders have to lend at the opening."""
STAKES = 2 * 20_000 * 10**6


def taken(result: Result) -> int:
    """Return what the attackers borrowed."""
    return sum(amounts(result, "Borrowed"))


def put_up(result: Result) -> int:
    """Return what all that they put up is worth at the last outside price."""
    price = int(result.records("OutsideMoved")["price"][-1])
    return sum(amounts(result, "Supplied")) * price // 10**8


def amounts(result: Result, record: str) -> list[int]:
    parties = [agent.party for agent in result.facts.agents if agent.name.startswith("borrower")]
    rows = result.records(record)
    return [int(amount) for amount, party in zip(rows["amount"], rows["party"].tolist(), strict=True) if party in parties]


def posted(result: Result) -> list[int]:
    """Return what the feed itself showed, in sequence."""
    rows, feed = result.records("PricePosted"), next(feed.place for feed in result.facts.feeds if feed.name == "LUNA-USD")
    return [int(price) for price, place in zip(rows["price"], rows["place"].tolist(), strict=True) if place == feed]


@pytest.mark.parametrize("seed", SEEDS)
def test_lenders_are_emptied_against_a_price_that_is_no_more(seed):
    result = ran("frozen_floor", seed)

    assert taken(result) > LENT * 8 // 10
    assert put_up(result) < taken(result) // 2
    assert {int(place) for place in result.records("Borrowed")["place"]} == {pool.place for pool in result.facts.pools}


@pytest.mark.parametrize("seed", SEEDS)
def test_by_the_feed_all_is_well(seed):
    result = ran("frozen_floor", seed)

    assert FLOOR <= min(posted(result)) == posted(result)[-1]
    assert result.summary["bad_debt"] == "0 USDC"
    assert result.summary["unhealthy_at_end"] == 0
    assert result.summary["oracle_gap_worst_bps"] > 80_000


@pytest.mark.parametrize("seed", SEEDS)
def test_who_asks_how_old_the_price_is_lends_nothing_against_it(seed):
    result = ran(GUARDED, seed)

    assert taken(result) == 0
    assert 0 < put_up(result) < STAKES
    assert result.summary["txs_reverted"]["stale_price"] > 0


def test_until_the_guard_refuses_both_runs_are_the_same():
    loose, guarded = ran("frozen_floor", 5), ran(GUARDED, 5)
    refused = int(guarded.records("ReadsRefused")["at_ns"][0])

    assert loose.summary["liquidations"] == guarded.summary["liquidations"] > 20
    assert int(loose.records("Liquidated")["at_ns"][-1]) < refused


def test_a_guard_slower_than_the_fall_is_none():
    assert taken(ran(GUARDED, 5, LAX)) == taken(ran("frozen_floor", 5))


def test_nothing_is_taken_where_the_feed_follows_the_market_down():
    result = ran("frozen_floor", 5, DEEP)

    assert (taken(result), amounts(result, "Supplied")) == (0, [])
    assert min(posted(result)) < FLOOR // 9
    assert result.summary["liquidations"] > 5 * ran("frozen_floor", 5).summary["liquidations"]


def test_nobody_begins_before_it_is_worth_it():
    result = ran("frozen_floor", 5)
    rows, venue = result.records("OutsideMoved"), result.records("Supplied")
    parties = [agent.party for agent in result.facts.agents if agent.name.startswith("borrower")]
    first = min(int(at) for at, party in zip(venue["at_ns"], venue["party"].tolist(), strict=True) if party in parties)
    price = max(int(price) for at, price in zip(rows["at_ns"], rows["price"], strict=True) if first - 60 * 10**9 < at < first)

    assert price * 110 < posted(result)[-1] * 55


def test_its_demo_ends_as_it_says():
    assert ends_as_shown("frozen_floor")
