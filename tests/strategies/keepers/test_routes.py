"""Which amm pays most, and how a swap is divided among several."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.amm.calls import SwapCall
from sim.amm.constant_product.views import ConstantProductView
from sim.assets import Asset
from sim.composites import stand_in_of
from sim.units import BPS_ONE
from strategies.keepers.routes import Leg, Routes, fetched_by, swaps

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
FIRST, SECOND = 5, 6


def routes(*depths: int) -> Routes:
    return Routes({FIRST + place: _amm(FIRST + place, depth) for place, depth in enumerate(depths)})


def _amm(place: int, depth: int) -> ConstantProductView:
    return ConstantProductView(place, 0, (ETH, USDC), (depth * ETH.unit, depth * 2_000 * USDC.unit), 9, 10**18, (0, 0))


def test_of_two_amms_the_deeper_pays_more():
    (leg,) = routes(100, 400).best(ETH.id, 10 * ETH.unit, USDC.id)

    assert leg.amm == SECOND


def test_where_none_trades_the_two_there_is_no_way():
    assert routes(100).best(ETH.id, ETH.unit, 3) == () == routes().best(ETH.id, ETH.unit, USDC.id)
    assert routes(100).divided(ETH.id, ETH.unit, 3, 4) == ()


def test_what_was_taken_stands_in_the_way_of_what_comes_next():
    there = routes(100)
    first = there.best(ETH.id, ETH.unit, USDC.id)
    there.take(ETH.id, first)
    second = there.best(ETH.id, ETH.unit, USDC.id)

    both = there.amms[FIRST].swap_of(ETH.id, 2 * ETH.unit).amount_out
    assert fetched_by(first) + fetched_by(second) == both


@settings(max_examples=40)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 60), st.integers(1, 12))
def test_a_divided_swap_is_whole_and_pays_what_its_parts_pay(one, other, units, pieces):
    there = routes(one, other)
    legs = there.divided(ETH.id, units * ETH.unit, USDC.id, pieces)

    assert sum(leg.units for leg in legs) == units * ETH.unit
    assert [leg.fetched for leg in legs] == [there.amms[leg.amm].swap_of(ETH.id, leg.units).amount_out for leg in legs]
    if pieces == 1:
        assert fetched_by(legs) == fetched_by(there.best(ETH.id, units * ETH.unit, USDC.id))


def test_between_two_alike_it_goes_half_and_half_and_no_division_pays_more():
    there, units = routes(100, 100), 20 * ETH.unit
    legs = there.divided(ETH.id, units, USDC.id, 20)
    cuts = range(ETH.unit, units, ETH.unit)
    every = [there.fetched(FIRST, ETH.id, cut, USDC.id) + there.fetched(SECOND, ETH.id, units - cut, USDC.id) for cut in cuts]

    assert [leg.units for leg in legs] == [units // 2, units // 2]
    assert fetched_by(legs) == max(every)


def test_steps_swap_parts_of_what_is_left_and_the_last_all_of_it():
    legs = (Leg(FIRST, 3, 30), Leg(SECOND, 1, 10))
    steps = swaps(ETH.id, legs, USDC.id, 7)
    calls = [call for _, call in steps if isinstance(call, SwapCall)]

    assert [place for place, _ in steps] == [FIRST, SECOND]
    assert [stand_in_of(call.amount_in).part for call in calls] == [7_500, BPS_ONE]
    assert [call.least_out for call in calls] == [0, 0]


def test_the_least_is_asked_of_a_single_swap():
    ((_, call),) = swaps(ETH.id, (Leg(FIRST, 3, 30),), USDC.id, 7)

    assert isinstance(call, SwapCall) and call.least_out == 7
