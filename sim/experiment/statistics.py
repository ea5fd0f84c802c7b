"""What the rows of a study show: intervals, ranks and slopes.

Floats, all of it: no command comes of these figures. Resampling draws from a PCG64 of its own, seeded, so a figure printed twice
is the same figure. Left out: tests of significance; an interval that leaves zero out says as much and says how large.
"""

import math
from collections.abc import Callable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

RESAMPLES = 10_000
HALVINGS = 60
"""More than a double can tell apart."""


@attrs.frozen
class Interval:
    """An estimate and the bounds it lies between, at the confidence that was asked for."""

    value: float
    low: float
    high: float

    @property
    def is_positive(self) -> bool:
        """Whether all of the interval lies above zero."""
        return self.low > 0

    @property
    def is_negative(self) -> bool:
        """Whether all of the interval lies below zero."""
        return self.high < 0


@attrs.frozen
class Line:
    """A straight line through points: y = intercept + slope * x."""

    slope: float
    intercept: float


def mean_interval(values: Sequence[float], *, confidence: float = 0.95, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """Return the mean of the values and its percentile bootstrap interval.

    Two finite values or more are needed. Costs as many numbers in memory as values times resamples.
    """
    sample = _finite(values, "values", at_least=2)
    dice = np.random.Generator(np.random.PCG64(seed))
    means = sample[dice.integers(0, len(sample), size=(resamples, len(sample)))].mean(axis=1)
    tail = (1 - _confidence(confidence)) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(sample.mean()), float(low), float(high))


def paired_difference(
    base: Sequence[float], treated: Sequence[float], *, confidence: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """Return the mean of treated minus base and its paired bootstrap interval; the two are paired by place, as by seed."""
    if len(base) != len(treated):
        raise InputError(f"there are {len(base)} base values and {len(treated)} treated ones; pair each with its twin")
    difference = _finite(treated, "treated", at_least=2) - _finite(base, "base", at_least=2)
    return mean_interval(difference.tolist(), confidence=confidence, resamples=resamples, seed=seed)


def ratio_interval(
    above: Sequence[float], below: Sequence[float], *, confidence: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """Return the ratio of two means and its paired bootstrap interval; the two are paired by place, as by seed.

    The mean below must not be zero; nor is it drawn to be: resamples in which it is zero are left out.
    """
    _paired(above, below)
    over, under = np.array(above, dtype=float), np.array(below, dtype=float)
    if not under.sum():
        raise InputError("the mean below is 0; a ratio to it says nothing")
    chosen = np.random.Generator(np.random.PCG64(seed)).integers(0, len(over), size=(resamples, len(over)))
    sums = under[chosen].sum(axis=1)
    ratios = over[chosen].sum(axis=1)[sums != 0] / sums[sums != 0]
    tail = (1 - _confidence(confidence)) / 2
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return Interval(float(over.sum() / under.sum()), float(low), float(high))


def spread(values: Sequence[float]) -> float | None:
    """Return the standard deviation of a sample (over one less than its size); None of fewer than two."""
    return float(np.std(_finite(values, "values", at_least=2), ddof=1)) if len(values) > 1 else None


def proportion_interval(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Return a share and its exact binomial interval (Clopper and Pearson 1934): never too narrow, whatever the true share."""
    if not 0 <= successes <= trials or trials < 1:
        raise InputError(f"{successes} successes in {trials} trials; give at least one trial and no more successes than trials")
    tail = (1 - _confidence(confidence)) / 2
    low = 0.0 if successes == 0 else _share_where(lambda share: _at_least(successes, trials, share), tail)
    high = 1.0 if successes == trials else 1 - _share_where(lambda share: _at_least(trials - successes, trials, share), tail)
    return Interval(successes / trials, low, high)


def ranks(values: Sequence[float]) -> list[float]:
    """Return each value's rank, from 1; equal values share the mean of theirs."""
    sample = _finite(values, "values", at_least=1)
    _, place, count = np.unique(sample, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return [float(rank) for rank in (last - (count - 1) / 2)[place]]


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Return Spearman's rank correlation, between -1 and 1; refused when all of either are equal."""
    _paired(x, y)
    _varied(x, "x")
    _varied(y, "y")
    first, second = np.array(ranks(x)), np.array(ranks(y))
    first, second = first - first.mean(), second - second.mean()
    return float(first @ second / math.sqrt(float(first @ first) * float(second @ second)))


def fit_line(x: Sequence[float], y: Sequence[float]) -> Line:
    """Return the line of least squares; refused when all x are equal. For a power law give logarithms: the slope is its power."""
    _paired(x, y)
    _varied(x, "x")
    across, up = np.array(x, dtype=float), np.array(y, dtype=float)
    centred = across - across.mean()
    slope = float(centred @ (up - up.mean()) / (centred @ centred))
    return Line(slope, float(up.mean()) - slope * float(across.mean()))


def _at_least(successes: int, trials: int, share: float) -> float:
    """Return the chance of at least so many successes."""
    log_share, log_rest = math.log(share), math.log1p(-share)
    return math.fsum(
        math.exp(_log_ways(trials, count) + count * log_share + (trials - count) * log_rest) for count in range(successes, trials + 1)
    )


def _log_ways(trials: int, count: int) -> float:
    return math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)


def _share_where(chance: Callable[[float], float], wanted: float) -> float:
    """Return the share at which a rising chance is the one wanted."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) < wanted else (low, middle)
    return (low + high) / 2


def _finite(values: Sequence[float], name: str, *, at_least: int) -> NDArray[np.float64]:
    sample = np.array(values, dtype=float)
    if len(sample) < at_least:
        raise InputError(f"{name} has {len(sample)} of them; at least {at_least} are needed")
    if not np.isfinite(sample).all():
        raise InputError(f"{name} holds {sample[~np.isfinite(sample)][0]}; leave out runs without a figure, and say so")
    return sample


def _paired(x: Sequence[float], y: Sequence[float]) -> None:
    if len(x) != len(y):
        raise InputError(f"there are {len(x)} x and {len(y)} y; give one for each")
    _finite(x, "x", at_least=2)
    _finite(y, "y", at_least=2)


def _varied(values: Sequence[float], name: str) -> None:
    if all(value == values[0] for value in values):
        raise InputError(f"{name} is {values[0]:g} throughout; at least two different values are needed")


def _confidence(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence:g}; give a share between 0 and 1, such as 0.95")
    return confidence
