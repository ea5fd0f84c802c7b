"""The lottery of ties is fair: between any two channels, over instants on a grid, and without memory.

The bounds are five standard deviations of a fair coin's: with the draws below a fair lottery misses one in about a million.
"""

from itertools import pairwise, permutations
from math import sqrt

import pytest

from sim.kernel import DELIVER, Kernel, lottery
from sim.streams import key_of
from sim.units import MILLISECOND, SECOND

GRIDS = (1, MILLISECOND, SECOND, 12 * SECOND, 13_100_000_000, 2**40)
ROUNDS = 3_000


def margin(draws: int, share: float = 0.5) -> float:
    """Return five standard deviations of how often something of this share happens."""
    return 5 * sqrt(draws * share * (1 - share))


def wins(first: int, second: int, grid: int) -> list[bool]:
    return [lottery(first, round * grid) < lottery(second, round * grid) for round in range(1, ROUNDS + 1)]


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("pair", [(key_of(7, "keeper/0", 5), key_of(7, "keeper/1", 5)), (1, 2), (2**63, 2**64 - 1)])
def test_neither_of_two_channels_wins_more(pair, grid):
    assert abs(sum(wins(pair[0], pair[1], grid)) - ROUNDS / 2) < margin(ROUNDS)


@pytest.mark.parametrize("grid", GRIDS)
def test_who_won_says_nothing_about_who_wins_next(grid):
    won = wins(key_of(7, "keeper/0", 5), key_of(7, "keeper/1", 5), grid)

    for lag in (1, 2, 3, 5):
        repeats = sum(before == after for before, after in zip(won, won[lag:], strict=False))
        assert abs(repeats - (ROUNDS - lag) / 2) < margin(ROUNDS - lag)


def test_three_channels_come_in_every_sequence_alike():
    keys = [key_of(1, name) for name in "abc"]
    counts = dict.fromkeys(permutations(range(3)), 0)
    for round in range(1, ROUNDS + 1):
        tickets = [lottery(key, round * 12 * SECOND) for key in keys]
        counts[tuple(sorted(range(3), key=tickets.__getitem__))] += 1

    assert all(abs(count - ROUNDS / 6) < margin(ROUNDS, 1 / 6) for count in counts.values())


def test_nobody_wins_by_being_named_first():
    keys = [key_of(3, f"agent/{number}") for number in range(200)]
    instants = [round * 12 * SECOND for round in range(1, 31)]
    firsts = sum(lottery(first, when) < lottery(second, when) for first, second in pairwise(keys) for when in instants)

    assert abs(firsts - 199 * 30 / 2) < margin(199 * 30)


def test_an_unfair_lottery_would_be_noticed():
    def one_multiplication(key: int, when: int) -> int:
        return ((key + when) * 0x9E3779B97F4A7C15 & (2**64 - 1)) >> 32

    won = [one_multiplication(1, 12 * SECOND * round) < one_multiplication(2, 12 * SECOND * round) for round in range(1, ROUNDS + 1)]

    assert abs(sum(won) - ROUNDS / 2) > margin(ROUNDS)


class Race:
    """Messages of several channels that arrive at every instant of a grid."""

    def __init__(self, channels: int) -> None:
        self.kernel = Kernel()
        self.keys = [key_of(9, "racer", number) for number in range(channels)]
        self.first: dict[int, int] = {}

    def start(self, rounds: int) -> None:
        for round in range(1, rounds + 1):
            self.kernel.call_at(round * 12 * SECOND - 1, DELIVER, self.send, round * 12 * SECOND)

    def send(self, when: int) -> None:
        for number, key in enumerate(self.keys):
            self.kernel.arrive_at(when, key, self.arrive, number)

    def arrive(self, number: int) -> None:
        self.first.setdefault(self.kernel.now, number)


def test_races_in_the_kernel_on_a_twelve_second_grid_are_fair_over_ids():
    race = Race(channels=5)
    race.start(ROUNDS)

    race.kernel.run_until(ROUNDS * 12 * SECOND)

    won = list(race.first.values())
    assert len(won) == ROUNDS
    assert all(abs(won.count(number) - ROUNDS / 5) < margin(ROUNDS, 1 / 5) for number in range(5))
