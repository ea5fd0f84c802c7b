"""Flash loans of lenders: what they cost, who gets that, and who may call whom in between."""

import pytest

from sim.amm.calls import SwapForCall
from sim.chain.atomic import STEP_GAS
from sim.commands import BorrowCall, LiquidateCall, RepayCall, SupplyCall, TransferCall, WithdrawCall
from sim.composites import FlashLoanCall, brought, owed
from sim.lending.aave import gas
from sim.records import FlashLoaned, InterestAccrued, Liquidated
from sim.units import RAY, UINT256_MAX
from sim.vocabulary import Refusal
from tests.support.composer import Composer, composer

DOLLAR, ETHER = 10**6, 10**18


def of(version: str, premium: str | None = None) -> Composer:
    return composer(pools__pool__version=version, pools__pool__flash_premium=premium)


def reserve(c: Composer, symbol: str = "USDC"):
    return c.world.pools[c.place("pool")].state.reserves[c.asset(symbol)]


@pytest.mark.parametrize(
    ("version", "amount", "fee"),
    [
        ("v2", 10_000, 9),
        ("v2", 11_111, 9),
        ("v2", 1, 0),
        ("v3_0", 10_000, 5),
        ("v3_0", 999, 0),
        ("v3_0", 1_000, 1),
        ("v3_7", 10_000, 5),
        ("v3_7", 1, 1),
    ],
)
def test_a_pool_rounds_its_premium_as_its_version_does(version, amount, fee):
    c = of(version)
    c.run((c.place("pool"), FlashLoanCall(c.asset("USDC"), amount, ())))

    assert [(each.amount, each.fee) for each in c.said if isinstance(each, FlashLoaned)] == [(amount, fee)]


