"""The books: money in and out, seizures, healing; and that they can be wrong."""

import pytest

from sim.commands import BorrowCall, ExitCall, JoinCall, SupplyCall
from sim.lending.balance_sheet import BalanceSheet
from sim.lending.vault.opening import open_vault
from sim.records.auctions import Exited, Joined
from sim.units import RAD, RAY, WAD
from sim.vocabulary import Refusal
from tests.lending.vault.world import ALICE, BOB, CHAIN, DAI, ENGINE, INTERNAL, KEEPER, VOW, WETH, World, build

HOUSE = 301


def opened_world() -> World:
    """Bob's vault of three ether owes 300; Alice has a hundred of the money that came of it."""
    world = build()
    open_vault(world.pool, BOB, 3 * WAD, 300 * WAD)
    world.give(ALICE, DAI, 100 * WAD)
    return world


def test_money_goes_in_and_out_by_the_same_amount():
    world = opened_world()

    assert world.execute(ALICE, JoinCall(DAI.id, 60 * WAD), ENGINE) == 70_000
    assert world.rows(Joined) == [Joined(DAI.id, 60 * WAD)]
    assert (world.held(ALICE, DAI), world.engine.internal_of(ALICE)) == (40 * WAD, 60 * RAD)
    assert world.execute(ALICE, ExitCall(DAI.id, 60 * WAD), ENGINE) == 75_000
    assert world.rows(Exited) == [Exited(DAI.id, 60 * WAD)]
    assert (world.held(ALICE, DAI), world.engine.internal_of(ALICE)) == (100 * WAD, 0)
    world._check()


def test_a_part_of_a_unit_cannot_leave():
    world = opened_world()
    world.done(ALICE, JoinCall(DAI.id, 1), ENGINE)
    world.within(lambda: world.engine.move(ALICE, BOB, 1))

    assert world.execute(ALICE, ExitCall(DAI.id, 1), ENGINE) is Refusal.INSUFFICIENT_BALANCE
    assert world.engine.internal_of(ALICE) == RAY - 1


def test_collateral_goes_in_and_out_and_is_in_no_vault():
    world = opened_world()
    world.give(ALICE, WETH, WAD)
    world.done(ALICE, JoinCall(WETH.id, WAD), ENGINE)

    assert (world.engine.free_collateral(WETH.id, ALICE), world.pool.vault(ALICE)) == (WAD, (0, 0))
    world.done(ALICE, ExitCall(WETH.id, WAD), ENGINE)
    assert world.held(ALICE, WETH) == WAD


@pytest.mark.parametrize("call", [JoinCall, ExitCall])
def test_joins_and_exits_are_refused_with_their_reason(call):
    world = opened_world()

    assert world.execute(ALICE, call(DAI.id, 0), ENGINE) is Refusal.ZERO_AMOUNT
    assert world.execute(ALICE, call(INTERNAL.id, WAD), ENGINE) is Refusal.UNKNOWN_ASSET
    assert world.execute(ALICE, call(DAI.id, 101 * WAD), ENGINE) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(ALICE, call(WETH.id, 1), ENGINE) is Refusal.INSUFFICIENT_BALANCE


def test_locked_collateral_and_circulating_money_are_nobodys_to_take():
    """They lie in the engine's own purse; a party can only move what is in its own."""
    world = opened_world()

    assert world.execute(KEEPER, ExitCall(WETH.id, WAD), ENGINE) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(KEEPER, ExitCall(DAI.id, WAD), ENGINE) is Refusal.INSUFFICIENT_BALANCE


def test_a_seizure_moves_collateral_to_the_house_and_debt_to_the_vow():
    world = opened_world()

    assert world.within(lambda: world.engine.grab(world.pool, BOB, HOUSE, VOW, 2 * WAD, 200 * WAD)) == "done"

    assert world.pool.vault(BOB) == (WAD, 100 * WAD)
    assert world.engine.free_collateral(WETH.id, HOUSE) == 2 * WAD
    assert (world.engine.unbacked_by(VOW), world.engine.unbacked) == (200 * RAD, 200 * RAD)
    assert world.engine.balance_sheet() == BalanceSheet(100 * RAD, 300 * RAD, 0, 200 * RAD)
    world._check()


def test_more_than_a_vault_has_cannot_be_seized():
    world = opened_world()

    assert world.within(lambda: world.engine.grab(world.pool, BOB, HOUSE, VOW, 3 * WAD + 1, 0)) == "ARITHMETIC"
    assert world.within(lambda: world.engine.grab(world.pool, BOB, HOUSE, VOW, 0, 300 * WAD + 1)) == "ARITHMETIC"
    assert world.pool.vault(BOB) == (3 * WAD, 300 * WAD)


def test_a_reward_is_made_out_of_nothing_and_somebody_must_heal_it():
    world = opened_world()

    world.within(lambda: world.engine.suck(VOW, KEEPER, 5 * RAD))

    assert (world.engine.internal_of(KEEPER), world.engine.unbacked_by(VOW), world.engine.debt) == (5 * RAD, 5 * RAD, 305 * RAD)
    assert world.engine.balance_sheet().is_reconciled


def test_healing_takes_money_and_debt_together_and_no_more_than_there_is_of_either():
    world = opened_world()
    world.within(lambda: world.engine.suck(VOW, VOW, 5 * RAD))
    world.within(lambda: world.engine.move(VOW, KEEPER, 2 * RAD))

    assert world.within(lambda: world.engine.heal(VOW, 5 * RAD + 1)) == "ARITHMETIC"
    assert world.within(lambda: world.engine.heal(VOW, 3 * RAD + 1)) == "INSUFFICIENT_BALANCE"
    assert world.within(lambda: world.engine.heal(VOW, 3 * RAD)) == "done"
    assert (world.engine.unbacked_by(VOW), world.engine.internal_of(VOW), world.engine.debt) == (2 * RAD, 0, 302 * RAD)
    world._check()


def test_opening_money_is_owed_by_the_scenarios_vaults_first():
    """Bob's 300 circulate outside; of Alice's 500 they stand behind 300, and older vaults behind the rest."""
    world = build()
    open_vault(world.pool, BOB, 3 * WAD, 300 * WAD)
    world.give(ALICE, DAI, 500 * WAD)

    assert (world.engine.opening_debt, world.engine.debt) == (200 * RAD, 500 * RAD)
    world._check()


def test_a_surplus_at_the_opening_is_the_vows_own():
    world = opened_world()

    world.engine.open_surplus(VOW, 7 * RAD)

    assert world.engine.balance_sheet() == BalanceSheet(307 * RAD, 300 * RAD, 7 * RAD, 0)
    world._check()


def test_money_out_of_nowhere_is_seen():
    world = opened_world()
    world.ledger.mint(INTERNAL.id, world.engine.purse(KEEPER), 1)

    assert (world.engine.balance_sheet().is_reconciled, world.engine.balance_sheet().gap) == (False, -1)
    with pytest.raises(AssertionError):
        world.engine._check()


def test_locked_collateral_that_went_astray_is_seen():
    world = opened_world()
    world.give(ALICE, WETH, WAD)
    world.done(ALICE, SupplyCall(WETH.id, WAD))
    world.done(ALICE, BorrowCall(DAI.id, 50 * WAD))
    world.engine._check()
    world.ledger.move(WETH.id, world.engine.purse(ENGINE), world.ledger.open(KEEPER, CHAIN), 1)

    with pytest.raises(AssertionError):
        world.engine._check()
