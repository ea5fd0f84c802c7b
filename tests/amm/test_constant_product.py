"""Stories of a constant product, each rule at work, refused, and at its edge."""

from math import isqrt
from typing import Any

import pytest

from sim.amm.calls import (
    AddLiquidityCall,
    PairSwapCall,
    RemoveLiquidityCall,
    SkimCall,
    SwapCall,
    SwapForCall,
    SyncCall,
)
from sim.amm.constant_product import rules
from sim.amm.constant_product.opening import open_liquidity
from sim.commands import TransferCall
from sim.errors import InputError
from sim.records.amm import (
    LiquidityAdded,
    LiquidityRemoved,
    PairSwapped,
    ProtocolFeeTaken,
    ReservesSkimmed,
    ReservesSynced,
    Swapped,
)
from sim.units import NOBODY
from sim.vocabulary import Refusal
from tests.amm.world import ALICE, AMM, BOB, CAROL, ETH, OPENED, PROTOCOL, SHARE, TOKEN, USDC, World, pair

ETHER, DOLLAR = 10**18, 10**6
THREE: Any = (1, 2, 3)


def funded(ether: int = 100, dollars: int = 200_000, fee_to: int = NOBODY) -> World:
    """Return a pair that Alice provided."""
    world = pair(fee_to)
    assert not isinstance(world.execute(ALICE, AddLiquidityCall((ether * ETHER, dollars * DOLLAR))), Refusal)
    return world


def send(world: World, asset: int, amount: int) -> None:
    assert not isinstance(world.execute(BOB, TransferCall(asset, AMM, amount), TOKEN), Refusal)


# Liquidity.


def test_the_first_shares_are_the_root_of_the_product_and_a_thousand_stay_for_ever():
    world = pair()

    world.execute(ALICE, AddLiquidityCall((4 * ETHER, 9 * ETHER)))

    assert world.of(ALICE, SHARE) == 6 * ETHER - 1_000
    assert world.of(NOBODY, SHARE) == 1_000
    assert world.rows(LiquidityAdded) == [LiquidityAdded(ALICE, 0, 0, 6 * ETHER - 1_000, 4 * ETHER, 9 * ETHER, 0, 0)]
    world.check()


@pytest.mark.parametrize(("amounts", "expected"), [((1_000, 1_002), Refusal.TOO_LITTLE_LIQUIDITY), ((1_000, 1_003), 150_000)])
def test_a_first_deposit_must_leave_a_share_beyond_the_thousand(amounts, expected):
    world = pair()

    assert world.execute(ALICE, AddLiquidityCall(amounts)) == expected
    assert world.of(ALICE, SHARE) == (1 if expected == 150_000 else 0)


@pytest.mark.parametrize(("offered", "taken"), [((10, 20_000), (10, 20_000)), ((10, 30_000), (10, 20_000)), ((15, 20_000), (10, 20_000))])
def test_later_deposits_are_taken_in_the_proportion_that_is_there(offered, taken):
    world = funded()
    before = world.of(BOB, ETH), world.of(BOB, USDC)

    world.execute(BOB, AddLiquidityCall((offered[0] * ETHER, offered[1] * DOLLAR)))

    assert (before[0] - world.of(BOB, ETH), before[1] - world.of(BOB, USDC)) == (taken[0] * ETHER, taken[1] * DOLLAR)
    assert world.of(BOB, SHARE) == isqrt(100 * ETHER * 200_000 * DOLLAR) // 10


def test_one_sided_reserves_take_no_deposits():
    world = pair()
    send(world, ETH.id, 5)
    world.execute(BOB, SyncCall())

    assert world.execute(ALICE, AddLiquidityCall((ETHER, ETHER))) == Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(ALICE, AddLiquidityCall((0, ETHER))) == Refusal.ZERO_AMOUNT
    assert funded().execute(ALICE, AddLiquidityCall((ETHER, 0))) == Refusal.ZERO_AMOUNT


def test_a_deposit_that_would_take_less_than_the_least_is_refused():
    world = funded()
    call = AddLiquidityCall((10 * ETHER, 30_000 * DOLLAR), (10 * ETHER, 20_000 * DOLLAR))

    assert world.execute(BOB, call._replace(least_amounts=(10 * ETHER, 20_001 * DOLLAR))) == Refusal.SLIPPAGE
    assert not isinstance(world.execute(BOB, call), Refusal)


