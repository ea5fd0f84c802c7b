"""When everything is lent out: suppliers stay, and whether liquidations go on depends on whether collateral is lent too.

Aave's, Compound's and Euler's liquidators need what was lent (their own tests tell it; all three have a way without); here are the
families that keep collateral apart.
"""

from sim.commands import WithdrawCall
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.lending.comet.opening import open_account, open_supply
from sim.lending.liquity.calls import LiquidateTrovesCall
from sim.lending.morpho.calls import SeizeCall
from sim.lending.morpho.opening import open_account as open_position
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.comet.world import build as build_comet
from tests.lending.compound.world import ALICE, DOLLAR, KEEPER, LENDER, MILLION, USDC, WETH
from tests.lending.liquity import world as liquity
from tests.lending.morpho import world as morpho

DOLLARS = 10**6


def test_a_comet_absorbs_and_sells_on_while_its_suppliers_cannot_leave():
    world = build_comet()
    open_supply(world.pool, LENDER, 16_500 * DOLLARS)
    open_account(world.pool, ALICE, {WETH.id: 10 * WAD}, 16_500 * DOLLARS)
    world.give(KEEPER, USDC, MILLION)
    world.prices.prices[WETH.id] = 1_800 * DOLLAR

    stuck = world.execute(LENDER, WithdrawCall(USDC.id, DOLLARS))
    world.done(KEEPER, AbsorbCall((ALICE,)))
    still_stuck = world.execute(LENDER, WithdrawCall(USDC.id, DOLLARS))
    world.done(KEEPER, BuyCollateralCall(WETH.id, 5_000 * DOLLARS, 1))
    world.done(LENDER, WithdrawCall(USDC.id, 5_000 * DOLLARS))

    assert (stuck, still_stuck) == (Refusal.INSUFFICIENT_LIQUIDITY, Refusal.INSUFFICIENT_LIQUIDITY)
    world._check()


def test_a_morpho_market_is_liquidated_and_thereby_has_money_again():
    world = morpho.lent()
    open_position(world.market, morpho.BOB, 1_000 * WAD, 84_000 * DOLLARS)
    world.set_ether(1_900)
    a_dollar = WithdrawCall(morpho.USDC.id, DOLLARS)

    stuck = world.execute(morpho.LENDER, a_dollar)
    world.done(morpho.KEEPER, SeizeCall(morpho.ALICE, 5 * WAD, 0))

    assert stuck is Refusal.INSUFFICIENT_LIQUIDITY
    world.done(morpho.LENDER, a_dollar)
    world._check()


def test_who_saves_money_for_liquidations_in_liquity_may_leave_before_a_trove_is_due_and_not_after():
    world = liquity.build()
    world.trove(liquity.ALICE, 10, 15_000)
    world.trove(liquity.BOB, 100, 20_000)
    world.deposit(liquity.CAROL, 30_000)
    world.done(liquity.CAROL, WithdrawCall(liquity.LUSD.id, 10_000 * WAD))
    world.set_ether(1_600)

    held_back = world.execute(liquity.CAROL, WithdrawCall(liquity.LUSD.id, UINT256_MAX))
    world.done(liquity.KEEPER, LiquidateTrovesCall(10))
    world.done(liquity.CAROL, WithdrawCall(liquity.LUSD.id, UINT256_MAX))

    assert held_back is Refusal.BEHIND_ON_LIQUIDATIONS
    assert world.system.stability.deposits == {}
    world._check()
