"""Outside cases of Liquity, through the system."""

import pytest

from sim.conformance.cases import NotCovered
from sim.conformance.liquity import run_case
from sim.conformance.runner import conform
from tests.support.shared import shared_path


@pytest.mark.parametrize("name", ["liquity_decpow_baserate", "liquity_v1_liquidation"])
def test_outside_cases_hold(name):
    outcome = conform([shared_path(f"vectors/{name}.json")], strict=True)

    assert (outcome.failures, outcome.exit_code) == ([], 0)
    assert outcome.passed > 0


def test_what_is_not_built_is_not_covered_rather_than_passed():
    with pytest.raises(NotCovered):
        run_case({"inputs": {"fn": "stake"}}, {})
