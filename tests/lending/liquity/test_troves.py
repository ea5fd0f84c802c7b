"""Troves: what owners may do in either mode, what it costs them, and that a refused act leaves no trace."""

import pytest

from sim.commands import BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.liquity.calls import AdjustTroveCall, ClaimSurplusCall, CloseTroveCall, OpenTroveCall
from sim.records.lending import Borrowed, Repaid, Supplied
from sim.records.liquity import FeePaid
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.liquity.world import ALICE, BOB, CAROL, DAY, ETH, HOUR, LUSD, STAKING, World, build


@pytest.fixture
def world() -> World:
    """Bob has a safe trove, Alice ten ether."""
    world = build()
    world.trove(BOB, 100, 20_000)
    world.give(ALICE, ETH, 10 * WAD)
    return world


@pytest.fixture
def tense() -> World:
    """A system in recovery mode at 140 %: Bob at 133 %, Carol at 200 %, Alice with ten ether of her own."""
    world = build()
    world.trove(BOB, 80, 120_000)
    world.trove(CAROL, 10, 10_000)
    world.give(ALICE, ETH, 10 * WAD)
    assert world.system.is_recovery(world.price.value)
    return world


def test_opening_a_trove_owes_the_money_the_fee_and_the_reserve(world):
    world.done(ALICE, OpenTroveCall(10 * WAD, 10_000 * WAD))

    assert world.held(ALICE, LUSD) == 10_000 * WAD
    assert world.held(STAKING, LUSD) == 50 * WAD
    assert world.system.book.holding(ALICE)[:2] == (10 * WAD, 10_250 * WAD)
    assert [type(each) for record in (FeePaid, Supplied, Borrowed) for each in world.rows(record)] == [FeePaid, Supplied, Borrowed]
    world._check()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (OpenTroveCall(10 * WAD, 1_700 * WAD), Refusal.BORROW_TOO_SMALL),
        (OpenTroveCall(5 * WAD, 9_000 * WAD), Refusal.UNHEALTHY),
        (OpenTroveCall(10 * WAD, 10_000 * WAD, WAD // 200 - 1), Refusal.FEE_TOO_HIGH),
        (OpenTroveCall(10 * WAD, 10_000 * WAD, WAD + 1), Refusal.FEE_TOO_HIGH),
        (OpenTroveCall(11 * WAD, 10_000 * WAD), Refusal.INSUFFICIENT_BALANCE),
        (OpenTroveCall(10 * WAD, 0), Refusal.ZERO_AMOUNT),
        (CloseTroveCall(), Refusal.NO_TROVE),
        (SupplyCall(ETH.id, WAD), Refusal.NO_TROVE),
        (SupplyCall(ETH.id, WAD, BOB), Refusal.NOT_ALLOWED),
        (SupplyCall(9, WAD), Refusal.UNKNOWN_ASSET),
        (BorrowCall(ETH.id, WAD), Refusal.UNKNOWN_ASSET),
        (RepayCall(LUSD.id, WAD), Refusal.NO_TROVE),
        (RepayCall(LUSD.id, WAD, BOB), Refusal.NOT_ALLOWED),
        (ClaimSurplusCall(), Refusal.ZERO_AMOUNT),
    ],
)
def test_what_is_refused_leaves_no_trace(world, call, reason):
    before = world.state()

    assert world.execute(ALICE, call) is reason
    assert world.state() == before


def test_nobody_has_two_troves(world):
    world.give(BOB, ETH, 10 * WAD)

    assert world.execute(BOB, OpenTroveCall(10 * WAD, 5_000 * WAD)) is Refusal.TROVE_OPEN


def test_the_least_net_debt_counts_the_fee_and_equality_is_enough(world):
    least = 1_800 * WAD * 200 // 201 + 1
    assert world.execute(ALICE, OpenTroveCall(10 * WAD, least - 10)) is Refusal.BORROW_TOO_SMALL

    world.done(ALICE, OpenTroveCall(10 * WAD, least))

    assert 2_000 * WAD <= world.system.book.holding(ALICE).debt < 2_000 * WAD + 10


def test_no_act_may_take_the_system_into_recovery_mode():
    world = build()
    world.trove(BOB, 80, 106_666)
    world.give(ALICE, ETH, 100 * WAD)

    assert world.execute(ALICE, OpenTroveCall(10 * WAD, 15_000 * WAD)) is Refusal.TOTAL_RATIO_TOO_LOW
    assert world.execute(BOB, WithdrawCall(ETH.id, WAD)) is Refusal.TOTAL_RATIO_TOO_LOW
    world.done(ALICE, OpenTroveCall(100 * WAD, 15_000 * WAD))


