"""Between two closes: met exactly, never a straight line, nothing to be foreseen."""

import copy
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.units import MINUTE, SECOND
from sim.world.bridge import Bridge
from sim.world.paths import Knot

EPOCH = 1_584_014_400
PRICE = 200 * 10**8


def walked(knots, seed=1, epoch=EPOCH, step=SECOND, quiet_bps=5.0):
    """Return every (instant, price) of a walk."""
    bridge = Bridge(tuple(knots), seed, "test", epoch, step, quiet_bps)
    found = [(bridge.at, bridge.price)]
    while bridge.next_at() is not None:
        bridge.advance()
        found.append((bridge.at, bridge.price))
    return found


@given(st.lists(st.tuples(st.integers(1, 200 * SECOND), st.integers(1, 10**13)), min_size=1, max_size=6), st.integers(0, 99))
def test_every_knot_is_met_to_the_unit_and_steps_are_on_its_grid(legs, seed):
    at, knots = 0, [Knot(0, PRICE)]
    for length, price in legs:
        at += length
        knots.append(Knot(at, price))

    walk = dict(walked(knots, seed, step=10 * SECOND))

    assert [walk[knot.at] for knot in knots] == [knot.price for knot in knots]
    assert all(price >= 1 for price in walk.values())
    starts = [knot.at for knot in knots]
    assert all(at in starts or (at - max(start for start in starts if start <= at)) % (10 * SECOND) == 0 for at in walk)


@pytest.mark.parametrize("close", [PRICE, PRICE * 95 // 100, PRICE * 102 // 100])
def test_there_is_no_straight_line_between_closes(close):
    walk = walked([Knot(0, PRICE), Knot(MINUTE, close)])

    line = [PRICE + (close - PRICE) * at // MINUTE for at, _ in walk]
    off = [abs(price - straight) for (_, price), straight in zip(walk, line, strict=True)]

    assert sum(distance > 0 for distance in off) > 50
    assert len({after - before for (_, before), (_, after) in pairwise(walk)}) > 50


def test_a_held_stretch_is_one_step_without_a_move():
    assert walked([Knot(0, PRICE), Knot(MINUTE, PRICE, is_flat=True)]) == [(0, PRICE), (MINUTE, PRICE)]


def test_bounds_are_kept_all_the_way():
    low, high = PRICE * 999 // 1000, PRICE * 1001 // 1000
    walk = walked([Knot(0, PRICE), Knot(10 * MINUTE, PRICE, low, high)], quiet_bps=500.0)

    assert all(low <= price <= high for _, price in walk)
    assert len({price for _, price in walk}) > 100


def test_nothing_up_to_a_close_depends_on_what_comes_after_it():
    crash, boom = ([Knot(0, PRICE), Knot(MINUTE, PRICE - 10**8), Knot(2 * MINUTE, after)] for after in (1, 10**12))

    assert walked(crash)[:61] == walked(boom)[:61]
    assert walked(crash)[61] != walked(boom)[61]


def test_a_stretchs_draws_do_not_depend_on_other_stretches():
    short, long = [Knot(MINUTE, PRICE), Knot(2 * MINUTE, PRICE)], [Knot(0, 7 * PRICE), Knot(MINUTE, PRICE), Knot(2 * MINUTE, PRICE)]

    assert walked(short) == walked(long)[60:]


def test_the_path_is_the_same_whenever_the_run_begins():
    noon = walked([Knot(0, PRICE), Knot(MINUTE, PRICE)], epoch=EPOCH)
    later = walked([Knot(-30 * SECOND, PRICE), Knot(30 * SECOND, PRICE)], epoch=EPOCH + 30)

    assert [price for _, price in noon] == [price for _, price in later]


def test_another_seed_is_another_way_to_the_same_closes():
    one, other = (walked([Knot(0, PRICE), Knot(MINUTE, PRICE)], seed) for seed in (1, 2))

    assert one != other and one[0] == other[0] and one[-1] == other[-1]


@pytest.mark.parametrize("fall_bps", [1, 39, 500])
@pytest.mark.parametrize("part", [15, 30, 45])
def test_going_along_with_the_way_so_far_gains_nothing(fall_bps, part):
    """Over many seeds the move so far and the move to come have the covariance that the docstring states: never positive."""
    move, quiet, share = math.log1p(-fall_bps / 10_000), 5.0 / 10_000, part / 60
    expected = share * (1 - share) * (move * move - max(move * move, quiet * quiet))
    products = []
    for seed in range(2000):
        bridge = Bridge((Knot(0, PRICE), Knot(MINUTE, round(PRICE * math.exp(move)))), seed, "test", EPOCH, 15 * SECOND)
        seen = math.log(bridge.walk_to(part * SECOND) / PRICE)
        products.append(seen * (move - seen))

    mean = sum(products) / len(products)
    spread = math.sqrt(sum((each - mean) ** 2 for each in products)) / len(products)

    assert expected <= 0
    assert abs(mean - expected) < 4 * spread


def test_a_fork_walks_on_alike():
    bridge = Bridge((Knot(0, PRICE), Knot(MINUTE, PRICE)), 1, "test", EPOCH)
    bridge.walk_to(20 * SECOND)

    fork = copy.deepcopy(bridge)

    assert [bridge.advance() for _ in range(40)] == [fork.advance() for _ in range(40)]
