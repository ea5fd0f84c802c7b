"""The cross-entropy method finds hills, the same way each time."""

import pytest

from sim.learning.cross_entropy import rounds
from sim.streams import Streams


def climbed(seed=1, **further):
    stream = Streams(seed)["learn"]
    return list(
        rounds(lambda at, number: -((at[0] - 3) ** 2) - (at[1] + 1) ** 2, (0, 0), (2, 2), stream, count=12, tried=30, kept=6, **further)
    )


def test_it_finds_the_top_of_a_hill():
    last = climbed()[-1]

    assert last.mean == pytest.approx([3, -1], abs=0.05)
    assert last.scores == sorted(last.scores, reverse=True)


def test_the_same_stream_goes_the_same_way():
    assert climbed() == climbed()
    assert climbed() != climbed(seed=2)


def test_it_tries_its_mean_itself_and_so_forgets_no_more_than_it_learns():
    flat = list(rounds(lambda at, number: -abs(at[0]), (0,), (1,), Streams(1)["learn"], count=3, tried=5, kept=1))

    assert flat[-1].mean == [0]
    assert [each.scores[0] for each in flat] == [0] * 3


def test_the_spread_does_not_fall_below_the_least():
    assert min(min(each.spread) for each in climbed(least_spread=0.5)) == 0.5
