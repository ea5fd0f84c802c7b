"""What a callee may do in the middle of a take, and what desks are shown of a house."""

import copy

import pytest

from sim.commands import BarkCall, ExitCall, RedoCall, TakeCall
from sim.records import AuctionTaken, Exited
from sim.units import RAY, WAD
from sim.vocabulary import Refusal
from tests.auction.dutch_world import (
    ALICE,
    ANY,
    BOB,
    CALLEE,
    DOG,
    ENGINE,
    ETHER,
    HOUSE,
    KEEPER,
    MONEY,
    OPENED,
    OWNER,
    POOL,
    TAKEN,
    VOW,
    at,
    take,
    terms,
    with_sale,
)

# Callees.


def test_a_callee_may_find_the_money_after_the_collateral_was_sent():
    world = at(with_sale(), 450)
    world.fund(CALLEE, 440 * MONEY)
    world.callee.lends = 440 * MONEY

    assert take(world, 4, who=BOB, callee=CALLEE, data=(7, 8)) == TAKEN

    call, held = world.callee.heard[0]
    assert (call.sender, call.owed, call.bought, call.data, held) == (BOB, 440 * MONEY, 4 * ETHER, (7, 8), 4 * ETHER)
    assert (world.gems(BOB), world.money(BOB), world.money(VOW)) == (4 * ETHER, 0, 440 * MONEY)


def test_a_take_is_told_before_what_its_callee_does():
    world = at(with_sale(), 450)
    world.fund(CALLEE, 441 * MONEY)
    world.callee.lends = 440 * MONEY
    world.callee.does = [(ENGINE, ExitCall(world.engine.money, 1))]

    assert take(world, 4, who=BOB, callee=CALLEE) == TAKEN
    assert [row[0] for _, _, _, row in world.said] == [AuctionTaken.kind, Exited.kind]


def test_a_callee_that_finds_too_little_undoes_the_take():
    world = at(with_sale(), 450)
    world.fund(CALLEE, 440 * MONEY)
    world.callee.lends = 440 * MONEY - 1
    before = world.state()

    assert take(world, 4, who=BOB, callee=CALLEE) == Refusal.INSUFFICIENT_BALANCE
    assert world.state() == before


@pytest.mark.parametrize(
    ("place", "call"),
    [(HOUSE, TakeCall(1, ETHER, ANY)), (HOUSE, RedoCall(1)), (DOG, BarkCall(POOL, BOB))],
    ids=["take", "redo", "bark"],
)
def test_nobody_calls_the_house_from_within_a_take(place, call):
    world = at(with_sale(), 450)
    world.open(10 * ETHER, 1_000 * ETHER, BOB)
    world.fund(CALLEE, 1_000 * MONEY)
    world.callee.does = [(place, call)]
    before = world.state()

    assert take(world, 4, callee=CALLEE) == Refusal.REENTERED
    assert world.state() == before
    world.check()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"callee": ENGINE}, Refusal.NOT_ALLOWED),
        ({"callee": DOG}, Refusal.NOT_ALLOWED),
        ({"receiver": ENGINE}, Refusal.NOT_ALLOWED),
        ({"callee": 999}, Refusal.UNKNOWN_CONTRACT),
        ({"callee": HOUSE}, Refusal.UNKNOWN_CALL),
    ],
)
def test_some_may_not_be_called_or_sent_collateral(more, reason):
    world = at(with_sale(), 450)
    before = world.state()

    assert take(world, 4, **more) == reason
    assert world.state() == before


# Views.


def test_what_did_not_change_is_shown_as_the_same_thing():
    world = with_sale()
    world.open(10 * ETHER, 1_000 * ETHER)
    world.execute(KEEPER, DOG, BarkCall(POOL, OWNER))
    first = world.house.view(world.now)
    second = world.house.view(world.now + 12)

    at(world, 450)
    take(world, 4)
    third = world.house.view(world.now)

    assert second.sales is first.sales
    assert [sale.sale for sale in third.sales] == [1, 2]
    assert third.sales[0] is not first.sales[0]
    assert third.sales[1] is first.sales[1]


def test_after_a_refused_take_the_view_is_what_it_was():
    world = at(with_sale(), 450)
    before = world.house.view(world.now).sales

    take(world, who=BOB)

    assert list(world.house.view(world.now).sales) == list(before)


def test_a_keeper_knows_the_price_of_any_instant_to_come():
    world = with_sale()
    view = world.house.view(world.now)
    sale = view.sales[0]

    assert [view.price_at(sale, OPENED + each) for each in (0, 450, 900)] == [200 * RAY, 110 * RAY, 20 * RAY]
    assert [view.needs_redo(sale, OPENED + each) for each in (900, 901)] == [False, True]


@pytest.mark.parametrize("asked", [0.25, 4, 9.5, 10, 11])
def test_a_keeper_knows_beforehand_what_its_take_will_do(asked):
    world = with_sale()
    view = world.house.view(world.now)
    quote = view.quote_take(view.sales[0], round(asked * ETHER), OPENED + 450)

    take(at(world, 450), asked)

    assert quote == (world.gems(ALICE), 10_000 * MONEY - world.money(ALICE))


@pytest.mark.parametrize(
    ("funds", "bought"),
    [
        (1_100 * MONEY, 10 * ETHER),  # All.
        (1_100 * MONEY - 1, 9 * ETHER),  # Nearly all would leave dust.
        (330 * MONEY, 3 * ETHER),
        (109, 0),
    ],
)
def test_the_largest_take_is_what_funds_pay_for(funds, bought):
    view = with_sale().house.view(OPENED)

    found = view.largest_take(view.sales[0], funds, OPENED + 450)

    assert (found.bought if found else 0) == bought


def test_who_can_pay_just_what_is_owed_takes_what_that_buys():
    world = with_sale()
    view = world.house.view(OPENED)
    price = view.price_at(view.sales[0], OPENED + 1)

    assert view.largest_take(view.sales[0], 1_100 * MONEY, OPENED + 1) == (1_100 * MONEY // price, 1_100 * MONEY)


def test_there_is_no_take_where_the_house_would_refuse_it():
    world = at(with_sale(), 450)
    take(world, 9)
    view = world.house.view(world.now)

    assert view.largest_take(view.sales[0], 50 * MONEY, world.now) is None
    assert view.largest_take(view.sales[0], 1_000 * MONEY, OPENED + 901) is None


def test_a_redoer_knows_what_it_would_be_paid():
    world = at(with_sale(sale=terms(reward_flat=300 * MONEY, reward_share=WAD // 100)), 901)
    view = world.house.view(world.now)
    expected = view.redo_reward(view.sales[0], 100 * 10**8)

    world.execute(BOB, HOUSE, RedoCall(1))

    assert world.money(BOB) == expected == 311 * MONEY


def test_a_copy_of_the_world_goes_on_by_itself():
    world = at(with_sale(), 450)
    twin = copy.deepcopy(world)

    take(twin, 4)

    assert world.sale().offered == 10 * ETHER
    assert twin.sale().offered == 6 * ETHER
    twin.check()
