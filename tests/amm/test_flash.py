"""Flash swaps of a pair and flash loans of concentrated liquidity: what pays for them, and what their locks refuse."""

from typing import Any

import pytest

from sim.amm.calls import AddLiquidityCall, PairSwapCall, RemoveLiquidityCall, SkimCall, SwapCall, SwapForCall, SyncCall
from sim.chain.atomic import STEP_GAS
from sim.commands import TransferCall
from sim.composites import FlashLoanCall, RequireGainCall, brought, owed
from sim.records import FlashLoaned, PairSwapped, Swapped, UnitsSent
from sim.vocabulary import Refusal
from tests.support.composer import Composer, composer

DOLLAR, ETHER = 10**6, 10**18


def pay(c: Composer, symbol: str, amount: int) -> tuple[int, TransferCall]:
    return c.place("token"), TransferCall(c.asset(symbol), c.place("pair"), amount)


def reserves(c: Composer) -> tuple[int, int]:
    first, second = amm_of(c, "pair").reserves
    return first, second


def amm_of(c: Composer, name: str) -> Any:
    return c.world.amms[c.place(name)]


def test_a_flash_swap_is_paid_in_the_asset_it_took_a_thousandth_part_of_997():
    c = composer()
    pair, eth = c.place("pair"), c.asset("ETH")
    gas, refusal = c.run((pair, PairSwapCall((10 * ETHER, 0), calls=(pay(c, "ETH", owed(eth)),))))

    back = -(-10 * ETHER * 1_000 // 997)
    assert (refusal, c.said[-1]) == (Refusal.NONE, FlashLoaned(asset=eth, amount=10 * ETHER, fee=back - 10 * ETHER))
    assert c.held("ETH") == 10**22 - (back - 10 * ETHER)
    assert [type(each) for each in c.said] == [UnitsSent, PairSwapped, FlashLoaned]
    assert gas == 73_462 + 2 * STEP_GAS + (65_000 - 21_000)
    c.world.check()


def test_a_unit_less_does_not_pay_for_it():
    c = composer()
    pair, back, before = c.place("pair"), -(-10 * ETHER * 1_000 // 997), c.hash()

    assert c.run((pair, PairSwapCall((10 * ETHER, 0), calls=(pay(c, "ETH", back - 1),))))[1] == Refusal.INVARIANT_SHRANK
    assert c.run((pair, PairSwapCall((10 * ETHER, 0), calls=(pay(c, "USDC", 1),))))[1] == Refusal.INVARIANT_SHRANK
    assert c.run((pair, PairSwapCall((10 * ETHER, 0), calls=((0, RequireGainCall(1, -(10**30))),))))[1] == Refusal.UNPAID
    assert c.hash() == before


def test_a_flash_swap_may_be_paid_in_the_other_asset_at_the_price_of_a_swap():
    c = composer()
    pair, usdc = c.place("pair"), c.asset("USDC")
    first, second = reserves(c)
    c.run((pair, PairSwapCall((10 * ETHER, 0), calls=(pay(c, "USDC", owed(usdc)),))))

    paid = second * 10 * ETHER * 1_000 // ((first - 10 * ETHER) * 997) + 1
    assert reserves(c) == (first - 10 * ETHER, second + paid)
    assert [each.amount_in for each in c.said if isinstance(each, Swapped)] == [paid]
    assert c.said[-1].fee == 0


def test_both_assets_may_go_out_and_each_is_paid_for_in_itself():
    c = composer()
    eth, usdc = c.asset("ETH"), c.asset("USDC")
    both = (pay(c, "ETH", owed(eth)), pay(c, "USDC", owed(usdc)))

    assert c.run((c.place("pair"), PairSwapCall((ETHER, 2_000 * DOLLAR), calls=both)))[1] == Refusal.NONE
    assert [each.amount for each in c.said if isinstance(each, FlashLoaned)] == [ETHER, 2_000 * DOLLAR]


@pytest.mark.parametrize(
    "call",
    [
        SwapCall(1, 10**15, 0),
        SwapForCall(1, 10**15, 10**12),
        AddLiquidityCall((10**15, 10**6)),
        RemoveLiquidityCall(1),
        PairSwapCall((1, 0)),
        SyncCall(),
        SkimCall(),
    ],
    ids=lambda call: type(call).__name__,
)
def test_uniswap_v2s_lock_refuses_every_call_within_a_flash_swap(call):
    c = composer()
    pair, eth = c.place("pair"), c.asset("ETH")
    within = ((pair, call), pay(c, "ETH", owed(eth)))

    assert c.run((pair, PairSwapCall((ETHER, 0), calls=within)))[1] == Refusal.REENTERED
    assert c.run((pair, PairSwapCall((ETHER, 0), calls=within[1:])))[1] == Refusal.NONE


def test_another_pair_does_not_mind():
    c = composer()
    within = ((c.place("ranges"), SwapCall(c.asset("ETH"), brought(c.asset("ETH")), 0)), pay(c, "ETH", owed(c.asset("ETH"))))

    assert c.run((c.place("pair"), PairSwapCall((ETHER, 0), calls=within)))[1] == Refusal.NONE


def test_concentrated_liquidity_lends_for_the_fee_of_a_swap_and_its_ranges_earn_it():
    c = composer()
    amm, usdc = amm_of(c, "ranges"), c.asset("USDC")
    growth, kept, liquidity = amm.book.growth[1], amm.protocol_fees[1], amm.book.liquidity
    c.run((amm.place, FlashLoanCall(usdc, 1_000_001, ())))

    assert c.said == [FlashLoaned(asset=usdc, amount=1_000_001, fee=3_001)]
    assert amm.protocol_fees[1] - kept == 3_001 // 5
    assert amm.book.growth[1] - growth == ((3_001 - 600) << 128) // liquidity
    c.world.check()


def test_concentrated_liquidity_lends_what_lies_in_it_while_some_is_in_range():
    c = composer()
    amm, usdc = amm_of(c, "ranges"), c.asset("USDC")
    there = amm.till.held(usdc)

    assert c.run((amm.place, FlashLoanCall(usdc, there, ())))[1] == Refusal.NONE
    assert c.run((amm.place, FlashLoanCall(usdc, 10**15, ())))[1] == Refusal.INSUFFICIENT_LIQUIDITY
    assert c.run((amm.place, FlashLoanCall(usdc, 0, ())))[1] == Refusal.ZERO_AMOUNT
    assert c.run((amm.place, FlashLoanCall(c.asset("DAI"), 1, ())))[1] == Refusal.UNKNOWN_ASSET
    amm.book.liquidity = 0
    assert c.run((amm.place, FlashLoanCall(usdc, 1, ())))[1] == Refusal.TOO_LITTLE_LIQUIDITY


def test_uniswap_v3s_lock_refuses_every_call_within_a_flash_loan():
    c = composer()
    ranges, usdc = c.place("ranges"), c.asset("USDC")
    for call in (SwapCall(usdc, DOLLAR, 0), FlashLoanCall(usdc, 1, ()), RemoveLiquidityCall(1, lower=-60, upper=60)):
        assert c.run((ranges, FlashLoanCall(usdc, 1, ((ranges, call),))))[1] == Refusal.REENTERED
