"""Stories of concentrated liquidity, each rule at work, refused, and at its edge."""

import pytest

from sim.amm.calls import (
    AddLiquidityCall,
    AddRangeCall,
    CollectFeesCall,
    CollectProtocolFeesCall,
    RemoveLiquidityCall,
    SwapCall,
    SwapForCall,
)
from sim.amm.concentrated.log_ticks import LEAST_TICK, MOST_TICK, Q96, sqrt_price_at
from sim.amm.concentrated.ranges import most_per_tick
from sim.records.amm import FeesCollected, LiquidityAdded, LiquidityRemoved, ProtocolFeeTaken, Swapped
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.amm.world import ALICE, BOB, CAROL, DAI, ETH, PROTOCOL, World, ranges

DEEP = 10**24
UNIT = 10**18


def funded(*more: tuple[int, int, int], liquidity: int = DEEP, part: int = 0) -> World:
    """Return an amm at a price of one with Alice's wide range, and more of hers."""
    world = ranges(part=part)
    for lower, upper, each in ((-6_000, 6_000, liquidity), *more):
        assert not isinstance(world.execute(ALICE, AddRangeCall(lower, upper, each)), Refusal)
    return world


# Ranges.


@pytest.mark.parametrize(
    ("lower", "upper", "pays"),
    [(-600, 600, (True, True)), (600, 1_200, (True, False)), (-1_200, -600, (False, True)), (0, 600, (True, False))],
)
def test_a_range_costs_the_first_asset_above_the_price_and_the_second_below(lower, upper, pays):
    world = ranges()

    world.execute(BOB, AddRangeCall(lower, upper, 10**20))

    (said,) = world.rows(LiquidityAdded)
    assert (said.amount_0 > 0, said.amount_1 > 0) == pays
    assert (-world.moved(BOB, ETH), -world.moved(BOB, DAI)) == (said.amount_0, said.amount_1)
    assert (said.owner, said.lower, said.upper, said.shares) == (BOB, lower, upper, 10**20)
    world.check()


@pytest.mark.parametrize(
    "ends", [(60, 60), (120, 60), (-61, 60), (-60, 61), (LEAST_TICK - 8, 60), (60, MOST_TICK + 8), (LEAST_TICK, MOST_TICK)]
)
def test_a_range_out_of_sequence_bounds_or_spacing_is_refused(ends):
    world = ranges()

    assert world.execute(BOB, AddRangeCall(ends[0], ends[1], 10**6)) == Refusal.BAD_RANGE
    assert world.execute(BOB, AddLiquidityCall((5, 5), lower=ends[0], upper=ends[1])) == Refusal.BAD_RANGE


