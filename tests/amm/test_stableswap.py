"""Stories of a stableswap, each rule at work, refused, and at its edge; and cases of what no outside numbers exist for."""

import random

import pytest

from sim.amm.calls import (
    AddLiquidityCall,
    CollectProtocolFeesCall,
    RemoveAmountsCall,
    RemoveInOneCall,
    RemoveLiquidityCall,
    SwapCall,
    SwapForCall,
)
from sim.amm.stableswap import rules
from sim.amm.stableswap.opening import open_liquidity
from sim.amm.stableswap.pricing import StableTerms, quoted
from sim.assets import Asset
from sim.errors import InputError, Revert
from sim.records.amm import LiquidityAdded, LiquidityRemoved, ProtocolFeeTaken, Swapped
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.amm.product_twin import AMM as TWIN_AMM
from tests.amm.stable_twin import StableTwin, true_invariant
from tests.amm.world import ALICE, BOB, CAROL, DAI, OPENED, PROTOCOL, RICHES, SHARE, USDC, USDT, World, stable

EVEN = (10**6 * 10**18, 10**6 * 10**6, 10**6 * 10**6)


def funded(fee: int = 4_000_000, amplification: int = 100) -> World:
    """Return a stableswap with a million of each of three, provided by Alice."""
    world = stable(fee=fee, amplification=amplification)
    assert not isinstance(world.execute(ALICE, AddLiquidityCall(EVEN)), Refusal)
    return world


# The invariant.


@pytest.mark.parametrize("count", [2, 3, 4])
def test_equal_balances_add_up_to_the_invariant_whatever_the_amplification(count):
    for amplification in (1, 100, 10**6):
        assert rules.invariant([7 * WAD] * count, amplification * count) == rules.Solved(count * 7 * WAD, True)


def test_nothing_has_an_invariant_of_nothing_and_one_used_up_has_none():
    assert rules.invariant([0, 0], 200) == rules.Solved(0, True)
    with pytest.raises(Revert) as refused:
        rules.invariant([5, 0], 200)
    assert refused.value.reason == Refusal.ARITHMETIC


def test_a_solver_that_goes_to_and_fro_stops_all_the_same():
    solved = rules.invariant([500_000 * WAD, 100 * WAD], 2)

    assert not solved.has_converged
    assert abs(solved.value - true_invariant([500_000 * WAD, 100 * WAD], 1)) < 10**6


def test_words_that_would_overflow_revert():
    with pytest.raises(Revert):
        rules.invariant([2**200, 2**200], 200)
    with pytest.raises(Revert):
        rules.balance_for([1], 10**60, 200)


@pytest.mark.parametrize("amplification", [1, 50, 2_000])
def test_the_other_balance_gives_the_invariant_back(amplification):
    balances, ann = [3 * 10**24, 10**24, 2 * 10**24], amplification * 3
    whole = rules.invariant(balances, ann).value

    assert abs(rules.balance_for(balances[:2], whole, ann) - balances[2]) <= 2


# Exchanges.


def test_an_exchange_near_par_costs_little_more_than_the_fee():
    world = funded()

    world.execute(BOB, SwapCall(DAI.id, 1_000 * 10**18, 0, asset_out=USDC.id))

    (said,) = world.rows(Swapped)
    assert (said.amount_in, said.asset_in, said.asset_out) == (1_000 * 10**18, DAI.id, USDC.id)
    assert said.fee == 399_996
    assert 999_590_000 < said.amount_out == world.moved(BOB, USDC) < 999_600_000
    assert WAD * 9999 // 10_000 < said.price < WAD
    world.check()


