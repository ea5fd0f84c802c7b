"""Running a scenario: from its text to a tape, a digest and a table.

``run`` keeps the tape in memory, or in a run folder when one is named. Whatever ends a run early leaves what was written: Ctrl-C
marks the folder interrupted, a failure marks it failed. Nothing here decides anything: the same scenario, seed and version give
the same digest, watched or not, kept or not.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from sim.errors import DowntickError, InputError, Unresponsive
from sim.facts import Facts
from sim.kernel import undisturbed
from sim.metrics import LiveSummary
from sim.metrics.run import Measures, Run
from sim.names import Names
from sim.records import RunEnded
from sim.scenario.build import build
from sim.scenario.load import changed, load, text_of
from sim.scenario.spec import Scenario
from sim.scenario.watchdog import watched
from sim.scenario.world import World
from sim.storage.columns import Columns
from sim.storage.folder import KEEP, RunFolder
from sim.storage.manifest import COMPLETE, FAILED, INTERRUPTED, Opening
from sim.storage.memory import MemoryTape
from sim.storage.population import Values
from sim.units import INT64_MAX, NOBODY, NOWHERE, Nanos

Progress = Callable[[Nanos, Nanos, int], None]
"""Called now and then with simulated time, the run's duration, and entries so far."""
STEPS = 200
"""How often progress is told."""


@attrs.frozen(repr=False)
class Result:
    """What a run left."""

    scenario: Scenario
    seed: int
    status: str
    digest: str
    entries: int
    summary: dict[str, Any]
    facts: Facts
    tape: Any
    """``tape.records("Traded")``: numpy columns by record type; ``tape.entries()``: entry by entry."""
    folder: Path | None = None
    reconciled_blocks: int | None = None
    """Blocks after which every protocol's books balanced; None unless the run was checked."""
    names: Names = attrs.field(factory=Names)
    """What interned numbers stand for."""
    populations: Mapping[str, Mapping[str, Values]] = attrs.field(factory=dict)
    """Columns of accounts that came in bulk, by file; of a run that was kept in memory."""

    @property
    def metrics(self) -> Measures:
        """What the registered metrics find on the tape: ``result.metrics.clocks.figures``, worked out anew at each asking."""
        return Measures(self.tape, self.names.name, self.facts, self.populations.__getitem__ if self.populations else None)

    def records(self, name: str) -> Columns:
        """Return all entries of one record type as numpy columns. InputError for a type that was not kept."""
        columns: Columns = self.tape.records(name)
        return columns

    def __repr__(self) -> str:
        """Return one line: what was run, how it ended, how long its tape is."""
        return f"Result({self.scenario.name}, seed {self.seed}, {self.status}, {self.entries:,} entries, digest {self.digest[:12]})"


def run(
    scenario: Scenario | str | Path,
    seed: int | None = None,
    set: Mapping[str, Any] | None = None,
    *,
    out: str | Path | None = None,
    tape: str = "full",
    check: bool = False,
    force: bool = False,
    on_progress: Progress | None = None,
    on_world: Callable[[World], None] | None = None,
    overrides: Mapping[str, Any] | None = None,
    patience: int | None = None,
) -> Result:
    """Run a scenario (or the one of a name or path) to its end and return what it left.

    ``set`` changes keys by dotted path; ``out`` names a run folder; ``tape`` is what is kept of it (``full``, ``trades``, ``none``);
    ``check`` asserts conservation after every event; ``on_world`` is handed the world before it runs;
    ``overrides`` are those the scenario was loaded with, for the manifest; ``patience`` is how many seconds of wall time nothing may
    happen before the run is given up (None: for ever). Raises ScenarioError,
    StrategyError and InputError, all of them the user's.
    """
    scenario = changed(_meant(scenario), set or {})
    _require_sane(seed, tape)
    world = build(scenario, seed)
    # Before there is a folder, so that whoever may stop the world can do so from the moment there is something to close.
    if on_world is not None:
        on_world(world)
    kept = (
        MemoryTape(KEEP[tape], world.populations)
        if out is None
        else _folder(scenario, world, out, tape, force, {**(overrides or {}), **(set or {})})
    )
    live = LiveSummary(world.facts, kept)
    world.tape.sink = live
    status = COMPLETE
    try:
        world.wiring.is_reconciling = check or scenario.run.check
        with watched(world.kernel, patience, partial(_close, world, live, kept, FAILED, scenario, True)):
            is_done = play(world, check or scenario.run.check, on_progress)
        status = COMPLETE if is_done else INTERRUPTED
    except (Exception, KeyboardInterrupt) as early:
        with suppress(DowntickError):  # It may be the disk that failed, and say so again.
            _close(
                world,
                live,
                kept,
                INTERRUPTED if isinstance(early, KeyboardInterrupt) else FAILED,
                scenario,
                isinstance(early, Unresponsive),
            )
        raise
    finally:
        world.runner.close()
    return _close(world, live, kept, status, scenario)


