"""English auctions: bids up, lots down, deadlines, settlement; and whose money is where meanwhile."""

import pytest

from sim.auction import gas
from sim.commands import BidCall, BidDownCall, BiteCall, RearmCall, SettleCall
from sim.records.auctions import AuctionClosed, AuctionRestarted, BidMade
from sim.units import RAD
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
    VOW,
    WETH,
    World,
    with_sale,
)

VERSIONS = pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
LOT, OWED = 50 * ETHER, 5_650 * RAD


def bid(world: World, who: int, amount: int, lot: int = LOT) -> int | Refusal:
    return world.execute(who, HOUSE, BidCall(1, lot, amount))


def lower(world: World, who: int, lot: int, amount: int = OWED) -> int | Refusal:
    return world.execute(who, HOUSE, BidDownCall(1, lot, amount))


def settle(world: World, who: int = KEEPER) -> int | Refusal:
    return world.execute(who, HOUSE, SettleCall(1))


def opened(version: str, alice: int = 20_000 * RAD, bob: int = 20_000 * RAD) -> World:
    """Return a world with one sale of 50 ether for 5,650 DAI, and two bidders with money."""
    world = with_sale(version)  # type: ignore[arg-type] # Parametrized as a string.
    world.fund(ALICE, alice)
    world.fund(BOB, bob)
    return world


@VERSIONS
def test_a_bid_is_paid_at_once_and_the_outbid_has_its_money_back(version):
    world = opened(version)

    outcomes = [bid(world, ALICE, 1_000 * RAD), bid(world, BOB, 2_000 * RAD)]

    assert outcomes == [gas.BID, gas.BID]
    assert (world.money(ALICE), world.money(BOB), world.money(VOW)) == (20_000 * RAD, 18_000 * RAD, 2_000 * RAD)
    expires = OPENED + BID_LIFETIME
    assert world.rows(BidMade) == [BidMade(1, world.sale().started, LOT, 2_000 * RAD, ALICE, 1_000 * RAD, LOT, expires)]
    world.check()


@VERSIONS
def test_the_first_bid_need_only_be_more_than_nothing(version):
    world = opened(version)

    assert bid(world, ALICE, 0) == Refusal.BID_TOO_LOW
    assert bid(world, ALICE, 1) == gas.BID
    assert world.rows(BidMade)[0].last_bidder == 0


@VERSIONS
def test_a_lot_nobody_else_bids_for_is_won_for_nothing(version):
    """The zero bid of March 2020: no fault of any rule, only nobody else."""
    world = opened(version)

    bid(world, ALICE, 1)
    world.now += BID_LIFETIME + 1
    settle(world)

    assert world.gems(ALICE) == LOT
    assert world.rows(AuctionClosed)[0].raised == 1


@VERSIONS
def test_a_bid_must_better_the_last_by_the_increment(version):
    world = opened(version)
    bid(world, ALICE, 1_000 * RAD)

    outcomes = [bid(world, BOB, 1_000 * RAD), bid(world, BOB, 1_030 * RAD - 1), bid(world, BOB, 1_030 * RAD)]

    assert outcomes == [Refusal.BID_TOO_LOW, Refusal.BID_TOO_LOW, gas.BID]


@VERSIONS
def test_the_bid_that_covers_all_need_not_better_by_the_increment(version):
    world = opened(version)
    bid(world, ALICE, OWED - 1)

    assert bid(world, BOB, OWED) == gas.BID


@VERSIONS
def test_a_raise_names_the_whole_lot_and_no_more_than_is_owed(version):
    world = opened(version)

    outcomes = [bid(world, ALICE, RAD, lot=LOT - 1), bid(world, ALICE, OWED + 1), bid(world, ALICE, -1)]

    assert outcomes == [Refusal.OTHER_LOT, Refusal.BID_TOO_HIGH, Refusal.BID_TOO_LOW]


