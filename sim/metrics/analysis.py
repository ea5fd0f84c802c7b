"""What an analysis is: a metric that has tables beside its figures, and is asked for after the run.

The metrics of the summary are worked out with every run; these are worked out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import attrs

from sim.cascade import Source, Stretch, stretches
from sim.errors import MetricError
from sim.metrics.fold import Figures

Table: TypeAlias = Mapping[str, Sequence[Any]]
"""Values by column."""
Names: TypeAlias = Callable[[int], str]
"""What an interned number stands for."""


class AnalysisMetric(Protocol):
    """A fold over the tape with figures and tables."""

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""

    def figures(self) -> Figures:
        """Return what it found, ready for JSON."""

    def tables(self, name: Names) -> dict[str, Table]:
        """Return tidy tables by name."""


@attrs.frozen
class Analysis:
    """What was found, by metric."""

    figures: dict[str, Figures]
    tables: dict[str, Table]
    """Of all metrics; a table of ``calls`` of the metric ``clocks`` is ``clocks_calls``."""


def worked_out(source: Source, metrics: Mapping[str, AnalysisMetric], name: Names, listed: Callable[[str], Any] | None = None) -> Analysis:
    """Return what metrics find on a tape, in one pass. InputError if the tape was not kept in full.

    ``listed`` gives the columns of accounts that came in bulk by their file; a run folder's own, unless told.
    """
    read(source, metrics, listed)
    return told(metrics, name)


def read(source: Source, metrics: Mapping[str, AnalysisMetric], listed: Callable[[str], Any] | None = None) -> None:
    """Let metrics read a tape, in one pass. InputError if it was not kept in full."""
    open_accounts(metrics, listed or getattr(source, "population", None))
    for stretch in stretches(source):
        for metric in metrics.values():
            metric.take(stretch)


def open_accounts(metrics: Mapping[str, AnalysisMetric], listed: Callable[[str], Any] | None) -> None:
    """Hand the lists of accounts that came in bulk (``Run.population``) to metrics with a method ``open(listed)``."""
    for metric in metrics.values():
        opens = getattr(metric, "open", None)
        if listed is not None and callable(opens):
            opens(listed)


def told(metrics: Mapping[str, AnalysisMetric], name: Names) -> Analysis:
    """Return what metrics that have read a tape found on it. MetricError if tables of two metrics would have one name."""
    tables: dict[str, Table] = {}
    for key, metric in metrics.items():
        for table, rows in metric.tables(name).items():
            if (full := f"{key}_{table}") in tables:
                raise MetricError(f"two tables are called {full}, one of them {table} of the metric {key}; rename it, or a metric")
            tables[full] = rows
    return Analysis({key: metric.figures() for key, metric in metrics.items()}, tables)
