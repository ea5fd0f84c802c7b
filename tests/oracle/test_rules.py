"""When a feed reports, freezes and goes stale: outside cases, paper cases, and edges."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.conformance.runner import conform
from sim.errors import Revert
from sim.oracle.rules import (
    ReportReason,
    ReportRule,
    deviates,
    is_allowed_by_sentinel,
    is_price_change_above,
    is_stale,
    price_change,
    should_report,
    upper_median,
    upper_middle,
)
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.support.shared import shared_path

HALF_PERCENT = 5_000_000
RULE = ReportRule(alpha_ppb=HALF_PERCENT, heartbeat=3600, min_answer=100, max_answer=10**9)


def test_the_outside_cases_pass():
    outcome = conform([shared_path("vectors/chainlink_ocr_and_staleness.json")], strict=True)

    assert (outcome.failed, outcome.skipped, outcome.exit_code) == (0, 0, 0)
    assert outcome.passed >= 18


@pytest.mark.parametrize(
    ("median", "now", "expected"),
    [
        (20_000, 1_100, ReportReason.NONE),
        (20_099, 1_100, ReportReason.NONE),
        (20_100, 1_100, ReportReason.DEVIATION),
        (19_901, 1_100, ReportReason.NONE),
        (19_900, 1_100, ReportReason.DEVIATION),
        (20_000, 4_600, ReportReason.NONE),
        (20_000, 4_601, ReportReason.HEARTBEAT),
        (20_100, 4_601, ReportReason.DEVIATION),
        (100, 1_100, ReportReason.DEVIATION),
        (99, 10**9, ReportReason.OUT_OF_RANGE),
        (10**9 + 1, 1_100, ReportReason.OUT_OF_RANGE),
        (10**9, 1_100, ReportReason.DEVIATION),
    ],
)
def test_deviation_is_met_at_its_edge_heartbeat_only_beyond_it_and_bounds_belong_to_the_range(median, now, expected):
    assert should_report(RULE, median, now, last_answer=20_000, last_timestamp=1_000) == expected


def test_the_first_answer_is_always_reported_unless_out_of_range():
    assert should_report(RULE, 100, 0, 0, None) == ReportReason.INITIAL
    assert should_report(RULE, 99, 0, 0, None) == ReportReason.OUT_OF_RANGE


def test_a_feed_may_go_by_its_heartbeat_alone():
    rule = ReportRule(HALF_PERCENT, 3600, 0, 10**9, ignores_deviation=True)

    assert [should_report(rule, 1, now, 20_000, 1_000) for now in (4_600, 4_601)] == [ReportReason.NONE, ReportReason.HEARTBEAT]


@pytest.mark.parametrize(("old", "new", "expected"), [(0, 0, False), (0, 5, True), (5, 0, True), (-100, -99, True), (-1000, -996, False)])
def test_deviation_from_zero_and_of_negative_answers(old, new, expected):
    assert deviates(old, new, HALF_PERCENT) is expected


@given(st.integers(-(10**30), 10**30).filter(bool), st.integers(-(10**30), 10**30), st.integers(0, 2 * 10**9))
def test_deviation_is_the_exact_fraction(old, new, alpha):
    assert deviates(old, new, alpha) == (abs(Decimal(new - old)) * 10**9 >= alpha * abs(Decimal(old)))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=12))
def test_the_upper_median_has_no_more_than_half_above_or_below_it(answers):
    median, place = upper_median(answers), upper_middle(answers)

    assert answers[place] == median == sorted(answers)[len(answers) // 2]
    assert 2 * sum(answer < median for answer in answers) <= len(answers)
    assert 2 * sum(answer > median for answer in answers) < len(answers)


def test_of_equal_answers_the_earlier_counts_as_the_smaller():
    assert [upper_middle(answers) for answers in ([5, 5], [5, 5, 5], [7, 5, 5], [5])] == [1, 1, 2, 0]


def test_liquity_takes_four_hours_and_no_second_more():
    assert [is_stale(14_400, 0, 14_400), is_stale(14_401, 0, 14_400)] == [False, True]
    with pytest.raises(Revert) as refused:
        is_stale(99, 100, 14_400)

    assert refused.value.reason == Refusal.ARITHMETIC


def test_liquity_measures_a_jump_over_the_larger_price():
    assert price_change(100 * WAD, 200 * WAD) == price_change(200 * WAD, 100 * WAD) == WAD // 2
    assert price_change(151 * WAD, 100 * WAD) == 337_748_344_370_860_927
    assert [is_price_change_above(other * WAD, 100 * WAD, WAD // 2) for other in (50, 49, 200, 201)] == [False, True, False, True]
    with pytest.raises(Revert):
        price_change(0, 0)


def test_aaves_sentinel_waits_longer_than_the_grace_and_for_a_sequencer_that_is_up():
    assert [is_allowed_by_sentinel(0, 1_000, now, 3_600) for now in (4_600, 4_601)] == [False, True]
    assert not is_allowed_by_sentinel(1, 1_000, 99_999, 3_600)
    assert not is_allowed_by_sentinel(1, 1_000, 999, 3_600)
    with pytest.raises(Revert):
        is_allowed_by_sentinel(0, 1_000, 999, 3_600)
