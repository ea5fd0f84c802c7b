"""Shapley values: what each of several features contributes to a figure, when what one does depends on which others are there.

A feature's value is what it adds to the figure, averaged over every sequence in which the features can be put in, one after the
other (Shapley 1953). It depends on the chosen set: with a feature more or less in it every value may change. A set of features is a
whole number, bit i for feature i, so that worths are a plain list. Exact fractions all through: the values sum to the whole
difference to the last digit. Left out: seeds and intervals (`findings`).
"""

from collections.abc import Sequence
from fractions import Fraction
from math import factorial

from sim.errors import InputError


def shapley_values(worths: Sequence[float | Fraction]) -> list[Fraction]:
    """Return each feature's value, of the figure with every set of features: ``worths[0]`` with none, ``worths[-1]`` with all.

    The values sum to ``worths[-1] - worths[0]`` exactly. Two worths to the power of the features are needed, all finite; cost: as
    many times the features.
    """
    count = features_in(len(worths))
    exact = [_exact(worth) for worth in worths]
    return [_value(exact, feature, count) for feature in range(count)]


def all_but(feature: int, count: int) -> int:
    """Return the set of all features but one."""
    return everything(count) & ~only(feature)


def only(feature: int) -> int:
    """Return the set of one feature alone."""
    return 1 << feature


def everything(count: int) -> int:
    """Return the set of all features."""
    return (1 << count) - 1


def features_in(sets: int) -> int:
    """Return how many features have so many sets. Raises InputError where that is no power of two."""
    count = sets.bit_length() - 1
    if sets < 1 or 1 << count != sets:
        raise InputError(f"there are {sets} worths; give one for every set of features: 1, 2, 4, 8...")
    return count


def _value(worths: Sequence[Fraction], feature: int, count: int) -> Fraction:
    """Return what a feature adds, over every set without it, each weighed by the share of sequences that pass through it."""
    without = (each for each in range(len(worths)) if not each & only(feature))
    return sum((_weight(each.bit_count(), count) * (worths[each | only(feature)] - worths[each]) for each in without), Fraction(0))


def _weight(before: int, count: int) -> Fraction:
    """Return the share of all sequences in which exactly one set of this size comes before a feature."""
    return Fraction(factorial(before) * factorial(count - before - 1), factorial(count))


def _exact(worth: float | Fraction) -> Fraction:
    try:
        return Fraction(worth)
    except (ValueError, OverflowError):
        raise InputError(f"a worth is {worth}; give finite numbers, and leave out seeds without a figure") from None
