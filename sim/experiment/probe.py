"""Marginal R: what one more unit sold sets off, from paired probe sales.

Somebody sells an amount at an instant, at market, and nothing else is otherwise; the same seeds are run without. Twice: in the scenario
without the price effect of forced sales (the feature ``selling`` taken away), where what the probe sets off is its first generation and no
more; and in the scenario as it stands, where every further generation counts. The first, extra units sold by keepers per unit of
the probe, is *marginal R*; the second is the whole multiplier. Where each generation is R times the one before, the multiplier is
R / (1 - R). Extra debt liquidated is told beside both. Left out: probes that buy.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import attrs

from sim.errors import InputError
from sim.experiment.features.catalogue import named, refuse_lacking, without
from sim.experiment.figures import figure_of
from sim.experiment.findings import CONFIDENCE, Table, difference, estimate
from sim.experiment.jobs import Job, Row, RunStatus
from sim.experiment.plan import Written, bare, notes_of, written
from sim.experiment.runner import Progress
from sim.experiment.study import kept
from sim.scenario.build import build
from sim.scenario.checks import check
from sim.scenario.quantity import Mistake
from sim.scenario.spec import Metaorder, Scenario, VenueSpec
from sim.scenario.values import Amount, Instant, amount, instant
from sim.scenario.words import meant
from sim.units import SECOND

TABLE = "probe.json"
LOOP = "selling"
COURSES = {"first_generation": "without the price effect of forced sales", "all_generations": "as it stands"}
"""What is told, and in which world."""
FIGURES = ("liquidations", "drawdown_bps")
"""Figures told beside debt and collateral."""


@attrs.frozen
class ProbePlan:
    """What is run: two worlds, each with and without a probe."""

    name: str
    title: str
    venue: VenueSpec
    size: Amount
    at: Instant
    worlds: Mapping[str, tuple[Written, Written]]
    """By course: without the probe, and with it."""
    seeds: Sequence[int]
    notes: Sequence[str] = ()

    def jobs(self) -> Iterator[Job]:
        """Yield every run once, seed after seed."""
        for seed in self.seeds:
            yield from {world.id(seed): world.job(seed) for pair in self.worlds.values() for world in pair}.values()


def planned_probe(scenario: Scenario, size: str, at: str, seeds: Sequence[int], venue: str = "") -> ProbePlan:
    """Return the plan of a probe: so much of the base asset, sold at an instant on a venue, the first unless named.

    Raises InputError and ScenarioError.
    """
    base, features = bare(scenario), named([LOOP])
    refuse_lacking(base, features)
    asked = _venue(base, venue)
    probe = Metaorder(at=_read(at, "--at"), duration=SECOND, venue=asked.name, side="sell", amount=_amount(size, base, asked), every=SECOND)
    _refuse_late(base, probe)
    calm = without(base, features)
    worlds = {"first_generation": (calm, _probed(calm, probe)), "all_generations": (base, _probed(base, probe))}
    facts = build(worlds["all_generations"][1], seeds[0]).facts
    texts = {course: (written(plain), written(struck)) for course, (plain, struck) in worlds.items()}
    return ProbePlan(scenario.name, scenario.run.title, asked, probe.amount, probe.at, texts, seeds, notes_of(base, facts))


def made_probe(plan: ProbePlan, out: str | Path | None = None, workers: int = 1, on_progress: Progress | None = None) -> Table:
    """Make a plan's runs and return its table, which is kept beside them where a folder is named."""
    return kept(plan.jobs(), partial(probe_table, plan), TABLE, out, workers, on_progress)


def probe_table(plan: ProbePlan, rows: Sequence[Row]) -> Table:
    """Return what a probe set off, ready for JSON."""
    by_id = {row.id: row for row in rows}
    courses = {course: _course(plan, course, by_id) for course in COURSES}
    return {
        "scenario": plan.name,
        "title": plan.title,
        "probe": {"venue": plan.venue.name, "amount": str(plan.size), "at": str(plan.at)},
        "seeds": list(plan.seeds),
        "confidence": CONFIDENCE,
        "marginal_r": courses["first_generation"]["per_unit"],
        "multiplier": courses["all_generations"]["per_unit"],
        "courses": courses,
        "failures": list(_failures(plan, by_id)),
        "remarks": list(_remarks()),
        "notes": list(plan.notes),
    }