def test_a_deposit_that_would_bring_fewer_shares_than_the_least_is_refused():
    world = funded()
    shares = isqrt(100 * ETHER * 200_000 * DOLLAR) // 10

    assert world.execute(BOB, AddLiquidityCall((10 * ETHER, 20_000 * DOLLAR), least_shares=shares + 1)) == Refusal.SLIPPAGE
    assert not isinstance(world.execute(BOB, AddLiquidityCall((10 * ETHER, 20_000 * DOLLAR), least_shares=shares)), Refusal)


@pytest.mark.parametrize("amounts", [(1,), (1, 2, 3), (-1, 5)])
def test_amounts_that_are_not_the_pairs_are_refused(amounts):
    assert funded().execute(BOB, AddLiquidityCall(amounts)) in (Refusal.UNKNOWN_ASSET, Refusal.ZERO_AMOUNT)


def test_shares_pay_their_part_of_both_reserves_rounded_down():
    world = funded()
    shares = world.of(ALICE, SHARE)
    issued = shares + 1_000

    world.execute(ALICE, RemoveLiquidityCall(shares, receiver=CAROL))

    paid = (100 * ETHER * shares // issued, 200_000 * DOLLAR * shares // issued)
    assert world.rows(LiquidityRemoved) == [LiquidityRemoved(CAROL, 0, 0, shares, *paid, 0, 0)]
    assert (world.moved(CAROL, ETH), world.moved(CAROL, USDC)) == paid
    assert world.of(ALICE, SHARE) == 0
    world.check()


def test_shares_too_few_to_be_paid_in_both_assets_are_refused():
    world = funded()

    assert world.execute(ALICE, RemoveLiquidityCall(1)) == Refusal.TOO_LITTLE_LIQUIDITY
    assert world.execute(ALICE, RemoveLiquidityCall(0)) == Refusal.TOO_LITTLE_LIQUIDITY
    assert world.execute(ALICE, RemoveLiquidityCall(-1)) == Refusal.ZERO_AMOUNT
    assert world.execute(BOB, RemoveLiquidityCall(1)) == Refusal.INSUFFICIENT_BALANCE
    assert pair().execute(ALICE, RemoveLiquidityCall(0)) == Refusal.ARITHMETIC


def test_shares_are_not_taken_for_less_than_the_least():
    world = funded()
    shares = world.of(ALICE, SHARE) // 2
    first, second = world.amm.view(OPENED).worth_of(shares)

    assert world.execute(ALICE, RemoveLiquidityCall(shares, (first + 1, 0))) == Refusal.SLIPPAGE
    assert world.execute(ALICE, RemoveLiquidityCall(shares, (first,))) == Refusal.UNKNOWN_ASSET
    assert not isinstance(world.execute(ALICE, RemoveLiquidityCall(shares, (first, second))), Refusal)


# Swaps.


def test_a_swap_pays_three_thousandths_of_what_comes_in():
    world = funded()

    world.execute(BOB, SwapCall(ETH.id, ETHER, 0))

    out = 997 * 200_000 * DOLLAR // (100 * 1_000 + 997)
    price = (200_000 * DOLLAR - out) * 10**12 * ETHER // (101 * ETHER)
    assert world.rows(Swapped) == [Swapped(BOB, ETH.id, USDC.id, ETHER, out, 3 * ETHER // 1_000, price)]
    assert (world.moved(BOB, ETH), world.moved(BOB, USDC)) == (-ETHER, out)
    assert world.amm.reserves == (101 * ETHER, 200_000 * DOLLAR - out)
    world.check()


def test_a_swap_may_pay_out_to_another():
    world = funded()

    world.execute(BOB, SwapCall(USDC.id, 2_000 * DOLLAR, 0, receiver=CAROL))

    assert (world.moved(BOB, USDC), world.moved(BOB, ETH)) == (-2_000 * DOLLAR, 0)
    assert world.moved(CAROL, ETH) == 997 * 2_000 * 100 * ETHER // (200_000 * 1_000 + 997 * 2_000)


def test_a_swap_for_an_exact_amount_costs_what_the_other_way_round_needs():
    world = funded()

    world.execute(BOB, SwapForCall(USDC.id, 1_000 * DOLLAR, ETHER))

    paid = -world.moved(BOB, ETH)
    assert world.moved(BOB, USDC) == 1_000 * DOLLAR
    assert rules.amount_out(paid, 100 * ETHER, 200_000 * DOLLAR) >= 1_000 * DOLLAR
    assert rules.amount_out(paid - 2, 100 * ETHER, 200_000 * DOLLAR) < 1_000 * DOLLAR


def test_a_price_worse_than_told_is_refused_and_leaves_no_trace():
    world = funded()
    out = world.amm.view(OPENED).swap_of(ETH.id, ETHER).amount_out
    cost = world.amm.view(OPENED).swap_for(ETH.id, ETHER).amount_in
    before = world.state()

    assert world.execute(BOB, SwapCall(ETH.id, ETHER, out + 1)) == Refusal.SLIPPAGE
    assert world.execute(BOB, SwapForCall(ETH.id, ETHER, cost - 1)) == Refusal.SLIPPAGE
    assert world.state() == before
    assert not isinstance(world.execute(BOB, SwapCall(ETH.id, ETHER, out)), Refusal)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (SwapCall(ETH.id, 0, 0), Refusal.ZERO_AMOUNT),
        (SwapCall(ETH.id, -5, 0), Refusal.ZERO_AMOUNT),
        (SwapCall(77, 5, 0), Refusal.UNKNOWN_ASSET),
        (SwapCall(ETH.id, 5, 0, asset_out=77), Refusal.UNKNOWN_ASSET),
        (SwapCall(ETH.id, 5, 0, asset_out=ETH.id), Refusal.UNKNOWN_ASSET),
        (SwapCall(ETH.id, 5, 0, price_limit=1), Refusal.PRICE_LIMIT),
        (SwapCall(ETH.id, 1, 0), Refusal.ZERO_AMOUNT),
        (SwapCall(ETH.id, 10**41, 0), Refusal.INSUFFICIENT_BALANCE),
        (SwapCall(ETH.id, 10**35, 0), Refusal.ARITHMETIC),
        (SwapForCall(ETH.id, 0, 10**30), Refusal.ZERO_AMOUNT),
        (SwapForCall(ETH.id, 100 * ETHER, 10**30), Refusal.INSUFFICIENT_LIQUIDITY),
        (SwapForCall(ETH.id, 5, 10**30, asset_in=SHARE.id), Refusal.UNKNOWN_ASSET),
    ],
)
def test_a_swap_that_cannot_be_is_refused(call, expected):
    world = funded()
    before = world.state()

    assert world.execute(BOB, call) == expected
    assert world.state() == before


def test_an_empty_pair_trades_nothing():
    world = pair()

    assert world.execute(BOB, SwapCall(ETH.id, 5, 0)) == Refusal.INSUFFICIENT_LIQUIDITY
    assert world.amm.view(OPENED).swap_of(ETH.id, 5) is None
    assert world.amm.view(OPENED).price(ETH.id) == 0
    assert world.amm.view(OPENED).worth_of(5) == (0, 0)


# The pair's own doors.


def test_what_was_sent_before_pays_at_the_pairs_own_door():
    world = funded()
    send(world, ETH.id, ETHER)
    out = rules.amount_out(ETHER, 100 * ETHER, 200_000 * DOLLAR)

    assert world.execute(BOB, PairSwapCall((0, out + 1))) == Refusal.INVARIANT_SHRANK
    assert world.execute(BOB, PairSwapCall((0, 0))) == Refusal.ZERO_AMOUNT
    assert world.execute(BOB, PairSwapCall((0, -1))) == Refusal.ZERO_AMOUNT
    assert world.execute(BOB, PairSwapCall(THREE)) == Refusal.UNKNOWN_ASSET
    assert world.execute(BOB, PairSwapCall((0, 200_000 * DOLLAR))) == Refusal.INSUFFICIENT_LIQUIDITY
    assert not isinstance(world.execute(BOB, PairSwapCall((0, out))), Refusal)
    assert world.rows(Swapped)[0].amount_in == ETHER
    assert world.execute(BOB, PairSwapCall((0, 1))) == Refusal.UNPAID


def test_the_same_asset_may_go_in_and_out_if_the_fee_is_paid():
    world = funded()
    send(world, ETH.id, ETHER)

    assert world.execute(BOB, PairSwapCall((ETHER - 3 * ETHER // 1_000 + 1, 0))) == Refusal.INVARIANT_SHRANK
    world.execute(BOB, PairSwapCall((ETHER - 3 * ETHER // 1_000, 0)))
    assert world.rows(PairSwapped) == [PairSwapped(BOB, ETHER, 0, ETHER - 3 * ETHER // 1_000, 0)]


def test_units_sent_without_a_call_belong_to_whoever_comes_next():
    world = funded()
    send(world, USDC.id, 7)
    assert world.amm.reserves == (100 * ETHER, 200_000 * DOLLAR)

    world.execute(CAROL, SkimCall())
    assert world.rows(ReservesSkimmed) == [ReservesSkimmed(CAROL, 0, 7)]
    assert world.moved(CAROL, USDC) == 7

    send(world, USDC.id, 5)
    world.execute(CAROL, SyncCall())
    assert world.rows(ReservesSynced) == [ReservesSynced(100 * ETHER, 200_000 * DOLLAR + 5)]
    world.check()


# Prices over time.


def test_prices_count_by_the_reserves_that_a_block_began_with_and_once_a_block():
    world = funded(100, 200)
    price = 200 * DOLLAR * 2**112 // (100 * ETHER), 100 * ETHER * 2**112 // (200 * DOLLAR)
    world.now += 10

    world.execute(BOB, SwapCall(ETH.id, 50 * ETHER, 0))
    after_one = world.amm.cumulative
    world.execute(BOB, SwapCall(ETH.id, 50 * ETHER, 0))

    assert after_one == (price[0] * 10, price[1] * 10)
    assert world.amm.cumulative == after_one


def test_prices_can_be_asked_for_without_a_call():
    world = funded(100, 200)
    price = 200 * DOLLAR * 2**112 // (100 * ETHER)

    assert world.amm.cumulative_at(OPENED + 7)[0] == 7 * price
    assert world.amm.view(OPENED + 7).cumulative[0] == 7 * price
    assert world.amm.cumulative == (0, 0)


def test_cumulative_prices_go_round_the_word():
    world = funded(100, 200)
    world.amm.cumulative = (2**256 - 1, 5)
    price = 200 * DOLLAR * 2**112 // (100 * ETHER)

    assert world.amm.cumulative_at(OPENED + 1)[0] == price - 1


# The protocol's fee.


def test_the_protocol_gets_a_sixth_of_what_fees_added_when_liquidity_next_changes():
    world = funded(fee_to=PROTOCOL)
    for _ in range(20):
        world.execute(BOB, SwapCall(ETH.id, 10 * ETHER, 0))
        world.execute(BOB, SwapCall(USDC.id, -world.moved(BOB, USDC) if world.moved(BOB, USDC) < 0 else world.moved(BOB, USDC), 0))
    root_then, root = isqrt(100 * ETHER * 200_000 * DOLLAR), isqrt(world.amm.reserves[0] * world.amm.reserves[1])
    issued = root_then
    assert world.of(PROTOCOL, SHARE) == 0

    world.execute(ALICE, RemoveLiquidityCall(10**12))

    shares = issued * (root - root_then) // (5 * root + root_then)
    assert world.of(PROTOCOL, SHARE) == shares > 0
    assert world.rows(ProtocolFeeTaken) == [ProtocolFeeTaken(PROTOCOL, SHARE.id, shares)]
    # A sixth of the growth: the protocol's shares are worth (root - root_then) / 6 of the root, but for rounding.
    assert 0 <= (root - root_then) * (issued + shares) - 6 * shares * root < 6 * root + 6 * root_then
    world.check()


def test_without_growth_the_protocol_gets_nothing():
    world = funded(fee_to=PROTOCOL)

    world.execute(ALICE, RemoveLiquidityCall(10**12))

    assert (world.of(PROTOCOL, SHARE), world.rows(ProtocolFeeTaken)) == (0, [])


def test_a_fee_switched_off_forgets_the_product():
    world = funded(fee_to=PROTOCOL)
    world.amm.fee_to = NOBODY

    world.execute(ALICE, RemoveLiquidityCall(10**12))

    assert world.amm.product_then == 0


# The opening.


def test_liquidity_that_is_there_at_the_start_comes_into_the_world_with_it():
    world = pair()

    shares = open_liquidity(world.amm, ALICE, (4 * ETHER, 9 * ETHER), OPENED)

    assert shares == world.of(ALICE, SHARE) == 6 * ETHER - 1_000
    assert world.amm.reserves == (4 * ETHER, 9 * ETHER)
    world.check()


def test_an_opening_that_the_contract_would_refuse_is_an_authors_mistake():
    with pytest.raises(InputError, match="TOO_LITTLE_LIQUIDITY"):
        open_liquidity(pair().amm, ALICE, (5, 5), OPENED)
