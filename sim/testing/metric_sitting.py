"""A metric's exam in processes of its own: what can only be seen from outside is seen, and nobody can do harm or hang for ever.

One process sits the exam; another, with other hashes and addresses, reads the same tapes, and must find the same. ``python -m
sim.testing.metric_sitting`` is the inner side.
"""

import json
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import attrs

from sim.errors import DowntickError, MetricError
from sim.metrics.registry import called, find_metric
from sim.scenario.metric_parameters import structured
from sim.testing.claims import Finding
from sim.testing.metric_claims import MetricReport
from sim.testing.metric_exam import MetricExam, said_by_metric
from sim.testing.patches import Snapshot
from sim.testing.sitting import MEMORY, PATIENCE, Sitting

MODULE = "sim.testing.metric_sitting"


@attrs.frozen
class MetricTask:
    """What is to be examined, and how."""

    metric: str
    parameters: Mapping[str, Any] = attrs.field(factory=dict)


def sit_metric_apart(task: MetricTask, patience: int = PATIENCE) -> MetricReport:
    """Return the report of an exam in processes of its own. Raises MetricError for what cannot be loaded. Cost: two processes."""
    exam, hearing = Sitting.begin(task, "1", MODULE), Sitting.begin(task, "2", MODULE)
    answers = [exam.end(patience)]
    answers.append(hearing.end(patience if "said" in answers[0] else 0))
    return judged(answers, task, patience)


def judged(answers: Sequence[dict[str, Any]], task: MetricTask, patience: int) -> MetricReport:
    """Return the report that two processes' answers make. Raises MetricError for what could not be loaded."""
    told = next((each["mistake"] for each in answers if "mistake" in each), None)
    if told is not None:
        raise MetricError(told)
    report = report_of(answers[0], task, patience)
    said = [each["said"] for each in answers if "said" in each]
    if len(said) == 2 and said[0] != said[1] and not report.is_about("twice"):
        report.add("hash_order", "read the same tapes in two processes with other hashes and addresses", "they find otherwise")
    return report


def report_of(answer: dict[str, Any], task: MetricTask, patience: int) -> MetricReport:
    """Return the report that a process answered, or that it did not come to its end."""
    if "report" in answer:
        told = answer["report"]
        return MetricReport(told["metric"], [Finding(**each) for each in told["findings"]])
    report = MetricReport(task.metric)
    found = f"it did not come to an end within {patience} s" if answer["code"] is None else f"its process ended with code {answer['code']}"
    report.add("survival", "sat the exam in a process of its own", found)
    return report


def main() -> None:
    """Sit the exam that the arguments ask for, and write the answer: the inner side."""
    pipe, task = int(sys.argv[1]), MetricTask(**json.loads(sys.argv[2]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    before = Snapshot.take()
    try:
        cls: Any = find_metric(task.metric)
        make = partial(cls, **structured(cls, task.parameters, called(cls)))
    except DowntickError as mistake:
        answer: dict[str, Any] = {"mistake": str(mistake)}
    else:
        report = MetricExam(make, before).sit()
        answer = {"report": report.as_json(), "said": said_by_metric(make)}
    with os.fdopen(pipe, "w", encoding="utf-8") as answers:
        json.dump(answer, answers)


if __name__ == "__main__":
    main()
