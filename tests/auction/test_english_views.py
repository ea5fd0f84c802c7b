"""What desks are shown of an English house, and whether the sums done with it are what the house then does."""

import pytest

from sim.auction import flipper_rules as rules
from sim.commands import BidCall, BidDownCall, BiteCall
from sim.units import RAD, WAD
from sim.vocabulary import Refusal
from tests.auction.english_world import (
    ALICE,
    AUCTION_LIFETIME,
    BID_LIFETIME,
    BOB,
    CAT,
    ETHER,
    HOUSE,
    KEEPER,
    OPENED,
    OWNER,
    POOL,
    World,
    with_sale,
)

VERSIONS = pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])


def two_sales(version: str) -> World:
    world = with_sale(version)  # type: ignore[arg-type] # Parametrized as a string.
    world.execute(KEEPER, CAT, BiteCall(POOL, OWNER))
    for party in (ALICE, BOB):
        world.fund(party, 20_000 * RAD)
    return world


@VERSIONS
def test_a_sale_is_shown_as_the_same_object_until_it_changes(version):
    world = two_sales(version)
    first = world.house.view(world.now)

    same = world.house.view(world.now + 13)
    world.execute(ALICE, HOUSE, BidCall(2, 50 * ETHER, RAD))
    changed = world.house.view(world.now + 26)

    assert (same.timestamp, same.sales is first.sales) == (world.now + 13, True)
    assert changed.sales[0] is first.sales[0]
    assert (first.sales[1].bid, changed.sales[1].bid, changed.sales[1].bidder) == (0, RAD, ALICE)


@VERSIONS
@pytest.mark.parametrize(
    ("last", "least"), [(0, 1), (1, 2), (1_000 * RAD, 1_030 * RAD), (1_000 * RAD + 1, 1_030 * RAD + 2), (5_650 * RAD - 1, 5_650 * RAD)]
)
def test_the_least_bid_is_taken_and_one_less_is_not(version, last, least):
    """What 3 % more of the odd unit is, is rounded up."""
    world = two_sales(version)
    world.execute(ALICE, HOUSE, BidCall(1, 50 * ETHER, last))

    view = world.house.view(world.now)
    less = world.execute(BOB, HOUSE, BidCall(1, 50 * ETHER, least - 1))
    enough = world.execute(BOB, HOUSE, BidCall(1, 50 * ETHER, least))

    assert view.least_bid(view.sales[0]) == least
    assert (less, isinstance(enough, Refusal)) == (Refusal.BID_TOO_LOW, False)


@VERSIONS
def test_the_largest_lot_is_taken_and_one_more_is_not(version):
    world = two_sales(version)
    before = world.house.view(world.now)
    world.execute(ALICE, HOUSE, BidCall(1, 50 * ETHER, 5_650 * RAD))

    view = world.house.view(world.now)
    most = view.most_lot(view.sales[0])
    more = world.execute(BOB, HOUSE, BidDownCall(1, most + 1, 5_650 * RAD))
    enough = world.execute(BOB, HOUSE, BidDownCall(1, most, 5_650 * RAD))

    assert (before.most_lot(before.sales[0]), view.least_bid(view.sales[0])) == (0, 0)
    assert (more, isinstance(enough, Refusal)) == (Refusal.BID_TOO_LOW, False)


@VERSIONS
@pytest.mark.parametrize("bidder", [ALICE, BOB])
@pytest.mark.parametrize("raised", [1_030 * RAD, 3_000 * RAD])
def test_a_raise_needs_exactly_the_funds_the_view_names(version, bidder, raised):
    """Whatever is short by one is refused; whoever bids, by however much."""
    world = two_sales(version)
    world.execute(ALICE, HOUSE, BidCall(1, 50 * ETHER, 1_000 * RAD))
    view = world.house.view(world.now)
    needed = view.funds(view.sales[0], bidder, raised)

    world.engine.retire(bidder, world.money(bidder) - needed + 1)
    world.engine.opening_debt = 0
    short = world.execute(bidder, HOUSE, BidCall(1, 50 * ETHER, raised))
    world.fund(bidder, 1)

    assert short == Refusal.INSUFFICIENT_BALANCE
    assert not isinstance(world.execute(bidder, HOUSE, BidCall(1, 50 * ETHER, raised)), Refusal)


@pytest.mark.parametrize(
    ("version", "bidder", "needed"), [("1.0", ALICE, 5_650), ("1.1", ALICE, 0), ("1.2", ALICE, 0), ("1.0", BOB, 5_650), ("1.2", BOB, 5_650)]
)
def test_bidding_down_needs_the_whole_bid_but_from_its_holder(version, bidder, needed):
    world = two_sales(version)
    world.execute(ALICE, HOUSE, BidCall(1, 50 * ETHER, 5_650 * RAD))

    view = world.house.view(world.now)

    assert view.funds(view.sales[0], bidder, 5_650 * RAD) == needed * RAD


def test_a_view_knows_when_one_may_act():
    """Each as (bids, settlement, rearming), around the deadline of a bid and the end of an auction without one."""
    world = two_sales("1.0")
    world.execute(ALICE, HOUSE, BidCall(1, 50 * ETHER, RAD))
    view = world.house.view(world.now)
    bid_for, untouched = view.sales

    def may(sale, at):
        return view.is_open(sale, at), view.can_settle(sale, at), view.can_rearm(sale, at)

    expires, ends = OPENED + BID_LIFETIME, OPENED + AUCTION_LIFETIME
    assert [may(bid_for, expires + late) for late in (-1, 0, 1)] == [(True, False, False), (False, False, False), (False, True, False)]
    assert [may(untouched, ends + late) for late in (-1, 0, 1)] == [(True, False, False), (False, False, False), (False, False, True)]


def test_without_an_increment_any_bid_that_is_better_will_do():
    assert (rules.least_raise(1_000, 5_650, WAD), rules.most_lot_less(50, WAD)) == (1_001, 49)
    assert (rules.is_raise_enough(1_000, 5_650, WAD, 1_000), rules.is_raise_enough(1_000, 5_650, WAD, 1_001)) == (False, True)
    assert (rules.is_lot_less_enough(50, WAD, 50), rules.is_lot_less_enough(50, WAD, 49)) == (False, True)
