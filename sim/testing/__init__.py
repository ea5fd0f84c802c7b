"""Published exams: what a plug-in must pass, and our own sit too."""

from sim.testing.check import check_strategy
from sim.testing.metric_exam import check_metric

__all__ = ["check_metric", "check_strategy"]
