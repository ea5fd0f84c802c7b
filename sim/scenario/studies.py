"""What keeps a ``[study]`` from being run: figures it does not have, arms that say nothing, paths that lead nowhere or are its own.

Every arm and feature that sets keys is tried in the scenario's own tree, so that a misspelt path is told with the word that was
meant. Left out: other scenarios that arms name, which are read when the study is run (they may extend this one), and keys of the
summary, which a built world knows.
"""

from collections.abc import Iterator
from itertools import combinations
from math import prod
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.convert import structure, unstructure
from sim.scenario.overrides import overridden
from sim.scenario.spec import ArmSpec, FeatureSpec, Scenario, StudySpec
from sim.scenario.spec.study import MOST_CELLS, ValueSpec
from sim.scenario.walk import Found
from sim.scenario.words import meant

OWN = {
    "run.seed": "a study runs every arm with the same seeds; leave it out, and say how many with --seeds",
    "study": "it says nothing about a run; leave it out",
}
"""Paths that a study decides itself, and what would do."""


def study(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield what a scenario's study names and cannot mean."""
    if scenario.study is None:
        return
    yield from _figures(scenario.study)
    yield from _arms(scenario.study)
    yield from _twice(scenario.study.features)
    yield from _axes(scenario.study)
    yield from _paths(scenario, scenario.study)


def _figures(asked: StudySpec) -> Iterator[str]:
    for section in ("published", "calibrated"):
        for index, each in enumerate(getattr(asked, section)):
            if each.figure not in asked.figures:
                path = f"study.{section}.{index}.figure"
                yield f'{path} is "{each.figure}", which is no figure of the study; {meant(each.figure, asked.figures)}'


def _arms(asked: StudySpec) -> Iterator[str]:
    for arm in asked.arms:
        if bool(arm.scenario) == bool(arm.set):
            yield f"study.arms.{arm.name} needs a scenario or keys to set, one of the two"


def _twice(features: tuple[FeatureSpec, ...]) -> Iterator[str]:
    """Yield keys that two features set: with both away it would be open which value counts."""
    for first, second in combinations(features, 2):
        for path in second.set:
            if any(_overlap(path, other) for other in first.set):
                yield f"study.features.{second.name}.set has {path}, which {first.name} sets too; give each feature keys of its own"


def _axes(asked: StudySpec) -> Iterator[str]:
    """Yield axes that seek what is no figure, that set the same keys as another, and too many cells."""
    for axis in asked.axes:
        if axis.first_above_zero and axis.first_above_zero not in asked.figures:
            sought = axis.first_above_zero
            yield f'study.axes.{axis.name}.first_above_zero is "{sought}", which is no figure of the study; {meant(sought, asked.figures)}'
    for first, second in combinations(asked.axes, 2):
        for path in dict.fromkeys(path for value in second.values for path in value.set):
            if any(_overlap(path, other) for value in first.values for other in value.set):
                yield f"study.axes.{second.name} sets {path}, which {first.name} sets too; give each axis keys of its own"
    if (cells := prod(len(axis.values) for axis in asked.axes)) > MOST_CELLS:
        yield f"study.axes make {cells} cells, each a run for every seed; give at most {MOST_CELLS}"


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _paths(scenario: Scenario, asked: StudySpec) -> Iterator[str]:
    sections: list[tuple[str, tuple[ArmSpec | FeatureSpec | ValueSpec, ...]]] = [("arms", asked.arms), ("features", asked.features)]
    sections += [(f"axes.{axis.name}.values", axis.values) for axis in asked.axes]
    bare = {key: value for key, value in unstructure(scenario).items() if key != "study"}
    for section, items in sections:
        for each in items:
            own = [f"{path}: {words}" for path in each.set for key, words in OWN.items() if _overlap(path, key)]
            yield from (f"study.{section}.{each.name}.set: {line}" for line in (*own, *_lost(bare, each.set)))


def _lost(tree: dict[str, Any], paths: dict[str, Any]) -> Iterator[str]:
    try:
        structure(Scenario, overridden(tree, paths))
    except ScenarioError as mistake:
        yield from (line.removeprefix("--set ") for line in mistake.mistakes)