def test_suppliers_of_v2_get_the_premium_at_once_through_their_index():
    c = of("v2")
    usdc = c.asset("USDC")
    before = reserve(c).supply_shares, c.world.pools[c.place("pool")].state.liquidity(usdc)
    gas_used, _ = c.run((c.place("pool"), FlashLoanCall(usdc, 300_000 * DOLLAR, ())))

    shares, liquidity = before
    accrued, raised = [each.supply_index for each in c.said if isinstance(each, InterestAccrued)]
    total = (shares * accrued + RAY // 2) // RAY
    ratio = (270 * DOLLAR * RAY + total // 2) // total
    assert raised == ((RAY + ratio) * accrued + RAY // 2) // RAY == reserve(c).supply_index
    assert reserve(c).treasury_shares * 10**6 < reserve(c).supply_shares
    assert c.world.pools[c.place("pool")].state.liquidity(usdc) == liquidity + 270 * DOLLAR
    assert gas_used == gas.FLASH_LOAN + STEP_GAS
    c.world.check()


def test_the_treasury_of_v3_7_gets_the_premium_as_shares():
    c = of("v3_7")
    before = reserve(c).treasury_shares
    c.run((c.place("pool"), FlashLoanCall(c.asset("USDC"), 300_000 * DOLLAR, ())))

    index = reserve(c).supply_index
    interest = c.copy().world.pools[c.place("pool")]
    assert reserve(c).treasury_shares - before >= 150 * DOLLAR * RAY // index > 149 * DOLLAR
    interest._check()
    c.world.check()


def test_a_pool_may_have_a_premium_of_its_own():
    c = of("v3_7", "0.2 %")
    c.run((c.place("pool"), FlashLoanCall(c.asset("USDC"), 10_000, ())))

    assert c.said[-1] == FlashLoaned(asset=c.asset("USDC"), amount=10_000, fee=20)


@pytest.mark.parametrize(
    ("amount", "refusal"), [(0, Refusal.ZERO_AMOUNT), (-1, Refusal.ZERO_AMOUNT), (10**13, Refusal.INSUFFICIENT_LIQUIDITY)]
)
def test_a_pool_lends_what_lies_in_it(amount, refusal):
    c = of("v3_7")
    there = c.world.pools[c.place("pool")].state.liquidity(c.asset("USDC"))

    assert c.run((c.place("pool"), FlashLoanCall(c.asset("USDC"), amount, ())))[1] == refusal
    assert c.run((c.place("pool"), FlashLoanCall(c.asset("DAI"), 1, ())))[1] == Refusal.UNKNOWN_ASSET
    assert c.run((c.place("pool"), FlashLoanCall(c.asset("USDC"), there, ())))[1] == Refusal.NONE


def test_whoever_cannot_give_the_premium_back_gets_no_loan():
    c = of("v3_7")
    away = (c.place("token"), TransferCall(c.asset("USDC"), c.place("main"), c.held("USDC")))
    before = c.hash()

    assert c.run(away, (c.place("pool"), FlashLoanCall(c.asset("USDC"), 10_000, ())))[1] == Refusal.INSUFFICIENT_BALANCE
    assert c.hash() == before


@pytest.mark.parametrize("version", ["v2", "v3_0", "v3_7"])
def test_an_aave_pool_has_no_lock_whoever_borrows_may_call_it_again(version):
    c = of(version)
    pool, eth, usdc = c.place("pool"), c.asset("ETH"), c.asset("USDC")
    within = (
        (pool, SupplyCall(usdc, brought(usdc))),
        (pool, BorrowCall(eth, ETHER)),
        (pool, FlashLoanCall(eth, ETHER, ())),
        (pool, RepayCall(eth, UINT256_MAX)),
        (pool, WithdrawCall(usdc, UINT256_MAX)),
    )

    assert c.run((pool, FlashLoanCall(usdc, 100_000 * DOLLAR, within)))[1] == Refusal.NONE
    assert sum(isinstance(each, FlashLoaned) for each in c.said) == 2
    c.world.check()


def test_while_it_lends_a_pool_has_less_to_lend_to_others():
    c = of("v3_7")
    pool, usdc = c.place("pool"), c.asset("USDC")
    there = c.world.pools[pool].state.liquidity(usdc)
    within = ((pool, SupplyCall(c.asset("ETH"), 100 * ETHER)), (pool, BorrowCall(usdc, 1)))

    assert c.run((pool, FlashLoanCall(usdc, there, within)))[1] == Refusal.INSUFFICIENT_LIQUIDITY
    assert c.run((pool, FlashLoanCall(usdc, there - 1, within)))[1] == Refusal.NONE


@pytest.mark.parametrize(("version", "lends"), [("v2", True), ("v3_0", True), ("v3_7", False)])
def test_what_is_merely_sent_to_a_pool_is_nobodys_and_lent_only_before_v3_7(version, lends):
    c = of(version)
    pool, usdc = c.place("pool"), c.asset("USDC")
    state = c.world.pools[pool].state
    there, claims = state.liquidity(usdc), state.balance_sheet(usdc).liabilities

    assert c.run((c.place("token"), TransferCall(usdc, pool, 7 * DOLLAR)))[1] == Refusal.NONE

    assert state.liquidity(usdc) - there == (7 * DOLLAR if lends else 0)
    assert state.balance_sheet(usdc).liabilities == claims
    assert c.run((pool, FlashLoanCall(usdc, there + 1, ())))[1] == (Refusal.NONE if lends else Refusal.INSUFFICIENT_LIQUIDITY)
    c.world.check()
    assert c.world.wiring.is_reconciled()


def test_a_liquidation_can_be_paid_with_the_pools_own_money():
    c = of("v3_7")
    pool, eth, usdc = c.place("pool"), c.asset("ETH"), c.asset("USDC")
    c.world.feeds[c.place("eth_usd")].price //= 2
    anna = c.place("pool_anna")
    poor = (c.place("token"), TransferCall(usdc, c.place("main"), c.held("USDC") - 10 * DOLLAR))
    within = ((pool, LiquidateCall(anna, usdc, eth, brought(usdc))), (c.place("pair"), _swap_for(c, owed(usdc))))
    _, refusal = c.run(poor, (pool, FlashLoanCall(usdc, 5_000 * DOLLAR, within)))

    assert refusal == Refusal.NONE
    assert [each.repaid for each in c.said if isinstance(each, Liquidated)] == [5_000 * DOLLAR]
    assert c.held("USDC") == 10 * DOLLAR
    c.world.check()


def _swap_for(c: Composer, amount: int):
    return SwapForCall(c.asset("USDC"), amount, c.held("ETH"))


def test_a_morpho_market_lends_for_nothing_and_has_no_lock():
    c = composer()
    blue, usdc = c.place("blue"), c.asset("USDC")
    within = ((blue, SupplyCall(usdc, brought(usdc))), (blue, FlashLoanCall(usdc, DOLLAR, ())), (blue, WithdrawCall(usdc, UINT256_MAX)))
    before = c.held("USDC")

    assert c.run((blue, FlashLoanCall(usdc, 100_000 * DOLLAR, within)))[1] == Refusal.NONE
    assert c.held("USDC") in (before, before - 1)
    assert c.run((blue, FlashLoanCall(usdc, 10**13, ())))[1] == Refusal.INSUFFICIENT_LIQUIDITY
    assert c.run((blue, FlashLoanCall(c.asset("DAI"), 1, ())))[1] == Refusal.UNKNOWN_ASSET
    assert c.run((blue, FlashLoanCall(usdc, 0, ())))[1] == Refusal.ZERO_AMOUNT
    c.world.check()


def test_a_flash_mint_makes_money_and_takes_it_out_of_the_world_again():
    c = composer()
    flash, dai, ledger = c.place("maker/flash"), c.asset("DAI"), c.world.ledger
    engine = c.world.systems[c.place("maker")].engine
    before = ledger.minted[dai], engine.debt, engine.unbacked, c.held("DAI")
    spend = (c.place("token"), TransferCall(dai, c.place("pool_anna"), brought(dai)))

    assert c.run((flash, FlashLoanCall(dai, 5_000_000 * ETHER, ())))[1] == Refusal.NONE
    assert c.said == [FlashLoaned(asset=dai, amount=5_000_000 * ETHER, fee=0)]
    assert (ledger.minted[dai], engine.debt, engine.unbacked, c.held("DAI")) == before
    assert c.run((flash, FlashLoanCall(dai, 5_000_000 * ETHER, (spend,))))[1] == Refusal.INSUFFICIENT_BALANCE
    assert c.run((flash, FlashLoanCall(dai, 5_000_000 * ETHER + 1, ())))[1] == Refusal.ABOVE_CEILING
    assert c.run((flash, FlashLoanCall(c.asset("ETH"), 1, ())))[1] == Refusal.UNKNOWN_ASSET
    assert c.run((flash, FlashLoanCall(dai, 0, ())))[1] == Refusal.ZERO_AMOUNT
    c.world.check()


def test_a_flash_mint_is_locked_while_it_lends():
    c = composer()
    flash, dai = c.place("maker/flash"), c.asset("DAI")

    assert c.run((flash, FlashLoanCall(dai, 1, ((flash, FlashLoanCall(dai, 1, ())),))))[1] == Refusal.REENTERED
