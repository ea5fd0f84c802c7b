"""The exam of a strategy: many short lives on a stage, each lived twice under a watch, and what did not hold.

``sit(MyKeeper)``, or with a function that makes one where parameters are required. It reads no clock and gives the same report each
time. Lives end at the first thing a strategy raises. Left out: whether the strategy is any good, and what can only be seen from
outside its process (``sim.testing.sitting``): other hashes, a loop in C code, leaving altogether.
"""

import copy
import hashlib
import traceback
import tracemalloc
from collections.abc import Callable
from typing import Any

import attrs

from sim.agents.answer import COMMANDS
from sim.agents.generator import playable
from sim.agents.strategy import START, News, On
from sim.agents.well_formed import require_well_formed
from sim.errors import LimitReached, StrategyError
from sim.plugins import place_of
from sim.testing.claims import CLAIMS, REMEDIES, Finding
from sim.testing.parameters import mistold_parameters
from sim.testing.patches import Snapshot
from sim.testing.scenes import FLOOD, ORDINARY, SCENES, Scene
from sim.testing.source import readings
from sim.testing.stage import Stage, places
from sim.testing.watch import MOST_LINES, Cost, Refused, Watch, WatchedDesk
from sim.testing.whereabouts import file_of, home_of, where_it_failed
from sim.vocabulary import Refusal

MOST_MEMORY = 64 * 1024 * 1024
"""Bytes that Python may take on at once during a life."""
LIMITS = {Refusal.TOO_MANY_QUERIES: "queries", Refusal.TOO_MANY_COMMANDS: "too_many_commands", Refusal.TOO_MANY_LINES: "lines"}
Make = Callable[[], Any]


