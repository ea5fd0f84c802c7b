"""An arena as runs: which courses, which seeds, who sits where, and where everything is kept.

Everybody races in the same worlds, but for whoever says that it has nothing to do on a course (`sitting_out`). With each seed the seats
go round by one, and by `turns` of them each seed is raced so many times. With `effects` every race is also run without each challenger,
its seat empty: what it did to the price and to bad debt is the difference. Everything is refused before anything is run. Left out: making
the runs (`sim.experiment.runner`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from sim.errors import InputError
from sim.experiment.arena.entries import Entry
from sim.experiment.arena.race import ONE_RACE
from sim.experiment.arena.seats import seat_of, seated
from sim.experiment.arena.sitting_out import sitting_out
from sim.experiment.jobs import Job, canonical_json, run_id
from sim.experiment.plan import Written, written
from sim.scenario.build import build
from sim.scenario.spec import Scenario
from sim.units import INT64_MAX

RACES = "races"
"""Folder of the scenario files of all races, within the arena's own."""


@attrs.frozen
class Race:
    """One race to be run."""

    course: str
    seed: int
    turn: int
    world: Written
    names: tuple[str, ...]
    """Who is in it."""
    absent: str = ""
    """Whose seat is empty."""

    @property
    def id(self) -> str:
        """The id of its run: it follows all that decides it."""
        return run_id(canonical_json([self.world.digest, ONE_RACE]), {"names": ",".join(self.names)}, self.seed, self.world.version)

    @property
    def title(self) -> str:
        """What it is called for people, and the stem of its file."""
        round_ = f"-turn{self.turn}" if self.turn else ""
        return f"{self.course}-{self.seed}{round_}{f'-without-{self.absent}' if self.absent else ''}"

    def job(self) -> Job:
        """Return its run."""
        return Job(self.id, ONE_RACE, {"text": self.world.text, "seed": self.seed, "names": list(self.names)})


@attrs.frozen
class ArenaPlan:
    """What an arena runs."""

    entries: tuple[Entry, ...]
    courses: Mapping[str, Scenario]
    races: tuple[Race, ...]
    absences: tuple[Race, ...] = ()
    """The same races without a challenger each."""
    sit_out: Mapping[str, Mapping[str, tuple[str, ...]]] = attrs.field(factory=dict)
    """By course, who has nothing to do there, and what it misses."""

    @property
    def name(self) -> str:
        """What a progress bar says."""
        return "arena"

    def jobs(self) -> Iterator[Job]:
        """Yield every run once, seed after seed, so that an arena cut short has whole seeds of all courses."""
        yield from {race.id: race.job() for race in (*self.races, *self.absences)}.values()

    def write_races(self, folder: Path) -> None:
        """Write each race as a scenario file that can be run by itself, with its seed in it."""
        kept = folder / RACES
        try:
            kept.mkdir(parents=True, exist_ok=True)
            for race in self.races:
                tree = json.loads(race.world.text)
                tree["run"]["seed"] = race.seed
                for agent in tree["agents"]:
                    if agent["strategy"].startswith("."):  # In a file, beside the file; here it was from the working folder.
                        agent["strategy"] = str(Path.cwd() / agent["strategy"])
                (kept / f"{race.title}.json").write_text(json.dumps(tree, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as failure:
            raise InputError(f"{kept} cannot be written ({failure.strerror}); name a folder you may write to with --out") from None


def planned_arena(
    entries: Sequence[Entry],
    courses: Sequence[Scenario],
    seeds: int,
    *,
    turns: int = 1,
    seat: str = "",
    apart: bool = False,
    effects: bool = False,
) -> ArenaPlan:
    """Return the plan of an arena: so many seeds from each course's own on, each raced in so many turns of the seats.

    Raises ScenarioError and InputError for all that cannot be run.
    """
    named: dict[str, Scenario] = {}
    for each in courses:
        if named.setdefault(each.name, each) is not each:
            raise InputError(f"{each.name} is named twice; race on each course once, with more --seeds")
    if not 1 <= turns <= len(entries):
        raise InputError(f"--turns is {turns}; give 1 to {len(entries)}, as many as there are seats")
    sit_out = {name: sitting_out(entries, each, seat_of(each, seat)) for name, each in named.items()}
    raced = [each for each in named.values() if len(sit_out[each.name]) < len(entries)]
    if not raced:
        raise InputError(f"nobody has anything to do on {', '.join(named)}: {_missed(sit_out)}; name other courses with --scenarios")
    # Where the seats go round is decided by place alone, so that who is entered first matters no more than what anybody is called.
    plan = [(each, number, turn) for number in range(seeds) for each in raced for turn in range(turns)]
    worlds: dict[tuple[str, int, str], Written] = {}

    def race(scenario: Scenario, number: int, turn: int, absent: str = "") -> Race:
        seed, step = _seed(scenario, number), (number * turns + turn) % len(entries)
        key = (scenario.name, step, absent)
        gone = (absent, *sit_out[scenario.name])
        if key not in worlds:
            there = seated(scenario, entries, step, seat, apart=apart, absent=gone)
            if not step and not absent:
                build(there, seed)  # Finds files that are missing, and whoever cannot be connected.
            worlds[key] = written(there)
        names = tuple(entry.name for entry in entries if entry.name not in gone)
        return Race(scenario.name, seed, turn, worlds[key], names, absent)

    challengers = [entry.name for entry in entries if entry.is_challenger] if effects else []
    absences = [race(*each, name) for each in plan for name in challengers if name not in sit_out[each[0].name]]
    return ArenaPlan(tuple(entries), named, tuple(race(*each) for each in plan), tuple(absences), sit_out)


def _missed(sit_out: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    found = {name: ", ".join(words) for misses in sit_out.values() for name, words in misses.items()}
    return "; ".join(f"{name} needs {words}" for name, words in found.items())


def _seed(scenario: Scenario, number: int) -> int:
    seed = scenario.run.seed + number
    if seed > INT64_MAX:
        raise InputError(f"seeds of {scenario.name} go beyond {INT64_MAX}; give a smaller run.seed")
    return seed
