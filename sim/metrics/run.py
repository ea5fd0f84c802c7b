"""``Run(folder).metrics``: a run folder whose metrics can be asked for by name, worked out when they are.

::

    Run("runs/demo").metrics.clocks.figures["calls"]
    Run("runs/demo").metrics.clocks.tables["calls"]["end"]          # a numpy array
    Run("runs/demo").metrics["./mine.py:Mine"]                      # a metric of one's own
    Run("runs/demo").metrics.of("clocks", window=600 * SECOND)      # with its parameters

Each is one pass over the tape at first asking, and kept; ``all()`` is one pass for every registered one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from sim.cascade import Source
from sim.errors import InputError
from sim.facts import Facts
from sim.metrics.analysis import AnalysisMetric, Names, read
from sim.metrics.fold import Figures
from sim.metrics.registry import found_metrics, made, registered
from sim.storage.run import Run as StoredRun
from sim.units import INT64_MAX

_EXACT = 2**53
"""Whole numbers up to this are themselves as floats."""


@attrs.frozen
class Measured:
    """What a metric found."""

    figures: Figures
    tables: dict[str, dict[str, npt.NDArray[Any]]]
    """By name, each with its columns as numpy arrays."""


@attrs.define(repr=False)
class Measures:
    """The metrics of one tape, worked out when asked for."""

    source: Source
    name: Names
    _facts: Facts | Mapping[str, Any]
    """As they are, or as a manifest has them."""
    _listed: Callable[[str], Any] | None = attrs.field(default=None, repr=False)
    """Accounts that came in bulk, by file; a run folder's own, unless told."""
    _found: dict[str, Measured] = attrs.field(factory=dict, init=False)

    def __getattr__(self, metric: str) -> Measured:
        """Return what a registered metric finds. AttributeError if none is called so."""
        if metric.startswith("_") or metric not in registered():
            raise AttributeError(f"no metric is called {metric}; registered are {', '.join(registered())}")
        return self[metric]

    def __getitem__(self, metric: str) -> Measured:
        """Return what a metric finds: a registered name, ``./file.py:Class`` or ``module:Class``. MetricError if it cannot be found."""
        if metric not in self._found:
            self._found[metric] = self.of(metric)
        return self._found[metric]

    def __iter__(self) -> Iterator[str]:
        return iter(registered())

    def __repr__(self) -> str:
        """Return what can be asked for."""
        return f"Measures({', '.join(registered())})"

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *registered()]

    def of(self, metric: str, **parameters: Any) -> Measured:
        """Return what a metric finds with these parameters, worked out anew. Raises MetricError."""
        ((name, found),) = found_metrics([metric]).items()
        one = made(found, self.facts, parameters)
        read(self.source, {name: one}, self._listed)
        return self._measured(one)

    def all(self) -> dict[str, Measured]:
        """Return what every registered metric finds, by name, in one pass for those that were not asked for yet."""
        left = [name for name in registered() if name not in self._found]
        if left:
            metrics = {name: made(found, self.facts) for name, found in found_metrics(left).items()}
            read(self.source, metrics, self._listed)
            self._found |= {name: self._measured(metric) for name, metric in metrics.items()}
        return {name: self._found[name] for name in registered()}

    def _measured(self, metric: AnalysisMetric) -> Measured:
        tables = metric.tables(self.name)
        return Measured(
            metric.figures(), {key: {column: column_of(values) for column, values in table.items()} for key, table in tables.items()}
        )

    @property
    def facts(self) -> Facts:
        """What a reader must know beside the tape. InputError if the run does not say."""
        if isinstance(self._facts, Facts):
            return self._facts
        if not self._facts:
            raise InputError("this run does not say what its numbers mean, so nothing can be worked out of it; run it again")
        return Facts.from_json(dict(self._facts))


class Run(StoredRun):
    """A run folder, opened, with its metrics. InputError if it is none."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        self.metrics = Measures(self, self.name, self.manifest.facts)


def column_of(values: Sequence[Any]) -> npt.NDArray[Any]:
    """Return a column as an array: int64, bool or float64; a number that is missing is NaN; anything else is objects as they are."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in values):
        return np.array(values, np.bool_)
    if known and all(isinstance(value, int) and not isinstance(value, bool) and abs(value) <= INT64_MAX for value in values):
        return np.array(values, np.int64)
    if known and all(_is_float(value) for value in known):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    found: npt.NDArray[Any] = np.empty(len(values), object)
    found[:] = values
    return found


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _EXACT)
