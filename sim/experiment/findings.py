"""What a study's rows show: every figure of every arm, differences from the base seed by seed, and what each feature contributes.

Each estimate is a mean over seeds with a percentile bootstrap interval, and says over how many seeds: ``n`` of ``of``. A figure that
a run does not have (the instant of the first of something that never came) is in no mean and is missing in ``n``; it is never taken
for a zero. A figure that turns out to be no number is told as a failure of that figure, and the others stand. Differences and Shapley
values need the figure in every run they are made of. What was fitted is told beside it. Left out: printing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from sim.errors import InputError
from sim.experiment.figures import figure_of
from sim.experiment.jobs import Row, RunStatus
from sim.experiment.plan import Plan, Written
from sim.experiment.shapley import all_but, everything, only, shapley_values
from sim.experiment.statistics import mean_interval
from sim.scenario.spec import StudySpec
from sim.scenario.spec.study import BASE
from sim.units import SECOND
from sim.world.instants import iso

CONFIDENCE = 0.95
NO_NUMBER = "has no such number"
"""Status of a figure that could not be read; that of a run is a ``RunStatus``."""
UTC = "_utc"
"""Ending of a figure's name whose values are instants, in Unix seconds."""
Values = Sequence[float | None]
"""Seed by seed."""
Table = dict[str, Any]


def as_table(plan: Plan, rows: Sequence[Row]) -> Table:
    """Return all that a study shows, ready for JSON."""
    found = Findings(plan, {row.id: row for row in rows})
    arms = {arm: found.of(world) for arm, world in plan.arms.items()}
    return {
        "scenario": plan.name,
        "title": plan.title,
        "seeds": list(plan.seeds),
        "shapley_seeds": list(plan.shapley_seeds) if plan.features else [],
        "confidence": CONFIDENCE,
        "figures": {figure: _standing(plan.asked, figure) for figure in plan.asked.figures},
        "arms": {arm: _estimates(values) for arm, values in arms.items()},
        "differences": {arm: _differences(values, arms[BASE]) for arm, values in arms.items() if arm != BASE},
        **(_contributions(found) if plan.features else {}),
        **(_surface(found) if plan.cells else {}),
        "titles": {
            "arms": {arm.name: arm.title for arm in plan.asked.arms if arm.name in plan.arms},
            "features": {feature.name: feature.title for feature in plan.features},
            **({"axes": {axis.name: axis.title for axis in plan.asked.axes}} if plan.cells else {}),
        },
        "failures": [*_failures(plan, found.rows), *_failed_figures(plan, found)],
        "remarks": list(_remarks(plan, arms)),
        "notes": list(plan.notes),
    }


def estimate(values: Values, name: str = "") -> Table:
    """Return mean, lo and hi of the values that are there, and how many those are: no mean of none, no interval of one.

    Where the name ends in ``_utc`` the three are told as instants too.
    """
    there = [value for value in values if value is not None]
    found = mean_interval(there, confidence=CONFIDENCE) if len(there) > 1 else None
    mean = found.value if found else there[0] if there else None
    told: Table = {"mean": mean, "lo": found.low if found else None, "hi": found.high if found else None}
    instants = {key: iso(round(value) * SECOND) for key, value in told.items() if value is not None} if name.endswith(UTC) else {}
    return {**told, "n": len(there), "of": len(values), **({"utc": instants} if instants else {})}


def difference(values: Values, less: Values) -> Table:
    """Return the estimate of values less others, seed by seed, where both are there."""
    return estimate([a - b if a is not None and b is not None else None for a, b in zip(values, less, strict=True)])


