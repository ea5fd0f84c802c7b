"""What an arena's races show: standings, pairs, courses, effects and failures, ready for JSON.

Money is in each course's own quote asset; means over courses take one for one, which is right as long as they are all dollars. A race
that did not end well counts for nobody and is told; one that somebody sat out counts not for it. Left out: how it is printed, or written
into a page (`sim.cli`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.experiment.arena.plan import ArenaPlan, Race
from sim.experiment.arena.race import profits_of
from sim.experiment.arena.ranking import CONFIDENCE, Ranked, ranking
from sim.experiment.jobs import Row, RunStatus
from sim.experiment.runner import Progress
from sim.experiment.statistics import Interval, mean_interval, paired_difference
from sim.experiment.study import kept

TABLE = "arena.json"
Table = dict[str, Any]
SUMS = ("won", "included", "reverted", "dropped")
MEANS = ("profit", "bonus", "oracle_gap", "slippage", "inventory_drift", "gas", "tips", "reverted_gas", "push_bps")
WORST = ("capital", "drawdown")
"""Figures of which the largest of any race is told."""


def made_arena(
    plan: ArenaPlan, out: str | Path | None = None, workers: int = 1, timeout_s: float | None = None, on_progress: Progress | None = None
) -> Table:
    """Make an arena's races and return its table; kept beside them where a folder is named, and races there are not run again."""
    if out is not None:
        plan.write_races(Path(out))
    return kept(plan.jobs(), lambda rows: as_table(plan, rows), TABLE, out, workers, on_progress, timeout_s)


def as_table(plan: ArenaPlan, rows: Sequence[Row]) -> Table:
    """Return what the races show. Raises InputError when not one of them ended well."""
    by_id = {row.id: row for row in rows}
    run = [(race, by_id[race.id].result) for race in plan.races if _is_done(by_id.get(race.id))]
    if not run:
        failed = next((row for row in rows if row.status is not RunStatus.COMPLETE), None)
        raise InputError(f"no race ended well; the first: {failed.message if failed else 'none was run'}")
    names = [entry.name for entry in plan.entries if any(entry.name in result["keepers"] for _, result in run)]
    ranked = ranking([profits_of(result) for _, result in run], names)
    return {
        "entries": [
            {"name": entry.name, "strategy": entry.strategy, "parameters": _plain(entry.parameters), "is_challenger": entry.is_challenger}
            for entry in plan.entries
        ],
        "races": len(run),
        "confidence": CONFIDENCE,
        "standings": [_standing(_place(each, ranked), each, [result for _, result in run]) for each in ranked],
        "pairs": _pairs([each.name for each in ranked], [profits_of(result) for _, result in run]),
        "courses": {name: _course(plan, name, [each for each in run if each[0].course == name]) for name in plan.courses},
        "effects": list(_effects(plan, by_id)),
        "each": [_one(race, result) for race, result in run],
        "failures": list(_failures(plan, by_id)),
        "fell_silent": list(_silent(run)),
    }


def _is_done(row: Row | None) -> bool:
    return row is not None and row.status is RunStatus.COMPLETE


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, bool | int | str) else str(value) for key, value in parameters.items()}


def _place(ranked: Ranked, everybody: Sequence[Ranked]) -> int:
    return 1 + [each.name for each in everybody if each.company == ranked.company].index(ranked.name)


def _standing(place: int, ranked: Ranked, results: Sequence[Table]) -> Table:
    there = [result for result in results if ranked.name in result["keepers"]]
    own, prizes = [result["keepers"][ranked.name] for result in there], sum(result["prizes"] for result in there)
    told: Table = {"company": ranked.company, "place": place, "name": ranked.name, "places": list(ranked.places), "races": len(there)}
    told["rating"] = _interval(ranked.rating)
    told["wins"] = round(ranked.wins, 4)
    told["profit"] = _mean([each["profit"] for each in own])
    told |= {key: round(float(np.mean([each[key] for each in own])), 4) for key in MEANS if key != "profit"}
    told |= {key: sum(each[key] for each in own) for key in SUMS}
    told |= {key: round(max(each[key] for each in own), 2) for key in WORST}
    told["share"] = round(told["won"] / prizes, 4) if prizes else None
    told["reverted_for"] = _added([each["reverted_for"] for each in own])
    told["silent"] = sum(each["failed_at_ns"] is not None for each in own)
    return told


