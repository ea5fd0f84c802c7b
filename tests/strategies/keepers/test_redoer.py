"""A redoer in a small world: what it restarts, for whom it works, and when it does not bother."""

from typing import Any

import pytest

from sim.commands import CALLS, RedoCall, TransferCall
from sim.records import AuctionRestarted, AuctionTaken, Declined, RewardPaid, TxPending, TxReverted
from sim.units import RAD
from sim.vocabulary import Refusal
from tests.strategies.keepers.pocket_vaults import PocketVaults, biter, book, dai, keeper, vault
from tests.strategies.keepers.test_auction_taker import SINKING, dutch, taker

SHORT = dutch(expiry="2 min", reward="0 %", reward_flat="5 DAI")
"""Auctions that must be restarted after two minutes, for five DAI."""


def redoer(name: str = "redoer", **parameters: Any) -> dict[str, Any]:
    return keeper("redoer", name, **parameters)


def sunk(*agents: dict[str, Any], **keys: Any) -> PocketVaults:
    """Return a world in which an auction has begun in the block of second 36."""
    return PocketVaults.of([book(), biter(), *agents], [SINKING], **{**SHORT, **keys}).blocks(1).post(180).blocks(2)


def test_an_auction_that_ran_out_is_restarted_in_the_first_block_that_may():
    world = sunk(redoer()).blocks(14)

    # It began in second 36; 120 later it still sells, and the block after that may restart it: the tx of whoever sees that it does.
    assert [entry.at // 10**9 for entry in world.entries(AuctionRestarted)] == [168]
    assert [CALLS[each.call - 1] for each in world.records(TxPending, "redoer")] == [RedoCall]
    assert [dai(each.amount) for each in world.records(RewardPaid, "redoer")] == [5.0]
    assert world.within("redoer") == 5 * RAD
    assert world.records(TxReverted) == []


def test_it_goes_on_as_long_as_nobody_buys():
    world = sunk(redoer()).blocks(40)

    assert [entry.at // 10**9 for entry in world.entries(AuctionRestarted)] == [168, 300, 432]


def test_a_restart_brings_a_waiting_taker_back():
    world = sunk(redoer(), taker(margin_bps="2 %"), **dutch("2_000 s", expiry="2 min", reward_flat="5 DAI")).blocks(9).post(150).blocks(20)

    # From 216 it would take 196 seconds to 194.825; from the 180 of the lower feed it takes none.
    assert len(world.records(AuctionRestarted)) == 1
    assert [round(each.price / 10**27, 2) for each in world.records(AuctionTaken)] == [178.92]


@pytest.mark.parametrize(("gas", "is_worth_it"), [(100, True), (200, False)])
def test_it_works_if_the_reward_pays_the_gas(gas, is_worth_it):
    """170,000 gas at 120 % of 100 gwei are 4.08 DAI at 200; at 200 gwei they are more than five."""
    world = sunk(redoer(), gas=gas).blocks(14)

    assert len(world.records(AuctionRestarted)) == is_worth_it
    assert [each.reason for each in world.records(Declined, "redoer")] == [Refusal.NO_PROFIT] * (not is_worth_it)


def test_without_a_venue_it_judges_gas_by_the_posted_price():
    world = sunk(redoer(venues=[]), gas=100).blocks(14)
    dear = sunk(redoer(venues=[]), gas=200).blocks(14)

    assert (len(world.records(AuctionRestarted)), len(dear.records(AuctionRestarted))) == (1, 0)


def test_without_a_reward_it_does_nothing_unless_it_works_for_free():
    keys = dutch(expiry="2 min", reward="0 %")
    paid, free = sunk(redoer(), **keys).blocks(14), sunk(redoer(for_free=True), **keys).blocks(14)

    assert (len(paid.records(AuctionRestarted)), len(free.records(AuctionRestarted))) == (0, 1)
    assert free.records(RewardPaid) == []


def test_of_two_one_comes_too_late():
    world = sunk(redoer("early", multiple_bps="150 %"), redoer("late", multiple_bps="110 %"), gas=20).blocks(14)

    assert [world.name(entry.party) for entry in world.entries(AuctionRestarted)] == ["early"]
    assert [each.reason for each in world.records(TxReverted, "late")] == [Refusal.CANNOT_REDO]


def test_while_a_restart_is_under_way_it_sends_no_other():
    surge = [{"at": "0 s", "p60": "1 gwei"}, {"at": "157 s", "p60": "1 gwei"}, {"at": "158 s", "p60": "60 gwei"}]
    world = sunk(redoer(replaces=False, patience_blocks=99), gas=surge).blocks(20)

    assert [CALLS[each.call - 1] for each in world.records(TxPending, "redoer")] == [RedoCall]
    assert [each.reason for each in world.records(Declined, "redoer")] == [Refusal.ALREADY_PENDING]


def test_a_restart_that_somebody_else_made_is_not_raised():
    """The poor one's tx is left out; once the other has restarted the auction it gives way to nothing."""
    world = sunk(redoer("rich"), redoer("poor", multiple_bps="10 %"), gas=20).blocks(15)

    assert [world.name(entry.party) for entry in world.entries(AuctionRestarted)] == ["rich"]
    assert [CALLS[each.call - 1] for each in world.records(TxPending, "poor")] == [RedoCall, TransferCall]
    assert world.records(TxReverted) == []


def test_a_stopped_house_is_left_alone():
    world = sunk(redoer())
    house: Any = world.world.chain.executor.contracts[world.place("eth_a/auctions")]
    house.stopped = 2
    world.blocks(14)

    assert world.records(TxPending, "redoer") == []


def english(*agents: dict[str, Any]) -> PocketVaults:
    """Return a world in which an English auction of five minutes has begun, and nobody bids."""
    pool: dict[str, Any] = {"pool": {"english": {"auction_lifetime": "5 min"}}}
    world = PocketVaults.of([book(), biter(), *agents], [vault("v1", 50, 6_500)], **pool).blocks(1).post(120).blocks(2)
    return world.blocks(60)


@pytest.mark.parametrize(("rearms", "seconds"), [(True, [348, 660]), (False, [])])
def test_english_auctions_that_ended_without_a_bid_are_rearmed(rearms, seconds):
    world = english(redoer(rearms=rearms))

    assert [entry.at // 10**9 for entry in world.entries(AuctionRestarted)] == seconds
    assert world.records(TxReverted) == []


def test_without_gas_money_it_says_so():
    world = sunk(redoer(ether=0)).blocks(14)

    assert [each.reason for each in world.records(Declined, "redoer")] == [Refusal.NO_FUNDS]
