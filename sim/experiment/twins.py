"""A scenario against its twins: the same seeds and draws, with some of its mechanisms taken away.

One twin is without all that are named; with Shapley every set of them is run. A set is a whole number, bit i for the i-th feature that
is *there*, as in a study: set 0 is the twin without any, the last one the scenario itself. All differences are the scenario less
its twin, seed by seed: what the mechanisms add. Left out: which features there are (`features`), how runs are made (`runner`).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from sim.errors import InputError
from sim.experiment.every_figure import keys_of, numbers_of, unit_of
from sim.experiment.features.catalogue import named, refuse_lacking, without
from sim.experiment.features.feature import Feature
from sim.experiment.findings import CONFIDENCE, Table, difference, estimate
from sim.experiment.jobs import Job, Row, RunStatus
from sim.experiment.plan import Written, bare, notes_of, written
from sim.experiment.runner import Progress
from sim.experiment.shapley import everything, only, shapley_values
from sim.experiment.statistics import ratio_interval, spread
from sim.experiment.study import kept
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.spec import Scenario

TABLE = "twin.json"
DRAWDOWN, VOLATILITY = "drawdown_bps", "realised_volatility_bps"
MOST_FEATURES = 6
"""Two to the power of it are the worlds of a Shapley value."""


@attrs.frozen
class TwinPlan:
    """What is run: a scenario and its twins."""

    name: str
    title: str
    features: Sequence[Feature]
    sets: Mapping[int, Written]
    """By set of features that are there."""
    seeds: Sequence[int]
    notes: Sequence[str] = ()

    @property
    def whole(self) -> int:
        """The set of all features: the scenario itself."""
        return everything(len(self.features))

    @property
    def has_every_set(self) -> bool:
        """Whether Shapley values can be worked out."""
        return len(self.sets) == 1 << len(self.features)

    def jobs(self) -> Iterator[Job]:
        """Yield every run once, seed after seed; worlds that are written alike are one."""
        for seed in self.seeds:
            yield from {world.id(seed): world.job(seed) for world in self.sets.values()}.values()


def planned_twins(scenario: Scenario, names: Sequence[str], seeds: Sequence[int], *, with_shapley: bool = False) -> TwinPlan:
    """Return the plan of a scenario against its twin without the features named. Raises InputError and ScenarioError."""
    features = named(names)
    if with_shapley and len(features) > MOST_FEATURES:
        raise InputError(f"Shapley values of {len(features)} features take {1 << len(features)} worlds; name {MOST_FEATURES} at most")
    base = bare(scenario)
    refuse_lacking(base, features)
    whole = everything(len(features))
    wanted = range(whole + 1) if with_shapley else dict.fromkeys((0, whole))
    worlds = {each: without(base, _absent(features, each)) for each in wanted}
    facts = {each: build(world, seeds[0]).facts for each, world in worlds.items() if each in (0, whole)}
    sets = {each: written(world) for each, world in worlds.items()}
    return TwinPlan(scenario.name, scenario.run.title, features, sets, seeds, notes_of(base, facts[whole]))


def twins(
    scenario: Scenario | str | Path,
    names: Sequence[str],
    seeds: Sequence[int],
    *,
    with_shapley: bool = False,
    out: str | Path | None = None,
    workers: int = 1,
) -> Table:
    """Return what a scenario's features add to every figure of its summary. Raises before anything is run."""
    asked = scenario if isinstance(scenario, Scenario) else load(scenario)
    return made_twins(planned_twins(asked, names, seeds, with_shapley=with_shapley), out, workers)


def made_twins(plan: TwinPlan, out: str | Path | None = None, workers: int = 1, on_progress: Progress | None = None) -> Table:
    """Make a plan's runs and return its table, which is kept beside them where a folder is named, with the twin's own scenario."""
    table = kept(plan.jobs(), partial(twin_table, plan), TABLE, out, workers, on_progress)
    if out is not None:
        (Path(out) / "twin-scenario.json").write_text(plan.sets[0].text, encoding="utf-8")
    return table


def twin_table(plan: TwinPlan, rows: Sequence[Row]) -> Table:
    """Return all that is shown of a scenario and its twins, ready for JSON."""
    by_id = {row.id: row for row in rows}
    found = _Figures(plan, by_id)
    worths = [found.of(each) for each in sorted(plan.sets)]
    run, twin = found.of(plan.whole), found.of(0)
    return {
        "scenario": plan.name,
        "title": plan.title,
        "without": [feature.name for feature in plan.features],
        "seeds": list(plan.seeds),
        "confidence": CONFIDENCE,
        "amplification": amplification(run.get(DRAWDOWN, []), twin.get(DRAWDOWN, [])),
        "volatility_ratio": amplification(run.get(VOLATILITY, []), twin.get(VOLATILITY, [])),
        "same_digest": _same(plan, by_id),
        "figures": {key: _compared(key, run[key], twin[key], found.unit(key)) for key in found.keys},
        **({"shapley": _shapley(plan, found.keys, worths)} if plan.has_every_set and len(plan.features) > 1 else {}),
        "features": {each.name: {"title": each.title, "twin": each.twin, "held": each.held, "moves": each.moves} for each in plan.features},
        "failures": list(_failures(plan, by_id)),
        "remarks": list(_remarks(plan)),
        "notes": list(plan.notes),
    }


