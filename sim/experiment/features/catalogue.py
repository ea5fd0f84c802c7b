"""Every feature by name, and twins without some of them.

A twin does not depend on the sequence in which its features are named: they are taken away in that of the catalogue. A feature that
the scenario does not have is refused, and the reason is told: a twin equal to its original would look like a finding.
"""

from collections.abc import Iterable, Sequence

from sim.errors import InputError
from sim.experiment.features.feature import Feature
from sim.experiment.features.switched import SWITCHED
from sim.scenario.checks import check
from sim.scenario.spec import Scenario
from sim.scenario.words import meant

FEATURES: dict[str, Feature] = {feature.name: feature for feature in SWITCHED}
"""By name, in the sequence in which they are taken away."""
EXCLUSIVE = (("selling", "parked"),)
"""Features that cannot be taken away together: they set one key."""


def named(names: Iterable[str]) -> tuple[Feature, ...]:
    """Return features by name, in the catalogue's sequence. Raises InputError for one that is not there, or a pair that cannot be."""
    asked = list(dict.fromkeys(names))
    for name in asked:
        if name not in FEATURES:
            raise InputError(f'"{name}" is no feature; {meant(name, FEATURES)}')
    for first, second in EXCLUSIVE:
        if first in asked and second in asked:
            raise InputError(f"{first} and {second} are two ways to take away the same sales; name one of them")
    return tuple(feature for name, feature in FEATURES.items() if name in asked)


def refuse_lacking(scenario: Scenario, features: Sequence[Feature]) -> None:
    """Refuse features that a scenario does not have. Raises InputError with every reason."""
    reasons = [(feature.name, feature.lacks(scenario)) for feature in features]
    lines = [f"{scenario.name} has no {name} to do without: {reason}" for name, reason in reasons if reason]
    if lines:
        raise InputError("\n".join(lines))


def without(scenario: Scenario, features: Sequence[Feature]) -> Scenario:
    """Return a scenario without some features; with none named, the scenario itself. Raises ScenarioError."""
    twin = scenario
    for feature in features:
        twin = feature.away(twin)
    if features:
        check(twin)
    return twin
