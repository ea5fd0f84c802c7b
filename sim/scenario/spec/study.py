"""``[study]``: the question a scenario is there to answer over many seeds: which figures, between which arms, owing to what.

An arm is another scenario, or this one with keys set. A feature is one mechanism, said by the keys that take it away. Which figures
were fitted and which were not is part of the question, so that nobody takes the one for the other. What a study does with it stands
in ``sim.experiment.study``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import attrs

from sim.scenario.quantity import Mistake
from sim.scenario.spec.common import Name, not_empty

BASE = "base"
"""The arm that is the scenario as it stands."""
MOST_FEATURES = 6
"""Every set of features is a run for each seed: 64 of them."""
MOST_CELLS = 256
"""Every combination of the axes' values is a run for each seed."""


def without_dates(value: Any) -> Any:
    """Return a value as JSON can hold it: dates, which TOML knows, become texts that mean the same in a scenario."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: without_dates(each) for key, each in value.items()}
    return [without_dates(each) for each in value] if isinstance(value, list | tuple) else value


def quoted_paths(_: Any, field: "attrs.Attribute[Any]", value: Mapping[str, Any]) -> None:
    """Refuse a table under a key without a dot: a path that somebody wrote without quotes, which TOML takes for nested tables."""
    for key, each in value.items():
        if isinstance(each, Mapping) and "." not in key:
            raise Mistake(f"'{field.name}' has a table {key}; write the whole path in quotes: \"{_first_path(key, each)}\" = ...")


def _first_path(key: str, below: Any) -> str:
    """Return the path of the first value in a table."""
    while isinstance(below, Mapping) and below:
        step, below = next(iter(below.items()))
        key = f"{key}.{step}"
    return key


def each_once(_: Any, field: "attrs.Attribute[Any]", value: tuple[Any, ...]) -> None:
    """Refuse two of one name."""
    names = [each.name for each in value]
    for name in names:
        if names.count(name) > 1:
            raise Mistake(f"'{field.name}' has {names.count(name)} called {name}; give each a name of its own")


def few_enough(_: Any, field: "attrs.Attribute[Any]", value: tuple[Any, ...]) -> None:
    """Refuse more features than all sets of them can be run for."""
    each_once(_, field, value)
    if len(value) > MOST_FEATURES:
        raise Mistake(f"'{field.name}' are {len(value)}, of which {2 ** len(value)} sets would be run; give at most {MOST_FEATURES}")


def not_base(_: Any, field: "attrs.Attribute[Any]", value: tuple[Any, ...]) -> None:
    """Refuse an arm with the name of the arm that is always there."""
    each_once(_, field, value)
    if any(each.name == BASE for each in value):
        raise Mistake(f"'{field.name}' has one called {BASE}, which is the scenario as it stands; give it another name")


@attrs.frozen(kw_only=True)
class ArmSpec:
    """``[[study.arms]]``: another course of things, held against the scenario as it stands (the arm ``base``) seed by seed."""

    name: Name
    """What it is called."""
    title: str = ""
    """What is otherwise in it, in a line."""
    scenario: str = ""
    """Another scenario, by name or path."""
    set: dict[str, Any] = attrs.field(factory=dict, converter=without_dates, validator=quoted_paths)
    """Or this one with values set at dotted paths, in quotes, as ``--set`` takes them."""


@attrs.frozen(kw_only=True)
class FeatureSpec:
    """``[[study.features]]``: one mechanism of which the study asks what it contributes."""

    name: Name
    """What it is called."""
    title: str = ""
    """What it is, in a line."""
    set: dict[str, Any] = attrs.field(converter=without_dates, validator=[not_empty, quoted_paths])
    """What takes it away: values by dotted path, in quotes, as ``--set`` takes them."""


@attrs.frozen(kw_only=True)
class ValueSpec:
    """One of ``study.axes.values``: a place on an axis."""

    name: str = attrs.field(validator=not_empty)
    """What it is called in tables: a depth, a window, a ratio."""
    set: dict[str, Any] = attrs.field(factory=dict, converter=without_dates, validator=quoted_paths)
    """What makes it: values by dotted path, in quotes, as ``--set`` takes them. Left out: the scenario as it stands."""


@attrs.frozen(kw_only=True)
class AxisSpec:
    """``[[study.axes]]``: one thing that is varied. Every combination of all axes' values is run: a surface."""

    name: Name
    """What it is called."""
    title: str = ""
    """What is varied, in a line."""
    values: tuple[ValueSpec, ...] = attrs.field(validator=[not_empty, each_once])
    """Its values, in the sequence in which they are told."""
    first_above_zero: str = ""
    """A figure: told is the first of the values at which the whole interval of that figure lies above zero, for every combination of the
    other axes; the least capital at which something pays. Left out: nothing is sought."""


@attrs.frozen(kw_only=True)
class PublishedSpec:
    """``[[study.published]]``: what others say a figure was, to stand beside it."""

    figure: str
    """Which figure of the study."""
    value: str = attrs.field(validator=not_empty)
    """Its value or range, with its unit."""
    source: str = attrs.field(validator=not_empty)
    """Where it is told."""


@attrs.frozen(kw_only=True)
class CalibratedSpec:
    """``[[study.calibrated]]``: a figure that the scenario was fitted to, which therefore scores nothing."""

    figure: str
    """Which figure of the study."""
    key: Annotated[str, "key"] = attrs.field(validator=not_empty)
    """The key that was fitted, as a dotted path."""
    note: str = ""
    """To what, and how well."""


@attrs.frozen(kw_only=True)
class StudySpec:
    """``[study]``: what ``downtick study`` runs and tells."""

    figures: dict[Name, str] = attrs.field(validator=not_empty)
    """What is told of every arm: a name, and the key of the run's summary it is read from (dotted where tables are nested)."""
    arms: tuple[ArmSpec, ...] = attrs.field(default=(), validator=not_base)
    """What the scenario is held against."""
    features: tuple[FeatureSpec, ...] = attrs.field(default=(), validator=few_enough)
    """The mechanisms whose contribution is asked for, six at most."""
    axes: tuple[AxisSpec, ...] = attrs.field(default=(), validator=each_once)
    """What is varied together: every combination is a cell of a surface, 256 at most."""
    published: tuple[PublishedSpec, ...] = ()
    """What others say."""
    calibrated: tuple[CalibratedSpec, ...] = ()
    """What was fitted."""
