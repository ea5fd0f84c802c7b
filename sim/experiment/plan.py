"""A scenario's study as runs: which worlds, which seeds, and what was asked of each.

Arms are other scenarios, or this one with keys set. Features are mechanisms that keys take away; a set of them is a whole number, bit
i for the i-th feature that is *there*, so that set 0 is the scenario without any and the last one the scenario itself. Worlds that
are written alike are one run, whatever they are called. Everything is refused before anything is run: arms and sets are loaded, arms are
built, and every figure's key is looked for in the summary of a run that has just begun. Left out: making the runs (`runner`), and what
they show (`findings`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from itertools import product
from math import isfinite
from pathlib import Path
from typing import Any

import attrs

from sim.errors import InputError, ScenarioError
from sim.experiment.figures import keepers_of, known_mistake
from sim.experiment.jobs import Job, canonical_json, run_id
from sim.experiment.shapley import all_but, everything, only
from sim.facts import Facts
from sim.metrics import LiveSummary
from sim.scenario.build import build
from sim.scenario.load import changed, load, scenario_of, text_of
from sim.scenario.run import run
from sim.scenario.spec import ArmSpec, FeatureSpec, Scenario, StudySpec
from sim.scenario.spec.study import BASE
from sim.scenario.words import meant
from sim.storage.manifest import versions

ONE_RUN = f"{__name__}:one_run"
UNCOUNTED = ("title", "summary")
"""Keys of ``[run]`` that say nothing about the run; the scenario's name is another."""
PINNED = "pinned: the price path is given and held from outside; timing and bad debt may be claimed, no price effect"


@attrs.frozen
class Written:
    """A world as text."""

    text: str = attrs.field(eq=False)
    digest: str
    """SHA-256 of all in the text that makes the run (its names and titles do not), and of the contents of the files it reads."""
    version: str
    """Versions of all that its runs' digests may depend on."""

    def id(self, seed: int) -> str:
        """Return the id of its run with a seed: it follows all that decides the run, the versions too."""
        return run_id(self.digest, {}, seed, self.version)

    def job(self, seed: int) -> Job:
        """Return its run with a seed."""
        return Job(self.id(seed), ONE_RUN, {"text": self.text, "seed": seed})


@attrs.frozen
class Plan:
    """What a study runs."""

    name: str
    title: str
    asked: StudySpec
    arms: Mapping[str, Written]
    """By name, the base first."""
    sets: Mapping[int, Written]
    """By set of features; none when they are left out."""
    seeds: Sequence[int]
    shapley_seeds: Sequence[int]
    """On these every set of features is run; on the others only those that one feature is alone in, or alone absent from."""
    notes: Sequence[str] = ()
    """What every report must repeat."""
    cells: Mapping[tuple[str, ...], Written] = attrs.field(factory=dict)
    """By the names of the axes' values, in sequence of the axes; none when they are left out."""

    @property
    def features(self) -> Sequence[FeatureSpec]:
        """The features, in the sequence of their bits."""
        return self.asked.features if self.sets else ()

    def jobs(self) -> Iterator[Job]:
        """Yield every run once, seed after seed, so that a study cut short has whole seeds. Worlds that differ in their title are one."""
        for seed in self.seeds:
            unique: dict[str, Job] = {}
            for world in (*self.arms.values(), *(self.sets[each] for each in self.sets_of(seed)), *self.cells.values()):
                job = world.job(seed)
                unique.setdefault(job.id, job)
            yield from unique.values()

    def sets_of(self, seed: int) -> list[int]:
        """Return the sets of features that are run with a seed."""
        return sorted(self.sets) if seed in self.shapley_seeds else self.one_by_one()

    def one_by_one(self) -> list[int]:
        """Return the sets that show each feature alone: none, all, all but it, only it."""
        count = len(self.features)
        singles = [each for i in range(count) for each in (all_but(i, count), only(i))]
        return list(dict.fromkeys([0, everything(count), *singles])) if count else []


