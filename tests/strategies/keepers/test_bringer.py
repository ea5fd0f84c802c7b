"""A liquidator that brings the price in the tx that liquidates: the cheapest that the lender would take, none that it would refuse."""

from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.run import Result, run
from tests.support.kept import kept
from tests.support.shared import REPOSITORY

WORLD = str(REPOSITORY / "tests" / "worlds" / "brought.toml")
LOW = (("derived_feeds.checked.takes", "low"),)
ERRING = {"kind": "feed_offset", "at": "2 s", "duration": "70 s", "feed": "pulled", "offset": "-3 %", "reporters": 1}
"""One publisher of three is off, so that no price is sure enough."""


@kept
def whole(changes: Any = ()) -> Result:
    return run(load(WORLD), set=dict(changes), check=True)


def test_every_price_is_brought_by_a_tx_that_liquidates():
    taken, liquidated = whole().records("SignatureTaken"), whole().records("Liquidated")

    assert len(taken["seq"]) > 0
    assert set(taken["cause"].tolist()) <= set(liquidated["cause"].tolist())


def test_the_lender_settles_at_the_price_that_was_brought():
    brought, liquidated = whole().records("PricePosted"), whole().records("Liquidated")
    pulled = next(feed.place for feed in whole().facts.feeds if feed.name == "pulled")
    prices = {int(price) for price, place in zip(brought["price"], brought["place"].tolist(), strict=True) if place == pulled}

    assert {int(price) for price in liquidated["collateral_price"]} <= prices


def test_where_the_confidence_is_taken_off_it_reckons_with_that():
    rows = whole(LOW).records("SignatureTaken")
    posts = whole(LOW).records("PricePosted")
    price_of = {int(cause): int(price) for cause, price in zip(posts["cause"], posts["price"], strict=True)}
    lows = {price_of[int(tx)] - int(confidence) for tx, confidence in zip(rows["cause"], rows["confidence"], strict=True)}

    assert {int(price) for price in whole(LOW).records("Liquidated")["collateral_price"]} <= lows
    assert min(lows) > 0


def test_it_brings_nothing_that_would_be_refused():
    result = run(load(WORLD, {"world.shocks": [ERRING]}))

    assert len(result.records("SignatureTaken")["seq"]) == 0
    assert result.summary["txs_reverted"].keys() <= {"slippage"}


def test_a_guard_that_asks_too_much_from_the_beginning_is_told():
    with pytest.raises(ScenarioError, match="at the opening prices, and the feed of ETH gives none when the run begins"):
        build(load(WORLD, {"derived_feeds.checked.max_uncertainty": "1 bps"}))
