"""Auctions of governance units: what a bid must be, who pays whom, when a sale can be settled or rearmed, and what is said."""

import copy

import pytest

from sim.auction import gas
from sim.auction.flopper_rules import cleared_by_first_bid, least_lot_for, rearmed_lot
from sim.commands import BidDownCall, RearmCall, SettleCall
from sim.records.auctions import AuctionClosed, AuctionRestarted, BidMade, DebtHealed
from sim.units import RAD, RAY, WAD
from sim.vocabulary import Refusal
from tests.auction.debt_world import (
    ALICE,
    AUCTION_LIFETIME,
    BID_LIFETIME,
    BOB,
    HOUSE,
    INCREMENT,
    KEEPER,
    LOT,
    MKR,
    OFFER,
    OPENED,
    VOW,
    on_sale,
)

FIRST = OFFER * WAD // INCREMENT
"""The largest lot that a first bid may name."""


def settle(world, sale=1):
    return world.execute(KEEPER, HOUSE, SettleCall(sale))


def rearm(world, sale=1):
    return world.execute(KEEPER, HOUSE, RearmCall(sale))


def test_the_first_bidder_pays_the_vow_which_cancels_its_debt_at_once():
    world = on_sale()

    assert world.bid(ALICE, 200 * WAD) == Refusal.NONE
    assert (world.money(ALICE), world.money(VOW)) == (LOT, 0)
    assert (world.vow.on_auction, world.vow.bad_debt(), world.engine.unbacked) == (0, 0, 0)
    assert world.rows(DebtHealed) == [DebtHealed(LOT)]
    assert world.rows(BidMade) == [BidMade(1, 3, 200 * WAD, LOT, 0, 0, OFFER, OPENED + BID_LIFETIME)]
    world.check()


def test_a_later_bidder_pays_the_one_before():
    world = on_sale()
    world.bid(ALICE, 200 * WAD)
    assert world.bid(BOB, 190 * WAD) == Refusal.NONE

    assert (world.money(ALICE), world.money(BOB), world.money(VOW)) == (2 * LOT, LOT, 0)
    assert world.rows(BidMade)[0].row()[3:] == (190 * WAD, LOT, ALICE, LOT, 200 * WAD, OPENED + BID_LIFETIME)
    assert world.rows(DebtHealed) == []
    world.check()


def test_who_betters_an_own_bid_pays_nothing_and_needs_no_money_for_it():
    world = on_sale()
    world.fund(KEEPER, LOT)
    world.bid(KEEPER, 200 * WAD)
    assert world.money(KEEPER) == 0

    assert world.bid(KEEPER, 100 * WAD) == Refusal.NONE
    assert (world.money(KEEPER), world.sale().lot, world.rows(BidMade)[0].last_bidder) == (0, 100 * WAD, KEEPER)


def test_without_the_money_a_bid_is_refused():
    world = on_sale()

    assert world.bid(KEEPER, 200 * WAD) == Refusal.INSUFFICIENT_BALANCE
    assert (world.sale().bidder, world.vow.on_auction) == (0, LOT)
    assert world.gas == gas.REFUSED_DEBT
    world.check()


@pytest.mark.parametrize(
    ("lot", "bid", "expected"),
    [
        (FIRST, LOT, Refusal.NONE),
        (FIRST + 1, LOT, Refusal.BID_TOO_LOW),
        (OFFER, LOT, Refusal.BID_TOO_LOW),
        (0, LOT, Refusal.NONE),
        (-1, LOT, Refusal.BID_TOO_LOW),
        (FIRST, LOT + 1, Refusal.OTHER_LOT),
        (FIRST, LOT - 1, Refusal.OTHER_LOT),
    ],
)
def test_a_bid_names_the_fixed_sum_and_a_lot_less_by_the_increment(lot, bid, expected):
    world = on_sale()
    assert world.house.view(OPENED).most_lot(world.sale()) == FIRST

    assert world.bid(ALICE, lot, bid=bid) == expected


def test_a_sale_nobody_knows_is_refused():
    assert on_sale().bid(ALICE, FIRST, sale=2) == Refusal.UNKNOWN_SALE


def test_at_the_very_second_in_which_a_bid_runs_out_nobody_can_act():
    world = on_sale()
    world.bid(ALICE, 200 * WAD)
    view, sale = world.house.view(OPENED), world.sale()

    at = OPENED + BID_LIFETIME
    assert [view.is_open(sale, second) for second in (at - 1, at, at + 1)] == [True, False, False]
    assert [view.can_settle(sale, second) for second in (at - 1, at, at + 1)] == [False, False, True]
    world.now = at
    assert (world.bid(BOB, 190 * WAD), settle(world)) == (Refusal.AUCTION_OVER, Refusal.NOT_OVER)
    world.now = at + 1
    assert (world.bid(BOB, 190 * WAD), settle(world)) == (Refusal.AUCTION_OVER, Refusal.NONE)


