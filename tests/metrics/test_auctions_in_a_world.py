"""Figures of auctions against a slow recount of what built worlds said: English, Dutch, and one whose sales move its own price."""

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from sim.cascade import stretches
from sim.cascade.checks import check, uneven_window
from sim.cascade.fold import CascadeFold
from sim.cascade.origin import LIQUIDATION
from sim.metrics.keepers import KeepersMetric
from sim.scenario.load import scenario_of, tree_of
from sim.scenario.run import Result, run
from tests.support.shared import REPOSITORY

WORLD = REPOSITORY / "tests" / "worlds" / "vaults.toml"
WORLDS = ("cat_1_0", "dog", "own_price")
DUTCH = {"curve": {"kind": "stairstep", "cut": "97 %", "step": "4 s"}, "expiry": "60 s", "reward_flat": "5 DAI"}


def a_run(name: str) -> Result:
    tree: dict[str, Any] = tree_of(WORLD)
    (system,) = tree["vaults"]
    (pool,) = system["pools"]
    if name == "dog":
        system["liquidations"] = "dog"
        del pool["lot"], pool["english"]
        pool["dutch"] = DUTCH
        _agent(tree, "taker")["chain_funds"] = ["20_000 DAI", "2 ETH"]
    if name == "own_price":
        _quote_in_dai(tree)
    return run(scenario_of(tree), 4)


def _quote_in_dai(tree: dict[str, Any]) -> None:
    """Leave one venue, on which keepers sell, which the feed reads and where little is bid."""
    price, feed = tree["world"]["price"], tree["feeds"][0]
    price |= {"quote": "DAI", "role": "driver", "until": "1 min"}
    price["waypoints"] = [{**each, "price": each["price"].replace("USD", "DAI")} for each in price["waypoints"]]
    feed |= {"quote": "DAI", "sources": [{"venue": "eth_dai"}]}
    tree["venues"] = [venue for venue in tree["venues"] if venue["name"] == "eth_dai"]
    _agent(tree, "bidder")["chain_funds"] = ["20_000 DAI", "2 ETH"]
    _agent(tree, "dealer")["parameters"] |= {"usd_at_1": "500 DAI", "usd_at_2": "1_000 DAI", "usd_at_5": "2_500 DAI"}


def _agent(tree: dict[str, Any], name: str) -> dict[str, Any]:
    return next(agent for agent in tree["agents"] if agent["name"] == name)


@pytest.fixture(scope="module", params=WORLDS)
def vaults(request) -> Result:
    result = a_run(request.param)
    assert result.summary["auctions_closed"] > 10
    return result


def said(result: Result, name: str) -> list[Any]:
    return list(result.tape.entries(records=[name]))


def whole(amount: int) -> float:
    return float(Fraction(amount, 10**45))


def test_counts_and_sums_are_those_of_the_entries(vaults):
    summary, started, closed = vaults.summary, said(vaults, "AuctionStarted"), said(vaults, "AuctionClosed")
    house = vaults.facts.vaults[0].house
    ends = [each.record for each in closed if each.place == house]
    zero = [each for each in ends if each.raised * 1_000 < each.owed]

    assert [summary[key] for key in ("auctions", "auctions_closed", "zero_bids")] == [len(started), len(ends), len(zero)]
    assert summary["auctions_open_at_end"] == len(started) - len(ends)
    assert summary["auction_raised"] == pytest.approx(sum(whole(each.raised) for each in ends))
    assert summary["auction_bad_debt"] == pytest.approx(sum(whole(max(0, each.debt - each.raised)) for each in ends))
    assert summary["auction_debt"] == pytest.approx(summary["auction_bad_debt"] + sum(whole(min(each.debt, each.raised)) for each in ends))
    assert summary["auction_sold"] == pytest.approx(sum(each.sold for each in ends) / 10**18)
    assert summary["auction_collateral"] == pytest.approx(sum(each.record.offered for each in started) / 10**18)


def test_winners_are_those_who_bought(vaults):
    bought: Counter[int] = Counter()
    vault = vaults.facts.vaults[0]
    for each in said(vaults, "AuctionTaken"):
        bought[each.party] += each.record.bought
    for each in said(vaults, "AuctionClosed"):
        if not vault.is_dutch and each.place == vault.house:
            bought[each.party] += each.record.sold

    assert vaults.summary["auction_winners"] == len(bought)
    assert vaults.summary["biggest_winner_share"] == pytest.approx(max(bought.values()) / bought.total(), abs=1e-6)


def test_locked_money_is_that_of_the_standing_bids(vaults):
    standing: dict[tuple[int, int], int] = {}
    most = 0
    for entry in vaults.tape.entries(records=["BidMade", "AuctionClosed"]):
        standing[entry.place, entry.record.sale] = getattr(entry.record, "bid", 0)
        most = max(most, sum(standing.values()))

    assert vaults.summary["keepers_money_locked_max"] == pytest.approx(whole(most), abs=1e-6)


def test_keepers_books_add_up(vaults):
    metric = KeepersMetric(vaults.facts)
    for stretch in stretches(vaults.tape):
        metric.take(stretch)

    for profit in metric.profits.values():
        profit._check(metric.marks)
    assert {quote for _, quote in metric.profits} == {vaults.facts.vaults[0].money}


def test_what_auctions_sold_is_on_sale_sold_or_on_its_way_under_their_names(vaults):
    fold = CascadeFold(vaults.facts)
    for stretch in stretches(vaults.tape):
        fold.take(stretch)
    layers = fold.provenance.layers
    there = [layer for held in layers.held.values() for layer in held]
    there += [layer for way in (*layers.deposits.values(), *layers.payouts.values()) for layer in way]
    found: Counter[int] = Counter()
    for seq, units in there:
        found[seq] += units
    for sale in fold.result().sales.values():
        for (kind, seq), units in sale.origins:
            found[seq if kind == LIQUIDATION else 0] += units
    bought = sum(each.record.bought for each in said(vaults, "AuctionTaken"))
    if not vaults.facts.vaults[0].is_dutch:
        bought = sum(each.record.sold for each in said(vaults, "AuctionClosed") if each.place == vaults.facts.vaults[0].house)

    assert found.pop(0, 0) == 0
    assert found.total() == bought
    assert set(found) <= set(fold.result().liquidations)


def test_shares_of_every_price_sum_to_it_and_everything_leads_to_a_root(vaults):
    fold = CascadeFold(vaults.facts)
    for stretch in stretches(vaults.tape):
        fold.take(stretch)
    found = fold.result()

    for replay in (*fold.feeds.values(), *fold.pools.values()):
        assert not any(uneven_window(window) for window in replay.windows.values())
    assert check(found, vaults.tape) == []
    assert len(found.liquidations) == vaults.summary["auctions"]
    assert all(fall.parents for fall in found.falls.values() if fall.post and fall.change)


def test_auctions_descend_from_auctions_where_their_sales_move_the_price_that_calls_vaults():
    result = a_run("own_price")

    assert result.summary["generations"] > 1
    assert result.summary["descending_share"]["count"] > 0