@attrs.define
class Report:
    """What came of an exam."""

    name: str
    findings: list[Finding] = attrs.field(factory=list)
    cost: Cost = attrs.field(factory=Cost)

    @property
    def has_passed(self) -> bool:
        """Nothing was found."""
        return not self.findings

    def add(self, claim: str, tried: str, found: str, where: str = "", trace: str = "") -> None:
        """Add a finding, unless the claim has been broken at that place already."""
        if not any((each.claim, each.where) == (claim, where) for each in self.findings):
            self.findings.append(Finding(claim, tried, found, where, REMEDIES.get(claim, ""), trace))

    def is_about(self, claim: str) -> bool:
        """Say whether a claim was found broken."""
        return any(each.claim == claim for each in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        findings = [attrs.asdict(each) for each in self.findings]
        return {"strategy": self.name, "passed": self.has_passed, "findings": findings, "cost": attrs.asdict(self.cost)}


@attrs.define
class Exam:
    """One sitting."""

    make: Make
    may_read_files: bool = False
    most_lines: int = MOST_LINES
    before: Snapshot = attrs.field(factory=Snapshot.take)
    """What the simulator's names meant before the strategy was loaded, or at least before it lived."""
    report: Report = attrs.field(init=False)
    watch: Watch = attrs.field(init=False)
    _raised: list[str] = attrs.field(factory=list, init=False)
    """Where it raised already: told once, not for every scene."""
    _place: str = attrs.field(default="", init=False)
    """File and line where it begins."""
    _is_stuck: bool = attrs.field(default=False, init=False)
    """It ran too many lines or took too much memory: further lives would only take as long."""

    def sit(self) -> Report:
        """Return what came of it."""
        made = self._made()
        if made is not None:
            cls = type(made)
            self._read(cls)
            self._weigh()
            for scene in SCENES:
                if not self._is_stuck:
                    self._live_in(scene)
            if not self._is_stuck:
                self._copy()
            for found in mistold_parameters(made):
                self.report.add("parameters", "its parameters written as a scenario would say them, and read again", found)
            for seen in self.watch.seen.values():
                self.report.add(seen.claim, "watched it decide", seen.what, seen.where)
        for name in self.before.changed():
            self.report.add("patches", "compared the simulator's names before and after", f"{name} is another one now")
        self.report.findings.sort(key=lambda each: list(CLAIMS).index(each.claim))
        self.report.cost = self.watch.cost
        return self.report

    def _made(self) -> Any:
        """Return an instance; None, and a finding, for what is no strategy."""
        name = getattr(getattr(self.make, "args", (self.make,))[0], "__name__", "the strategy")
        self.report, self.watch = Report(name), Watch("")
        made = self._new()
        cls = type(made)
        self.report.name = cls.__qualname__ if cls is not dict else name
        wishes = getattr(cls, "wakes_on", None)
        has_wishes = isinstance(wishes, tuple) and all(isinstance(each, On) for each in wishes)
        if not attrs.has(cls) or not callable(getattr(cls, "decide", None)) or not has_wishes:
            found = f"{name} is no strategy: it must be an attrs class with wakes_on, a tuple of On, and decide(news, desk)"
            self.report.add("shape", "looked at the class", found)
            return None
        self.watch, self._place = Watch(home_of(cls), self.may_read_files, self.most_lines), place_of(cls)
        return made

    def _new(self) -> Any:
        return playable(self.make())

    def _read(self, cls: type) -> None:
        file = file_of(cls)
        for claim, found, line in readings(cls):
            self.report.add(claim, "read its file", f"{found} in line {line}", f"{file}:{line}")

    def _live_in(self, scene: Scene) -> None:
        """Let it live a scene, watched; where it lives twice, the second time as in a fork: news equal to START, but not it."""
        first = Stage(scene, self.watch.ask, WatchedDesk)
        if not self._live(first, START):
            return
        if first.changed():
            self.report.add("mutation", f"compared all it was shown before and after it lived {scene.said}", f"{first.changed()} changed")
        self._judge_commands(first, scene)
        second = Stage(scene, self.watch.ask_again)
        if scene.is_twice and self._live(second, attrs.evolve(START)) and first.said != second.said:
            found = f"the same news and dice give other commands {scene.said}: {_parting(first, second)}"
            self.report.add("determinism", f"the same news and dice twice, {scene.said}", found)

    def _live(self, stage: Stage, start: News, strategy: Any = None) -> bool:
        """Let it live; return False, with a finding, when it raises."""
        try:
            strategy = strategy or self._new()
            stage.play(strategy, stage.scene.seconds, start)
            stage.flood(strategy, stage.scene.flood)
        except (Exception, SystemExit) as failure:  # A stranger's code: whatever it raises is told.
            self._note_raised(stage, failure)
            return False
        return True

    def _note_raised(self, stage: Stage, failure: BaseException) -> None:
        if isinstance(failure, Refused):
            return  # The watch has seen it.
        where = where_it_failed(failure, self.watch.own, self._place)
        scene, woken = stage.scene, _woken(stage.last_news)
        self._is_stuck |= isinstance(failure, MemoryError | LimitReached)
        if isinstance(failure, LimitReached):
            self.report.add(LIMITS[failure.reason], f"lived {scene.said}, woken {woken}", str(failure), where)
        elif isinstance(failure, MemoryError):
            self.report.add("memory", f"lived {scene.said}, woken {woken}", f"it took more than {MOST_MEMORY // 2**20} MiB at once", where)
        elif isinstance(failure, StrategyError) and "not connected" in str(failure):
            self.report.add("reach", f"lived {scene.said}, woken {woken}", str(failure), where)
        elif where not in self._raised:
            self._raised.append(where)
            found = f"it raises {type(failure).__name__} {scene.said}: {failure}"
            tried = f"lived {scene.said}, seed {scene.seed}, woken {woken} at {stage.desk.now} ns"
            self.report.add(scene.name, tried, found, where, "".join(traceback.format_exception(failure)))

    def _judge_commands(self, stage: Stage, scene: Scene) -> None:
        foreign = sorted({type(each).__name__ for each in stage.said if type(each) not in COMMANDS})
        if foreign:
            found = f"it answers with {', '.join(foreign)} {scene.said}; commands are those of sim.commands"
            self.report.add("commands", f"looked at what it commanded {scene.said}", found)
        for command in stage.said:
            if type(command) not in COMMANDS:
                continue
            try:
                require_well_formed(command)
            except StrategyError as mistake:
                self.report.add("commands", f"looked at what it commanded {scene.said}", str(mistake))
                return
            if (found := _out_of_reach(command, stage)) != "":
                self.report.add("reach", f"looked at what it commanded {scene.said}", found)
                return

    def _copy(self) -> None:
        """See whether a copy made half-way goes on otherwise."""
        tried = "a life, a deep copy of it, and a flood for both"
        stage = Stage(attrs.evolve(ORDINARY, seed=4, seconds=36), self.watch.ask_again)
        strategy = self._new()
        if not self._live(stage, START, strategy):
            return
        try:
            twin_stage, twin = copy.deepcopy((stage, strategy))
        except Exception as failure:  # A stranger's code: whatever it raises is told.
            self.report.add("copies", tried, f"it cannot be copied on the way: {type(failure).__name__}: {failure}")
            return
        ends = [self._flood(each, mind) for each, mind in ((stage, strategy), (twin_stage, twin))]
        if stage.said != twin_stage.said or ends[0] != ends[1]:
            self.report.add("copies", tried, f"a copy made on the way goes on otherwise: {_parting(stage, twin_stage)}")

    def _flood(self, stage: Stage, strategy: Any) -> str:
        """Flood it, and return what it raised; the scene of that name tells of it."""
        try:
            stage.flood(strategy, FLOOD.flood)
        except (Exception, SystemExit) as failure:
            return type(failure).__name__
        return ""

    def _weigh(self) -> None:
        """See how much memory a life takes, before any other: it ends where it takes too much."""
        was_tracing = tracemalloc.is_tracing()
        tracemalloc.start()
        tracemalloc.reset_peak()
        self.watch.most_memory = tracemalloc.get_traced_memory()[0] + MOST_MEMORY
        self._live(Stage(attrs.evolve(ORDINARY, seconds=36), self.watch.ask_and_weigh), START)
        if not was_tracing:
            tracemalloc.stop()


def sit(make: Make, may_read_files: bool = False, most_lines: int = MOST_LINES) -> Report:
    """Return the report of an exam of what a function (or class) makes. Cost: a second or two."""
    return Exam(make, may_read_files, most_lines).sit()


def said_by(make: Make, may_read_files: bool = False) -> str:
    """Return a digest of everything a strategy commands in all scenes: equal in every process. What it raises ends a scene."""
    digest, watch = hashlib.sha256(), Watch("", may_read_files)
    for scene in SCENES:
        stage = Stage(scene, watch.ask_again)
        try:
            strategy = playable(make())
            stage.play(strategy, scene.seconds)
            stage.flood(strategy, scene.flood)
        except (Exception, SystemExit) as failure:
            digest.update(type(failure).__name__.encode())
        digest.update(repr(stage.said).encode())
    return digest.hexdigest()


def _parting(first: Stage, second: Stage) -> str:
    """Say where two lives part."""
    for number, (one, other) in enumerate(zip(first.said, second.said, strict=False), start=1):
        if one != other:
            return f"command {number} is {one!r:.120}, then {other!r:.120}"
    return f"{len(first.said)} commands, then {len(second.said)}"


def _out_of_reach(command: Any, stage: Stage) -> str:
    """Say what a command names that the examinee does not have."""
    account = command[-1] if "account" in type(command)._fields[-1:] else 0
    if account and not 0 <= account < stage.desk.accounts:
        return f"{type(command).__name__} names account {account}; it has accounts 0 to {stage.desk.accounts - 1}"
    is_sent, is_own = (
        type(command)._fields[0] in ("venue", "contract", "chain", "feed"),
        0 <= command[0] - stage.desk.me < stage.desk.accounts,
    )
    if is_sent and not is_own and command[0] not in places():
        return f"{type(command).__name__} goes to place {command[0]}, to which it is not connected"
    return ""


def _woken(news: News) -> str:
    if news.seq:
        record = news.record
        return f"by {type(record).__name__ if record else 'news'} (entry {news.seq})"
    return "at the start" if news.kind == START.kind else "by its own timer"
