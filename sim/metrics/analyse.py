"""``analyse(source, facts, name)``: everything that is worked out of a run when somebody asks for it.

The metrics are those of the entry-point group ``downtick.metrics``. To add one of ours: a line in pyproject.toml below
``[project.entry-points."downtick.metrics"]``, then ``python -m pip install -e . --no-deps``; its figures are then below its name there.
It sits the exam (``downtick metric exam NAME``) with all others in tests/metrics/test_exam.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.cascade import Source
from sim.facts import Facts
from sim.metrics.analysis import Analysis, AnalysisMetric, Names, worked_out
from sim.metrics.registry import found_metrics, made


def analyses(
    facts: Facts, metrics: Sequence[str] = (), parameters: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, AnalysisMetric]:
    """Return metrics by name, ready to read a tape: all that are registered, or those named, with parameters by metric."""
    return {name: made(metric, facts, (parameters or {}).get(name)) for name, metric in found_metrics(metrics).items()}


def analyse(
    source: Source,
    facts: Facts,
    name: Names = str,
    metrics: Sequence[str] = (),
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
) -> Analysis:
    """Return the figures and tables of a run whose full tape was kept; InputError if it was filtered.

    ``name`` gives numbers of accounts and pools their names: ``Run.name``. ``metrics`` are registered names, ``./file.py:Class`` or
    ``package.module:Class``; all that are registered unless told. ``parameters`` are those of each, by its name.
    """
    return worked_out(source, analyses(facts, metrics, parameters), name)
