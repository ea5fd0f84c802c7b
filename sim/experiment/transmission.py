"""What each channel did: a scenario against its twins without one channel, without several, and without all of them, protocol by protocol.

The map of a run (``sim.contagion``) is an account; this is the effect, in this model. For every seed the scenario is run, and once more
without each feature: the five that protocols share, the price effect of forced sales, and whatever else is asked for. What is told is
the run less its twin, seed by seed, of every protocol's liquidated debt and bad debt, with intervals; beside it the twin without all shared
features together, in which protocols touch nowhere. Features that a scenario lacks are left out, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from sim.cascade import stretches
from sim.contagion.fates import Fate, Fates, protocol_names
from sim.errors import InputError, ScenarioError
from sim.experiment.features.catalogue import FEATURES, named, without
from sim.experiment.features.feature import Feature
from sim.experiment.features.shared import SHARED
from sim.experiment.findings import CONFIDENCE, Table, difference, estimate
from sim.experiment.jobs import Job, Row, RunStatus, run_id
from sim.experiment.plan import Written, bare, notes_of, written
from sim.experiment.runner import Progress
from sim.experiment.study import kept
from sim.scenario.build import build
from sim.scenario.load import scenario_of
from sim.scenario.run import run
from sim.scenario.spec import Scenario

TABLE = "transmission.json"
RUN, ALL = "run", "all shared"
"""Worlds: the scenario itself, and its twin without everything that protocols share."""
USUAL = (*(feature.name for feature in SHARED), "selling")
"""Features that are taken away, each alone, unless others are named."""
CHANNELS = {
    "shared_collateral": "price",
    "shared_oracle": "oracle",
    "shared_keepers": "keepers, nonce",
    "shared_blocks": "block_space",
    "shared_makers": "makers",
}
"""The channel of the map that a feature is."""
_KEEPERS = "shared_keepers"
FIGURES = ("debt", "liquidations", "bad_debt")
_ONE_FATE = f"{__name__}:one_fate"
_BASE_CURRENCY = 10**8


@attrs.frozen
class TransmissionPlan:
    """What is run: a scenario and its twins."""

    name: str
    title: str
    worlds: Mapping[str, Written]
    """The run, the twin without each feature by its name, and the one without all shared ones."""
    lacking: Mapping[str, str]
    """Features that the scenario does not have, or cannot do without alone, with the reason."""
    seeds: Sequence[int]
    notes: Sequence[str] = ()

    def jobs(self) -> Iterator[Job]:
        """Yield every run once, seed after seed."""
        for seed in self.seeds:
            yield from {job.id: job for job in (_job(world, seed) for world in self.worlds.values())}.values()


def planned_transmission(scenario: Scenario, seeds: Sequence[int], names: Sequence[str] = USUAL) -> TransmissionPlan:
    """Return the plan of a scenario against its twins. Raises InputError where it shares none of what is named."""
    base = bare(scenario)
    worlds, lacking = {RUN: written(base)}, dict[str, str]()
    for feature in named(names):
        reason = feature.lacks(base)
        if not reason:
            cut, reason = _cuttable(base, feature)
            if cut:
                worlds[" and ".join(each.name for each in cut)] = written(without(base, cut))
        if reason:
            lacking[feature.name] = reason
    together = [feature for feature in _there(base, SHARED) if feature.name in names]
    if len(together) > 1:
        worlds[ALL] = written(without(base, together))
    if not any(name.split(" and ")[-1] in CHANNELS for name in worlds):
        reasons = "; ".join(f"{name}: {reason}" for name, reason in lacking.items())
        raise InputError(
            f"{scenario.name} has no channel to cut ({reasons}); take a scenario with several protocols, such as shared_oracle"
        )
    return TransmissionPlan(scenario.name, scenario.run.title, worlds, lacking, seeds, notes_of(base, build(base, seeds[0]).facts))


def made_transmission(
    plan: TransmissionPlan, out: str | Path | None = None, workers: int = 1, on_progress: Progress | None = None
) -> Table:
    """Make a plan's runs and return its table, which is kept beside them where a folder is named."""
    return kept(plan.jobs(), partial(transmission_table, plan), TABLE, out, workers, on_progress)


