"""A metric's parameters, written as a scenario's values are: ``--set clocks.window="10 min"`` becomes nanoseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from sim.errors import MetricError
from sim.metrics.registry import called, parameters_of
from sim.scenario.parameters import structure_parameters


def metric_parameters(metrics: Mapping[str, type[Any]], settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return parameters by metric, from settings by ``metric.parameter``.

    Raises MetricError for a metric that is not asked for, ScenarioError for a parameter that it does not have or cannot take.
    """
    tables: dict[str, dict[str, Any]] = {}
    for path, value in settings.items():
        metric, _, parameter = path.partition(".")
        if metric not in metrics or not parameter:
            raise MetricError(f'--set "{path}" is no parameter of {" or ".join(metrics)}; give --set METRIC.PARAMETER=VALUE')
        tables.setdefault(metric, {})[parameter] = value
    return {name: structured(metrics[name], table, name) for name, table in tables.items()}


def structured(metric: type[Any], table: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return a metric's parameters from a table, those that are in it. Raises ScenarioError with every mistake."""
    given = structure_parameters(table_of(metric), table, path)
    return {name: getattr(given, name) for name in table}


def table_of(metric: type[Any]) -> type[Any]:
    """Return a class of a metric's parameters alone, without the facts."""
    fields = {
        each.name: attrs.field(default=each.default, type=each.type, validator=each.validator, metadata=each.metadata)
        for each in parameters_of(attrs.resolve_types(metric))
    }
    return attrs.make_class(called(metric), fields)
