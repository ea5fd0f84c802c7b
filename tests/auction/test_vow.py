"""The vow: how debt waits, is released, healed and put up for auction, and that it is divided exactly."""

import copy

import pytest

from sim.auction import gas
from sim.commands import ReleaseDebtCall
from sim.records.auctions import DebtAuctionStarted, DebtHealed, DebtQueued, DebtReleased
from sim.units import RAD
from sim.vocabulary import Refusal
from tests.auction.debt_world import HOUSE, KEEPER, LOT, MKR, OFFER, OPENED, VOW, WAIT, build, in_debt


def test_a_seized_vaults_debt_is_queued_and_says_from_when_it_is_released():
    world = build()
    world.seize(300 * RAD)

    assert world.vow.queue == {OPENED: 300 * RAD}
    assert world.rows(DebtQueued) == [DebtQueued(300 * RAD, OPENED + WAIT)]
    assert (world.vow.queued, world.vow.bad_debt(), world.vow.surplus()) == (300 * RAD, 0, 0)


def test_debt_of_one_second_is_one_entry_of_the_queue():
    world = build()
    world.seize(300 * RAD)
    world.seize(200 * RAD)
    world.now += 1
    world.seize(100 * RAD)

    assert world.vow.queue == {OPENED: 500 * RAD, OPENED + 1: 100 * RAD}
    world.check()


def test_debt_is_released_in_the_second_in_which_its_wait_ends_and_not_before():
    world = build()
    world.seize(300 * RAD)

    world.now = OPENED + WAIT - 1
    assert world.release(OPENED) == Refusal.TOO_EARLY
    world.now += 1
    assert world.release(OPENED) == Refusal.NONE
    assert world.rows(DebtReleased) == [DebtReleased(300 * RAD)]
    assert (world.vow.queue, world.vow.bad_debt()) == ({}, 300 * RAD)


def test_releasing_what_is_not_there_does_nothing():
    world = in_debt(300 * RAD)

    assert (world.release(OPENED), world.said) == (Refusal.NONE, [])
    assert world.vow.bad_debt() == 300 * RAD


def test_queued_debt_can_be_neither_healed_nor_auctioned():
    world = build()
    world.seize(LOT)
    assert world.start() == Refusal.TOO_LITTLE_DEBT
    world.raise_money(LOT)

    assert world.heal(1) == Refusal.TOO_LITTLE_DEBT
    world.check()


def test_healing_cancels_money_against_debt():
    world = in_debt(300 * RAD)
    world.raise_money(200 * RAD)

    assert world.heal(150 * RAD) == Refusal.NONE
    assert world.rows(DebtHealed) == [DebtHealed(150 * RAD)]
    assert (world.vow.surplus(), world.vow.bad_debt(), world.engine.unbacked) == (50 * RAD, 150 * RAD, 150 * RAD)
    world.check()


@pytest.mark.parametrize(
    ("debt", "money", "amount", "expected"),
    [
        (300, 200, 200 * RAD, Refusal.NONE),
        (300, 200, 200 * RAD + 1, Refusal.INSUFFICIENT_BALANCE),
        (200, 300, 200 * RAD, Refusal.NONE),
        (200, 300, 200 * RAD + 1, Refusal.TOO_LITTLE_DEBT),
        (200, 200, 0, Refusal.NONE),
        (200, 200, -1, Refusal.ARITHMETIC),
    ],
)
def test_nothing_is_healed_beyond_the_money_or_the_debt(debt, money, amount, expected):
    world = in_debt(debt * RAD)
    world.raise_money(money * RAD)

    assert world.heal(amount) == expected
    assert world.gas == (gas.REFUSED_DEBT if expected else gas.HEAL)
    world.check()


def test_an_auction_of_governance_units_starts_when_there_is_debt_enough_and_no_money():
    world = in_debt(LOT)

    assert world.start() == Refusal.NONE
    assert world.rows(DebtAuctionStarted) == [DebtAuctionStarted(1, MKR.id, OFFER, LOT)]
    assert [(place, party) for _, place, party, _ in world.said] == [(HOUSE, KEEPER)]
    assert (world.vow.bad_debt(), world.vow.on_auction) == (0, LOT)
    assert (world.sale().lot, world.sale().bid) == (OFFER, LOT)
    world.check()


def test_with_a_little_less_debt_or_any_money_no_auction_starts():
    assert in_debt(LOT - 1).start() == Refusal.TOO_LITTLE_DEBT

    world = in_debt(2 * LOT)
    world.raise_money(1)
    assert world.start() == Refusal.SURPLUS_LEFT
    world.heal(1)
    assert world.start() == Refusal.NONE
    assert world.start() == Refusal.TOO_LITTLE_DEBT


def test_a_call_that_is_undone_leaves_no_trace():
    world = build()
    world.seize(LOT)
    world.now += WAIT
    world.vow.view(world.now)

    assert world.execute(KEEPER, VOW, ReleaseDebtCall(OPENED), gas_limit=1) == Refusal.OUT_OF_GAS
    assert (world.vow.queue, world.vow.queued) == ({OPENED: LOT}, LOT)
    assert world.vow.view(world.now).queue == ((OPENED, LOT),)
    world.check()


def test_the_view_says_what_is_due():
    world = build()
    world.seize(LOT)
    world.now += 1
    world.seize(LOT)
    early, late = world.vow.view(world.now), world.vow.view(OPENED + WAIT)

    assert (early.releasable(OPENED + WAIT - 1), early.releasable(OPENED + WAIT)) == ((), (OPENED,))
    assert early.queue is late.queue
    assert not early.can_start_auction and not early.can_heal
    world.now = OPENED + WAIT
    world.release(OPENED)
    assert world.vow.view(world.now).can_start_auction
    world.raise_money(5)
    view = world.vow.view(world.now)
    assert (view.can_heal, view.can_start_auction, view.bad_debt, view.surplus) == (5, False, LOT, 5)


def test_a_fork_is_apart():
    world = in_debt()
    fork = copy.deepcopy(world)
    fork.start()

    assert (world.vow.on_auction, fork.vow.on_auction) == (0, LOT)
    assert fork.house.seller is fork.vow
    fork.check()