def test_the_protocols_part_leaves_the_reserves_and_waits():
    world = funded()
    world.execute(BOB, SwapCall(DAI.id, 1_000 * 10**18, 0, asset_out=USDC.id))
    held, reserve = world.amm.till.held(USDC.id), world.amm.reserves[1]

    assert held - reserve == 399_996 // 2
    assert world.execute(BOB, CollectProtocolFeesCall()) == Refusal.NOT_ALLOWED
    world.execute(PROTOCOL, CollectProtocolFeesCall(receiver=CAROL))
    assert world.rows(ProtocolFeeTaken) == [ProtocolFeeTaken(CAROL, USDC.id, 399_996 // 2)]
    assert world.amm.till.held(USDC.id) == reserve


def test_flat_around_par_and_steep_where_one_is_nearly_used_up():
    world = funded(fee=0)
    near = world.amm.view(OPENED).price(USDC.id, USDT.id)

    world.execute(BOB, SwapCall(USDC.id, 5 * 10**12, 0, asset_out=USDT.id))

    assert WAD - near < WAD // 10**4
    assert world.amm.view(OPENED).price(USDC.id, USDT.id) < WAD // 100
    assert world.amm.view(OPENED).price(USDT.id, USDC.id) > 100 * WAD


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (SwapCall(DAI.id, -1, 0, asset_out=USDC.id), Refusal.ZERO_AMOUNT),
        (SwapCall(DAI.id, 5, 0), Refusal.UNKNOWN_ASSET),
        (SwapCall(DAI.id, 5, 0, asset_out=DAI.id), Refusal.UNKNOWN_ASSET),
        (SwapCall(DAI.id, 5, 0, asset_out=USDC.id, price_limit=1), Refusal.PRICE_LIMIT),
        (SwapCall(DAI.id, 10**18, 999_601, asset_out=USDC.id), Refusal.SLIPPAGE),
        (SwapCall(DAI.id, 2 * RICHES, 0, asset_out=USDC.id), Refusal.INSUFFICIENT_BALANCE),
        (SwapForCall(DAI.id, 0, 5, asset_in=USDC.id), Refusal.ZERO_AMOUNT),
        (SwapForCall(DAI.id, 10**18, 999_999, asset_in=USDC.id), Refusal.SLIPPAGE),
        (SwapForCall(DAI.id, 10**24, 2**255, asset_in=USDC.id), Refusal.INSUFFICIENT_LIQUIDITY),
    ],
)
def test_an_exchange_that_cannot_be_is_refused_and_leaves_no_trace(call, expected):
    world = funded()
    before = world.state()

    assert world.execute(BOB, call) == expected
    assert world.state() == before


@pytest.mark.parametrize("wanted", [1, 10**6, 123_456_789, 9 * 10**11])
def test_an_exact_amount_is_had_for_the_least_that_brings_it(wanted):
    world = funded()
    told = world.amm.view(OPENED).swap_for(USDC.id, wanted, USDT.id)

    world.execute(BOB, SwapForCall(USDC.id, wanted, 2**255, asset_in=USDT.id))

    paid = -world.moved(BOB, USDT)
    assert world.moved(BOB, USDC) == told.amount_out >= wanted
    assert paid == told.amount_in
    assert funded().amm.view(OPENED).swap_of(USDT.id, paid - 4, USDC.id).amount_out < wanted if paid > 4 else True


def test_the_published_quote_may_differ_from_the_exchange_by_a_unit():
    world = funded()
    differences = {
        quoted(world.amm.terms, world.amm.reserves, 0, 1, paid) - world.amm.view(OPENED).swap_of(DAI.id, paid, USDC.id).amount_out
        for paid in range(10**18, 2 * 10**18, 12_347 * 10**12)
    }

    assert differences == {0, 1}


# Liquidity.


def test_the_first_shares_are_the_invariant_and_need_every_asset():
    world = stable()

    assert world.execute(ALICE, AddLiquidityCall((5, 0, 5))) == Refusal.ZERO_AMOUNT
    world.execute(ALICE, AddLiquidityCall(EVEN))

    assert world.rows(LiquidityAdded) == [LiquidityAdded(ALICE, 0, 0, 3 * 10**24, *EVEN, 0)]
    assert world.amm.view(OPENED).share_price == WAD
    world.check()


def test_a_deposit_in_the_mixture_that_is_there_costs_no_fee_and_another_does():
    even, uneven = funded(), funded()

    even.execute(BOB, AddLiquidityCall((10**18, 10**6, 10**6)))
    uneven.execute(BOB, AddLiquidityCall((3 * 10**18, 0, 0)))

    assert even.of(BOB, SHARE) == 3 * 10**18
    assert 3 * 10**18 * 9_990 // 10_000 < uneven.of(BOB, SHARE) < 3 * 10**18