def amplification(run: Sequence[float | None], twin: Sequence[float | None]) -> Table:
    """Return drawdown over the twin's drawdown (of the means over seeds) with its interval, and the difference in bps beside it.

    ``ratio`` is None where no seed has both, or the twin does not fall at all; exactly 1 where each run falls as its twin does. The same
    of realised volatilities is the volatility ratio.
    """
    pairs = [(a, b) for a, b in zip(run, twin, strict=True) if a is not None and b is not None]
    there = [a for a, _ in pairs], [b for _, b in pairs]
    told: Table = {"ratio": None, "lo": None, "hi": None, "difference_bps": difference(run, twin)}
    if sum(there[1]) and len(pairs) > 1:
        found = ratio_interval(*there, confidence=CONFIDENCE)
        return told | {"ratio": found.value, "lo": found.low, "hi": found.high}
    return told | ({"ratio": sum(there[0]) / sum(there[1])} if sum(there[1]) else {})


@attrs.define
class _Figures:
    """Every figure of every run, read once."""

    plan: TwinPlan
    rows: Mapping[str, Row]
    keys: list[str] = attrs.field(factory=list, init=False)
    _numbers: dict[str, dict[str, float | None]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Find the keys that any run has, and read all runs under them."""
        runs = {row.id: row.result for row in self.rows.values() if row.status is RunStatus.COMPLETE}
        self.keys = keys_of(self._summaries())
        self._numbers = {id: numbers_of(result["summary"], self.keys, result.get("keepers", ())) for id, result in runs.items()}

    def of(self, present: int) -> dict[str, list[float | None]]:
        """Return each figure of a set's runs, seed by seed; None where a run has none, or did not end well."""
        ids = [self.plan.sets[present].id(seed) for seed in self.plan.seeds]
        return {key: [self._numbers.get(id, {}).get(key) for id in ids] for key in self.keys}

    def unit(self, key: str) -> str:
        """Return a figure's asset."""
        return unit_of(self._summaries(), key)

    def _summaries(self) -> list[Mapping[str, Any]]:
        """Return the summaries of the runs that ended well, those of the scenario first."""
        ids = [world.id(seed) for _, world in sorted(self.plan.sets.items(), reverse=True) for seed in self.plan.seeds]
        rows = [self.rows[id] for id in dict.fromkeys(ids) if id in self.rows]
        return [row.result["summary"] for row in rows if row.status is RunStatus.COMPLETE]


def _absent(features: Sequence[Feature], present: int) -> tuple[Feature, ...]:
    return tuple(feature for i, feature in enumerate(features) if not present & only(i))


def _compared(key: str, run: Sequence[float | None], twin: Sequence[float | None], unit: str) -> Table:
    """Return one figure of the scenario and of its twin, what lies between, and how much pairing by seed narrows that."""
    pairs = [(a, b) for a, b in zip(run, twin, strict=True) if a is not None and b is not None]
    apart = spread([a for a, _ in pairs]), spread([b for _, b in pairs])
    unpaired = None if apart[0] is None or apart[1] is None else (apart[0] ** 2 + apart[1] ** 2) ** 0.5
    return {
        "unit": unit,
        "run": estimate(run, key),
        "twin": estimate(twin, key),
        "difference": difference(run, twin),
        "deviation": {"run": apart[0], "twin": apart[1], "paired": spread([a - b for a, b in pairs]), "unpaired": unpaired},
    }


def _shapley(plan: TwinPlan, keys: Sequence[str], worths: Sequence[Mapping[str, Sequence[float | None]]]) -> Table:
    """Return each feature's Shapley value of every figure, over the seeds in which every set has the figure; they sum to ``together``."""
    told: dict[str, Table] = {feature.name: {} for feature in plan.features}
    together: Table = {}
    for key in keys:
        by_seed = [[figures[key][place] for figures in worths] for place in range(len(plan.seeds))]
        whole = [[worth for worth in of_seed if worth is not None] for of_seed in by_seed]
        known = [of_seed if len(of_seed) == len(worths) else [] for of_seed in whole]
        values = [[float(value) for value in shapley_values(of_seed)] if of_seed else [] for of_seed in known]
        for i, feature in enumerate(plan.features):
            told[feature.name][key] = estimate([of_seed[i] if of_seed else None for of_seed in values])
        together[key] = estimate([of_seed[-1] - of_seed[0] if of_seed else None for of_seed in known])
    return {"values": told, "together": together}


def _same(plan: TwinPlan, rows: Mapping[str, Row]) -> int:
    """Return in how many seeds the twin's tape is the scenario's own, to the last entry."""
    pairs = [(rows.get(plan.sets[plan.whole].id(seed)), rows.get(plan.sets[0].id(seed))) for seed in plan.seeds]
    ended = [(a, b) for a, b in pairs if a and b and a.status is b.status is RunStatus.COMPLETE]
    return sum(a.result["digest"] == b.result["digest"] for a, b in ended)


def _failures(plan: TwinPlan, rows: Mapping[str, Row]) -> Iterator[Table]:
    for seed in plan.seeds:
        for present, world in sorted(plan.sets.items(), reverse=True):
            row = rows.get(world.id(seed))
            if row is not None and row.status is not RunStatus.COMPLETE:
                of = [called(plan, present)]
                yield {"of": of, "seed": seed, "status": row.status.value, "message": row.message, "where": list(row.where)}


def called(plan: TwinPlan, present: int) -> str:
    """Return what a set of features is called."""
    absent = [feature.name for feature in _absent(plan.features, present)]
    return f"the twin without {' and '.join(absent)}" if absent else "the run"


def _remarks(plan: TwinPlan) -> Iterator[str]:
    """Yield what must be said beside the figures."""
    yield "a difference is the run less its twin with the same seed: what the mechanism adds, in this model"
    yield "an interval holds what chance does within the model; what the model has wrong is in none of them"
    for feature in plan.features:
        yield f"{feature.name}, held fixed: {feature.held}"
        yield f"{feature.name}, may move: {feature.moves}"
    if len(plan.features) > 1 and plan.has_every_set:
        yield (
            "Shapley values sum to the whole difference seed by seed; they depend on the chosen set of features: with one more or one"
            " less in it every value may change"
        )