def play(world: World, check: bool = False, on_progress: Progress | None = None) -> bool:
    """Drive a world to its end; return False when it was stopped from outside. Conservation is asserted at the end."""
    duration = world.duration
    with undisturbed():
        for step in range(1, STEPS + 1):
            until = duration * step // STEPS
            if not (world.kernel.run_checked(until, world.ledger.check) if check else world.kernel.run_until(until)):
                return False
            if on_progress is not None:
                on_progress(until, duration, world.tape.entries)
    end(world)
    return True


def end(world: World) -> None:
    """Write down that a world has come to its end, and assert conservation."""
    world.tape.append(world.kernel.now, 0, NOWHERE, NOBODY, (RunEnded.kind, world.tape.entries + 1))
    world.check()


def _meant(scenario: object) -> Scenario:
    """Return a scenario, read first where its name or path is given."""
    if isinstance(scenario, str | Path):
        return load(scenario)
    if not isinstance(scenario, Scenario):
        raise InputError(f"{scenario!r} is no scenario; give what load returns, or the name or path of one")
    return scenario


def _require_sane(seed: object, tape: object) -> None:
    if seed is not None and (type(seed) is not int or not 0 <= seed <= INT64_MAX):
        raise InputError(f"seed is {seed!r}; give a whole number from 0 to {INT64_MAX}")
    if not isinstance(tape, str) or tape not in KEEP:
        raise InputError(f"tape is {tape!r}; give one of {', '.join(KEEP)}")


def _folder(scenario: Scenario, world: World, out: str | Path, tape: str, force: bool, overrides: Mapping[str, Any]) -> RunFolder:
    text = {key: str(value) for key, value in overrides.items()}
    said = scenario.run.anachronism or None
    opening = Opening(scenario.name, text_of(scenario), world.seed, scenario.run.start, text, said)
    folder = RunFolder.create(out, opening, world.names, tape, force)
    folder.manifest.facts = world.facts.as_json()
    for name, columns in world.populations.items():
        folder.write_population(name, columns)
    for note in world.facts.notes:
        folder.note(note)
    return folder


def _close(
    world: World, live: LiveSummary, kept: RunFolder | MemoryTape, status: str, scenario: Scenario, is_given_up: bool = False
) -> Result:
    """Flush, sum up, and say how the run ended. One that was given up has no digest: it would be that of a moment's chance."""
    world.tape.flush()
    facts = attrs.evolve(world.facts, notes=(*world.facts.notes, *world.runner.failures))
    digest, entries = "" if is_given_up else world.tape.digest(), world.tape.entries
    books = world.reconciled_blocks if world.wiring.is_reconciling else None
    table = live.figures() if status == COMPLETE else {}
    if isinstance(kept, RunFolder):
        kept.manifest.facts = facts.as_json()
        kept.manifest.notes += world.runner.failures
        kept.finish(status, digest, entries, table)
        return Result(scenario, world.seed, status, digest, entries, table, facts, Run(kept.path), kept.path, books, world.names)
    return Result(scenario, world.seed, status, digest, entries, table, facts, kept, None, books, world.names, world.populations)
