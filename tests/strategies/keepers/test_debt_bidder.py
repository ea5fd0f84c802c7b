"""Bidders of governance units in a small world: down to which lot they go, whose money moves, what they win."""

import copy

from sim.records import AuctionClosed, BidMade, Joined, TxPending, TxReverted
from sim.units import RAD, WAD
from sim.vocabulary import Refusal
from tests.strategies.keepers.indebted import bidder, governance, indebted, steward, within

DEAR, CHEAP = "400 DAI", "200 DAI"


def bids(world):
    """Return who bid, and for how many whole units."""
    return [(world.world.names.name(each.party), each.record.lot / WAD) for each in world.entries(BidMade)]


def test_it_brings_the_sum_in_bids_its_price_at_once_and_wins_what_it_named():
    world = indebted(steward(), bidder(), released=1_000).blocks(30)

    # 1,000 DAI at 200 DAI a unit.
    assert bids(world) == [("bidder", 5.0)]
    assert [each.amount // WAD for each in world.records(Joined)] == [1_000]
    assert governance(world, "bidder") == 5.0
    assert (within(world, "bidder"), world.on_chain("bidder", "DAI") // WAD) == (0, 4_000)
    (closed,) = world.records(AuctionClosed)
    assert (closed.sold / WAD, closed.raised // RAD) == (5.0, 1_000)


def test_nothing_is_issued_before_its_bid_has_run_out():
    world = indebted(steward(), bidder(), released=1_000).blocks(12)

    assert (len(bids(world)), governance(world, "bidder")) == (1, 0)


def test_whoever_values_units_more_gets_fewer_of_them():
    world = indebted(steward(), bidder("cheap", governance_price=CHEAP), bidder("dear", governance_price=DEAR), released=1_000).blocks(40)

    assert bids(world)[-1] == ("dear", 2.5)
    assert (governance(world, "dear"), governance(world, "cheap")) == (2.5, 0)
    assert within(world, "dear") == 0


def test_the_outbid_has_its_money_back_and_bids_with_it_in_the_next_auction():
    agents = [steward(retry_interval="1 min"), bidder("cheap", dai=1_000), bidder("dear", dai=1_000, governance_price=DEAR)]
    world = indebted(*agents, released=2_000).blocks(60)

    assert governance(world, "dear") == 2.5
    assert governance(world, "cheap") == 5.0
    assert (within(world, "cheap"), within(world, "dear")) == (0, 0)


def test_an_offer_below_its_price_is_left_until_it_grows():
    """Ten units for 1,000 DAI are 100 DAI each; it pays 80, which the offer reaches when it was rearmed once."""
    world = indebted(steward(), bidder(governance_price="80 DAI"), released=1_000)

    assert bids(world.blocks(25)) == []
    assert world.entries(TxPending, "bidder") == []
    assert bids(world.blocks(15)) == [("bidder", 12.5)]


def test_without_the_money_it_sends_nothing():
    world = indebted(steward(), bidder(dai=999), released=1_000).blocks(20)

    assert world.entries(TxPending, "bidder") == []


def test_of_two_with_one_price_the_second_does_not_bid_in_vain_twice():
    world = indebted(steward(), bidder("one"), bidder("two"), released=1_000).blocks(30)

    assert len(bids(world)) == 1
    assert [each.reason for each in world.records(TxReverted)] == [Refusal.BID_TOO_LOW]
    assert governance(world, "one") + governance(world, "two") == 5.0


def test_a_fork_goes_on_as_the_original():
    world = indebted(steward(), bidder(), released=1_000).blocks(8)
    fork = copy.deepcopy(world)

    assert world.blocks(20).world.tape.digest() == fork.blocks(20).world.tape.digest()
