"""Outside cases of Euler, through the pool."""

import pytest

from sim.conformance.cases import NotCovered
from sim.conformance.euler import run_case
from sim.conformance.runner import conform
from tests.support.shared import shared_path


@pytest.mark.parametrize("name", ["euler_v1", "euler_v2_evk"])
def test_outside_cases_hold(name):
    outcome = conform([shared_path(f"vectors/{name}.json")], strict=True)

    assert (outcome.failures, outcome.exit_code) == ([], 0)
    assert outcome.passed > 0


def test_what_is_not_built_is_not_covered_rather_than_passed():
    with pytest.raises(NotCovered):
        run_case({"inputs": {"fn": "loop"}}, {})


def v2(**changes):
    usual = {"liab": 5, "liab_val": 50, "col_adj": 40, "col_bal": 9, "col_val": 90, "max_disc_bps": 1_500}
    return run_case({"inputs": {"fn": "calculate_liquidation"} | {key: str(value) for key, value in (usual | changes).items()}}, {})


def test_a_wish_for_more_than_may_be_fails_like_the_contract_would():
    assert v2()["max_repay"] == 5
    with pytest.raises(Exception, match="EXCESSIVE_REPAY"):
        v2(desired=6)


def test_cases_at_the_edges_have_answers():
    assert v2(desired=0)["yield_"] == 0
    assert v2(liab=0, liab_val=0)["discount_factor"] is None
    assert v2(col_bal=0, col_val=0, col_adj=0)["debt_socialized"] == 0