def test_governance_units_are_issued_at_the_settlement_and_not_before():
    world = on_sale()
    world.bid(ALICE, 200 * WAD)
    assert world.ledger.minted[MKR.id] == 0
    world.now += BID_LIFETIME + 1
    settle(world)

    assert (world.issued(ALICE), world.ledger.minted[MKR.id]) == (200 * WAD, 200 * WAD)
    assert world.rows(AuctionClosed) == [AuctionClosed(1, 3, VOW, MKR.id, 200 * WAD, 0, LOT, LOT, LOT)]
    assert [party for _, _, party, _ in world.said] == [ALICE]
    assert (world.house.sales, settle(world)) == ({}, Refusal.UNKNOWN_SALE)
    world.check()


def test_the_auctions_own_lifetime_ends_it_whatever_was_bid():
    world = on_sale()
    lot = OFFER
    while world.now + BID_LIFETIME <= OPENED + AUCTION_LIFETIME:
        lot = lot * WAD // INCREMENT
        assert world.bid(ALICE, lot) == Refusal.NONE
        world.now += BID_LIFETIME - 1
    world.bid(BOB, lot // 2)
    assert world.sale().expires > world.sale().ends

    world.now = world.sale().ends + 1
    assert world.bid(BOB, lot // 4) == Refusal.AUCTION_OVER
    assert settle(world) == Refusal.NONE


def test_an_auction_without_bids_never_settles_by_itself_and_grows_by_the_pad_when_rearmed():
    world = on_sale()
    for wait in (0, AUCTION_LIFETIME, 1):
        world.now += wait
        assert settle(world) == Refusal.NOT_OVER
    assert world.house.view(world.now).can_rearm(world.sale(), world.now)

    assert rearm(world) == Refusal.NONE
    assert (world.sale().lot, world.sale().ends) == (375 * WAD, world.now + AUCTION_LIFETIME)
    assert world.rows(AuctionRestarted) == [AuctionRestarted(1, 3, 0)]
    assert world.vow.on_auction == LOT
    world.check()


def test_it_is_rearmed_only_after_its_end_and_only_without_a_bid():
    world = on_sale()
    world.now += AUCTION_LIFETIME
    assert rearm(world) == Refusal.NOT_OVER

    world = on_sale()
    world.bid(ALICE, 200 * WAD)
    world.now += AUCTION_LIFETIME + 1
    assert rearm(world) == Refusal.NOT_OVER


def test_a_bid_that_is_undone_leaves_no_trace():
    world = on_sale()
    before = (world.sale(), world.vow.on_auction, world.money(ALICE), world.house.view(OPENED).sales)

    assert world.execute(ALICE, HOUSE, BidDownCall(1, 200 * WAD, LOT), gas_limit=1) == Refusal.OUT_OF_GAS
    assert (world.sale(), world.vow.on_auction, world.money(ALICE), world.house.view(OPENED).sales) == before
    world.check()


def test_a_view_is_made_anew_only_for_what_changed():
    world = on_sale(2 * LOT)
    world.start()
    before = world.house.view(OPENED).sales
    assert world.house.view(OPENED + 12).sales is before
    world.bid(ALICE, 200 * WAD, sale=2)

    after = world.house.view(OPENED + 24).sales
    assert (after[0] is before[0], after[1] is before[1]) == (True, False)
    assert (world.house.view(OPENED).funds(after[1], ALICE), world.house.view(OPENED).funds(after[1], BOB)) == (0, LOT)


def test_sums_of_the_rules():
    assert rearmed_lot(3, 15 * WAD // 10) == 4
    assert (cleared_by_first_bid(5, 7), cleared_by_first_bid(7, 5)) == (5, 5)
    assert least_lot_for(50_000 * RAD, 200 * RAY) == 250 * WAD
    assert least_lot_for(50_000 * RAD + 1, 200 * RAY) == 250 * WAD + 1
    assert least_lot_for(LOT, 0) == 0


def test_a_fork_is_apart():
    world = on_sale()
    fork = copy.deepcopy(world)
    fork.bid(ALICE, 200 * WAD)

    assert (world.sale().bidder, fork.sale().bidder) == (0, ALICE)
    fork.check()
