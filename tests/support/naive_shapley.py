"""Shapley values by their definition: the features walk in, in every sequence there is, and each is paid what it changes."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations


def naive_values(features: Sequence[str], worth: Mapping[frozenset[str], Fraction]) -> dict[str, Fraction]:
    """Return each feature's mean pay over all sequences."""
    paid = dict.fromkeys(features, Fraction(0))
    sequences = list(permutations(features))
    for sequence in sequences:
        there: frozenset[str] = frozenset()
        for feature in sequence:
            paid[feature] += worth[there | {feature}] - worth[there]
            there |= {feature}
    return {feature: total / len(sequences) for feature, total in paid.items()}
