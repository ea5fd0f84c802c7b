"""What a learner may choose: parameters of a strategy, each from a list of values that it allows.

``{"multiple_bps": range(10_000, 40_001, 2_000), "disposal": ("at_once", "held")}``: a choice is the place of a value in its list, so it
is exact, and whatever learns has a grid of whole numbers before it. Values are in the units of the field (`sim.units`). Of a parameter
that a strategy reads once, at its birth, a later change does nothing; its author knows which those are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from sim.agents.far.mind import FarMind
from sim.agents.generator import is_generator_form
from sim.errors import InputError
from sim.scenario.words import keys_of, meant

Tune = Mapping[str, Sequence[Any]]
"""Values a learner may choose from, by the name of a parameter."""


@attrs.frozen
class Choices:
    """Parameters and their values, in the sequence in which they were named."""

    tune: Tune

    @property
    def sizes(self) -> list[int]:
        """How many values each parameter has."""
        return [len(values) for values in self.tune.values()]

    def chosen(self, places: Sequence[int]) -> dict[str, Any]:
        """Return the value at a place for each parameter. InputError for a place that is not there."""
        if len(places) != len(self.tune):
            raise InputError(f"an action has {len(places)} places; give {len(self.tune)}, one each for {', '.join(self.tune)}")
        for (name, values), place in zip(self.tune.items(), places, strict=True):
            if not 0 <= place < len(values):
                raise InputError(f"place {place} for {name}; give one from 0 to {len(values) - 1}")
        return {name: values[place] for (name, values), place in zip(self.tune.items(), places, strict=True)}

    def apply(self, strategy: Any, places: Sequence[int]) -> None:
        """Set the parameters of a strategy for its decisions from now on."""
        for name, value in self.chosen(places).items():
            setattr(strategy, name, value)

    def require_fit(self, strategy: Any) -> None:
        """Raise InputError for parameters that a strategy does not have and values that it does not take."""
        name_of = type(strategy).__name__
        if isinstance(strategy, FarMind) or is_generator_form(type(strategy)) or hasattr(strategy, "written"):
            raise InputError(f"parameters of {name_of} cannot be changed while it runs; give a strategy with decide, in this process")
        fields = {field.name: field for field in keys_of(type(strategy))}
        for name, values in self.tune.items():
            if name not in fields:
                raise InputError(f"{name_of} has no parameter {name!r}; {meant(name, fields)}")
            if not values:
                raise InputError(f"{name} of {name_of} has no value to choose from; list one at least")
            for value in values:
                _require_taken(strategy, fields[name], value)


def _require_taken(strategy: Any, field: "attrs.Attribute[Any]", value: Any) -> None:
    """Ask what a scenario would be asked: the kind of value that is there, and the field's own rule."""
    there = getattr(strategy, field.name)
    said = f"{field.name} of {type(strategy).__name__} cannot be {value!r}"
    if type(value) is not type(there):
        raise InputError(f"{said}; it is {there!r} now, give values of that kind")
    if field.validator is not None:
        try:
            field.validator(strategy, field, value)
        except (ValueError, TypeError) as refused:
            reason = refused.args[0] if refused.args else refused
            raise InputError(f"{said}: {reason}") from None
