"""Shapley values against cases done by hand, a twin that follows the definition, and the laws they are known by."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.experiment.shapley import all_but, everything, features_in, only, shapley_values
from tests.support.naive_shapley import naive_values

WORTHS = st.integers(0, 4).flatmap(
    lambda count: st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1 << count, max_size=1 << count)
)


def test_features_that_simply_add_up_are_worth_what_they_add():
    # None 10, a adds 1, b adds 20, together both.
    assert shapley_values([10, 11, 30, 31]) == [1, 20]


def test_what_two_do_only_together_is_halved():
    assert shapley_values([0, 0, 0, 6]) == [3, 3]


def test_what_either_does_alone_is_halved_when_the_other_adds_nothing():
    assert shapley_values([0, 6, 6, 6]) == [3, 3]


def test_a_glove_for_the_left_hand_and_two_for_the_right():
    # The game in every textbook: a pair is worth 1; bit 0 has the left glove, bits 1 and 2 one right glove each.
    assert shapley_values([0, 0, 0, 1, 0, 1, 0, 1]) == [Fraction(2, 3), Fraction(1, 6), Fraction(1, 6)]


def test_one_feature_is_worth_the_whole_difference_and_none_is_none():
    assert shapley_values([2, 5]) == [3]
    assert shapley_values([2]) == []


def test_a_figure_that_features_lower_gives_values_below_zero():
    assert shapley_values([8, 6, 5, 1]) == [-3, -4]


@given(WORTHS)
def test_they_are_those_of_the_definition(worths):
    count = features_in(len(worths))
    names = [f"f{i}" for i in range(count)]
    of_set = {
        frozenset(there): Fraction(worths[sum(only(names.index(name)) for name in there)])
        for size in range(count + 1)
        for there in combinations(names, size)
    }

    assert shapley_values(worths) == list(naive_values(names, of_set).values())


@given(WORTHS)
def test_they_sum_to_the_whole_difference_to_the_last_digit(worths):
    values = shapley_values(worths)

    assert sum(values) == (Fraction(worths[-1]) - Fraction(worths[0]) if values else 0)


@given(WORTHS, st.integers(0, 4))
def test_a_feature_that_never_changes_anything_is_worth_nothing_and_takes_nothing_from_others(worths, place):
    place = min(place, features_in(len(worths)))
    low = (1 << place) - 1
    with_idler = [worths[(each >> 1 & ~low) | (each & low)] for each in range(2 * len(worths))]

    values = shapley_values(with_idler)

    assert values.pop(place) == 0
    assert values == shapley_values(worths)


def test_sets_are_whole_numbers_with_a_bit_for_each_feature():
    assert (everything(3), only(1), all_but(1, 3)) == (0b111, 0b010, 0b101)


@pytest.mark.parametrize("count", [0, 3, 6])
def test_worths_for_some_sets_only_are_refused(count):
    with pytest.raises(InputError, match=f"there are {count} worths; give one for every set of features"):
        shapley_values([1.0] * count)


@pytest.mark.parametrize("worth", [float("nan"), float("inf")])
def test_a_worth_that_is_not_finite_is_refused(worth):
    with pytest.raises(InputError, match="give finite numbers, and leave out seeds without a figure"):
        shapley_values([0.0, worth])
