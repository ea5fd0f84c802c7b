"""Clearing vectors: the cases that can be solved on paper, and any network against money that is passed round by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.contagion.clearing import Obligations, clearings, clears, greatest, least
from sim.errors import InputError


def mutual(owed: float, outside: float, alpha: float = 1.0, beta: float = 1.0) -> Obligations:
    """Two nodes that owe each other the same and have the same."""
    return Obligations(np.array([[0.0, owed], [owed, 0.0]]), np.array([outside, outside]), alpha, beta)


def passed_round(network: Obligations, payments: np.ndarray, rounds: int = 20_000) -> np.ndarray:
    """The naive twin: pay, be paid, pay again."""
    for _ in range(rounds):
        stepped = network.paid(payments)
        if np.array_equal(stepped, payments):
            break
        payments = stepped
    return payments


def test_two_who_have_nothing_and_owe_each_other_may_pay_anything():
    network = mutual(owed=1, outside=0)
    found = clearings(network)

    assert all(clears(network, np.array([share, share])) for share in (0, 0.25, 0.5, 1))
    assert not clears(network, np.array([0.5, 0.6]))
    assert found.greatest.payments == pytest.approx([1, 1], abs=1e-10)
    assert found.least.payments == pytest.approx([0, 0], abs=1e-10)
    assert not found.is_unique
    assert found.remark == "more than one vector clears: payments add up to anything from 0 to 2; the greatest is reported"


def test_with_costs_of_failing_both_pay_all_or_both_fail():
    network = mutual(owed=2.2, outside=1, alpha=0.5, beta=0.5)
    found = clearings(network)

    assert found.greatest.payments == pytest.approx([2.2, 2.2], abs=1e-10)
    assert found.least.payments == pytest.approx([1, 1], abs=1e-10)
    assert [list(found.greatest.failed), list(found.least.failed)] == [[False, False], [True, True]]
    assert not found.is_unique
    assert not clears(network, np.array([1.6, 1.6]))


def test_without_costs_the_same_two_pay_in_full_and_nothing_else_clears():
    found = clearings(mutual(owed=2.2, outside=1))

    assert (found.is_unique, found.remark) == (True, "")
    assert found.least.payments == pytest.approx([2.2, 2.2], abs=1e-10)


def test_a_chain_fails_link_by_link():
    """The first owes b 10 and has 4; b owes c 8 and has 3: it is paid 4 and has 7; c owes d 6 and has 0: it is paid 7 and pays."""
    owed = np.zeros((4, 4))
    owed[0, 1], owed[1, 2], owed[2, 3] = 10, 8, 6
    found = clearings(Obligations(owed, np.array([4.0, 3, 0, 0])))

    assert found.greatest.payments == pytest.approx([4, 7, 6, 0], abs=1e-10)
    assert list(found.greatest.since) == [1, 2, 0, 0]
    assert (found.is_unique, found.greatest.rounds) == (True, 2)


def test_the_same_chain_with_costs_falls_further():
    """Half is lost with each failure: a pays 2, b has 5 and pays 2.5, c has 2.5 of 6 and pays 1.25."""
    owed = np.zeros((4, 4))
    owed[0, 1], owed[1, 2], owed[2, 3] = 10, 8, 6
    found = greatest(Obligations(owed, np.array([4.0, 3, 0, 0]), 0.5, 0.5))

    assert found.payments == pytest.approx([2, 2.5, 1.25, 0], abs=1e-10)
    assert list(found.since) == [1, 2, 3, 0]


def test_who_can_just_pay_pays():
    found = greatest(Obligations(np.array([[0, 0.3], [0, 0]]), np.array([0.1 + 0.1 + 0.1, 0]), 0.5, 0.5))

    assert (list(found.failed), found.payments[0]) == ([False, False], 0.3)


def test_a_network_of_nobody_clears():
    found = clearings(Obligations(np.zeros((0, 0)), np.zeros(0)))

    assert (found.is_unique, found.greatest.rounds) == (True, 0)


@pytest.mark.parametrize(
    ("owed", "outside", "alpha", "told"),
    [
        ([[0.0, 1]], [1.0], 1, "have shape (1, 2)"),
        ([[0.0, -1], [0, 0]], [1.0, 1], 1, "below zero"),
        ([[1.0, 0], [0, 0]], [1.0, 1], 1, "owes itself"),
        ([[0.0, 1], [0, 0]], [1.0, 1], 1.5, "alpha is 1.5"),
    ],
)
def test_what_is_no_network_is_refused(owed, outside, alpha, told):
    with pytest.raises(InputError, match=told.replace("(", r"\(").replace(")", r"\)")):
        Obligations(np.array(owed), np.array(outside), alpha)


networks = st.integers(2, 5).flatmap(
    lambda size: st.tuples(
        st.lists(st.lists(st.integers(0, 6), min_size=size, max_size=size), min_size=size, max_size=size),
        st.lists(st.integers(0, 8), min_size=size, max_size=size),
        st.sampled_from([(1.0, 1.0), (0.5, 0.5), (0.9, 0.8), (1.0, 0.5), (0.0, 1.0), (0.7, 0.0)]),
    )
)


@settings(max_examples=150, deadline=None)
@given(networks)
def test_both_ends_clear_and_money_passed_round_lies_between(told):
    rows, outside, (alpha, beta) = told
    owed = np.array(rows, float)
    np.fill_diagonal(owed, 0)
    network = Obligations(owed, np.array(outside, float), alpha, beta)
    found = clearings(network)

    assert clears(network, found.greatest.payments)
    assert clears(network, found.least.payments)
    assert (found.least.payments <= found.greatest.payments + 1e-9).all()
    assert found.greatest.payments == pytest.approx(passed_round(network, network.total), abs=1e-6)
    assert (passed_round(network, np.zeros(len(outside)), 200) <= found.least.payments + 1e-9).all()
    if alpha == beta == 1:  # Who clears without costs is worth the same in every clearing vector.
        worth = [network.outside + network.received(each) - each for each in (found.greatest.payments, found.least.payments)]
        assert worth[0] == pytest.approx(worth[1], abs=1e-8)


def test_money_that_comes_in_slowly_gets_all_the_way_round():
    """Two owe each other 100 and one has a cent: from below it goes round twenty thousand times, and both pay in the end."""
    found = least(Obligations(np.array([[0.0, 100], [100, 0]]), np.array([0.01, 0])))

    assert found.payments == pytest.approx([100, 100], abs=1e-10)
