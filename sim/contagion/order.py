"""Orders of failure, and how alike two of them are.

An order is a number by name: the smaller, the earlier; infinity for who does not fail. Equal numbers are ties, and who does not fail is
tied with all who do not. Compared are those that both orders name.

Left out: a verdict. With three protocols the best possible agreement comes by luck one time in six; the chance is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations

import attrs
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEAST = 3
"""Fewer names have no correlation worth a number."""
DIGITS = 6
"""Numbers that agree to so many are ties: a model that tells two apart by less does not tell them apart."""
LARGEST_EXACT = 8
"""Up to so many names the chance is counted over every permutation; beyond it is not said."""
_NEAR = 1e-12


@attrs.frozen
class Agreement:
    """How alike two orders are."""

    n: int
    """Names that both have."""
    kendall: float | None
    """Tau-b, from -1 to 1: pairs in the same order less pairs in the other, ties taken off. None for fewer than three, or all tied."""
    spearman: float | None
    """Correlation of ranks, ties at their mean rank. None likewise."""
    chance: float | None
    """How often a shuffled order agrees at least as well (Kendall), every permutation counted; None where there are too many."""


def agreement(one: Mapping[str, float], other: Mapping[str, float]) -> Agreement:
    """Return how alike two orders are. Cost: pairs; up to eight names, pairs times permutations."""
    names = [name for name in one if name in other]
    first, second = [one[name] for name in names], [other[name] for name in names]
    tau = kendall(first, second)
    return Agreement(len(names), tau, spearman(first, second), None if tau is None else _chance(first, second))


def kendall(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Kendall's tau-b; None for fewer than three or if either side is all ties. Source: Kendall (1945), Biometrika 33, 239-251."""
    if len(one) < LEAST:
        return None
    first, second = _pairs(one), _pairs(other)
    scale = math.sqrt(float((first * first).sum()) * float((second * second).sum()))
    return float((first * second).sum()) / scale if scale else None


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation; None for fewer than three or if either side is all ties."""
    if len(one) < LEAST:
        return None
    first, second = (ranks(values) - (len(one) + 1) / 2 for values in (one, other))
    scale = math.sqrt(float((first * first).sum()) * float((second * second).sum()))
    return float((first * second).sum()) / scale if scale else None


def ranks(values: Sequence[float]) -> Floats:
    """Return ranks from 1, the smallest first; equal values share the mean of their ranks."""
    placed = np.asarray(values, np.float64)
    below, same = (placed[None, :] < placed[:, None]).sum(axis=1), (placed[None, :] == placed[:, None]).sum(axis=1)
    found: Floats = below + (same + 1) / 2
    return found


def by_score(scores: Mapping[str, float]) -> dict[str, float]:
    """Return an order from scores of which the greatest fails first; a score of zero or less does not fail."""
    places = ranks([-rounded(score) for score in scores.values()])
    return {name: float(place) if score > 0 else math.inf for (name, score), place in zip(scores.items(), places, strict=True)}


def rounded(value: float) -> float:
    """Return a number to the digits by which an order tells two apart."""
    return float(f"{value:.{DIGITS}g}")


def _pairs(values: Sequence[float]) -> Floats:
    """Return for each pair which way it goes: -1, 0 or 1."""
    placed = ranks(values)
    first, second = np.triu_indices(len(placed), 1)
    return np.sign(placed[second] - placed[first])


def _chance(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return the share of permutations whose pairs agree at least as well."""
    size = len(one)
    if size > LARGEST_EXACT:
        return None
    first, placed = _pairs(one), ranks(other)
    left, right = np.triu_indices(size, 1)
    shuffled = placed[np.array(list(permutations(range(size))))]
    agreeing = np.sign(shuffled[:, right] - shuffled[:, left]) @ first
    return float(np.mean(agreeing >= float((_pairs(other) * first).sum()) - _NEAR))
