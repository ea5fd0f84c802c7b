"""An amm of ranges over time: means, seconds within a range, room for both; its view, and how it comes into a world."""

from itertools import pairwise

import pytest

from sim.amm.calls import (
    AddRangeCall,
    RemoveLiquidityCall,
    SwapCall,
    WidenObservationsCall,
)
from sim.amm.concentrated.log_ticks import Q96
from sim.amm.concentrated.opening import open_amounts, open_range
from sim.errors import InputError
from sim.records.amm import ObservationsWidened
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.amm.test_concentrated import DEEP, UNIT, funded
from tests.amm.world import ALICE, AMM, BOB, DAI, ETH, OPENED, ranges


def test_a_mean_is_that_of_the_ticks_before_the_price_moved_in_each_block():
    world = funded()
    world.execute(BOB, WidenObservationsCall(10))
    assert world.rows(ObservationsWidened) == [ObservationsWidened(10)]
    world.now += 100
    world.execute(BOB, SwapCall(ETH.id, 10**23, 0))
    low = world.amm.book.tick
    world.now += 50
    world.execute(BOB, SwapCall(DAI.id, 3 * 10**23, 0))

    assert world.amm.mean_tick(world.now, 150) == 50 * low // 150
    assert world.amm.mean_tick(world.now, 50) == low
    assert world.amm.mean_tick(world.now, 100) == low * 50 // 100
    assert world.amm.mean_tick(world.now + 25, 25) == world.amm.book.tick


def test_a_price_moved_and_moved_back_within_a_block_leaves_the_mean_alone():
    world = funded()
    world.execute(BOB, WidenObservationsCall(10))
    world.now += 100
    world.execute(BOB, SwapCall(ETH.id, 10**24, 0))
    world.execute(BOB, SwapCall(DAI.id, 10**25, 0, price_limit=Q96))
    world.now += 100

    assert world.amm.mean_tick(world.now, 200) == 0


def test_seconds_per_liquidity_are_summed_by_what_was_in_range_until_it_changed():
    world = funded()
    world.execute(BOB, WidenObservationsCall(10))
    start = world.now
    world.now += 60
    world.execute(BOB, AddRangeCall(-600, 600, DEEP))
    world.now += 30
    world.execute(BOB, RemoveLiquidityCall(DEEP, lower=-600, upper=600))
    world.now += 7

    depths = [world.amm.observe(world.now, world.now - at)[1] for at in (start, start + 60, start + 90, start + 97)]
    spans = [after - before for before, after in pairwise(depths)]
    assert spans == [60 * 2**128 // DEEP, 30 * 2**128 // (2 * DEEP), 7 * 2**128 // DEEP]


def test_room_that_is_there_already_is_not_paid_for_again():
    world = funded()

    first, again = world.execute(BOB, WidenObservationsCall(5)), world.execute(BOB, WidenObservationsCall(5))

    assert not isinstance(again, Refusal)
    assert first - again == 4 * 22_100
    assert world.rows(ObservationsWidened) == []


# Views and openings.


def test_a_view_keeps_showing_its_own_block():
    world = funded((-60, 60, DEEP))
    view = world.amm.view(OPENED)
    told = view.swap_of(ETH.id, 10**22)

    world.execute(BOB, SwapCall(ETH.id, 10**23, 0))
    world.execute(ALICE, RemoveLiquidityCall(DEEP, lower=-60, upper=60))

    assert view.swap_of(ETH.id, 10**22) == told
    assert view.price(ETH.id) == view.price(DAI.id) == WAD
    assert view.place == AMM


@pytest.mark.parametrize("amount", [0, -1, 10**39])
def test_a_view_says_none_where_a_call_would_be_refused(amount):
    view = funded().amm.view(OPENED)

    assert view.swap_for(DAI.id, amount) is None
    assert view.swap_of(77, 5) is None
    if amount <= 0:
        assert view.swap_of(ETH.id, amount) is None


def test_liquidity_that_is_there_at_the_start_comes_into_the_world_with_it():
    world = ranges()

    paid = open_range(world.amm, ALICE, -600, 600, 10**20, OPENED)
    taken = open_amounts(world.amm, BOB, -1_200, 1_200, (UNIT, UNIT), OPENED)

    assert world.amm.reserves == (paid[0] + taken[0], paid[1] + taken[1])
    assert world.moved(ALICE, ETH) == world.moved(BOB, ETH) == 0
    world.check()


def test_an_opening_that_the_contract_would_refuse_is_an_authors_mistake():
    with pytest.raises(InputError, match="BAD_RANGE"):
        open_range(ranges().amm, ALICE, -601, 600, 10**20, OPENED)
    with pytest.raises(InputError, match="BAD_RANGE"):
        open_amounts(ranges().amm, ALICE, -601, 600, (5, 5), OPENED)
    with pytest.raises(InputError, match="TOO_LITTLE_LIQUIDITY"):
        open_amounts(ranges().amm, ALICE, -600, 600, (0, 5), OPENED)
