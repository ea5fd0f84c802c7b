"""Outside cases, through the contracts."""

import pytest

from sim.conformance.runner import conform
from tests.support.shared import shared_path


@pytest.mark.parametrize("name", ["compound_v2", "compound_v3_comet"])
def test_outside_cases_hold(name):
    outcome = conform([shared_path(f"vectors/{name}.json")], strict=True)

    assert (outcome.failures, outcome.exit_code) == ([], 0)
    assert outcome.passed > 0
