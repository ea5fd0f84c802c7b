"""Finding metrics: by registered name, by ``./file.py:Class`` or by ``package.module:Class``.

Built-in metrics are registered like anyone's, through the entry-point group ``downtick.metrics``. A metric is an attrs class whose field
``facts`` is what a reader must know beside the tape, and whose other public fields are its parameters, each with a default; it has
``take(self, stretch)`` and ``figures(self)``, and may have ``tables(self, name)`` and ``open(self, listed)``, which is called first with
``Run.population``, for accounts that came in bulk. Left out: whether it is any good
(``downtick metric exam``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from sim.errors import MetricError
from sim.facts import Facts
from sim.metrics.analysis import AnalysisMetric, Names, Table
from sim.plugins import Kind, bad_signature, place_of

FACTS = "facts"


def lacks(found: type[Any]) -> Iterator[str]:
    """Yield what a class lacks to be a metric, each with its remedy."""
    if not attrs.has(found):
        yield "it is not an attrs class; put @attrs.define above it, with facts: Facts as its first field"
    else:
        fields = [field for field in attrs.fields(found) if field.init]
        if FACTS not in [field.name for field in fields]:
            yield "it has no field facts; write facts: Facts as its first field"
        for field in fields:
            if field.name != FACTS and field.default is attrs.NOTHING:
                yield f"its field {field.name} has no default; give it one, for a metric can be asked for by its name alone"
    for method, wanted in (("take", ("stretch",)), ("figures", ()), ("tables", ("name",)), ("open", ("listed",))):
        given = getattr(found, method, None)
        if callable(given):
            yield from bad_signature(given, wanted, method)
        elif method in ("take", "figures"):
            yield f"it has no {method}; write def {method}({', '.join(('self', *wanted))})"


METRICS = Kind("downtick.metrics", "metric", "metrics", MetricError, lacks)


def registered() -> dict[str, str]:
    """Return every registered metric by name, with where it is (``module:Class``), in sequence of names."""
    return METRICS.registered()


def find_metric(named: str) -> type[Any]:
    """Return a metric's class. Raises MetricError with the remedy where it cannot be found or is no metric."""
    return METRICS.find(named)


def found_metrics(named: Sequence[str] = ()) -> dict[str, type[Any]]:
    """Return the classes of these metrics, or of all that are registered, by the names their figures have.

    One that is given by its place is called after its class: ``MyWidthMetric`` and ``MyWidth`` are ``my_width``. MetricError when
    two would have one name.
    """
    found: dict[str, type[Any]] = {}
    whose: dict[str, str] = {}
    known = registered()
    if not named and not known:
        raise MetricError("no metric is registered; install downtick anew (python -m pip install -e . --no-deps), or name one by its place")
    for each in dict.fromkeys(named or known):
        metric = find_metric(each)
        name = each if each in known else called(metric)
        if name in found or (name in known and each not in (name, known[name])):
            other = whose.get(name, known.get(name, ""))
            raise MetricError(f"two metrics are called {name}: {other} and {each}; rename the class of one")
        found[name], whose[name] = metric, known.get(each, each)
    return found


def called(metric: type[Any]) -> str:
    """Return the name of a metric that is not registered: that of its class in small letters, without ``Metric``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", metric.__name__).lower()
    return words.removesuffix("_metric") or words


def parameters_of(metric: type[Any]) -> list[attrs.Attribute[Any]]:
    """Return the fields that are a metric's parameters."""
    return [each for each in attrs.fields(metric) if each.init and each.name != FACTS and not each.name.startswith("_")]


def made(metric: type[Any], facts: Facts, parameters: Mapping[str, Any] | None = None) -> AnalysisMetric:
    """Return a metric ready to read a tape. Raises MetricError for a parameter that it does not have or refuses."""
    known = [each.name for each in parameters_of(metric)]
    for name in parameters or {}:
        if name not in known:
            raise MetricError(f"{metric.__name__} has no parameter {name}; it has {', '.join(known) or 'none'}")
    try:
        one = metric(facts, **(parameters or {}))
    except Exception as failure:  # A stranger's code: whatever it raises is told.
        raise MetricError(f"{place_of(metric)}: it cannot be made: {type(failure).__name__}: {failure}") from failure
    return one if hasattr(one, "tables") else WithoutTables(one)


@attrs.define
class WithoutTables:
    """A metric that has figures alone."""

    metric: Any

    def open(self, listed: Any) -> None:
        """Hand on the accounts that came in bulk, if it wants them."""
        if callable(opens := getattr(self.metric, "open", None)):
            opens(listed)

    def take(self, stretch: Any) -> None:
        """Read the next entries."""
        self.metric.take(stretch)

    def figures(self) -> dict[str, Any]:
        """Return what it found."""
        found: dict[str, Any] = self.metric.figures()
        return found

    def tables(self, name: Names) -> dict[str, Table]:
        """Return none."""
        return {}
