"""Takes and redos: what is bought and paid, what ends an auction, when it must be restarted, and what each level stops."""

import copy

import pytest

from sim.auction.clipper_rules import take_amounts
from sim.auction.curves import Linear
from sim.commands import BarkCall, RedoCall, TakeCall
from sim.records import AuctionClosed, AuctionRestarted, AuctionTaken, RewardPaid
from sim.units import RAY, WAD
from sim.vocabulary import Refusal
from tests.auction.dutch_world import (
    ALICE,
    ANY,
    BOB,
    CLOSED,
    DOG,
    ETHER,
    HOUSE,
    KEEPER,
    MONEY,
    OPENED,
    OWNER,
    POOL,
    TAKEN,
    VOW,
    WETH,
    at,
    take,
    terms,
    with_sale,
)

# Prices and parts.


def test_a_part_is_bought_at_the_price_of_the_block():
    world = at(with_sale(), 450)

    assert take(world, 4) == TAKEN

    # 200 less 450 times twenty cents: 110 an ether.
    assert (world.gems(ALICE), world.money(ALICE)) == (4 * ETHER, (10_000 - 440) * MONEY)
    assert (world.sale().offered, world.sale().owed) == (6 * ETHER, 660 * MONEY)
    assert world.money(VOW) == 440 * MONEY
    assert world.dog.in_auction == world.dog.in_auction_of[POOL] == 660 * MONEY
    expected = AuctionTaken(1, world.sale().started, OWNER, WETH.id, 110 * RAY, 4 * ETHER, 440 * MONEY, 6 * ETHER, 660 * MONEY)
    assert world.rows(AuctionTaken) == [expected]
    world.check()


def test_who_pays_all_that_is_owed_ends_the_auction_and_the_owner_gets_the_rest_back():
    world = at(with_sale(), 450)

    assert take(world, 10.1) == CLOSED
    # It is 1,100 for ten ether here: all of it, exactly. At the start half as much is enough.
    early = with_sale()
    assert take(early) == CLOSED

    assert (world.gems(ALICE), world.gems(OWNER)) == (10 * ETHER, 0)
    bought = 55 * ETHER // 10
    assert (early.gems(ALICE), early.gems(OWNER)) == (bought, 10 * ETHER - bought)
    assert early.money(ALICE) == 8_900 * MONEY
    closed = early.rows(AuctionClosed)[0]
    assert (closed.sold, closed.returned, closed.raised) == (bought, 10 * ETHER - bought, 1_100 * MONEY)
    assert (closed.owed, closed.debt) == (1_100 * MONEY, 1_000 * MONEY)
    assert early.house.sales == world.house.sales == {}


def test_a_whole_take_frees_all_room_even_when_the_tab_is_unpaid():
    world = at(with_sale(), 800)

    assert take(world) == CLOSED

    # At 40 an ether ten of them bring 400 of the 1,100 owed: 600 of debt stay with the vow, and no auction owes anything.
    assert world.money(VOW) == 400 * MONEY
    assert (world.dog.in_auction, world.dog.in_auction_of[POOL]) == (0, 0)
    closed = world.rows(AuctionClosed)[0]
    assert (closed.raised, closed.owed, closed.debt, closed.returned) == (400 * MONEY, 1_100 * MONEY, 1_000 * MONEY, 0)
    assert world.rows(AuctionTaken)[0].owed_left == 700 * MONEY
    world.check()


def test_closing_counts_what_all_takers_brought():
    world = at(with_sale(), 450)
    take(world, 4)
    at(world, 500)

    take(world, 6)

    closed = world.rows(AuctionClosed)[0]
    assert (closed.sold, closed.raised) == (10 * ETHER, 440 * MONEY + 600 * MONEY)


@pytest.mark.parametrize(("most", "outcome"), [(110 * RAY, TAKEN), (110 * RAY - 1, Refusal.PRICE_TOO_HIGH)])
def test_nobody_pays_more_than_it_named(most, outcome):
    world = at(with_sale(), 450)

    assert take(world, 4, most) == outcome


def test_no_price_is_too_low():
    """At the last instant of a curve that ends before the auction does, whoever asks gets all for nothing."""
    world = at(with_sale(sale=terms(Linear(600), expiry=900, floor=0)), 600)

    assert take(world, who=BOB) == CLOSED
    assert (world.gems(BOB), world.money(VOW)) == (10 * ETHER, 0)


def test_without_the_money_nothing_happens():
    world = at(with_sale(), 450)
    before = world.state()

    assert take(world, who=BOB) == Refusal.INSUFFICIENT_BALANCE
    assert world.state() == before


def test_collateral_goes_to_whom_the_taker_names():
    world = at(with_sale(), 450)

    take(world, 4, receiver=BOB)

    assert (world.gems(BOB), world.gems(ALICE)) == (4 * ETHER, 0)
    assert world.money(ALICE) == 9_560 * MONEY


def test_a_sale_that_does_not_run_cannot_be_taken():
    world = with_sale()

    assert world.execute(ALICE, HOUSE, TakeCall(2, ETHER, ANY)) == Refusal.UNKNOWN_SALE


# Dust: here 110 must stay owed, or nothing.


def test_a_part_that_would_leave_dust_buys_less():
    world = at(with_sale(), 450)

    take(world, 9.5)

    # 9.5 ether would leave 55 owed; so 990 are paid, for 9 ether.
    assert (world.gems(ALICE), world.sale().owed) == (9 * ETHER, 110 * MONEY)