def test_in_normal_mode_even_a_supply_must_bring_the_trove_above_the_minimum(world):
    world.trove(CAROL, 10, 19_000)
    world.give(CAROL, ETH, 10 * WAD)

    assert world.execute(CAROL, SupplyCall(ETH.id, WAD // 10)) is Refusal.UNHEALTHY
    world.done(CAROL, SupplyCall(ETH.id, WAD))


def test_in_recovery_mode_opening_is_free_and_needs_the_critical_ratio(tense):
    assert tense.execute(ALICE, OpenTroveCall(10 * WAD, 13_200 * WAD)) is Refusal.UNHEALTHY

    tense.done(ALICE, OpenTroveCall(10 * WAD, 13_000 * WAD, 0))

    assert tense.held(STAKING, LUSD) == 0
    assert tense.system.book.holding(ALICE).debt == 13_200 * WAD


def test_in_recovery_mode_nothing_leaves_nobody_closes_and_drawing_must_not_make_worse(tense):
    tense.give(CAROL, LUSD, 20_000 * WAD)
    tense.give(CAROL, ETH, 10 * WAD)

    assert tense.execute(CAROL, WithdrawCall(ETH.id, 1)) is Refusal.RECOVERY_MODE
    assert tense.execute(CAROL, CloseTroveCall()) is Refusal.RECOVERY_MODE
    assert tense.execute(CAROL, BorrowCall(LUSD.id, WAD)) is Refusal.UNHEALTHY
    tense.done(CAROL, AdjustTroveCall(supply=5 * WAD, borrow=5_000 * WAD))
    tense.done(CAROL, RepayCall(LUSD.id, 100 * WAD))


def test_a_repayment_of_all_leaves_what_a_trove_must_owe(world):
    world.done(ALICE, OpenTroveCall(10 * WAD, 5_000 * WAD))
    assert world.execute(ALICE, RepayCall(LUSD.id, 4_000 * WAD)) is Refusal.BORROW_TOO_SMALL

    world.done(ALICE, RepayCall(LUSD.id, UINT256_MAX))

    assert world.system.book.holding(ALICE).debt == 2_000 * WAD
    assert world.rows(Repaid)[0].amount == 3_225 * WAD


def test_closing_pays_all_but_the_reserve_and_returns_all_collateral(world):
    world.done(ALICE, OpenTroveCall(10 * WAD, 5_000 * WAD))
    assert world.execute(ALICE, CloseTroveCall()) is Refusal.INSUFFICIENT_BALANCE
    world.give(ALICE, LUSD, 25 * WAD)

    world.done(ALICE, CloseTroveCall())

    assert (world.held(ALICE, ETH), world.held(ALICE, LUSD)) == (10 * WAD, 0)
    assert not world.system.book.has(ALICE)
    world._check()


def test_the_last_trove_cannot_be_closed(world):
    world.give(BOB, LUSD, 20_000 * WAD)

    assert world.execute(BOB, CloseTroveCall()) is Refusal.ONLY_TROVE


def test_one_adjustment_changes_each_side_once(world):
    world.done(ALICE, OpenTroveCall(5 * WAD, 5_000 * WAD))

    assert world.execute(ALICE, AdjustTroveCall(supply=1, withdraw=1)) is Refusal.INCONSISTENT_INPUT
    assert world.execute(ALICE, AdjustTroveCall(borrow=1, repay=1)) is Refusal.INCONSISTENT_INPUT
    assert world.execute(ALICE, AdjustTroveCall()) is Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, AdjustTroveCall(withdraw=6 * WAD)) is Refusal.INSUFFICIENT_COLLATERAL
    world.done(ALICE, AdjustTroveCall(supply=WAD, repay=1_000 * WAD))
    assert world.system.book.holding(ALICE)[:2] == (6 * WAD, 4_225 * WAD)


def test_the_base_rate_halves_in_twelve_hours_and_its_clock_needs_a_minute(world):
    world.system.base_rate = WAD // 25
    world.done(ALICE, OpenTroveCall(10 * WAD, 5_000 * WAD))
    assert world.rows(FeePaid)[0].fee == 225 * WAD
    opened = world.now

    world.now += 59
    world.done(ALICE, BorrowCall(LUSD.id, WAD))
    assert world.system.fee_at == opened
    world.now += 12 * HOUR - 59
    world.done(ALICE, BorrowCall(LUSD.id, 100 * WAD))

    fee = world.rows(FeePaid)[0].fee
    assert abs(fee - 5 * WAD // 2) < WAD // 10**9
    assert world.system.fee_at == opened + 12 * HOUR


def test_the_borrowing_fee_is_five_percent_at_most(world):
    world.system.base_rate = WAD
    world.done(ALICE, OpenTroveCall(10 * WAD, 5_000 * WAD))

    assert world.rows(FeePaid)[0].fee == 250 * WAD


def test_without_a_price_nothing_that_needs_one_is_done_and_nobody_is_unhealthy(world):
    world.done(ALICE, OpenTroveCall(10 * WAD, 10_000 * WAD))
    world.price.value = 0

    assert world.execute(ALICE, BorrowCall(LUSD.id, WAD)) is Refusal.NOTHING_POSTED
    assert world.screen() == []
    assert world.system.view(world.now).unhealthy == ()
    assert world.system.position(ALICE, world.now).collateral_value == 0


def test_troves_stand_by_risk_and_the_newest_first_among_equals(world):
    world.now += DAY
    world.trove(CAROL, 10, 10_000)
    world.trove(ALICE, 20, 20_000)

    assert world.system.book.order == (BOB, ALICE, CAROL)
