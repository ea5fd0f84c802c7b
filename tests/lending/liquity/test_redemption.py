"""Redemption: from the riskiest up, closing troves whole, at a fee that each redemption raises."""

import pytest

from sim.lending.liquity.calls import ClaimSurplusCall, LiquidateTrovesCall, RedeemCall
from sim.lending.liquity.opening import open_account
from sim.records.liquity import Redeemed, TroveRedeemed
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.liquity.world import ALICE, BOB, CAROL, DAVE, DAY, ETH, KEEPER, LUSD, OPENED, STAKING, World, build


@pytest.fixture
def world() -> World:
    """Alice is riskiest at 125 %, then Carol, then Bob; the keeper has 50,000."""
    world = build()
    world.trove(ALICE, 5, 8_000)
    world.trove(CAROL, 10, 10_000)
    world.trove(BOB, 500, 82_000)
    world.give(KEEPER, LUSD, 50_000 * WAD)
    return world


def test_the_riskiest_gives_first_and_the_redeemer_pays_the_raised_rate(world):
    world.done(KEEPER, RedeemCall(4_000 * WAD))

    told = world.rows(Redeemed)[0]
    assert (told.paid, told.drawn, told.base_rate) == (4_000 * WAD, 2 * WAD, WAD // 50)
    assert told.fee == 2 * WAD * 25 // 1_000
    assert world.held(KEEPER, ETH) == told.drawn - told.fee
    assert world.held(STAKING, ETH) == told.fee
    assert world.system.book.holding(ALICE)[:2] == (3 * WAD, 4_000 * WAD)
    world._check()


def test_a_trove_redeemed_of_all_its_net_debt_is_closed_and_the_rest_is_the_owners(world):
    world.done(KEEPER, RedeemCall(9_000 * WAD))

    first, second = world.rows(TroveRedeemed)
    assert (first.account, first.debt, first.is_closed, first.surplus) == (ALICE, 7_800 * WAD, 1, 11 * WAD // 10)
    assert (second.account, second.debt, second.is_closed) == (CAROL, 1_200 * WAD, 0)
    world.done(ALICE, ClaimSurplusCall())
    assert world.held(ALICE, ETH) == 11 * WAD // 10
    world._check()


def test_too_little_debt_left_cancels_the_last_part_only(world):
    world.done(KEEPER, RedeemCall(7_800 * WAD + 8_500 * WAD))

    assert [each.account for each in world.rows(TroveRedeemed)] == [ALICE]
    assert world.rows(Redeemed)[0].paid == 7_800 * WAD
    assert world.execute(KEEPER, RedeemCall(8_500 * WAD)) is Refusal.NOTHING_REDEEMED


def test_troves_below_the_minimum_are_passed_over(world):
    world.trove(DAVE, 5, 9_500)

    world.done(KEEPER, RedeemCall(1_000 * WAD))

    assert [each.account for each in world.rows(TroveRedeemed)] == [ALICE]


def test_a_bound_on_troves_is_kept(world):
    world.done(KEEPER, RedeemCall(17_000 * WAD, WAD, 1))

    assert world.rows(Redeemed)[0].paid == 7_800 * WAD


def test_a_bound_may_be_any_word_of_the_machine(world):
    world.done(KEEPER, RedeemCall(9_000 * WAD, WAD, UINT256_MAX))

    assert world.rows(Redeemed)[0].paid > 7_800 * WAD
    assert world.execute(KEEPER, LiquidateTrovesCall(UINT256_MAX)) is Refusal.HEALTHY


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (RedeemCall(0), Refusal.ZERO_AMOUNT),
        (RedeemCall(50_001 * WAD), Refusal.INSUFFICIENT_BALANCE),
        (RedeemCall(4_000 * WAD, WAD // 50), Refusal.FEE_TOO_HIGH),
        (RedeemCall(4_000 * WAD, WAD // 201), Refusal.FEE_TOO_HIGH),
        (RedeemCall(1), Refusal.NOTHING_REDEEMED),
    ],
)
def test_what_is_refused_leaves_no_trace(world, call, reason):
    before = world.state()

    assert world.execute(KEEPER, call) is reason
    assert world.state() == before


def test_a_system_below_the_minimum_redeems_nothing(world):
    world.set_ether(200)

    assert world.execute(KEEPER, RedeemCall(WAD)) is Refusal.TOTAL_RATIO_TOO_LOW


def test_nothing_is_redeemed_before_its_time():
    world = build()
    object.__setattr__(world.system.terms, "no_redemption_until", OPENED + 14 * DAY)
    world.trove(ALICE, 5, 8_000)
    world.trove(BOB, 50, 8_000)
    world.give(KEEPER, LUSD, 5_000 * WAD)
    world.now = OPENED + 14 * DAY - 1
    assert world.execute(KEEPER, RedeemCall(1_000 * WAD)) is Refusal.TOO_EARLY

    world.now += 1

    world.done(KEEPER, RedeemCall(1_000 * WAD))


def test_the_rate_rises_with_each_redemption_and_decays_between(world):
    world.done(KEEPER, RedeemCall(1_000 * WAD))
    first = world.system.base_rate
    world.now += DAY // 2
    world.done(KEEPER, RedeemCall(1_000 * WAD))

    raised = world.system.base_rate
    assert first == WAD // 200
    assert raised - first // 2 > WAD // 200
    assert abs(raised - first // 2 - WAD // 198) < WAD // 10**9


def test_redeeming_raises_the_ratio_of_a_trove_above_one(world):
    """Collateral worth the money leaves a trove that has more than it owes, so what is left is safer."""
    price = world.price.value
    before = world.system.book.ratio(ALICE, price)
    world.done(KEEPER, RedeemCall(4_000 * WAD))

    assert world.system.book.ratio(ALICE, price) > before


def test_the_last_trove_cannot_be_redeemed_away():
    world = build()
    open_account(world.system, ALICE, 5 * WAD, 8_000 * WAD)
    world.give(KEEPER, LUSD, 8_000 * WAD)

    assert world.execute(KEEPER, RedeemCall(7_800 * WAD)) is Refusal.ONLY_TROVE