def test_a_part_that_leaves_just_the_least_is_left_alone():
    world = at(with_sale(), 450)

    take(world, 9)

    assert (world.gems(ALICE), world.sale().owed) == (9 * ETHER, 110 * MONEY)


def test_the_last_rest_is_bought_whole_or_not_at_all():
    world = at(with_sale(), 450)
    take(world, 9)

    assert take(world, 0.5) == Refusal.NO_PARTIAL
    assert take(world, 1) == CLOSED


def test_dust_that_nobody_can_pay_for_is_no_dust():
    """Who takes the whole offer leaves nothing to divide."""
    world = at(with_sale(), 890)
    take(world, 9)

    assert world.sale().owed == 902 * MONEY
    assert take(world, 1) == CLOSED


def test_the_least_that_may_stay_owed_follows_the_terms_only_when_told_to():
    world = with_sale()
    world.dog.terms[POOL] = type(world.dog.terms[POOL])(2 * WAD)
    before = world.house.least_left

    world.house.upchost()

    assert (before, world.house.least_left) == (110 * MONEY, 200 * MONEY)


def test_the_units_a_bounded_sum_buys_round_down():
    assert take_amounts(10, 100, 10, 30, 0) == (3, 100)


def test_for_nothing_a_part_of_the_last_rest_may_be_had():
    """As much stays owed as before, which is as much as must."""
    assert take_amounts(10, 100, 5, 0, 100) == (5, 0)


# Restarts.


def test_an_expired_sale_reverts_until_redone():
    world = at(with_sale(), 901)
    world.feeds[POOL].wad = 90 * WAD
    early = take(world, 4)

    redone = world.execute(BOB, HOUSE, RedoCall(1))
    late = take(world, 4)

    assert (early, redone, late) == (Refusal.NEEDS_REDO, 170_000, TAKEN)
    # From the feed's price of now, though the pool has not read it.
    assert world.money(VOW) == 4 * 180 * MONEY


@pytest.mark.parametrize(("seconds", "outcome"), [(900, TAKEN), (901, Refusal.NEEDS_REDO)])
def test_at_the_very_end_of_its_time_a_sale_still_sells(seconds, outcome):
    assert take(at(with_sale(), seconds), 4) == outcome


@pytest.mark.parametrize(("seconds", "outcome"), [(500, TAKEN), (501, Refusal.NEEDS_REDO)])
def test_at_the_very_floor_of_its_price_a_sale_still_sells(seconds, outcome):
    world = at(with_sale(sale=terms(floor=RAY // 2)), seconds)

    assert take(world, 4) == outcome


def test_a_sale_that_still_sells_cannot_be_restarted():
    world = at(with_sale(), 900)

    assert world.execute(BOB, HOUSE, RedoCall(1)) == Refusal.CANNOT_REDO
    assert world.execute(BOB, HOUSE, RedoCall(2)) == Refusal.UNKNOWN_SALE


def test_a_restart_says_so_and_is_paid_like_a_start():
    world = at(with_sale(sale=terms(reward_flat=300 * MONEY, reward_share=WAD // 100)), 901)

    world.execute(BOB, HOUSE, RedoCall(1, reward_to=KEEPER))

    assert world.rows(AuctionRestarted) == [AuctionRestarted(1, world.sale().started, 200 * RAY)]
    assert [row.amount for row in world.rows(RewardPaid)] == [311 * MONEY]
    assert world.money(KEEPER) == 2 * 311 * MONEY
    assert (world.sale().started_at, world.sale().owed) == (OPENED + 901, 1_100 * MONEY)


@pytest.mark.parametrize(("dollars", "paid"), [(110, 300), (109, 0)])
def test_for_an_offer_worth_dust_a_restart_is_not_paid(dollars, paid):
    """One ether is left, for 110 or more owed: at 110 it is worth just what may stay."""
    world = at(with_sale(sale=terms(reward_flat=300 * MONEY)), 450)
    take(world, 9)
    at(world, 901)
    world.feeds[POOL].wad = dollars * WAD

    world.execute(BOB, HOUSE, RedoCall(1))

    assert world.money(BOB) == paid * MONEY


def test_for_dust_that_is_owed_a_restart_is_not_paid():
    world = at(with_sale(sale=terms(reward_flat=300 * MONEY)), 901)
    world.house.least_left = 1_100 * MONEY + 1

    world.execute(BOB, HOUSE, RedoCall(1))

    assert world.money(BOB) == 0


def test_a_voided_feed_blocks_restarts():
    world = at(with_sale(), 901)
    world.feeds[POOL].has_price = False

    assert world.execute(BOB, HOUSE, RedoCall(1)) == Refusal.NOTHING_POSTED


@pytest.mark.parametrize(
    ("level", "bark", "redo", "bought"),
    [
        (0, 600_000, 170_000, TAKEN),
        (1, Refusal.STOPPED, 170_000, TAKEN),
        (2, Refusal.STOPPED, Refusal.STOPPED, TAKEN),
        (3, Refusal.STOPPED, Refusal.STOPPED, Refusal.STOPPED),
    ],
)
def test_each_level_stops_one_thing_more(level, bark, redo, bought):
    world = with_sale()
    world.open(10 * ETHER, 1_000 * ETHER)
    expired = at(copy.deepcopy(world), 901)
    world.house.stopped = expired.house.stopped = level

    assert world.execute(KEEPER, DOG, BarkCall(POOL, OWNER)) == bark
    assert expired.execute(BOB, HOUSE, RedoCall(1)) == redo
    assert take(world, 4) == bought
