"""Chainlink's report rules and three consumers' staleness rules, held to outside cases through ``sim.oracle.rules``."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.conformance.cases import NotCovered
from sim.oracle.rules import (
    REPORTS,
    ReportRule,
    is_allowed_by_sentinel,
    is_price_change_above,
    is_stale,
    price_change,
    should_report,
    upper_median,
)

Inputs = Mapping[str, Any]
Got = dict[str, Any]


def should_report_case(inputs: Inputs) -> Got:
    """Return whether a network of these observations reports, why, and the median."""
    rule = ReportRule(
        alpha_ppb=int(inputs["alpha_ppb"]),
        heartbeat=int(inputs["delta_c"]),
        min_answer=int(inputs["min_answer"]),
        max_answer=int(inputs["max_answer"]),
        ignores_deviation=bool(inputs.get("alpha_infinite", False)),
    )
    median = upper_median([int(each) for each in inputs["observations"]])
    last = inputs.get("last_timestamp")
    reason = should_report(rule, median, int(inputs["now"]), int(inputs.get("last_answer") or 0), None if last is None else int(last))
    return {"report": reason in REPORTS, "reason": reason.name.lower(), "median": str(median)}


def frozen_case(inputs: Inputs) -> Got:
    """Return whether Liquity takes the feed for frozen."""
    return {"frozen": is_stale(int(inputs["now"]), int(inputs["updated_at"]), int(inputs["timeout"]))}


def price_change_case(inputs: Inputs) -> Got:
    """Return how far two rounds lie apart for Liquity, and whether that is too far."""
    current, previous = int(inputs["current"]), int(inputs["previous"])
    above = is_price_change_above(current, previous, int(inputs["max_deviation"]))
    return {"percent_deviation": str(price_change(current, previous)), "above": above}


def sentinel_case(inputs: Inputs) -> Got:
    """Return whether Aave's sentinel lets operations go on."""
    answer, update = int(inputs["sequencer_answer"]), int(inputs["last_update"])
    return {"allowed": is_allowed_by_sentinel(answer, update, int(inputs["now"]), int(inputs["grace"]))}


FUNCTIONS: dict[str, Callable[[Inputs], Got]] = {
    "should_report": should_report_case,
    "liquity_v1_chainlink_frozen": frozen_case,
    "liquity_v1_price_change_above_max": price_change_case,
    "aave_v3_price_oracle_sentinel": sentinel_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got:
    """Return what our rules say to one case, keyed as it is expected; a revert is let through."""
    function = FUNCTIONS.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])
