"""Delayed feeds, medians and margin prices against outside cases, through the contracts that scenarios run."""

from sim.conformance.cases import Reverted
from sim.conformance.maker_oracles import run_case
from sim.conformance.runner import conform
from tests.support.shared import shared_path


def test_every_outside_case_holds():
    outcome = conform([shared_path("vectors/maker_oracle_osm_median_spot.json")], strict=True)

    assert (outcome.failures, outcome.failed, outcome.skipped) == ([], 0, 0)
    assert outcome.passed > 0


def test_a_median_that_refuses_keeps_what_it_has():
    found = run_case({"inputs": {"fn": "Median.poke", "bar": "3", "age_before": "5", "values": ["2", "1", "3"]}}, {})

    assert found == Reverted("UNORDERED", is_state_unchanged=True)


def test_steps_tell_each_refusal_and_go_on():
    steps = [{"op": "poke", "now": "1", "feed": "7", "ok": True}, {"op": "stop"}, {"op": "step", "hop": "0"}]
    found = run_case({"inputs": {"hop": "3600", "steps": steps}}, {})

    assert isinstance(found, dict)
    assert [step["result"] for step in found["steps"]] == ["revert:TOO_EARLY", "ok", "revert:ARITHMETIC"]
