"""The cross-entropy method: try weights drawn about a mean, keep the best, move the mean there, draw again.

For policies of a few weights and scores that are noisy and have no slope to follow (de Boer, Kroese, Mannor and Rubinstein 2005).
Deterministic: draws come from the stream it is handed. Left out: correlations between weights, running candidates in parallel.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import attrs

from sim.streams import Stream

Weights = list[float]


@attrs.frozen
class Round:
    """What one round found."""

    mean: Weights
    """Of the best candidates: the policy so far."""
    spread: Weights
    scores: list[float]
    """Of all candidates, the best first."""


def rounds(
    score: Callable[[Weights, int], float],
    mean: Sequence[float],
    spread: Sequence[float],
    stream: Stream,
    *,
    count: int,
    tried: int,
    kept: int,
    least_spread: float = 0.0,
) -> Iterator[Round]:
    """Yield round after round. ``score(weights, number)`` says how good weights are; give all of a round the same chances.

    ``tried`` candidates are drawn in each, one of them the mean itself, and the ``kept`` best make the next mean and spread.
    """
    assert 0 < kept <= tried
    mean, spread = list(mean), list(spread)
    for number in range(count):
        drawn = [mean, *(_drawn(mean, spread, stream) for _ in range(tried - 1))]
        scored = sorted(((score(weights, number), place) for place, weights in enumerate(drawn)), key=lambda each: (-each[0], each[1]))
        best = [drawn[place] for _, place in scored[:kept]]
        mean = [sum(column) / kept for column in zip(*best, strict=True)]
        spread = [max(least_spread, _deviation(column)) for column in zip(*best, strict=True)]
        yield Round(mean, spread, [found for found, _ in scored])


def _drawn(mean: Weights, spread: Weights, stream: Stream) -> Weights:
    return [middle + width * stream.normal() for middle, width in zip(mean, spread, strict=True)]


def _deviation(values: Sequence[float]) -> float:
    middle = sum(values) / len(values)
    return math.sqrt(sum((value - middle) ** 2 for value in values) / len(values))
