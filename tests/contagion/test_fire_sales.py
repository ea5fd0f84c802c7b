"""Forced sales: the paper's formula, and sums that can be done in the head."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.contagion.fire_sales import Holders, rounds, vulnerability
from sim.errors import InputError


def two_banks() -> Holders:
    """a: 100 of asset one, leverage 4, equity 20. b: 50 half and half, leverage 1, equity 25. A million sold costs one 10 %, two 20 %."""
    return Holders(
        assets=np.array([100.0, 50]),
        weights=np.array([[1.0, 0], [0.5, 0.5]]),
        leverage=np.array([4.0, 1]),
        equity=np.array([20.0, 25]),
        impact=np.array([0.001, 0.002]),
    )


def test_one_round_worked_out_by_hand():
    """Asset one falls by 10 %: a loses 10 and sells 40; b loses 2.5 and sells 1.25 of each. One falls by 4.125 %, two by 0.25 %."""
    found = vulnerability(two_banks(), np.array([0.1, 0]))

    assert found.falls == pytest.approx([0.04125, 0.0025], abs=1e-12)
    assert found.direct == pytest.approx([0.5, 0.1], abs=1e-12)
    assert found.indirect == pytest.approx([4.125 / 20, (25 * 0.04125 + 25 * 0.0025) / 25], abs=1e-12)
    assert found.aggregate == pytest.approx((4.125 + 1.09375) / 45, abs=1e-12)
    assert found.systemicness == pytest.approx([40 * 0.001 * 125 / 45, (1.25 * 0.001 * 125 + 1.25 * 0.002 * 25) / 45], abs=1e-12)


def test_who_owes_nothing_sells_nothing():
    still = Holders(np.array([10.0]), np.array([[1.0]]), np.array([0.0]), np.array([10.0]), np.array([1.0]))

    assert (vulnerability(still, np.array([0.5])).aggregate, still.gain()) == (0, 0)


def test_rounds_add_up_to_the_geometric_sum():
    holders, shock = two_banks(), np.array([0.01, 0.02])
    told = rounds(holders, shock, 200)

    whole = np.linalg.solve(np.eye(2) - holders.transmission(), shock)
    assert sum(each.falls for each in told) == pytest.approx(whole, abs=1e-12)
    assert holders.gain() == pytest.approx(float(np.abs(np.linalg.eigvals(holders.transmission())).max()))


def test_nobody_sells_more_than_it_has():
    """The first would sell 40 and has 30 left to sell, b sells its 2.5; in the next round it sells nothing."""
    told = rounds(two_banks(), np.array([0.1, 0]), 2, most_sold=np.array([30.0, 50]))

    assert told[0].sold.sum(axis=1) == pytest.approx([30, 2.5])
    assert told[1].sold.sum(axis=1)[0] == 0
    assert told[1].falls == pytest.approx([0.03125, 0.0025])


def test_who_has_no_equity_is_infinitely_vulnerable_if_it_loses_anything():
    holders = Holders(np.array([1.0, 1]), np.eye(2), np.zeros(2), np.zeros(2), np.ones(2))

    assert list(vulnerability(holders, np.array([0.1, 0])).direct) == [np.inf, 0]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="give one row a holder"):
        Holders(np.ones(2), np.ones((3, 1)), np.ones(2), np.ones(2), np.ones(1))


shares = st.floats(0, 1, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_any_round_is_the_papers_product_of_matrices(holders, kinds, data):
    drawn = np.array(data.draw(st.lists(st.lists(shares, min_size=kinds, max_size=kinds), min_size=holders, max_size=holders))) + 0.01
    weights = drawn / drawn.sum(axis=1, keepdims=True)
    assets, leverage = (np.array(data.draw(st.lists(shares, min_size=holders, max_size=holders))) * 10 for _ in range(2))
    equity = np.arange(1, holders + 1, dtype=float)
    impact, shock = (np.array(data.draw(st.lists(shares, min_size=kinds, max_size=kinds))) for _ in range(2))
    found = vulnerability(Holders(assets, weights, leverage, equity, impact), shock)

    a, b, lam = np.diag(assets), np.diag(leverage), np.diag(impact)
    lost = a @ weights @ lam @ weights.T @ b @ a @ weights @ shock
    assert found.aggregate == pytest.approx(lost.sum() / equity.sum(), abs=1e-10)
    assert found.indirect == pytest.approx(lost / equity, abs=1e-10)
    assert found.systemicness.sum() == pytest.approx(found.aggregate, abs=1e-10)
