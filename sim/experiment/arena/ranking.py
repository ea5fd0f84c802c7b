"""Who is better than whom: pairwise, in the same races, and not by means alone.

In each race every pair is compared by profit: a win, a loss, or half of each for a tie. A strength is what makes the wins likeliest under
Bradley and Terry (1952), where i beats j with chance s_i / (s_i + s_j); it is found by the iteration of Hunter (2004), with one drawn
race of each pair added, so that who has won all is strong and not infinitely so. Intervals are percentiles over resampled races, which is
to resample seeds: all keepers of a race stay together. Who is not in a race neither wins nor loses it; pairs that never met have the
drawn race alone, and entries that nothing connects, not even whom both of them met, are ranked apart. Told in units of 400 log10, as
ratings in chess are. Left out: profit (`standings`).
"""

import math
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from sim.experiment.statistics import Interval

CONFIDENCE = 0.95
RESAMPLES = 400
ROUNDS = 200
PER_TENFOLD = 400
"""A rating of so many points more is ten times the strength."""
Matrix = NDArray[np.float64]


@attrs.frozen
class Ranked:
    """One entry's place."""

    name: str
    company: int
    """From 1: entries of one company met each other, or others who did. Ratings and places of two companies cannot be held together."""
    rating: Interval
    """0 is the company's own middle."""
    wins: float
    """Share of all pairs that it won, ties by half."""
    places: tuple[int, int]
    """Places that it has in the middle 95 % of the resampled arenas, best and worst."""


def ranking(races: Sequence[Mapping[str, float]], names: Sequence[str], *, resamples: int = RESAMPLES) -> list[Ranked]:
    """Return everybody's place, by company the best first; ties in the sequence of names. A race may lack some of them."""
    found = enumerate(companies(races, names), start=1)
    return [ranked for number, members in found for ranked in _within(number, _of(races, members), members, resamples)]


def companies(races: Sequence[Mapping[str, float]], names: Sequence[str]) -> list[list[str]]:
    """Return who met whom, directly or by way of others: the largest company first, then in the sequence of names."""
    found: list[list[str]] = []
    for name in names:
        together = {name}.union(*(race.keys() for race in races if name in race))
        touched = [company for company in found if together.intersection(company)]
        found = [company for company in found if company not in touched]
        found.append([*(each for company in touched for each in company), name])
    place = {name: number for number, name in enumerate(names)}
    ordered = [sorted(company, key=place.__getitem__) for company in found]
    return sorted(ordered, key=lambda company: (-len(company), place[company[0]]))


def _of(races: Sequence[Mapping[str, float]], members: Sequence[str]) -> list[Mapping[str, float]]:
    return [race for race in races if any(each in race for each in members)]


def _within(number: int, races: Sequence[Mapping[str, float]], names: Sequence[str], resamples: int) -> list[Ranked]:
    """Return the places within one company."""
    wins = wins_by_race(races, names)
    ratings = ratings_of(wins.sum(axis=0))
    dice = np.random.Generator(np.random.PCG64(0))
    drawn = np.array([ratings_of(wins[dice.integers(0, len(races), len(races))].sum(axis=0)) for _ in range(resamples)])
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    placed = 1 + (drawn[:, None, :] > drawn[:, :, None]).sum(axis=2)
    best, worst = np.quantile(placed, [tail, 1 - tail], axis=0, method="nearest")
    shares = wins.sum(axis=(0, 2)) / np.maximum(1, (wins + wins.transpose(0, 2, 1)).sum(axis=(0, 2)))
    found = [
        Ranked(name, number, Interval(float(ratings[i]), float(low[i]), float(high[i])), float(shares[i]), (int(best[i]), int(worst[i])))
        for i, name in enumerate(names)
    ]
    return sorted(found, key=lambda each: (-each.rating.value, each.name))


def wins_by_race(races: Sequence[Mapping[str, float]], names: Sequence[str]) -> Matrix:
    """Return, by race, winner and loser, what was won: 1, or one half each; nothing where one of the two was not there."""
    profits = np.array([[race.get(name, np.nan) for name in names] for race in races], dtype=float)
    ahead = profits[:, :, None] - profits[:, None, :]
    won: Matrix = np.nan_to_num((np.sign(ahead) + 1) / 2)
    won[:, range(len(names)), range(len(names))] = 0
    return won


def ratings_of(wins: Matrix) -> Matrix:
    """Return ratings whose mean is zero, from how often the one of each pair won over the other."""
    count = len(wins)
    if count == 1:
        return np.zeros(1)
    padded = wins + 0.5 * (1 - np.eye(count))
    met = padded + padded.T
    strength = np.ones(count)
    for _ in range(ROUNDS):
        strength = padded.sum(axis=1) / (met / (strength[:, None] + strength[None, :])).sum(axis=1)
        strength /= math.exp(float(np.log(strength).mean()))
    rated: Matrix = PER_TENFOLD * np.log10(strength)
    return rated