@attrs.frozen
class Findings:
    """The rows of a study, by what they are runs of."""

    plan: Plan
    rows: Mapping[str, Row]

    def of(self, world: Written) -> dict[str, Values]:
        """Return every figure of a world."""
        return {figure: [self.value(world, seed, key) for seed in self.plan.seeds] for figure, key in self.plan.asked.figures.items()}

    def value(self, world: Written, seed: int, key: str) -> float | None:
        """Return one run's figure; None where the run has none, it is no number, or the run did not end well."""
        try:
            return self.read(world, seed, key)
        except InputError:
            return None  # Counted as missing, beside how many there are.

    def read(self, world: Written, seed: int, key: str) -> float | None:
        """Return one run's figure. Raises InputError where it is no number."""
        row = self.rows.get(world.id(seed))
        if row is None or row.status is not RunStatus.COMPLETE:
            return None
        return figure_of(row.result["summary"], key, row.result.get("keepers", ()))

    def worths(self, key: str) -> list[Values]:
        """Return a figure with every set of features, for each seed that has them all run."""
        plan = self.plan
        return [[self.value(plan.sets[each], seed, key) for each in sorted(plan.sets)] for seed in plan.shapley_seeds]


def _estimates(values: Mapping[str, Values]) -> Table:
    return {figure: estimate(of_seeds, figure) for figure, of_seeds in values.items()}


def _differences(values: Mapping[str, Values], less: Mapping[str, Values]) -> Table:
    return {figure: difference(of_seeds, less[figure]) for figure, of_seeds in values.items()}


def _contributions(found: Findings) -> Table:
    """Return what each feature does when it is the last to be put in, when it is the first, and by Shapley."""
    plan, count = found.plan, len(found.plan.features)
    every, none = found.of(plan.sets[everything(count)]), found.of(plan.sets[0])
    shapley = {figure: _shapley(found.worths(key), count) for figure, key in plan.asked.figures.items()}
    features = {}
    for i, feature in enumerate(plan.features):
        without, alone = found.of(plan.sets[all_but(i, count)]), found.of(plan.sets[only(i)])
        features[feature.name] = {
            "without": _estimates(without),
            "alone": _estimates(alone),
            "added_last": _differences(every, without),
            "added_first": _differences(alone, none),
            "shapley": {figure: estimate([of_seed[i] for of_seed in values]) for figure, values in shapley.items()},
        }
    whole = {figure: _whole(found.worths(key)) for figure, key in plan.asked.figures.items()}
    return {
        "features": features,
        "without_any": _estimates(none),
        "all_together": _differences(every, none),
        "all_by_shapley": {figure: estimate(values) for figure, values in whole.items()},
    }


def _surface(found: Findings) -> Table:
    """Return every cell with its figures, and where on an axis a figure first lies above zero."""
    axes = found.plan.asked.axes
    names = [axis.name for axis in axes]
    cells = {at: _estimates(found.of(world)) for at, world in found.plan.cells.items()}
    return {
        "axes": {axis.name: [value.name for value in axis.values] for axis in axes},
        "cells": [{"at": dict(zip(names, at, strict=True)), "figures": figures} for at, figures in cells.items()],
        "first_above_zero": [each for index, axis in enumerate(axes) if axis.first_above_zero for each in _first(found.plan, cells, index)],
    }


def _first(plan: Plan, cells: Mapping[tuple[str, ...], Table], index: int) -> Iterator[Table]:
    """Yield, for each combination of the other axes, the first value of an axis at which its figure lies above zero."""
    axis, names = plan.asked.axes[index], [axis.name for axis in plan.asked.axes]
    for others in dict.fromkeys((*at[:index], *at[index + 1 :]) for at in cells):
        line = {value.name: cells[(*others[:index], value.name, *others[index:])][axis.first_above_zero] for value in axis.values}
        lows = {name: found["mean"] if found["of"] == 1 else found["lo"] for name, found in line.items()}
        above = [name for name, low in lows.items() if low is not None and low > 0]
        at = dict(zip((name for name in names if name != axis.name), others, strict=True))
        yield {"axis": axis.name, "figure": axis.first_above_zero, "at": at, "value": above[0] if above else None}


def _shapley(worths: Sequence[Values], count: int) -> list[Values]:
    """Return the features' values for each seed; None for a seed in which a set of features has no such figure."""
    whole = [[worth for worth in of_seed if worth is not None] for of_seed in worths]
    return [
        [float(value) for value in shapley_values(known)] if len(known) == len(of_seed) else [None] * count
        for known, of_seed in zip(whole, worths, strict=True)
    ]


