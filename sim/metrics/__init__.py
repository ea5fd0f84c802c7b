"""Figures of a run: folds over the tape, one a file, and the table they make.

``summary(source, facts)`` is the whole table; ``Metric`` is the seam for one's own.
"""

from sim.metrics.fold import Figures, Metric
from sim.metrics.table import HEADLINE, LiveSummary, summary

__all__ = ["HEADLINE", "Figures", "LiveSummary", "Metric", "summary"]
