"""Walking a book and stressing a sheet, each figure with its answer on paper; then laws that hold for any book and any accounts."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.metrics.stress import DEPTHS, SHOCKS, Sheet, carried, sold, standing, stress, worth
from sim.metrics.walking import INFINITE, Depth, added, beyond, haircut, push, slippage

ETH, STETH, USDC = 1, 2, 3
EVEN = Depth((10.0, 20.0, 50.0))
"""Ten units to the percent, all the way down: a thousand in all."""
amounts = st.floats(0.001, 1e6)
depths = st.lists(st.floats(0, 1e5), min_size=3, max_size=3).map(lambda each: Depth(tuple(sorted(each))))


def sheet(held, owed, threshold=0.8):
    count = len(next(iter(owed.values())))
    return Sheet(
        {asset: np.array(each, float) for asset, each in held.items()},
        {asset: np.array(each, float) for asset, each in owed.items()},
        {asset: np.full(count, threshold) for asset in held},
    )


@pytest.mark.parametrize(("size", "lost"), [(0, 0), (10, 0.005), (20, 0.01), (40, 0.02), (1000, 0.5)])
def test_in_an_even_book_the_average_is_half_way_down(size, lost):
    assert haircut(EVEN, size) == pytest.approx(lost)


def test_what_no_bid_waits_for_fetches_nothing():
    assert haircut(EVEN, 2000) == pytest.approx(0.75)
    assert haircut(Depth((0.0, 0.0, 0.0)), 1) == 1
    assert slippage(EVEN, 1001) is None


@pytest.mark.parametrize(("size", "part"), [(0, 0), (50, 0), (100, 0.5), (2000, 0.975)])
def test_beyond_the_sampled_depth_lies_what_is_more_than_it(size, part):
    assert beyond(EVEN, size) == pytest.approx(part)
    assert beyond(INFINITE, size) == 0


def test_bands_are_walked_one_after_the_other():
    # 4 at half a percent, 1 of the 6 in the second band: a sixth of a percent down, a twelfth on average.
    assert haircut(Depth((4.0, 10.0, 10.0)), 5) == pytest.approx((4 * 0.005 + 1 * (0.01 + 0.01 / 12)) / 5)
    assert push(Depth((4.0, 10.0, 10.0)), 5) == pytest.approx(0.01 + 0.01 / 6)


@given(depths, amounts, amounts)
def test_more_never_sells_better_and_a_deeper_book_never_worse(depth, size, more):
    assert 0 <= haircut(depth, size) <= haircut(depth, size + more) + 1e-9
    assert haircut(depth.times(2), size) <= haircut(depth, size) + 1e-9
    assert haircut(added([depth, depth]), size) == pytest.approx(haircut(depth.times(2), size))
    assert haircut(depth, size) <= push(depth, size) + 1e-9


@given(amounts)
def test_infinite_depth_takes_anything_at_the_mid(size):
    assert (haircut(INFINITE, size), slippage(EVEN.times(math.inf), size)) == (0, 0)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=8), depths)
def test_at_liquidation_value_nobody_is_worth_more_than_at_mark_and_in_infinite_depth_everybody_the_same(accounts, depth):
    pool = sheet({ETH: [held for held, _ in accounts]}, {USDC: [owed for _, owed in accounts]})
    prices = {ETH: 2.0, USDC: 1.0}
    owed, marked = worth(pool.owed, prices, len(pool)), worth(pool.held, prices, len(pool))

    fetched = [worth(pool.held, sold(prices, {ETH: pool.total(ETH)}, {ETH: each}), len(pool)) for each in (depth, INFINITE)]

    assert (fetched[0] <= marked * (1 + 1e-12)).all()
    assert fetched[1].tolist() == marked.tolist()
    for held in (marked, *fetched):
        line = standing(owed, held)
        assert line["collateral"] == pytest.approx(line["debt"] + line["equity"] - line["uncovered"])
        assert line["net"] == pytest.approx(line["equity"] - line["uncovered"], abs=1e-6)


def test_a_stress_on_paper():
    # At 70 of 100 the first may owe 56 and the second 560: only the first, who owes 60, is called. It sells one ETH.
    pool = sheet({ETH: [1, 10]}, {USDC: [60, 500]})

    rows = stress([pool], {ETH: 100.0, USDC: 1.0}, {ETH: Depth((0.0, 0.0, 0.0))}, [ETH], 15.0, (0, -30), (1.0, math.inf))

    told = [(row["shock_percent"], row["liquidatable_debt"], row["bad_debt"], row["coverage"]) for row in rows]
    assert told == [(0, 0, 0, 1), (0, 0, 0, 1), (-30, 60, 60, 0.25), (-30, 60, 0, 1)]


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6), depths)
def test_a_harder_shock_calls_no_less_and_a_deeper_book_leaves_no_more_unpaid(accounts, depth):
    pool = sheet({ETH: [held for held, _ in accounts]}, {USDC: [owed for _, owed in accounts]})

    rows = stress([pool], {ETH: 2.0, USDC: 1.0}, {ETH: depth}, [ETH])

    called = [row["liquidatable_debt"] for row in rows[:: len(DEPTHS)]]
    assert called == sorted(called)
    for number in range(len(SHOCKS)):
        unpaid = [row["bad_debt"] for row in rows[number * len(DEPTHS) : (number + 1) * len(DEPTHS)]]
        assert all(deeper <= shallower + 1e-6 * max(shallower, 1) for shallower, deeper in pairwise(unpaid))


def test_what_an_account_may_carry_is_each_collateral_by_its_own_threshold():
    pool = Sheet({ETH: np.array([1.0]), STETH: np.array([2.0])}, {USDC: np.array([1.0])}, {ETH: np.array([0.8]), STETH: np.array([0.5])})

    assert carried(pool, {ETH: 100.0, STETH: 90.0, USDC: 1.0}).tolist() == [170.0]