def transmission_table(plan: TransmissionPlan, rows: Sequence[Row]) -> Table:
    """Return what each channel did to each protocol, ready for JSON."""
    by_id = {row.id: row for row in rows}
    fates = {world: [_result(by_id, text, seed) for seed in plan.seeds] for world, text in plan.worlds.items()}
    protocols = list(dict.fromkeys(name for each in fates[RUN] if each for name in each["protocols"]))
    return {
        "scenario": plan.name,
        "title": plan.title,
        "seeds": list(plan.seeds),
        "confidence": CONFIDENCE,
        "run": {name: {key: estimate(_values(fates[RUN], name, key)) for key in FIGURES} for name in protocols},
        "cuts": {world: _cut(fates, world, protocols) for world in plan.worlds if world != RUN},
        "lacking": dict(plan.lacking),
        "features": {name: _said(name) for name in plan.worlds if name not in (RUN, ALL)},
        "failures": list(_failures(plan, by_id)),
        "remarks": list(_remarks()),
        "notes": list(plan.notes),
    }


def one_fate(text: str, seed: int) -> dict[str, Any]:
    """Return digest and every protocol's fate of one run: the job that the runner makes."""
    result = run(scenario_of(json.loads(text, parse_float=Decimal)), seed)
    fates = Fates(result.facts)
    for stretch in stretches(result.tape):
        fates.take(stretch)
    names = protocol_names(result.facts)
    return {"digest": result.digest, "protocols": {names.get(place, str(place)): _told(fate) for place, fate in fates.found.items()}}


def _told(fate: Fate) -> dict[str, Any]:
    return {
        "debt": fate.debt / _BASE_CURRENCY,
        "liquidations": fate.liquidations,
        "bad_debt": fate.bad_debt / _BASE_CURRENCY,
        "first_liquidated_at_ns": fate.first_liquidated_at,
    }


def _job(world: Written, seed: int) -> Job:
    return Job(run_id(world.digest, {"told": "fates"}, seed, world.version), _ONE_FATE, {"text": world.text, "seed": seed})


def _cuttable(scenario: Scenario, feature: Feature) -> tuple[Sequence[Feature], str]:
    """Return what is to be taken away for a feature to go: itself, or the keepers' sharing too; and why not alone, or not at all."""
    try:
        without(scenario, [feature])
        return [feature], ""
    except (InputError, ScenarioError) as cannot:
        reason = str(cannot)
    also = FEATURES[_KEEPERS]
    try:
        if feature is not also and not also.lacks(scenario):
            without(scenario, [also, feature])
            return [also, feature], f"not alone, for {reason}"
    except (InputError, ScenarioError):
        pass  # Not to be cut together either: the reason for it alone is told below.
    return (), reason


def _there(scenario: Scenario, features: Sequence[Feature]) -> list[Feature]:
    """Return the features that a scenario has, each as it stands without those before."""
    found, twin = [], scenario
    for feature in features:
        if not feature.lacks(twin):
            found.append(feature)
            twin = feature.away(twin)
    return found


def _result(rows: Mapping[str, Row], world: Written, seed: int) -> Mapping[str, Any] | None:
    row = rows.get(_job(world, seed).id)
    return row.result if row is not None and row.status is RunStatus.COMPLETE else None


def _said(world: str) -> Table:
    """Return what is cut in a world, and which channels of the map that is."""
    features = [FEATURES[name] for name in world.split(" and ")]
    channels = [CHANNELS[feature.name] for feature in features if feature.name in CHANNELS]
    return {"title": "; ".join(feature.title for feature in features), "channel": ", ".join(channels)}


def _cut(fates: Mapping[str, Sequence[Mapping[str, Any] | None]], world: str, protocols: Sequence[str]) -> Table:
    """Return what the run has more than one of its twins."""
    pairs = [(a, b) for a, b in zip(fates[RUN], fates[world], strict=True) if a and b]
    return {
        "same_digest": sum(a["digest"] == b["digest"] for a, b in pairs),
        "protocols": {
            name: {key: difference(_values(fates[RUN], name, key), _values(fates[world], name, key)) for key in FIGURES}
            for name in protocols
        },
    }


def _values(fates: Sequence[Mapping[str, Any] | None], protocol: str, key: str) -> list[float | None]:
    return [each["protocols"][protocol][key] if each and protocol in each["protocols"] else None for each in fates]


def _failures(plan: TransmissionPlan, rows: Mapping[str, Row]) -> Iterator[Table]:
    for seed in plan.seeds:
        for name, world in plan.worlds.items():
            row = rows.get(_job(world, seed).id)
            if row is not None and row.status is not RunStatus.COMPLETE:
                of = "the run" if name == RUN else f"the twin without {name}"
                yield {"of": [of], "seed": seed, "status": row.status.value, "message": row.message, "where": list(row.where)}


def _remarks() -> Iterator[str]:
    yield "a difference is the run less its twin with the same seed: what the channel adds, in this model; below zero where it relieves"
    yield "channels do not add up: what one no longer carries another may, so the twin without all of them is run by itself"
    yield "an interval holds what chance does within the model; what the model has wrong is in none of them"
