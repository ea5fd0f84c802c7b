"""The ring of observations: what it remembers, how far back, and in which steps it grows."""

import random

import pytest

from sim.amm.concentrated.observations import MOST_SLOTS, Observation, Observations, mean_tick
from sim.errors import Revert
from sim.journal import Journal
from sim.vocabulary import Refusal

START = 1_000_000


def opened(slots: int = 1) -> Observations:
    ring = Observations.opened(Journal(), START)
    ring.widen(slots)
    return ring


def test_a_ring_of_one_remembers_its_last_observation_only():
    ring = opened()
    ring.write(START + 10, 5, 1)

    assert ring.slots == {0: Observation(START + 10, 50, 10 * 2**128)}
    assert ring.oldest_at == START + 10
    with pytest.raises(Revert) as refused:
        ring.observe(START + 15, 6, 7, 1)
    assert refused.value.reason == Refusal.OBSERVATION_TOO_OLD
    assert ring.observe(START + 15, 5, 7, 1) == (50, 10 * 2**128)


def test_what_is_since_the_last_observation_counts_as_it_is_now():
    ring = opened()

    assert ring.observe(START + 4, 0, 7, 2) == (28, 4 * 2**128 // 2)
    assert ring.observe(START + 4, 1, 7, 2) == (21, 3 * 2**128 // 2)


def test_liquidity_of_nothing_counts_as_one():
    assert opened().observe(START + 4, 0, 7, 0)[1] == 4 * 2**128


def test_the_first_observation_of_a_block_counts():
    ring = opened(3)
    ring.write(START + 10, 5, 1)
    ring.write(START + 10, 900, 1)

    assert ring.observe(START + 10, 0, 0, 1)[0] == 50


def test_room_is_used_once_the_ring_comes_round():
    ring = opened()
    ring.write(START + 1, 1, 1)
    assert ring.widen(3) == 2
    assert ring.size == 1

    for second in (2, 3, 4):
        ring.write(START + second, 1, 1)

    assert (ring.size, ring.newest, sorted(ring.slots)) == (3, 0, [0, 1, 2])
    assert ring.oldest_at == START + 2
    ring._check()


def test_less_room_than_there_is_changes_nothing_and_there_is_a_most():
    ring = opened(5)

    assert ring.widen(4) == 0
    assert ring.widen(10**9) == MOST_SLOTS - 5


def test_between_two_observations_lies_a_line_cut_towards_zero():
    ring = opened(2)
    ring.slots[0] = Observation(START, 0, 0)
    ring.slots[1] = Observation(START + 3, -10, 3 * 2**128)
    ring.size, ring.newest = 2, 1

    assert ring.observe(START + 3, 1, 0, 1) == (-6, 2 * 2**128)
    assert ring.observe(START + 3, 2, 0, 1) == (-3, 2**128)


@pytest.mark.parametrize(("then", "now", "seconds", "expected"), [(0, 10, 3, 3), (0, -10, 3, -4), (0, -9, 3, -3), (5, 5, 9, 0)])
def test_a_mean_is_rounded_towards_minus_infinity(then, now, seconds, expected):
    assert mean_tick(then, now, seconds) == expected


@pytest.mark.parametrize("seed", range(24))
def test_a_ring_agrees_with_sums_taken_second_by_second(seed):
    """No outside numbers exist for this: the expected ones are added up here, second by second."""
    dice = random.Random(seed)
    ring, now, tick, liquidity = opened(dice.choice([1, 2, 7, 40])), START, 0, 1
    ticks, depths, written = [0], [0], [START]
    for _ in range(30):
        span = dice.choice([1, 2, 12, 100])
        for _ in range(span):
            ticks.append(ticks[-1] + tick)
        depths += [depths[-1] + seconds * 2**128 // liquidity for seconds in range(1, span + 1)]
        now += span
        ring.write(now, tick, liquidity)
        written.append(now)
        tick, liquidity = dice.randint(-800_000, 800_000), dice.choice([1, 2**20, 2**100])
        if dice.random() < 0.1:
            ring.widen(ring.paid_for + dice.randrange(5))
        ring._check()
        kept = written[-1] if ring.size == 1 else written[-min(len(ring.slots), len(written))]
        assert ring.oldest_at == kept

        for at in range(kept, now + 1):
            found = ring.observe(now, now - at, tick, liquidity)
            assert found[0] == ticks[at - START]
            if at in written:
                assert found[1] == depths[at - START]


def test_a_reverted_write_leaves_no_trace():
    ring = opened(2)
    ring.write(START + 1, 5, 1)
    before = dict(ring.slots), ring.newest, ring.size, ring.paid_for
    mark = ring.journal.begin()

    ring.write(START + 2, 9, 1)
    ring.widen(9)
    ring.journal.rollback(mark)

    assert (dict(ring.slots), ring.newest, ring.size, ring.paid_for) == before
