"""Outside cases of bands, through the amm."""

import pytest

from sim.conformance.cases import NotCovered
from sim.conformance.llamma import run_case
from sim.conformance.runner import conform
from tests.support.shared import shared_path


def test_outside_cases_hold():
    outcome = conform([shared_path("vectors/crvusd_llamma.json")], strict=True)

    assert (outcome.failures, outcome.exit_code) == ([], 0)
    assert outcome.passed > 0


def test_what_is_not_built_is_not_covered_rather_than_passed():
    with pytest.raises(NotCovered):
        run_case({"inputs": {"fn": "peg_keeper"}}, {})
