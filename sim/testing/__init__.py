"""Published exams: what a plug-in must pass, and our own sit too."""

from sim.testing.check import check_strategy

__all__ = ["check_strategy"]
