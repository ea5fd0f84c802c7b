"""Figures out of a summary, by their keys."""

import attrs
import pytest

from sim.errors import InputError
from sim.experiment.figures import figure_of, keepers_of, known_mistake
from sim.facts import AgentFacts, AssetFacts, Facts

KEEPER = AgentFacts(7, "bidder/0", "strategies.keepers.auction_bidder:AuctionBidder", 1, "keeper")
MAKER = attrs.evolve(KEEPER, party=8, name="maker", role="maker")
FACTS = Facts(0, assets=(AssetFacts(1, "USDC", 6), AssetFacts(2, "DAI", 18)), agents=(KEEPER, MAKER))
SUMMARY = {
    "auctions": 12,
    "share": 0.25,
    "bad_debt": "1500.5 USDC",
    "loss": "-3 USDC",
    "first_s": None,
    "cascades": {"count": 4, "largest": 3},
    "ratios": [0.5],
    "by_asset": {"USDC": "1 USDC", "DAI": "2 DAI"},
    "declined": {},
    "txs_reverted": {"healthy": 2},
    "keepers": {"bidder/0": {"DAI": {"profit": "3 DAI", "bids": 4}}},
    "note": "nobody came",
    "is_dutch": True,
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("auctions", 12.0),
        ("share", 0.25),
        ("bad_debt", 1500.5),
        ("loss", -3.0),
        ("cascades.largest", 3.0),
        ("ratios.0", 0.5),
        ("by_asset.DAI", 2.0),
        ("bad_debt.USDC", 1500.5),
        ("txs_reverted.healthy", 2.0),
        ("keepers.bidder/0.DAI.profit", 3.0),
        ("is_dutch", 1.0),
    ],
)
def test_a_figure_is_a_number_or_the_number_of_an_amount(key, expected):
    assert figure_of(SUMMARY, key) == expected


@pytest.mark.parametrize(
    "key",
    [
        "declined.no_profit",
        "txs_reverted.bid_too_low",
        "keepers.idler.DAI.profit",
        "keepers.bidder/0.USDC.profit",
        "keepers.bidder/0.DAI.rewards",
        "bad_debt.DAI",
        "by_asset.ETH",
    ],
)
def test_what_is_missing_where_only_what_happened_is_told_is_zero(key):
    assert figure_of(SUMMARY, key, keepers=("bidder/0", "idler")) == 0.0


def test_a_keeper_that_a_run_did_not_have_earned_no_zero():
    assert figure_of(SUMMARY, "keepers.idler.DAI.profit", keepers=("bidder/0",)) is None


@pytest.mark.parametrize("key", ["first_s", "first_s.deeper", "ratios.1", "ratios.first", "nowhere", "cascades.longest"])
def test_a_figure_that_a_run_does_not_have_is_none_and_no_zero(key):
    assert figure_of(SUMMARY, key) is None


def test_an_amount_in_several_assets_is_told_with_what_would_do():
    with pytest.raises(InputError, match=r'; name one of them: "by_asset\.USDC"$'):
        figure_of(SUMMARY, "by_asset")


@pytest.mark.parametrize("key", ["note", "ratios"])
def test_what_is_no_one_number_is_refused(key):
    with pytest.raises(InputError, match=f"^{key} is .*; name a key that holds one number or one amount$"):
        figure_of(SUMMARY, key)


@pytest.mark.parametrize(
    "key",
    [
        "auctions",
        "first_s",
        "cascades.largest",
        "ratios.0",
        "declined.no_profit",
        "bad_debt",
        "bad_debt.DAI",
        "first_s.deeper",
        "keepers.bidder/0.DAI.debt_auctions_won",
    ],
)
def test_a_key_that_may_be_meant_is_let_through(key):
    assert known_mistake({**SUMMARY, "ratios": [], "keepers": {}}, key, FACTS) == ""


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("auctoins", 'is "auctoins", which is no key of the summary; did you mean "auctions"?'),
        ("cascades.larges", 'is "cascades.larges", and cascades has no larges; did you mean "largest"?'),
        ("auctions.count", 'is "auctions.count", and auctions is a value; leave out what follows it'),
        ("bad_debt.DIA", 'is "bad_debt.DIA", and bad_debt is a value; leave out what follows it'),
        ("declined.no_proft", 'is "declined.no_proft", and declined has no no_proft; did you mean "no_profit"?'),
        ("declined.no_profit.count", 'is "declined.no_profit.count", and declined.no_profit is a value; leave out what follows it'),
        ("declined", 'is "declined", which holds several; name one of them: "declined.KEY"'),
        ("keepers.bider/0.DAI.profit", 'is "keepers.bider/0.DAI.profit", and keepers has no bider/0; did you mean "bidder/0"?'),
        ("keepers.maker.DAI.profit", 'is "keepers.maker.DAI.profit", and keepers has no maker; there is "bidder/0"'),
        ("keepers.bidder/0.DAO.bids", 'is "keepers.bidder/0.DAO.bids", and keepers.bidder/0 has no DAO; did you mean "DAI"?'),
        ("keepers.bidder/0.DAI.bid", 'is "keepers.bidder/0.DAI.bid", and keepers.bidder/0.DAI has no bid; did you mean "bids"?'),
        ("keepers.bidder/0", 'is "keepers.bidder/0", which holds several; name one of them: "keepers.bidder/0.KEY"'),
        ("cascades", 'is "cascades", which holds several; name one of them: "cascades.KEY"'),
        ("ratios", 'is "ratios", which holds several; name one of them: "ratios.KEY"'),
    ],
)
def test_a_key_that_cannot_be_meant_is_told(key, expected):
    assert known_mistake({**SUMMARY, "keepers": {}}, key, FACTS) == expected


def test_only_keepers_are_keepers():
    assert keepers_of(FACTS) == ["bidder/0"]