def _added(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {reason: sum(each.get(reason, 0) for each in counts) for reason in sorted({reason for each in counts for reason in each})}


def _mean(values: Sequence[float]) -> Table:
    if len(values) < 2:
        return {"mean": round(float(values[0]), 2), "lo": None, "hi": None}
    return _interval(mean_interval(values, confidence=CONFIDENCE, resamples=2_000))


def _interval(found: Interval) -> Table:
    return {"mean": round(found.value, 2), "lo": round(found.low, 2), "hi": round(found.high, 2)}


def _pairs(names: Sequence[str], profits: Sequence[Mapping[str, float]]) -> list[Table]:
    """Return each pair that met, the better placed first: races won, and by how much profit in the same race."""
    found = []
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            met = [each for each in profits if first in each and second in each]
            mine, theirs = [each[first] for each in met], [each[second] for each in met]
            if not met:
                continue
            won = sum(a > b for a, b in zip(mine, theirs, strict=True))
            lost = sum(a < b for a, b in zip(mine, theirs, strict=True))
            ahead = (
                _interval(paired_difference(theirs, mine, confidence=CONFIDENCE, resamples=2_000))
                if len(mine) > 1
                else _mean([mine[0] - theirs[0]])
            )
            found.append({"first": first, "second": second, "won": won, "lost": lost, "tied": len(mine) - won - lost, "ahead": ahead})
    return found


def _course(plan: ArenaPlan, name: str, run: Sequence[tuple[Race, Table]]) -> Table:
    results, sit_out = [result for _, result in run], plan.sit_out.get(name, {})
    names = [entry.name for entry in plan.entries if entry.name not in sit_out]
    world = {key: _average([result["world"].get(key) for result in results]) for key in ("drawdown_bps", "liquidations", "generations")}
    return {
        "title": plan.courses[name].run.title,
        "quote": results[0]["quote"] if results else "",
        "seeds": sorted({race.seed for race, _ in run}),
        "races": len(run),
        "prizes": sum(result["prizes"] for result in results),
        "world": world | {"bad_debt": _average([_amount(result["world"].get("bad_debt")) for result in results])},
        "profit": {each: _mean([result["keepers"][each]["profit"] for result in results]) for each in names} if results else {},
        "won": {each: sum(result["keepers"][each]["won"] for result in results) for each in names},
        "sit_out": {each: list(words) for each, words in sit_out.items()},
    }


def _average(values: Sequence[Any]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return round(float(np.mean(known)), 4) if known else None


def _amount(told: Any) -> float | None:
    """Return an amount of one asset, or the sum of several."""
    if isinstance(told, Mapping):
        return sum(_amount(each) or 0.0 for each in told.values())
    return float(str(told).partition(" ")[0]) if told is not None else None


def _effects(plan: ArenaPlan, rows: Mapping[str, Row]) -> Any:
    """Yield what each challenger's presence did to a course: the race with it less the same race with its seat empty."""
    with_it = {(race.course, race.seed, race.turn): rows.get(race.id) for race in plan.races}
    for challenger in dict.fromkeys(race.absent for race in plan.absences):
        for course in plan.courses:
            pairs = [
                (with_it[race.course, race.seed, race.turn], rows.get(race.id))
                for race in plan.absences
                if (race.absent, race.course) == (challenger, course)
            ]
            done = [
                (there.result["world"], gone.result["world"])
                for there, gone in pairs
                if there and gone and _is_done(there) and _is_done(gone)
            ]
            if done:
                yield {
                    "name": challenger,
                    "course": course,
                    "drawdown_bps": _mean([_known(there["drawdown_bps"]) - _known(gone["drawdown_bps"]) for there, gone in done]),
                    "bad_debt": _mean([_known(_amount(there["bad_debt"])) - _known(_amount(gone["bad_debt"])) for there, gone in done]),
                    "liquidations": _mean([_known(there["liquidations"]) - _known(gone["liquidations"]) for there, gone in done]),
                }


def _known(value: Any) -> float:
    return 0.0 if value is None else float(value)


def _one(race: Race, result: Table) -> Table:
    keepers = {
        name: {key: figures[key] for key in ("profit", "won", "reverted", "capital", "drawdown")}
        for name, figures in result["keepers"].items()
    }
    return {"race": race.title, "course": race.course, "seed": race.seed, "turn": race.turn, "digest": result["digest"], "keepers": keepers}


def _failures(plan: ArenaPlan, rows: Mapping[str, Row]) -> Any:
    for race in (*plan.races, *plan.absences):
        row = rows.get(race.id)
        if row is not None and row.status is not RunStatus.COMPLETE:
            yield {"race": race.title, "status": row.status.value, "message": row.message}


def _silent(run: Sequence[tuple[Race, Table]]) -> Any:
    for race, result in run:
        for name, figures in result["keepers"].items():
            if figures["failed_at_ns"] is not None:
                yield {"race": race.title, "name": name, "at_s": round(figures["failed_at_ns"] / 1e9, 1)}
