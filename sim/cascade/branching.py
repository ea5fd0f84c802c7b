"""Branching estimates: how much of a stream of instants a self-exciting process would explain. No cascade is looked at.

Two estimators of the same number n, the mean number of events that one event sets off: from the spread of counts, and by greatest
likelihood of a Hawkes process whose excitation decays exponentially. They see clusters, not causes: a fall outside that calls many
accounts at once is a cluster too. So they stand beside generation R under their own name, and are no reproduction number of the
run. Floats throughout: nothing is decided here.

Promised: ``of_times`` recovers n of a simulated Hawkes process (tests). Left out: other kernels, marks, a rate outside that changes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from sim.units import SECOND

Floats = npt.NDArray[np.float64]
LEAST_EVENTS = 20
"""Fewer say nothing."""
_ROUNDS = 60
"""Newton steps for the rates at a given decay; a handful is usual."""
_GOLDEN = (math.sqrt(5) - 1) / 2
_NARROWINGS = 40


@attrs.frozen
class Hawkes:
    """A process of rate ``mu + sum of n x decay x exp(-decay x age)`` over the events so far; times in seconds."""

    mu: float
    """Events a second that nothing set off."""
    n: float
    """The branching ratio: events that one sets off in the mean."""
    decay: float
    """Per second."""
    log_likelihood: float


def of_counts(times: Sequence[float], duration: float, window: float) -> float | None:
    """Return the branching ratio from counts in windows: 1 - sqrt(mean / variance), at least 0. None where there are too few.

    Holds for windows much longer than the excitation. Source: Hardiman and Bouchaud (2014), Physical Review E 90, 062807.
    """
    windows = int(duration // window)
    if len(times) < LEAST_EVENTS or windows < 2:
        return None
    counts = np.bincount((np.asarray(times) // window).astype(np.int64), minlength=windows)[:windows]
    variance = float(np.var(counts, ddof=1))
    mean = float(np.mean(counts))
    return max(0.0, 1 - math.sqrt(mean / variance)) if variance and mean else 0.0


def of_times(times: Sequence[float], duration: float) -> Hawkes | None:
    """Return the Hawkes process that fits best; None where there are too few events, or all at one instant.

    ``times`` rise from 0 to ``duration``, in seconds. The likelihood is concave in the two rates at a given decay, so these are
    found by Newton's method and the decay by a golden section over its logarithm, from one over the span to the finest gap.
    Cost: some forty passes over the events.
    """
    instants = np.asarray(times, np.float64)
    gaps = np.diff(instants)
    if len(instants) < LEAST_EVENTS or not gaps.any():
        return None
    low, high = math.log(1 / duration), math.log(10 / float(np.median(gaps[gaps > 0])))
    return _golden_section(instants, duration, low, max(high, low + 1))


def spread(instants: Sequence[int]) -> list[float]:
    """Return instants (ns) as seconds, those of one instant spread evenly over the usual time to the next, or less if that comes sooner.

    Liquidations of one block share its instant: as events of a process in continuous time they would set one another off without end.
    """
    values, counts = np.unique(np.asarray(instants, np.int64), return_counts=True)
    if not len(values):
        return []
    gaps = np.append(np.diff(values), np.iinfo(np.int64).max)
    usual = int(np.median(gaps[:-1])) if len(values) > 1 else 0
    found: list[float] = []
    for at, count, gap in zip(values.tolist(), counts.tolist(), gaps.tolist(), strict=True):
        found += [(at + min(gap, usual) * place / count) / SECOND for place in range(count)]
    return found


def _golden_section(instants: Floats, duration: float, low: float, high: float) -> Hawkes:
    best = _fit(instants, duration, low)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = _fit(instants, duration, left), _fit(instants, duration, right)
    for _ in range(_NARROWINGS):
        best = max(best, at_left, at_right, key=lambda each: each.log_likelihood)
        if at_left.log_likelihood > at_right.log_likelihood:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = _fit(instants, duration, left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = _fit(instants, duration, right)
        if high - low < 1e-3:
            break
    return best


def _fit(instants: Floats, duration: float, log_decay: float) -> Hawkes:
    """Return the best rates at a decay: Newton's method, halving a step that leaves the region or loses."""
    decay = math.exp(log_decay)
    ages = _excitation(instants, decay) * decay
    reach = float(np.sum(-np.expm1(-decay * (duration - instants))))
    count = len(instants)
    mu, n = 0.5 * count / duration, 0.5
    reached = _log_likelihood(mu, n, ages, reach, duration)
    for _ in range(_ROUNDS):
        rates = mu + n * ages
        slope_mu, slope_n = float(np.sum(1 / rates)) - duration, float(np.sum(ages / rates)) - reach
        mm, mn, nn = float(np.sum(1 / rates**2)), float(np.sum(ages / rates**2)), float(np.sum((ages / rates) ** 2))
        determinant = mm * nn - mn * mn
        if determinant <= 0:
            break
        step_mu, step_n = (nn * slope_mu - mn * slope_n) / determinant, (mm * slope_n - mn * slope_mu) / determinant
        length = 1.0
        while length > 1e-6:
            tried_mu, tried_n = max(mu + length * step_mu, 1e-12), max(n + length * step_n, 0.0)
            tried = _log_likelihood(tried_mu, tried_n, ages, reach, duration)
            if tried >= reached:
                break
            length /= 2
        gained, mu, n, reached = tried - reached, tried_mu, tried_n, max(tried, reached)
        if abs(gained) < 1e-9:
            break
    return Hawkes(mu, n, decay, reached)


def _excitation(instants: Floats, decay: float) -> Floats:
    """Return at each event the sum of exp(-decay x age) over the events before it."""
    factors, level = np.exp(-decay * np.diff(instants)).tolist(), 0.0
    found = [0.0]
    for factor in factors:
        level = factor * (1 + level)
        found.append(level)
    return np.asarray(found)


def _log_likelihood(mu: float, n: float, ages: Floats, reach: float, duration: float) -> float:
    return float(np.sum(np.log(mu + n * ages))) - mu * duration - n * reach