@VERSIONS
def test_what_is_covered_is_bid_down_and_what_is_not_is_raised(version):
    world = opened(version)

    too_early = lower(world, BOB, LOT // 2)
    bid(world, ALICE, OWED)
    too_late = bid(world, BOB, OWED)

    assert (too_early, too_late) == (Refusal.WRONG_PHASE, Refusal.WRONG_PHASE)


@VERSIONS
def test_what_a_bidder_does_without_goes_back_to_the_owner_at_once(version):
    world = opened(version)
    bid(world, ALICE, OWED)

    outcome = lower(world, BOB, 40 * ETHER)

    assert outcome == gas.BID_DOWN
    assert (world.gems(OWNER), world.gems(HOUSE)) == (10 * ETHER, 40 * ETHER)
    assert (world.money(ALICE), world.money(BOB), world.money(VOW)) == (20_000 * RAD, 20_000 * RAD - OWED, OWED)
    assert world.rows(BidMade)[0].last_lot == LOT
    world.check()


@VERSIONS
def test_a_lot_must_be_less_by_the_increment_and_the_sum_stays(version):
    """50 / 1.03 is 48.54: a lot above is not enough less."""
    world = opened(version)
    bid(world, ALICE, OWED)
    most = LOT * 100 // 103

    outcomes = [lower(world, BOB, LOT), lower(world, BOB, most + 1), lower(world, BOB, -1), lower(world, BOB, most, OWED - 1)]

    assert outcomes == [Refusal.BID_TOO_LOW, Refusal.BID_TOO_LOW, Refusal.BID_TOO_LOW, Refusal.OTHER_LOT]
    assert lower(world, BOB, most) == gas.BID_DOWN


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_own_raise_needs_only_the_difference_from_1_1_on(version):
    world = opened(version, alice=1_030 * RAD)
    bid(world, ALICE, 1_000 * RAD)

    assert bid(world, ALICE, 1_030 * RAD) == gas.BID
    assert world.money(ALICE) == 0
    world.check()


def test_an_own_raise_needs_double_funds_under_1_0():
    """The old bid goes out to oneself before it comes back: its 1,000 must be there a second time, then 30 of them are spent."""
    short, double = opened("1.0", alice=2_000 * RAD - 1), opened("1.0", alice=2_000 * RAD)
    for world in (short, double):
        bid(world, ALICE, 1_000 * RAD)

    outcomes = [bid(world, ALICE, 1_030 * RAD) for world in (short, double)]

    assert outcomes == [Refusal.INSUFFICIENT_BALANCE, gas.BID]
    assert (short.money(ALICE), double.money(ALICE)) == (1_000 * RAD - 1, 970 * RAD)
    assert short.sale().bid == 1_000 * RAD
    double.check()


@pytest.mark.parametrize(("version", "outcome"), [("1.0", Refusal.INSUFFICIENT_BALANCE), ("1.1", gas.BID_DOWN), ("1.2", gas.BID_DOWN)])
def test_bidding_ones_own_lot_down_costs_nothing_from_1_1_on_and_the_whole_bid_before(version, outcome):
    world = opened(version, alice=2 * OWED - 1)
    bid(world, ALICE, OWED)

    assert lower(world, ALICE, 40 * ETHER) == outcome
    assert world.money(ALICE) == OWED - 1


@VERSIONS
def test_a_bid_beyond_ones_purse_leaves_no_trace(version):
    """The outbid would have been paid back first: that, too, is undone."""
    world = opened(version, bob=1_029 * RAD)
    bid(world, ALICE, 1_000 * RAD)

    outcome = bid(world, BOB, 1_030 * RAD)

    assert outcome == Refusal.INSUFFICIENT_BALANCE
    assert (world.money(ALICE), world.money(BOB), world.sale().bidder) == (19_000 * RAD, 1_029 * RAD, ALICE)
    world.check()


@VERSIONS
def test_in_the_very_second_of_a_deadline_nobody_can_act(version):
    world = opened(version)
    bid(world, ALICE, RAD)

    world.now = world.sale().expires
    on_time = [bid(world, BOB, 2 * RAD), settle(world), world.execute(KEEPER, HOUSE, RearmCall(1))]
    world.now += 1
    after = [bid(world, BOB, 2 * RAD), settle(world)]

    assert on_time == [Refusal.AUCTION_OVER, Refusal.NOT_OVER, Refusal.NOT_OVER]
    assert after == [Refusal.AUCTION_OVER, gas.SETTLE]


@VERSIONS
def test_a_second_before_its_deadline_a_bid_is_still_taken(version):
    world = opened(version)
    bid(world, ALICE, RAD)

    world.now = world.sale().expires - 1

    assert bid(world, BOB, 2 * RAD) == gas.BID
    assert world.sale().expires == world.now + BID_LIFETIME


@VERSIONS
def test_the_end_of_an_auction_cuts_the_lifetime_of_its_last_bid(version):
    world = opened(version)
    world.now = OPENED + AUCTION_LIFETIME - 1
    bid(world, ALICE, RAD)

    world.now += 1
    at_end = [bid(world, BOB, 2 * RAD), settle(world)]
    world.now += 1

    assert at_end == [Refusal.AUCTION_OVER, Refusal.NOT_OVER]
    assert settle(world) == gas.SETTLE


@VERSIONS
def test_an_auction_without_bids_never_settles_by_itself(version):
    world = opened(version)

    outcomes = []
    for _ in range(4):
        world.now += 10 * AUCTION_LIFETIME
        outcomes += [settle(world), bid(world, ALICE, RAD)]

    assert outcomes == [Refusal.NOT_OVER, Refusal.AUCTION_OVER] * 4
    assert world.gems(HOUSE) == LOT


@VERSIONS
def test_only_a_rearmed_auction_that_ended_without_a_bid_takes_bids_again(version):
    world = opened(version)
    world.now += AUCTION_LIFETIME
    at_end = world.execute(KEEPER, HOUSE, RearmCall(1))
    world.now += 1

    outcome = world.execute(KEEPER, HOUSE, RearmCall(1))

    assert (at_end, outcome) == (Refusal.NOT_OVER, gas.REARM)
    assert world.rows(AuctionRestarted) == [AuctionRestarted(1, world.sale().started, 0)]
    assert world.sale().ends == world.now + AUCTION_LIFETIME
    assert bid(world, ALICE, RAD) == gas.BID


@VERSIONS
def test_an_auction_with_a_bid_is_settled_and_not_rearmed(version):
    world = opened(version)
    bid(world, ALICE, RAD)
    world.now += 2 * AUCTION_LIFETIME

    assert world.execute(KEEPER, HOUSE, RearmCall(1)) == Refusal.NOT_OVER


@VERSIONS
def test_whoever_settles_the_winner_gets_the_lot(version):
    world = opened(version)
    started = world.sale().started
    bid(world, ALICE, OWED)
    lower(world, BOB, 40 * ETHER)
    world.now += BID_LIFETIME + 1

    outcome = settle(world, KEEPER)

    assert outcome == gas.SETTLE
    assert (world.gems(BOB), world.gems(KEEPER), world.gems(HOUSE)) == (40 * ETHER, 0, 0)
    closed = AuctionClosed(1, started, OWNER, WETH.id, 40 * ETHER, 10 * ETHER, OWED, OWED, 5_000 * RAD)
    assert world.said == [(None, HOUSE, BOB, closed.row())]
    assert settle(world) == Refusal.UNKNOWN_SALE
    world.check()


@VERSIONS
def test_a_bid_that_runs_out_of_gas_is_not_shown(version):
    world = opened(version)
    shown = world.house.view(world.now).sales

    world.execute(ALICE, HOUSE, BidCall(1, LOT, RAD), gas_limit=100_000)

    assert world.house.view(world.now).sales == shown
    assert world.house.view(world.now).sales[0] is shown[0]
    world.check()


@VERSIONS
def test_a_settlement_that_runs_out_of_gas_keeps_the_sequence_of_sales(version):
    world = opened(version)
    world.execute(KEEPER, CAT, BiteCall(POOL, OWNER))
    bid(world, ALICE, RAD)
    world.now += BID_LIFETIME + 1

    world.execute(KEEPER, HOUSE, SettleCall(1), gas_limit=50_000)

    assert [sale.sale for sale in world.house.view(world.now).sales] == [1, 2]
    assert world.gems(ALICE) == 0
    world.check()
