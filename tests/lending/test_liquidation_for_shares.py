"""A liquidator may take shares instead of the asset: it needs no liquidity, and what it gets is a claim like any supplier's."""

import pytest

from sim.commands import LiquidateCall, WithdrawCall
from sim.lending.aave.calls import LiquidateForSharesCall
from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.versions import VERSIONS
from sim.records.comet import SharesSeized
from sim.records.lending import Liquidated
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.world import ALICE, BOB, DOLLAR, KEEPER, LENDER, USDC, WETH, World, build

ALL = pytest.mark.parametrize("rules", VERSIONS.values(), ids=VERSIONS)
ETHER, DOLLARS = 10**18, 10**6


def lent_out(rules) -> World:
    """Alice is unhealthy, and most of the ether in the pool is lent to Bob: one is left."""
    world = build(rules)
    open_supply(world.pool, LENDER, USDC.id, 1_000_000 * DOLLARS)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, {USDC.id: 15_000 * DOLLARS})
    open_account(world.pool, BOB, {USDC.id: 100_000 * DOLLARS}, {WETH.id: 9 * ETHER})
    world.give(KEEPER, USDC, 1_000_000 * DOLLARS)
    world.prices.prices[WETH.id] = 1_700 * DOLLAR
    return world


@ALL
def test_where_the_collateral_is_lent_out_only_shares_of_it_can_be_taken(rules):
    world = lent_out(rules)

    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX)) is Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(KEEPER, LiquidateForSharesCall(ALICE, USDC.id, WETH.id, UINT256_MAX)) in (311_600, 320_690)

    liquidated, seized = world.rows(Liquidated)[0], world.rows(SharesSeized)[0]
    assert (seized.account, seized.asset, seized.exchange_rate) == (ALICE, WETH.id, WAD)
    assert seized.shares == liquidated.seized
    assert world.held(KEEPER, WETH) == 0


@ALL
def test_shares_are_withdrawn_as_far_as_there_is_liquidity(rules):
    world = lent_out(rules)
    world.execute(KEEPER, LiquidateForSharesCall(ALICE, USDC.id, WETH.id, UINT256_MAX))

    assert world.execute(KEEPER, WithdrawCall(WETH.id, UINT256_MAX)) is Refusal.INSUFFICIENT_LIQUIDITY
    assert not isinstance(world.execute(KEEPER, WithdrawCall(WETH.id, ETHER)), Refusal)
    assert world.held(KEEPER, WETH) == ETHER
    world.pool._check()


@ALL
def test_both_ways_of_liquidating_repay_and_seize_the_same(rules):
    worlds = lent_out(rules), lent_out(rules)
    asked = 500 * DOLLARS

    worlds[0].execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, asked))
    worlds[1].execute(KEEPER, LiquidateForSharesCall(ALICE, USDC.id, WETH.id, asked))

    assert worlds[0].rows(Liquidated) == worlds[1].rows(Liquidated)
    assert worlds[0].health(ALICE) == worlds[1].health(ALICE)
