"""``analyse(source, facts, name)``: everything that is worked out of a run when somebody asks for it."""

from __future__ import annotations

from sim.cascade import Source
from sim.facts import Facts
from sim.metrics.analysis import Analysis, AnalysisMetric, Names, worked_out
from sim.metrics.clocks import ClocksMetric


def analyses(facts: Facts) -> dict[str, AnalysisMetric]:
    """Return every analysis by name."""
    return {"clocks": ClocksMetric(facts)}


def analyse(source: Source, facts: Facts, name: Names = str) -> Analysis:
    """Return the figures and tables of a run whose full tape was kept; InputError if it was filtered.

    ``name`` gives numbers of accounts and pools their names: ``Run.name``.
    """
    return worked_out(source, analyses(facts), name)
