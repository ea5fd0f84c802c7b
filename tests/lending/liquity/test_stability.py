"""The stability pool: deposits compound and gain in proportion, across scales and epochs; laws against exact fractions."""

import random
from fractions import Fraction

import pytest

from sim.commands import SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.liquity.calls import MoveGainCall
from sim.lending.liquity.stability import StabilityPool
from sim.records.liquity import GainPaid
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.lending.liquity.world import ALICE, BOB, CAROL, DAVE, ETH, LUSD, World, build


def filled(**deposits: int) -> StabilityPool:
    """Return a pool with deposits of a, b, ... (parties 1, 2, ...)."""
    pool = StabilityPool(Journal())
    for party, amount in enumerate(deposits.values(), start=1):
        pool.add(amount * WAD)
        pool.set_deposit(party, amount * WAD)
    return pool


@pytest.mark.parametrize("seed", range(6))
def test_deposits_share_losses_and_gains_as_exact_fractions_do(seed):
    """Twenty liquidations of random sizes, with a deposit in between: within a millionth of a unit of the exact shares."""
    dice, pool = random.Random(seed), filled(a=10_000, b=333, c=77_777)
    exact = {1: Fraction(10_000 * WAD), 2: Fraction(333 * WAD), 3: Fraction(77_777 * WAD)}
    gained = dict.fromkeys(range(1, 5), Fraction(0))
    for number in range(20):
        total = sum(exact.values(), Fraction(0))
        debt, collateral = dice.randint(1, pool.total // 3), dice.randint(1, 50 * WAD)
        pool.offset(debt, collateral)
        for who, units in exact.items():
            gained[who] += collateral * units / total
            exact[who] = units * (1 - debt / total)
        if number == 9:
            pool.add(5_000 * WAD)
            pool.set_deposit(4, 5_000 * WAD)
            exact[4] = Fraction(5_000 * WAD)
    for who, units in exact.items():
        assert abs(pool.compounded(who) - units) < WAD // 10**6
        assert abs(pool.gain(who) - gained[who]) < WAD // 10**6
    pool._check()


def test_a_pool_emptied_to_the_last_unit_starts_a_new_epoch_and_owes_old_depositors_their_gain_only():
    pool = filled(a=10_000)
    pool.offset(10_000 * WAD, 99 * WAD)
    pool.add(500 * WAD)
    pool.set_deposit(2, 500 * WAD)
    pool.offset(100 * WAD, WAD)

    assert (pool.epoch, pool.compounded(1), pool.gain(1)) == (1, 0, 99 * WAD)
    assert (pool.gain(2), pool.collateral) == (WAD, 100 * WAD)
    pool._check()


def test_a_product_that_grows_too_small_is_written_larger_and_old_deposits_still_gain_across_one_scale():
    """The second comes when a unit has shrunk to a millionth; all but a ten-thousandth of what is there is then offset."""
    pool = filled(a=10_000)
    pool.offset(10_000 * WAD - WAD // 100, 50 * WAD)
    pool.add(1_000 * WAD)
    pool.set_deposit(2, 1_000 * WAD)
    pool.offset(1_000 * WAD - WAD // 10, 10 * WAD)
    left = pool.compounded(2)
    pool.offset(pool.total // 2, WAD)

    assert (pool.scale, pool.compounded(1)) == (1, 0)
    assert abs(left - 11 * WAD // 100) < WAD // 10**5
    assert abs(pool.compounded(2) - left // 2) < WAD // 10**6
    assert 0 < 11 * WAD - pool.gain(2) < WAD // 1_000
    pool._check()


def test_a_deposit_two_scales_back_is_nothing():
    pool = filled(a=10_000)
    for _ in range(2):
        pool.offset(pool.total - pool.total // 10**10 - 1, WAD)
        pool.add(10_000 * WAD)
        pool.set_deposit(2, 10_000 * WAD)

    assert (pool.scale, pool.compounded(1)) == (2, 0)


def test_an_offset_below_what_a_rounding_carried_is_refused():
    pool = filled(a=3)
    pool.offset(1, 1)

    with pytest.raises(Revert) as refused:
        pool.offset(1, 1)
    assert refused.value.reason is Refusal.ARITHMETIC


def test_an_empty_pool_offsets_nothing():
    pool = StabilityPool(Journal())
    pool.offset(WAD, WAD)

    assert (pool.total, pool.collateral, pool.product) == (0, 0, WAD)


@pytest.fixture
def world() -> World:
    """Carol's deposit has paid for Alice's trove; Bob's is safe."""
    world = build()
    world.trove(ALICE, 10, 10_000)
    world.trove(BOB, 500, 100_000)
    world.deposit(CAROL, 50_000)
    world.set_ether(1_090)
    assert not isinstance(world.liquidate(ALICE), Refusal)
    return world


def test_every_touch_pays_the_gain_and_starts_the_deposit_anew(world):
    world.give(CAROL, LUSD, 100 * WAD)
    world.done(CAROL, SupplyCall(LUSD.id, 100 * WAD))

    told = world.rows(GainPaid)[0]
    assert (told.gain, told.is_to_trove) == (995 * WAD // 100, 0)
    assert world.held(CAROL, ETH) == told.gain
    assert world.system.stability.gain(CAROL) == 0
    world._check()


def test_withdrawing_nothing_collects_the_gain_even_while_a_liquidation_is_due(world):
    world.set_ether(100)
    world.trove(DAVE, 1, 2_000)
    assert world.execute(CAROL, WithdrawCall(LUSD.id, 1)) is Refusal.BEHIND_ON_LIQUIDATIONS
    world.done(CAROL, WithdrawCall(LUSD.id, 0))

    assert world.held(CAROL, ETH) == 995 * WAD // 100


def test_a_gain_can_go_into_ones_own_trove(world):
    assert world.execute(CAROL, MoveGainCall()) is Refusal.NO_TROVE
    world.trove(CAROL, 10, 5_000)
    world.done(CAROL, MoveGainCall())

    assert world.system.book.holding(CAROL).collateral == 1_995 * WAD // 100
    assert world.rows(GainPaid)[0].is_to_trove == 1
    assert world.execute(CAROL, MoveGainCall()) is Refusal.ZERO_AMOUNT
    world._check()


def test_who_has_no_deposit_has_nothing_to_take_or_move(world):
    assert world.execute(DAVE, WithdrawCall(LUSD.id, 1)) is Refusal.NO_DEPOSIT
    assert world.execute(DAVE, MoveGainCall()) is Refusal.NO_DEPOSIT


def test_a_depositor_sees_deposit_and_gain_and_an_owner_a_surplus(world):
    seen = world.system.position(CAROL, world.now)

    assert (seen.deposit, seen.gain, seen.surplus) == (40_000 * WAD - 50_000, 995 * WAD // 100, 0)
    assert (seen.collaterals, seen.debts) == ((), ())
    world.system.leave_surplus(CAROL, 7)
    assert world.system.position(CAROL, world.now).surplus == 7