def _course(plan: ProbePlan, course: str, rows: Mapping[str, Row]) -> Table:
    """Return what the probe set off in one world: extra debt, extra units sold, per unit of the probe."""
    keys = {"debt": f"debt_repaid.{plan.venue.quote}", "sold": f"collateral_sold.{plan.venue.base}", **{key: key for key in FIGURES}}
    values = {name: [_values(plan, course, part, key, rows) for part in (0, 1)] for name, key in keys.items()}
    size = float(plan.size.number)
    per_unit = {name: [None if value is None else value / size for value in _apart(*values[name])] for name in ("debt", "sold")}
    return {
        "world": COURSES[course],
        "extra": {name: difference(struck, plain) for name, (plain, struck) in values.items()},
        "debt_per_unit": estimate(per_unit["debt"]),
        "per_unit": estimate(per_unit["sold"]),
    }


def _values(plan: ProbePlan, course: str, part: int, key: str, rows: Mapping[str, Row]) -> list[float | None]:
    found = [rows.get(plan.worlds[course][part].id(seed)) for seed in plan.seeds]
    return [figure_of(row.result["summary"], key) if row is not None and row.status is RunStatus.COMPLETE else None for row in found]


def _apart(plain: Sequence[float | None], struck: Sequence[float | None]) -> list[float | None]:
    return [b - a if a is not None and b is not None else None for a, b in zip(plain, struck, strict=True)]


def _venue(scenario: Scenario, name: str) -> VenueSpec:
    known = {venue.name: venue for venue in scenario.venues}
    if name and name not in known:
        raise InputError(f'"{name}" is no venue of {scenario.name}; {meant(name, known)}')
    return known[name] if name else scenario.venues[0]


def _amount(text: str, scenario: Scenario, venue: VenueSpec) -> Amount:
    try:
        size = amount(text)
        lots = size.units(scenario.assets[size.asset].decimals) if size.asset == venue.base else 0
    except Mistake as mistake:
        raise InputError(f"--probe {mistake}") from None
    if lots < venue.lot.units(scenario.assets[venue.base].decimals):
        raise InputError(f'--probe is "{text}"; give an amount of {venue.base}, at least the {venue.lot} that {venue.name} trades')
    return size


def _read(text: str, option: str) -> Instant:
    try:
        return instant(text)
    except Mistake as mistake:
        raise InputError(f"{option} {mistake}") from None


def _refuse_late(scenario: Scenario, probe: Metaorder) -> None:
    since = probe.at.since(scenario.run.start)
    if not 0 < since < scenario.run.duration:
        raise InputError(f'--at is "{probe.at}", which is not within the run; give an instant after its start and before its end')


def _probed(scenario: Scenario, probe: Metaorder) -> Scenario:
    probed = attrs.evolve(scenario, world=attrs.evolve(scenario.world, shocks=(*scenario.world.shocks, probe)))
    check(probed)
    return probed


def _failures(plan: ProbePlan, rows: Mapping[str, Row]) -> Iterator[Table]:
    for seed in plan.seeds:
        for course, pair in plan.worlds.items():
            for world, word in zip(pair, ("without the probe", "with the probe"), strict=True):
                row = rows.get(world.id(seed))
                if row is not None and row.status is not RunStatus.COMPLETE:
                    of = [f"{COURSES[course]}, {word}"]
                    yield {"of": of, "seed": seed, "status": row.status.value, "message": row.message, "where": list(row.where)}


def _remarks() -> Iterator[str]:
    yield "marginal R: units that keepers sell more, per unit of the probe, where those sales move no price: its first generation"
    yield "multiplier: the same where they do: every generation; R / (1 - R) if each were R times the one before"
    yield "an interval holds what chance does within the model; what the model has wrong is in none of them"
    yield "below the size at which any account falls, a probe sets off nothing, and just above it much: try several sizes"