def planned(
    scenario: Scenario,
    seeds: Sequence[int],
    shapley_seeds: Sequence[int] = (),
    *,
    arms: Sequence[str] | None = None,
    with_features: bool = True,
    overrides: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the plan of a scenario's study; `arms` names those to run beside the base, all unless given: then the axes are left out.

    `overrides` are set in arms that are other scenarios; the scenario given has them already. Raises ScenarioError and InputError.
    """
    asked = _asked(scenario)
    base = bare(scenario)
    worlds = {BASE: base, **{arm.name: _arm(base, arm, overrides or {}) for arm in _wanted(asked, arms)}}
    facts = {name: _facts(name, world, seeds[0]) for name, world in worlds.items()}
    _refuse_unknown_figures(asked, facts[BASE])
    sets = dict(_sets(base, asked.features)) if with_features else {}
    notes = notes_of(base, facts[BASE])
    texts = {name: written(world) for name, world in worlds.items()}
    cells = {} if arms is not None else dict(_cells(base, asked))
    return Plan(scenario.name, scenario.run.title, asked, texts, sets, seeds, shapley_seeds, notes, cells)


def one_run(text: str, seed: int) -> dict[str, Any]:
    """Return digest, entries, summary and keepers of one run: the job that the runner makes. Figures that are not finite become None."""
    result = run(scenario_of(json.loads(text, parse_float=Decimal)), seed, tape="none")
    return {
        "digest": result.digest,
        "entries": result.entries,
        "summary": _finite(result.summary),
        "keepers": keepers_of(result.facts),
    }


def notes_of(scenario: Scenario, facts: Facts) -> list[str]:
    """Return what every report of a scenario must repeat."""
    return ([PINNED] if scenario.world.price.role == "pinned" else []) + list(facts.notes)


def files_of(tree: Any, key: str = "") -> dict[str, str]:
    """Return the SHA-256 of the files that a scenario's tree names, by path; whoever builds it tells of one that is not there."""
    if isinstance(tree, Mapping):
        return {path: digest for name, value in tree.items() for path, digest in files_of(value, name).items()}
    if isinstance(tree, list):
        return {path: digest for value in tree for path, digest in files_of(value, key).items()}
    if not isinstance(tree, str):
        return {}
    path = tree if key == "csv" or key.endswith("_csv") else tree.partition(":")[0] if key == "strategy" else ""
    return {path: sha256(Path(path).read_bytes()).hexdigest()} if path and Path(path).is_file() else {}


def _asked(scenario: Scenario) -> StudySpec:
    if scenario.study is None:
        parent = f", or study {scenario.lineage[-1].scenario}, which it extends" if scenario.lineage else ""
        raise InputError(f"{scenario.name} has no [study] to run; give it one{parent}")
    return scenario.study


def bare(scenario: Scenario) -> Scenario:
    """Return a scenario without what only says where it comes from and what is asked of it."""
    return attrs.evolve(scenario, study=None, lineage=())


def written(scenario: Scenario) -> Written:
    """Return a world as text; its digest follows all that decides its runs."""
    text = text_of(scenario)
    tree = json.loads(text)
    digest = sha256(canonical_json([_counted(tree), files_of(tree)]).encode()).hexdigest()
    return Written(text, digest, canonical_json(versions()))


def _counted(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario's tree without what only tells people what it is."""
    told = {key: value for key, value in tree.items() if key != "name"}
    return told | {"run": {key: value for key, value in tree.get("run", {}).items() if key not in UNCOUNTED}}


def _wanted(asked: StudySpec, names: Sequence[str] | None) -> list[ArmSpec]:
    known = {arm.name: arm for arm in asked.arms}
    for name in names or ():
        if name != BASE and name not in known:
            raise InputError(f'"{name}" is no arm of the study; {meant(name, [BASE, *known])}')
    return [arm for arm in asked.arms if names is None or arm.name in names]


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Put a path before each of a scenario's mistakes."""
    try:
        yield
    except ScenarioError as mistake:
        raise ScenarioError(*(f"{path}: {line}" for line in mistake.mistakes)) from None


def _arm(base: Scenario, arm: ArmSpec, overrides: Mapping[str, Any]) -> Scenario:
    with _told(f"study.arms.{arm.name}"):
        return bare(changed(load(arm.scenario), overrides) if arm.scenario else changed(base, arm.set))


def _sets(base: Scenario, features: Sequence[FeatureSpec]) -> Iterator[tuple[int, Written]]:
    """Yield every set of features, those that are absent taken away; the whole set is the scenario itself."""
    for feature in features:
        with _told(f"study.features.{feature.name}"):
            changed(base, feature.set)
    for present in range(1 << len(features)) if features else ():
        absent = {path: value for i, each in enumerate(features) if not present & only(i) for path, value in each.set.items()}
        yield present, written(changed(base, absent))


def _cells(base: Scenario, asked: StudySpec) -> Iterator[tuple[tuple[str, ...], Written]]:
    """Yield the world of every combination of the axes' values."""
    for values in product(*(axis.values for axis in asked.axes)) if asked.axes else ():
        with _told(f"study.axes: {', '.join(value.name for value in values)}"):
            merged = {path: each for value in values for path, each in value.set.items()}
            yield tuple(value.name for value in values), written(changed(base, merged))


def _facts(name: str, world: Scenario, seed: int) -> Facts:
    """Return what is known of a world before it runs; to build it finds files that are missing, too."""
    if name == BASE:
        return build(world, seed).facts
    with _told(f"study.arms.{name}"):
        return build(world, seed).facts


def _refuse_unknown_figures(asked: StudySpec, facts: Facts) -> None:
    at_first = LiveSummary(facts).figures()
    mistakes = [(name, known_mistake(at_first, key, facts)) for name, key in asked.figures.items()]
    lines = [f"study.figures.{name} {mistake}" for name, mistake in mistakes if mistake]
    if lines:
        raise ScenarioError(*lines)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value
