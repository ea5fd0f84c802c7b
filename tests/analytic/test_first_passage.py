"""The share of paths along which an account is called is the first-passage probability, within Monte Carlo error."""

from functools import cache

import numpy as np
import pytest

from tests.analytic.engine import run, undisturbed
from tests.analytic.first_passage import FALLS, OPENING, Case, Floats, called, pool, triggers

PATHS = 1_200
CASES = (Case(), Case(drift=-6.0))


@cache
def shares(case: Case) -> Floats:
    return case.shares(PATHS, seed=11)


def errors_off(case: Case, looks_always: bool = False) -> Floats:
    """Return by how many standard errors each share is off."""
    expected = np.array([case.probability(fall, looks_always) for fall in FALLS])
    off: Floats = (shares(case) - expected) / np.sqrt(expected * (1 - expected) / PATHS)
    return off


@pytest.mark.parametrize("case", CASES, ids=["without a drift", "downwards"])
def test_accounts_are_called_as_often_as_the_formula_says(case):
    assert np.abs(errors_off(case)).max() < 3


def test_whoever_looks_now_and_then_sees_less_than_whoever_looks_always():
    assert errors_off(CASES[0], looks_always=True).min() < -3


def test_the_pool_calls_along_a_path_who_stands_above_its_lowest_price():
    world, case = pool(), CASES[1]

    lows = []
    for path in case.paths(12, seed=11):
        lows.append(min(path))
        assert {number for number, trigger in enumerate(triggers()) if lows[-1] < trigger} == called(world, path)
    assert len({sum(low < trigger for trigger in triggers()) for low in lows}) > 3


def test_a_trigger_is_where_the_account_was_put():
    assert pytest.approx([1 - fall for fall in FALLS], abs=1e-9) == [trigger / OPENING for trigger in triggers()]


def test_a_whole_run_calls_who_stands_above_the_lowest_price():
    told = undisturbed()

    runs = [run(told, seed) for seed in range(1, 6)]
    assert [each.expected for each in runs] == [each.called for each in runs]
    assert len({len(each.called) for each in runs}) > 2
