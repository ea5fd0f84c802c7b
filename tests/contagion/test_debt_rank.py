"""DebtRank: circles, chains, and what may not be walked twice."""

import numpy as np
import pytest

from sim.contagion.debt_rank import debt_rank, debt_ranks, impacts
from sim.errors import InputError


def cycle(size: int, weight: float) -> np.ndarray:
    """Each hits the next, the last the first."""
    return weight * np.roll(np.eye(size), 1, axis=1)


@pytest.mark.parametrize(("size", "weight", "shock"), [(3, 0.5, 0.4), (4, 0.9, 0.5), (7, 0.25, 1.0), (2, 1.0, 0.3)])
def test_on_a_cycle_distress_goes_round_once_and_comes_home(size, weight, shock):
    hit = np.zeros(size)
    hit[0] = shock
    found = debt_rank(cycle(size, weight), hit)

    first = min(1, shock + weight**size * shock)
    expected = [first, *(weight**step * shock for step in range(1, size))]
    assert found.distress == pytest.approx(expected, abs=1e-10)
    assert found.debt_rank == pytest.approx((sum(expected) - shock) / size, abs=1e-10)
    assert (list(found.since), found.rounds) == (list(range(size)), size)


def test_everybody_on_a_cycle_ranks_the_same():
    assert debt_ranks(cycle(5, 0.5)) == pytest.approx([(0.5 + 0.25 + 0.125 + 0.0625) / 5] * 5, abs=1e-10)


def test_two_ways_to_the_same_node_add_up_but_not_beyond_one():
    impact = np.array([[0, 0.8, 0.8, 0], [0, 0, 0, 0.5], [0, 0, 0, 0.5], [0, 0, 0, 0]])

    assert debt_rank(impact, np.array([1.0, 0, 0, 0])).distress == pytest.approx([1, 0.8, 0.8, 0.8], abs=1e-10)
    assert debt_rank(impact * 1.25, np.array([1.0, 0, 0, 0])).distress == pytest.approx([1, 1, 1, 1], abs=1e-10)


def test_nodes_weigh_what_they_are_worth():
    found = debt_rank(np.array([[0, 0.5], [0, 0]]), np.array([1.0, 0]), np.array([30.0, 70]))

    assert found.debt_rank == pytest.approx(0.35, abs=1e-10)


def test_impact_is_the_claim_over_equity_and_at_most_one():
    exposures = np.array([[0, 5.0, 30, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])

    assert impacts(exposures, np.array([10.0, 10, 10, 0]))[0] == pytest.approx([0, 0.5, 1, 1])
    assert impacts(exposures, np.zeros(4))[1] == pytest.approx([0, 0, 0, 0])


def test_without_edges_nothing_passes():
    found = debt_rank(np.zeros((3, 3)), np.array([1.0, 0, 0]))

    assert (found.debt_rank, list(found.since), found.rounds) == (0, [0, -1, -1], 1)


@pytest.mark.parametrize(
    ("impact", "shock", "told"),
    [(np.zeros((2, 3)), [0.0, 0], "have shape"), (np.full((2, 2), 1.5), [0.0, 0], "outside 0 to 1"), (np.eye(2), [2.0, 0], "outside")],
)
def test_what_is_no_share_is_refused(impact, shock, told):
    with pytest.raises(InputError, match=told):
        debt_rank(impact, np.array(shock))
