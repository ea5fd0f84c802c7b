"""Every feature by name, and twins without some of them.

A twin does not depend on the sequence in which its features are named: they are taken away in that of the catalogue. A feature that
the scenario does not have is refused, and the reason is told: a twin equal to its original would look like a finding.
"""

from collections.abc import Iterable, Sequence

import attrs

from sim.errors import InputError
from sim.experiment.features.feature import Feature
from sim.experiment.features.shared import SHARED
from sim.experiment.features.switched import SWITCHED
from sim.scenario.checks import check
from sim.scenario.spec import Scenario
from sim.scenario.words import meant

FEATURES: dict[str, Feature] = {feature.name: feature for feature in (*SWITCHED, *SHARED)}
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
    """Refuse features that a scenario does not have, each as it stands without those before. Raises InputError with every reason."""
    lines, twin = [], scenario
    for feature in features:
        reason = feature.lacks(twin)
        if reason:
            lines.append(f"{scenario.name} has no {feature.name} to do without: {reason}")
        else:
            twin = feature.away(twin)
    if lines:
        raise InputError("\n".join(lines))


def without(scenario: Scenario, features: Sequence[Feature]) -> Scenario:
    """Return a scenario without some features; with none named, the scenario itself. Raises ScenarioError."""
    twin = scenario
    for feature in features:
        twin = feature.away(twin)
    if twin is not scenario:
        # What was fitted, and held out, speaks of the scenario and of its keys; a twin may not have them.
        twin = attrs.evolve(twin, calibration=(), held_out=())
        check(twin)
    return twin
