"""A pool's sentinel: after the chain came up again nobody borrows, and only who is far gone is liquidated."""

import attrs
import pytest

from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall
from sim.lending.aave.opening import open_account, open_supply
from sim.lending.aave.versions import VERSIONS
from sim.oracle.sentinel import Sentinel
from sim.units import UINT256_MAX
from sim.vocabulary import Refusal
from tests.lending.world import ALICE, DOLLAR, KEEPER, LENDER, OPENED, USDC, WETH, World, build

ETHER, DOLLARS = 10**18, 10**6
GRACE = 3_600


@attrs.define
class Uptime:
    restarted_at: int = 0


def guarded(restarted_at: int, price: int = 1_780) -> World:
    """Alice owes 15,000 dollars against 10 ether at a threshold of 82.5 %; the pool has a sentinel."""
    world = build(VERSIONS["v3_0"])
    open_supply(world.pool, LENDER, USDC.id, 1_000_000 * DOLLARS)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, {USDC.id: 15_000 * DOLLARS})
    world.give(KEEPER, USDC, 1_000_000 * DOLLARS)
    world.give(ALICE, USDC, 100 * DOLLARS)
    world.prices.prices[WETH.id] = price * DOLLAR
    world.pool.state.sentinel = Sentinel(Uptime(restarted_at), GRACE)
    return world


def liquidated(world: World) -> object:
    return world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))


@pytest.mark.parametrize(("since", "is_allowed"), [(0, False), (GRACE, False), (GRACE + 1, True)])
def test_who_is_a_little_unhealthy_is_left_alone_until_the_grace_is_over(since, is_allowed):
    world = guarded(OPENED - since)  # 17,800 * 0.825 / 15,000 = 0.979.

    assert is_allowed == (liquidated(world) is not Refusal.SEQUENCER_DOWN)


@pytest.mark.parametrize(("price", "is_refused"), [(1_728, True), (1_727, False)])
def test_who_is_below_095_may_be_liquidated_at_once(price, is_refused):
    world = guarded(OPENED, price)  # 17,280 * 0.825 / 15,000 = 0.9504; 17,270 is 0.94985.

    assert is_refused == (liquidated(world) is Refusal.SEQUENCER_DOWN)


def test_nobody_borrows_during_the_grace_and_everybody_may_repay_and_supply():
    world = guarded(OPENED, 2_000)

    outcomes = [
        world.execute(ALICE, call) for call in (BorrowCall(USDC.id, DOLLARS), RepayCall(USDC.id, DOLLARS), SupplyCall(USDC.id, DOLLARS))
    ]

    assert [outcome is Refusal.SEQUENCER_DOWN for outcome in outcomes] == [True, False, False]
    assert not any(isinstance(outcome, Refusal) for outcome in outcomes[1:])


def test_a_chain_that_never_stopped_has_no_grace():
    assert liquidated(guarded(0)) is not Refusal.SEQUENCER_DOWN
