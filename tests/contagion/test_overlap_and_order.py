"""What holders share, and how alike two orders of failure are."""

import math
from itertools import permutations

import numpy as np
import pytest

from sim.contagion.order import agreement, by_score, kendall, ranks, spearman
from sim.contagion.overlap import cosine, liquidity_weighted, shared_value

HELD = np.array([[30.0, 10, 0], [10, 30, 0], [0, 0, 5], [0, 0, 0]])


def test_shared_value_is_the_lesser_of_two_holdings():
    assert shared_value(HELD)[0].tolist() == [40, 20, 0, 0]
    assert np.array_equal(shared_value(HELD), shared_value(HELD).T)


def test_likeness_does_not_know_size():
    assert cosine(HELD)[0] == pytest.approx([1, 600 / 1000, 0, 0])
    assert cosine(HELD * np.array([[1], [7], [1], [1]])) == pytest.approx(cosine(HELD))


def test_overlap_in_a_thin_market_weighs_more():
    """Of asset one 30 and 10 at 0.1 % a unit, of two 10 and 30 at 1 %: 0.3 + 3."""
    assert liquidity_weighted(HELD, np.array([0.001, 0.01, 1]))[0] == pytest.approx([0.9 + 1, 0.3 + 3, 0, 0])


def test_equal_values_share_their_ranks():
    assert list(ranks([30, 10, 30, math.inf, math.inf])) == [2.5, 1, 2.5, 4.5, 4.5]


def test_the_same_order_agrees_in_full_and_the_opposite_not_at_all():
    one = {"a": 1.0, "b": 2.0, "c": 3.0}
    other = {"c": 1.0, "b": 2.0, "a": 3.0, "x": 0.0}

    assert (agreement(one, one).kendall, agreement(one, one).spearman) == (1, 1)
    assert (agreement(one, other).kendall, agreement(one, other).spearman, agreement(one, other).n) == (-1, -1, 3)
    assert [agreement(one, one).chance, agreement(one, other).chance] == pytest.approx([1 / 6, 1])


def test_ties_are_taken_off():
    """Of six pairs one is tied on the left, none on the right; four agree and one does not: 3 / sqrt(5 x 6)."""
    assert kendall([1, 1, 2, 3], [1, 2, 4, 3]) == pytest.approx(3 / math.sqrt(30), abs=1e-12)
    assert spearman([1, 1, 2, 3], [1, 2, 4, 3]) == pytest.approx(3.5 / math.sqrt(4.5 * 5), abs=1e-12)


def test_who_does_not_fail_is_tied_with_all_who_do_not():
    assert kendall([1, 2, math.inf, math.inf], [1, 2, math.inf, math.inf]) == pytest.approx(1)


@pytest.mark.parametrize(("one", "other"), [([1, 2], [1, 2]), ([1, 1, 1], [1, 2, 3])])
def test_too_few_or_all_tied_have_no_correlation(one, other):
    assert (kendall(one, other), spearman(one, other)) == (None, None)


def test_the_chance_is_that_of_all_permutations():
    one, other = {"a": 1.0, "b": 2.0, "c": 2.0, "d": 4.0}, {"a": 1.0, "b": 3.0, "c": 2.0, "d": 4.0}
    reached = kendall(list(one.values()), list(other.values()))
    assert reached is not None
    found = [kendall(list(one.values()), order) for order in permutations(other.values())]

    assert agreement(one, other).chance == pytest.approx(np.mean([tau >= reached - 1e-12 for tau in found if tau is not None]))
    assert agreement({str(n): n for n in range(9)}, {str(n): n for n in range(9)}).chance is None


def test_the_greatest_score_fails_first_and_none_not_at_all():
    assert by_score({"a": 0.2, "b": 0.9, "c": 0.0}) == {"a": 2, "b": 1, "c": math.inf}
