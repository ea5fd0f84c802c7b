"""Every registered metric sits the exam that is published for everybody's; and the exam fails those who should fail."""

from typing import Any

import pytest

from sim.errors import MetricError
from sim.metrics.registry import find_metric, registered
from sim.testing import check_metric
from sim.testing.metric_claims import METRIC_CLAIMS
from sim.testing.metric_exam import sit_metric
from tests.metrics import bad_metrics
from tests.metrics.bad_metrics import folds, sayings, shapes

BROKEN: dict[str, tuple[str, ...]] = {
    "clocked:Clocked": ("clock",),
    "diced:Diced": ("twice", "cuts", "dice"),
    "folds:Adding": ("parameters",),
    "folds:Crashing": ("life",),
    "folds:Dividing": ("empty", "bare"),
    "folds:Edges": ("cuts",),
    "folds:Endless": ("lines",),
    "folds:FirstVenue": ("bare",),
    "folds:Hoarding": ("memory",),
    "folds:Remembering": ("twice", "cuts", "memory"),
    "folds:UsedUp": ("twice",),
    "sayings:Adding": ("mutation",),
    "sayings:Addressed": ("addresses",),
    "sayings:Nested": ("tables",),
    "sayings:NotANumber": ("json",),
    "sayings:NumberedKeys": ("json",),
    "sayings:NumpyTongued": ("json",),
    "sayings:Popping": ("mutation",),
    "sayings:Ragged": ("tables",),
    "sayings:Renaming": ("mutation",),
    "sayings:Scribbling": ("mutation",),
    "sayings:Writing": ("files",),
}
"""By file and class: the claims that do not hold, in the exam's sequence."""
WHERE = bad_metrics.__name__


@pytest.mark.parametrize("name", sorted(registered()))
def test_a_registered_metric_passes(name):
    check_metric(find_metric(name))


@pytest.mark.parametrize("named", BROKEN)
def test_a_bad_metric_fails_for_its_own_reason(named):
    report = sit_metric(find_metric(f"{WHERE}.{named}"))

    assert tuple(each.claim for each in report.findings) == tuple(sorted(BROKEN[named], key=list(METRIC_CLAIMS).index))


def test_what_is_no_metric_at_all_is_told_before_anything_is_tried():
    strangers: list[Any] = [shapes.NotAttrs, shapes.Demanding, shapes.WithoutFacts]

    told = [sit_metric(each).findings[0].found for each in strangers]

    assert [each.partition(";")[0] for each in told] == [
        "it is not an attrs class",
        "its field window has no default",
        "it has no field facts",
    ]


def test_a_metric_that_finds_nothing_passes():
    check_metric(sayings.Still)


def test_a_finding_says_what_was_tried_what_was_found_and_what_would_mend_it():
    with pytest.raises(MetricError, match=r"Edges: cuts: figures.pairs is 9, then 0"):
        check_metric(folds.Edges)

    (found,) = sit_metric(folds.Edges).findings
    assert found.tried == "read three liquidations (three_positions) in one piece, and cut at every entry"
    assert found.where.endswith("folds.py:12")
    assert found.remedy.startswith("keep what stood at the end of a stretch for the next")


def test_a_metric_is_not_asked_on_once_it_does_not_come_to_an_end():
    (found,) = sit_metric(folds.Endless).findings

    assert (found.claim, found.tried) == ("lines", "read three liquidations (three_positions)")