def _whole(worths: Sequence[Values]) -> Values:
    """Return the whole difference for each seed that has Shapley values, which sum to it."""
    known = [[worth for worth in of_seed if worth is not None] for of_seed in worths]
    return [there[-1] - there[0] if len(there) == len(of_seed) else None for there, of_seed in zip(known, worths, strict=True)]


def _standing(asked: StudySpec, figure: str) -> Table:
    """Return where a figure comes from, what others say of it, and whether it was fitted: what was fitted scores nothing."""
    fitted = [{"key": each.key, "note": each.note} for each in asked.calibrated if each.figure == figure]
    others = [{"value": each.value, "source": each.source} for each in asked.published if each.figure == figure]
    standing = "calibrated" if fitted else "scored" if others else "told"
    return {"key": asked.figures[figure], "standing": standing, "published": others, "calibrated": fitted}


def _failures(plan: Plan, rows: Mapping[str, Row]) -> Iterator[Table]:
    """Yield the runs that did not end well, each once, with all that it is a run of."""
    for seed in plan.seeds:
        whose: dict[str, list[str]] = {}
        for name, world in _named(plan):
            whose.setdefault(world.id(seed), []).append(name)
        for id, called in whose.items():
            row = rows.get(id)
            if row is not None and row.status is not RunStatus.COMPLETE:
                yield {"of": called, "seed": seed, "status": row.status.value, "message": row.message, "where": list(row.where)}


def _failed_figures(plan: Plan, found: Findings) -> Iterator[Table]:
    """Yield the figures that are no number in some run, each once, with the first run in which it is none."""
    for figure, key in plan.asked.figures.items():
        told = ((name, seed, _mistake(found, world, seed, key)) for seed in plan.seeds for name, world in _named(plan))
        for name, seed, message in told:
            if message:
                yield {"of": [name], "seed": seed, "status": NO_NUMBER, "message": f"study.figures.{figure}: {message}", "where": []}
                break


def _mistake(found: Findings, world: Written, seed: int, key: str) -> str:
    try:
        found.read(world, seed, key)
    except InputError as mistake:
        return str(mistake)
    return ""


def _named(plan: Plan) -> list[tuple[str, Written]]:
    """Return every world, by what it is called: arms, sets of features, and cells."""
    sets = [(_called(plan, present), world) for present, world in plan.sets.items()]
    return [*plan.arms.items(), *sets, *((", ".join(at), world) for at, world in plan.cells.items())]


def _called(plan: Plan, present: int) -> str:
    there = [feature.name for i, feature in enumerate(plan.features) if present & only(i)]
    return f"with {' and '.join(there)}" if there else "without any feature"


def _remarks(plan: Plan, arms: Mapping[str, Mapping[str, Values]]) -> Iterator[str]:
    """Yield what must be said beside the figures."""
    yield "an interval holds what chance does within the model; what the model has wrong is in none of them"
    fitted = [figure for figure in plan.asked.figures if _standing(plan.asked, figure)["standing"] == "calibrated"]
    if fitted:
        yield f"calibrated: {', '.join(fitted)}; what was fitted scores nothing, whatever was published of it"
    for figure in plan.asked.figures:
        missing = {arm: sum(value is None for value in values[figure]) for arm, values in arms.items()}
        if all(count == len(plan.seeds) for count in missing.values()):
            yield f"{figure}: no run of any arm has it; see that {plan.asked.figures[figure]} is the key that is meant"
        elif any(missing.values()):
            some = ", ".join(f"{count} of {arm}" for arm, count in missing.items() if count)
            yield f"{figure}: of {len(plan.seeds)} runs an arm, these do not have it: {some}; they are in no mean, and missing in n"
    if not plan.features:
        return
    count = len(plan.features)
    for i, feature in enumerate(plan.features):
        if plan.sets[all_but(i, count)] == plan.sets[everything(count)]:
            yield f"{feature.name}: to take it away changes nothing in this scenario"
    yield "a feature added last is all less all but it; added first, only it less none; above zero it raises the figure"
    if plan.shapley_seeds:
        yield (
            "Shapley values sum to the whole difference (all, less none) seed by seed; they depend on the chosen set of features:"
            " with one more or one less in it every value may change"
        )
