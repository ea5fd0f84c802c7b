"""Flash lenders, premiums and updates on offer in a scenario's world; and what cannot be meant."""

from copy import deepcopy
from typing import Any

import pytest

from sim.errors import ScenarioError, StrategyError
from sim.records import UpdateOffered
from sim.scenario.build import build
from sim.scenario.load import load, tree_of
from sim.scenario.run import Result, play, run
from sim.units import SECOND
from tests.support.composer import WORLD
from tests.support.kept import kept

ETHER = 10**18


@kept
def whole() -> Result:
    return run(load(WORLD), check=True)


def column(record: str, field: str) -> list[Any]:
    values: list[Any] = whole().records(record)[field].tolist()
    return values


def test_every_lender_lends_what_it_has_and_the_books_balance_after_every_block():
    lent = whole().records("FlashLoaned")

    assert len(set(lent["place"].tolist())) == 5
    assert whole().reconciled_blocks == whole().summary["blocks"]


def test_every_update_goes_to_whoever_bid_for_it_and_the_beneficiary_gets_three_fifths():
    bids, recaptured = column("UpdateAuctioned", "bid"), column("UpdateAuctioned", "recaptured")

    assert column("UpdateAuctioned", "tx") == column("UpdateOffered", "tx")[: len(bids)]
    assert len(bids) > 5
    assert recaptured == [bid * 6 // 10 for bid in bids]


def test_an_update_on_offer_is_posted_in_the_block_it_was_bid_for():
    posts = dict(zip(column("PricePosted", "cause"), column("PricePosted", "at_ns"), strict=True))
    included = dict(zip(column("TxIncluded", "tx"), column("TxIncluded", "seq"), strict=True))
    won = column("UpdateAuctioned", "tx")

    assert [posts[included[tx]] for tx in won] == column("UpdateAuctioned", "at_ns")


def test_what_is_sent_to_oneself_and_what_a_bundle_shows_the_builder_alone_are_told_by_name():
    known = [*whole().facts.own_calls]

    assert known[-5:] == ["AtomicCall", "FlashLoanCall", "RequireGainCall", "TipBuilderCall", "LoanCallback"]


BAD = [
    ({"feeds.eth_usd.oev.beneficiary": "pool"}, "feeds.eth_usd.oev.beneficiary"),
    ({"chain.bundles": False}, "set chain.bundles = true"),
    ({"feeds.eth_usd.oev.share": "101 %"}, "share"),
    ({"feeds.eth_usd.oev.window": 0}, "window"),
    ({"flash_lenders.bank.liquidity": ["1 ETH", "2 ETH"]}, "names ETH twice"),
    ({"flash_lenders.bank.liquidity": []}, "liquidity"),
    ({"flash_lenders.bank.liquidity": ["1 PEPE"]}, "PEPE is no asset here"),
    ({"flash_lenders.bank.fee": "100 %"}, "fee"),
    ({"flash_lenders.bank.name": "pool"}, "give another"),
    ({"vaults.maker.flash_mint": "1 USDC"}, "vaults.maker.flash_mint"),
    ({"pools.pool.flash_premium": "101 %"}, "flash_premium"),
]


@pytest.mark.parametrize(("keys", "words"), BAD, ids=[words for _, words in BAD])
def test_what_cannot_be_meant_is_told_with_its_path(keys, words):
    with pytest.raises(ScenarioError) as raised:
        load(WORLD, keys)

    assert words in str(raised.value)


def test_what_is_sealed_is_told_to_its_sender_alone_and_the_auctions_outcome_to_nobody():
    spies = [
        {"name": "spy", "strategy": "tests.worlds.acts:Spy", "chain_funds": ["1 ETH"]},
        *load_agents(),
    ]
    told = run(load(WORLD, {"agents": spies, "run.duration": "40 s"})).records("Declined")["pool"].tolist()
    with pytest.raises(StrategyError) as raised:
        run(load(WORLD, {"agents": [{"name": "spy", "strategy": "tests.worlds.acts:Nosy"}]}))

    assert set(told) == {UpdateOffered.kind}
    assert "UpdateAuctioned, which is told to no agent" in str(raised.value)


def load_agents() -> list[Any]:
    agents: list[Any] = tree_of(WORLD)["agents"]
    return agents


def test_a_fork_with_bundles_that_wait_lives_the_same_life():
    world = build(load(WORLD))
    world.kernel.run_until(61 * SECOND)
    assert world.chain.bundles.waiting
    fork = deepcopy(world)
    play(world)
    play(fork)

    assert world.tape.digest() == fork.tape.digest() == whole().digest
