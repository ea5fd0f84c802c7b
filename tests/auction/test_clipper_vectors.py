"""Outside cases of price curves and Dutch auctions, all of them, through the contracts; and that the adapter can fail."""

import copy
import json

import pytest

from sim.conformance.cases import VectorFile
from sim.conformance.runner import conform, conform_file
from tests.support.shared import shared_path


@pytest.mark.parametrize(("mechanism", "cases"), [("maker_abaci", 112), ("maker_dog_clip", 40)])
def test_every_outside_case_comes_out(mechanism, cases):
    outcome = conform([shared_path(f"vectors/{mechanism}.json")], strict=True)

    assert outcome.failures == []
    assert (outcome.passed, outcome.failed, outcome.skipped) == (cases, 0, 0)


@pytest.mark.parametrize("mechanism", ["maker_abaci", "maker_dog_clip"])
def test_a_case_that_expects_a_unit_more_fails(mechanism):
    document = json.loads(shared_path(f"vectors/{mechanism}.json").read_text())
    wrong = copy.deepcopy(document["cases"])
    for case in wrong:
        case["expected"] = {key: _other(value) for key, value in case["expected"].items() if key != "revert"} or {"dink": "1"}

    outcome = conform_file(VectorFile("wrong.json", mechanism, {**document, "tolerances": {}}, wrong))

    # Those with a tolerance of their own allow it.
    allowed = sum("tolerance_abs" in case["expected"] for case in wrong)
    assert outcome.passed <= allowed
    assert outcome.failed == len(wrong) - outcome.passed


def _other(value):
    if isinstance(value, bool):
        return not value
    return str(int(value) + 1)