def test_deposits_that_bring_nothing_or_less_than_told_are_refused():
    world = funded()

    assert world.execute(BOB, AddLiquidityCall((0, 0, 0))) == Refusal.TOO_LITTLE_LIQUIDITY
    assert world.execute(BOB, AddLiquidityCall((1,))) == Refusal.UNKNOWN_ASSET
    assert world.execute(BOB, AddLiquidityCall((-1, 1, 1))) == Refusal.ZERO_AMOUNT
    assert world.execute(BOB, AddLiquidityCall((10**18, 10**6, 10**6), least_shares=3 * 10**18 + 1)) == Refusal.SLIPPAGE
    assert not isinstance(world.execute(BOB, AddLiquidityCall((10**18, 10**6, 10**6), least_shares=3 * 10**18)), Refusal)


def test_shares_pay_their_part_of_every_asset_without_a_fee():
    world = funded()

    assert world.execute(ALICE, RemoveLiquidityCall(10**24, (0, 0, EVEN[2] // 3 + 1))) == Refusal.SLIPPAGE
    world.execute(ALICE, RemoveLiquidityCall(10**24, receiver=CAROL))

    first, second, third = (each // 3 for each in EVEN)
    assert world.rows(LiquidityRemoved) == [LiquidityRemoved(CAROL, 0, 0, 10**24, first, second, third, 0)]
    assert [world.moved(CAROL, asset) for asset in (DAI, USDC, USDT)] == [first, second, third]


def test_all_shares_can_be_given_back_in_one_asset_and_leave_the_others():
    world = funded(fee=0)

    world.execute(ALICE, RemoveInOneCall(3 * 10**24, USDC.id, 0))

    assert world.amm.reserves == (EVEN[0], 1, EVEN[2])
    assert world.of(ALICE, SHARE) == 0
    world.check()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (RemoveLiquidityCall(-1), Refusal.ZERO_AMOUNT),
        (RemoveLiquidityCall(1), Refusal.INSUFFICIENT_BALANCE),
        (RemoveInOneCall(10**18, 77, 0), Refusal.UNKNOWN_ASSET),
        (RemoveInOneCall(-1, USDC.id, 0), Refusal.ZERO_AMOUNT),
        (RemoveInOneCall(10**18, USDC.id, 10**6), Refusal.SLIPPAGE),
        (RemoveInOneCall(10**18, USDC.id, 0), Refusal.INSUFFICIENT_BALANCE),
        (RemoveAmountsCall((10**18, 0, 0), 10**18), Refusal.SLIPPAGE),
        (RemoveAmountsCall((10**18, 0, 0), 2**255), Refusal.INSUFFICIENT_BALANCE),
        (RemoveAmountsCall((10**30, 0, 0), 2**255), Refusal.ARITHMETIC),
        (RemoveAmountsCall((0, 0, 0), 2**255), Refusal.TOO_LITTLE_LIQUIDITY),
        (RemoveAmountsCall((0,), 2**255), Refusal.UNKNOWN_ASSET),
    ],
)
def test_a_withdrawal_that_cannot_be_is_refused_and_leaves_no_trace(call, expected):
    world = funded()
    before = world.state()

    assert world.execute(BOB, call) == expected
    assert world.state() == before


def test_an_empty_stableswap_pays_nothing():
    world = stable()

    assert world.execute(BOB, RemoveLiquidityCall(0)) == Refusal.ZERO_AMOUNT
    assert world.execute(BOB, SwapCall(DAI.id, 5, 0, asset_out=USDC.id)) == Refusal.ARITHMETIC
    assert world.amm.view(OPENED).swap_of(DAI.id, 5, USDC.id) is None
    assert world.amm.view(OPENED).price(DAI.id, USDC.id) == 0
    assert world.amm.view(OPENED).share_price == 0


# Cases without outside numbers: expected ones are those of the naive twin.


def begun(seed: int) -> tuple[random.Random, World, StableTwin]:
    """Return dice, a stableswap that is out of balance, and its twin."""
    dice = random.Random(seed)
    assets = dice.choice([(DAI, USDC, USDT), (USDC, DAI), (USDT, USDC)])
    amplification, fee = dice.choice([10, 100, 2_000]), dice.choice([0, 1_000_000, 4_000_000, 3 * 10**8])
    world = stable(*assets, amplification=amplification, fee=fee)
    decimals = tuple(asset.decimals for asset in assets)
    twin = StableTwin(decimals=decimals, a=amplification, fee=fee, owner=PROTOCOL, coins=[0] * len(assets))
    for who in (ALICE, BOB):
        twin.purses |= {(who, each): RICHES for each in range(len(assets))}
    first = tuple(dice.randrange(10**5, 10**7) * asset.unit + dice.randrange(99) for asset in assets)
    assert not isinstance(world.execute(ALICE, AddLiquidityCall(first)), Refusal)
    assert twin.attempt("add", ALICE, *first) == "done"
    return dice, world, twin


def held(world: World, twin: StableTwin) -> tuple[list[int], list[int]]:
    ours = [world.of(who, asset) for who in (ALICE, BOB) for asset in (*world.amm.assets, SHARE)]
    count = len(world.amm.assets)
    theirs = [twin.has(who, what) for who in (ALICE, BOB) for what in (*range(count), "share")]
    return [*ours, *world.amm.reserves], [*theirs, *twin.coins]


@pytest.mark.parametrize("seed", range(20))
def test_case_of_a_deposit(seed):
    dice, world, twin = begun(seed)
    amounts = tuple(dice.choice([0, 1, dice.randrange(10**6)]) * asset.unit + dice.randrange(7) for asset in world.amm.assets)

    outcome = world.execute(BOB, AddLiquidityCall(amounts))

    assert twin.attempt("add", BOB, *amounts) == (outcome.name if isinstance(outcome, Refusal) else "done")
    ours, theirs = held(world, twin)
    assert ours == theirs


@pytest.mark.parametrize("seed", range(20))
def test_case_of_a_withdrawal_in_one_asset(seed):
    dice, world, twin = begun(seed)
    shares, index = world.of(ALICE, SHARE) // dice.randrange(2, 1_000), dice.randrange(len(world.amm.assets))

    outcome = world.execute(ALICE, RemoveInOneCall(shares, world.amm.assets[index].id, 0))

    assert not isinstance(outcome, Refusal)
    assert twin.attempt("remove_in_one", ALICE, shares, index) == "done"
    ours, theirs = held(world, twin)
    assert ours == theirs


@pytest.mark.parametrize("seed", range(20))
def test_case_of_a_withdrawal_of_amounts(seed):
    dice, world, twin = begun(seed)
    amounts = tuple(dice.choice([0, reserve // dice.randrange(2, 1_000)]) for reserve in world.amm.reserves)

    outcome = world.execute(ALICE, RemoveAmountsCall(amounts, 2**255))

    assert twin.attempt("remove_amounts", ALICE, *amounts) == (outcome.name if isinstance(outcome, Refusal) else "done")
    ours, theirs = held(world, twin)
    assert ours == theirs
    assert twin.has(TWIN_AMM, 0) == world.amm.till.held(world.amm.assets[0].id)


# Terms and the opening.


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (((DAI,), 100, 0, 0), "give two to 4"),
        (((DAI, USDC, USDT, SHARE, DAI), 100, 0, 0), "give two to 4"),
        (((DAI, Asset(5, "RAY", 27)), 100, 0, 0), "at most 18 decimals"),
        (((DAI, USDC), 0, 0, 0), "amplification"),
        (((DAI, USDC), 100, 6 * 10**9, 0), "fee"),
        (((DAI, USDC), 100, 0, 2 * 10**10), "part"),
    ],
)
def test_terms_that_no_contract_could_hold_are_refused(terms, words):
    with pytest.raises(InputError, match=words):
        StableTerms(*terms)


def test_liquidity_that_is_there_at_the_start_comes_into_the_world_with_it():
    world = stable()

    assert open_liquidity(world.amm, ALICE, EVEN) == 3 * 10**24
    assert world.amm.reserves == EVEN
    assert world.moved(ALICE, DAI) == 0
    world.check()


def test_an_opening_that_the_contract_would_refuse_is_an_authors_mistake():
    with pytest.raises(InputError, match="ZERO_AMOUNT"):
        open_liquidity(stable().amm, ALICE, (5, 0, 5))