def test_a_tick_bears_so_much_liquidity_and_no_more():
    world = ranges(Q96 * 3 // 2)
    most = most_per_tick(60)

    assert not isinstance(world.execute(BOB, AddRangeCall(-120, -60, most)), Refusal)
    assert world.execute(BOB, AddRangeCall(-120, 120, 1)) == Refusal.TOO_MUCH_LIQUIDITY
    assert world.execute(CAROL, AddRangeCall(-60, 0, 1)) == Refusal.TOO_MUCH_LIQUIDITY
    assert not isinstance(world.execute(CAROL, AddRangeCall(-180, 0, 1)), Refusal)
    assert world.execute(BOB, AddRangeCall(-120, -60, 0)) == Refusal.TOO_LITTLE_LIQUIDITY
    assert world.execute(BOB, AddRangeCall(-120, -60, 2**128)) == Refusal.TOO_MUCH_LIQUIDITY


def test_amounts_buy_as_much_liquidity_as_the_scarcer_pays_for():
    world = ranges()

    world.execute(BOB, AddLiquidityCall((UNIT, 5 * UNIT), lower=-600, upper=600))

    (said,) = world.rows(LiquidityAdded)
    assert UNIT - 1 <= said.amount_0 <= UNIT
    assert abs(said.amount_0 - said.amount_1) <= 1


def test_amounts_worse_than_told_are_refused():
    world = ranges()
    call = AddLiquidityCall((UNIT, 5 * UNIT), lower=-600, upper=600)

    assert world.execute(BOB, call._replace(least_amounts=(0, 5 * UNIT))) == Refusal.SLIPPAGE
    assert world.execute(BOB, call._replace(least_shares=10**30)) == Refusal.SLIPPAGE
    assert world.execute(BOB, call._replace(amounts=(1,))) == Refusal.UNKNOWN_ASSET
    assert world.execute(BOB, call._replace(amounts=(0, 5))) == Refusal.TOO_LITTLE_LIQUIDITY
    assert world.moved(BOB, ETH) == 0


def test_a_range_comes_out_a_unit_short_at_most_and_is_forgotten():
    world = funded()
    world.execute(BOB, AddRangeCall(-600, 600, 12_345_678_901))

    world.execute(BOB, RemoveLiquidityCall(12_345_678_901, lower=-600, upper=600))

    assert (-1 <= world.moved(BOB, ETH) <= 0) and (-1 <= world.moved(BOB, DAI) <= 0)
    assert (BOB, -600, 600) not in world.amm.book.positions
    assert sorted(world.amm.book.ticks) == [-6_000, 6_000]
    world.check()


def test_one_takes_out_no_more_than_is_ones_own():
    world = funded()
    world.execute(BOB, AddRangeCall(-600, 600, 1_000))

    assert world.execute(BOB, RemoveLiquidityCall(1_001, lower=-600, upper=600)) == Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(CAROL, RemoveLiquidityCall(1, lower=-600, upper=600)) == Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(CAROL, RemoveLiquidityCall(0, lower=-600, upper=600)) == Refusal.TOO_LITTLE_LIQUIDITY
    assert world.execute(BOB, RemoveLiquidityCall(-1, lower=-600, upper=600)) == Refusal.ZERO_AMOUNT
    assert world.execute(BOB, RemoveLiquidityCall(1_000, (10**9, 0), lower=-600, upper=600)) == Refusal.SLIPPAGE


# Swaps.


def test_a_swap_within_one_range_pays_the_fee_and_moves_the_price():
    world = funded()

    world.execute(BOB, SwapCall(ETH.id, UNIT, 0))

    (said,) = world.rows(Swapped)
    after = -(-DEEP * Q96 * Q96 // (DEEP * Q96 + 997 * UNIT // 1_000 * Q96))
    assert world.amm.book.sqrt_price == after
    assert (said.amount_in, said.fee) == (UNIT, 3 * UNIT // 1_000)
    assert said.amount_out == DEEP * (Q96 - after) // Q96 == world.moved(BOB, DAI)
    assert said.price == after * after * WAD // Q96**2
    world.check()


def test_a_swap_across_the_end_of_a_range_goes_on_in_what_is_left():
    world = funded((-60, 60, 9 * DEEP))

    world.execute(BOB, SwapCall(ETH.id, 10**23, 0))

    assert world.amm.book.tick < -60
    assert world.amm.book.liquidity == DEEP
    world.check()

    world.execute(BOB, SwapCall(DAI.id, 2 * 10**23, 0))
    assert world.amm.book.tick > 60
    assert world.amm.book.liquidity == DEEP
    world.check()


def test_a_swap_stops_at_the_price_limit_and_takes_only_what_led_there():
    world, limit = funded(), sqrt_price_at(-10)

    world.execute(BOB, SwapCall(ETH.id, 10**24, 0, price_limit=limit))

    (said,) = world.rows(Swapped)
    assert world.amm.book.sqrt_price == limit
    assert said.amount_in == -world.moved(BOB, ETH) < 10**24


def test_a_swap_for_an_exact_amount_gets_it_or_is_refused():
    world = funded()

    world.execute(BOB, SwapForCall(DAI.id, UNIT, 2 * UNIT))
    assert world.moved(BOB, DAI) == UNIT

    assert world.execute(BOB, SwapForCall(DAI.id, 10**36, 10**39)) == Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(BOB, SwapForCall(DAI.id, UNIT, UNIT)) == Refusal.SLIPPAGE
    assert not isinstance(world.execute(BOB, SwapForCall(DAI.id, 10**36, 10**39, price_limit=sqrt_price_at(-10))), Refusal)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (SwapCall(ETH.id, 0, 0), Refusal.ZERO_AMOUNT),
        (SwapForCall(ETH.id, 0, 0), Refusal.ZERO_AMOUNT),
        (SwapCall(ETH.id, 5, 0, price_limit=Q96), Refusal.PRICE_LIMIT),
        (SwapCall(ETH.id, 5, 0, price_limit=Q96 + 1), Refusal.PRICE_LIMIT),
        (SwapCall(DAI.id, 5, 0, price_limit=Q96), Refusal.PRICE_LIMIT),
        (SwapCall(DAI.id, 5, 0, price_limit=2**200), Refusal.PRICE_LIMIT),
        (SwapCall(ETH.id, 5, 0, price_limit=5), Refusal.PRICE_LIMIT),
        (SwapCall(ETH.id, 2**255, 0), Refusal.ARITHMETIC),
        (SwapCall(77, 5, 0), Refusal.UNKNOWN_ASSET),
        (SwapCall(ETH.id, UNIT, UNIT), Refusal.SLIPPAGE),
    ],
)
def test_a_swap_that_cannot_be_is_refused_and_leaves_no_trace(call, expected):
    world = funded(liquidity=10**33)
    before = world.state()

    assert world.execute(BOB, call) == expected
    assert world.state() == before


def test_a_swap_that_cannot_be_paid_is_refused_though_its_proceeds_were_sent():
    world = funded()
    before = world.state()

    assert world.execute(999, SwapCall(ETH.id, 5 * UNIT, 0)) == Refusal.INSUFFICIENT_BALANCE
    assert world.state() == before


def test_an_amount_larger_than_all_liquidity_is_taken_in_part():
    """As the contract has it: beyond the last range the price runs on to the end of what can be counted."""
    world = funded()

    world.execute(BOB, SwapCall(ETH.id, 10**39, 0))

    assert world.amm.book.tick == LEAST_TICK
    assert -world.moved(BOB, ETH) < DEEP
    world.check()


def test_where_there_is_no_liquidity_the_price_moves_for_nothing():
    world = ranges()

    world.execute(BOB, SwapCall(ETH.id, 5, 0, price_limit=sqrt_price_at(-600)))

    assert world.amm.book.sqrt_price == sqrt_price_at(-600)
    assert (world.moved(BOB, ETH), world.moved(BOB, DAI)) == (0, 0)


def test_a_swap_costs_gas_by_its_steps_and_crossings():
    near, far = funded(), funded((-60, 60, DEEP), (-180, -120, DEEP))

    cheap = near.execute(BOB, SwapCall(ETH.id, UNIT, 0))
    dear = far.execute(BOB, SwapCall(ETH.id, 10**23, 0))

    assert not isinstance(dear, Refusal)
    assert dear > cheap + 3 * 20_000


# Fees.


def test_fees_are_shared_by_liquidity_among_those_in_range():
    world = funded()
    world.execute(BOB, AddRangeCall(-60, 60, 3 * DEEP))
    world.execute(CAROL, AddRangeCall(600, 1_200, 100 * DEEP))
    world.execute(PROTOCOL, SwapCall(ETH.id, 10**21, 0))
    carols = world.moved(CAROL, ETH)

    world.execute(BOB, CollectFeesCall(-60, 60, receiver=CAROL))
    (said,) = world.rows(FeesCollected)
    world.execute(ALICE, CollectFeesCall(-6_000, 6_000))
    (alices,) = world.rows(FeesCollected)
    world.execute(CAROL, CollectFeesCall(600, 1_200))

    assert said.amount_1 == alices.amount_1 == 0
    assert said.amount_0 == 3 * 10**21 * 3 // 4_000 - 1
    assert alices.amount_0 == 3 * 10**21 // 4_000 - 1
    assert world.moved(CAROL, ETH) - carols == said.amount_0
    assert world.rows(FeesCollected) == []
    world.check()


def test_fees_are_paid_out_with_what_is_taken_out():
    world = funded()
    world.execute(BOB, AddRangeCall(-60, 60, DEEP))
    world.execute(PROTOCOL, SwapCall(DAI.id, 10**20, 0))

    world.execute(BOB, RemoveLiquidityCall(DEEP // 2, lower=-60, upper=60))

    (removed,), (fees,) = world.rows(LiquidityRemoved), world.rows(FeesCollected)
    assert fees.amount_1 == 3 * 10**20 // 2_000 - 1
    assert removed.shares == DEEP // 2
    world.check()


def test_fees_cannot_be_collected_where_nothing_is():
    world = funded()

    assert world.execute(BOB, CollectFeesCall(-60, 60)) == Refusal.TOO_LITTLE_LIQUIDITY
    assert world.execute(BOB, CollectFeesCall(60, -60)) == Refusal.BAD_RANGE


def test_who_comes_later_gets_nothing_of_what_was_earned_before():
    world = funded()
    world.execute(PROTOCOL, SwapCall(ETH.id, 10**21, 0))
    world.execute(BOB, AddRangeCall(-6_000, 6_000, DEEP))

    world.execute(BOB, CollectFeesCall(-6_000, 6_000))

    assert world.rows(FeesCollected) == []


def test_the_protocols_part_is_its_own_and_a_unit_stays():
    world = funded(part=5)
    world.execute(BOB, SwapCall(ETH.id, 10**21, 0))
    assert world.amm.protocol_fees == (3 * 10**18 // 5, 0)

    assert world.execute(BOB, CollectProtocolFeesCall()) == Refusal.NOT_ALLOWED
    world.execute(PROTOCOL, CollectProtocolFeesCall(receiver=CAROL))

    assert world.rows(ProtocolFeeTaken) == [ProtocolFeeTaken(CAROL, ETH.id, 3 * 10**18 // 5 - 1)]
    assert world.amm.protocol_fees == (1, 0)
    assert world.moved(CAROL, ETH) == 3 * 10**18 // 5 - 1
    world.execute(ALICE, CollectFeesCall(-6_000, 6_000))
    assert world.rows(FeesCollected)[0].amount_0 == 3 * 10**18 - 3 * 10**18 // 5 - 1
    world.check()


@pytest.mark.parametrize(("ends", "is_lower"), [((60, 120), True), ((0, 60), False)])
def test_a_range_is_touched_while_the_price_stands_on_its_end(ends, is_lower):
    world = funded()
    world.execute(CAROL, SwapCall(DAI.id, 10**23, 0, price_limit=sqrt_price_at(60)))
    assert world.amm.book.tick == 60
    world.execute(BOB, AddRangeCall(ends[0], ends[1], DEEP))
    assert is_lower == (world.amm.book.liquidity == 2 * DEEP)

    world.execute(CAROL, SwapCall(DAI.id if is_lower else ETH.id, 10**20, 0))

    (swapped,), came = world.rows(Swapped), 1 if is_lower else 0
    world.execute(BOB, CollectFeesCall(ends[0], ends[1]))
    earned = ((swapped.fee << 128) // (2 * DEEP)) * DEEP >> 128
    (paid,) = world.rows(FeesCollected)
    assert (paid.amount_0, paid.amount_1)[came] == earned > 0
    assert (paid.amount_0, paid.amount_1)[1 - came] == 0
    world.check()


def test_a_tick_that_begins_at_or_below_the_price_has_all_growth_so_far_on_its_other_side():
    world = funded()
    world.execute(CAROL, SwapCall(DAI.id, 10**23, 0, price_limit=sqrt_price_at(60)))

    world.execute(BOB, AddRangeCall(60, 120, DEEP))

    assert world.amm.book.ticks[60].outside == world.amm.book.growth != (0, 0)
    assert world.amm.book.ticks[120].outside == (0, 0)


# Observations.
