"""An invigilator: sees what a strategy does while it decides, besides deciding.

While it watches, calls of C functions are told to it by ``sys.setprofile``, lines counted by ``sys.settrace``, and audit events
heard, of which those that reach out of the process (files, sockets, processes, threads) are refused on the spot. A watch is for an
exam: it slows a decision some ten times. What it cannot see: loops inside C code, and reading memory through C.
"""

import gc
import sys
import sysconfig
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import attrs

from sim.agents.answer import answered
from sim.agents.desk import Desk
from sim.agents.lines import HOUSE, LineMeter
from sim.agents.reaching import is_importing, reach_of
from sim.agents.strategy import News
from sim.errors import StrategyError
from sim.testing.offences import offence_of_call

LIBRARIES = (*{sysconfig.get_paths()[each] for each in ("stdlib", "platstdlib", "purelib", "platlib")}, "<attrs", "<frozen")
"""Where code is that a strategy may call and did not write."""
PRIVATE = frozenset(
    (*("__dict__", "__slots__", "__getattribute__", "__reduce__", "__reduce_ex__", "__getstate__", "__deepcopy__", "__copy__"),)
)
"""Names of a desk that are the house's, besides those that begin with one underscore."""
MOST_LINES = 300_000
Outcome = TypeVar("Outcome")


_HARMLESS = (list, dict, str, tuple, int, set, type(None))
"""Whose methods, written in C, do nothing but what they say."""


class Refused(StrategyError):
    """What a strategy tried in the exam and was not let do."""


@attrs.frozen
class Seen:
    """Something a strategy did that breaks a claim."""

    claim: str
    what: str
    where: str
    """File and line."""


@attrs.define
class Cost:
    """What decisions took, counted."""

    decisions: int = 0
    lines: int = 0
    queries: int = 0
    commands: int = 0
    most_lines: int = 0
    most_queries: int = 0
    most_commands: int = 0

    def add(self, lines: int, queries: int, commands: int) -> None:
        """Count a decision."""
        self.decisions += 1
        self.lines, self.queries, self.commands = self.lines + lines, self.queries + queries, self.commands + commands
        self.most_lines, self.most_queries = max(self.most_lines, lines), max(self.most_queries, queries)
        self.most_commands = max(self.most_commands, commands)


@attrs.define(eq=False, repr=False)
class Watch:
    """Asks a strategy and sees what else it does."""

    own: str
    """The strategy's file, or the folder of its package."""
    may_read_files: bool = False
    most_lines: int = MOST_LINES
    most_memory: int = 0
    """Bytes that Python may have taken on; set before it is weighed."""
    seen: dict[tuple[str, str], Seen] = attrs.field(factory=dict)
    """By claim and file and line: the first time."""
    cost: Cost = attrs.field(factory=Cost)

    def ask(self, strategy: Any, news: News, desk: Desk) -> list[Any]:
        """Return what a strategy answers. Raises what it raises, and LimitReached."""
        meter = LineMeter(self.most_lines)
        trap: Any = Trap(self)
        with self.watching():
            commands: list[Any] = meter.run(_deliver, trap, trap, trap, strategy, news, desk)
        self.cost.add(meter.lines, desk.asked, len(commands))
        return commands

    def ask_again(self, strategy: Any, news: News, desk: Desk) -> list[Any]:
        """Return what a strategy answers: its lines counted, what reaches out refused, and nothing else looked at."""
        trap: Any = Trap(self)
        hook = _hook()
        hook.watch = self
        try:
            commands: list[Any] = LineMeter(self.most_lines).run(_deliver, trap, trap, trap, strategy, news, desk)
        finally:
            hook.watch = None
        return commands

    def run(self, function: Callable[[], Outcome], is_metered: bool = True) -> Outcome:
        """Return what a function of a stranger's returns: what reaches out refused, and its lines counted if it is metered."""
        hook = _hook()
        before, hook.watch = hook.watch, self
        try:
            if not is_metered:
                return function()
            answer: Outcome = LineMeter(self.most_lines).run(function)
        finally:
            hook.watch = before
        return answer

    def ask_and_weigh(self, strategy: Any, news: News, desk: Desk) -> list[Any]:
        """Return what a strategy answers, as ``ask_again``. Raises MemoryError once Python has taken on more than it may."""
        commands = self.ask_again(strategy, news, desk)
        if tracemalloc.get_traced_memory()[1] > self.most_memory:
            raise MemoryError
        return commands

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See what is done within the block. No garbage is collected in it: what others hung on the collector is none of its doing."""
        hook, before, collects = _hook(), sys.getprofile(), gc.isenabled()
        hook.watch = self
        gc.disable()
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            hook.watch = None
            if collects:
                gc.enable()
            sys.setprofile(before if callable(before) else None)  # A profiler written in C takes its own place no more.

    def note(self, claim: str, what: str, frame: FrameType | None) -> None:
        """Take note of an offence, where the strategy's own line is that led to it."""
        while frame is not None and not self._is_own(frame.f_code.co_filename):
            frame = frame.f_back
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else self.own
        self.seen.setdefault((claim, where), Seen(claim, what, where))

    def _is_own(self, filename: str) -> bool:
        if filename.startswith(self.own):
            return True
        return not filename.startswith(HOUSE) and not filename.startswith(LIBRARIES)

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "c_call" or type(argument.__self__) in _HARMLESS:
            return
        filename = frame.f_code.co_filename
        offence = offence_of_call(argument, self._is_own(filename))
        if offence is not None and not filename.startswith(HOUSE) and Path(filename).parent.name != "logging":
            self.note(*offence, frame)
            if offence[0] == "processes":
                raise Refused(f"the exam refuses {argument.__qualname__}")

    def heard(self, event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
        """Hear an audit event. Raises Refused for what reaches out of the process."""
        claim = reach_of(event)
        if not claim or (claim == "files" and (self.may_read_files or is_importing(frame))):
            return
        what = f"it does {event}({', '.join(repr(each)[:60] for each in arguments[:2])})"
        self.note(claim, what, frame)
        raise Refused(f"the exam refuses {event}")


def _deliver(runner: Any, agent: Any, kernel: Any, strategy: Any, news: News, desk: Desk) -> list[Any]:
    """Ask a strategy. Whoever climbs the frames to find the world finds only what tells on him."""
    return answered(strategy.decide(news, desk))


class Trap:
    """Stands where the world would be."""

    def __init__(self, watch: Watch) -> None:
        """Take whom to tell."""
        object.__setattr__(self, "watch", watch)

    def __getattribute__(self, name: str) -> Any:
        watch = object.__getattribute__(self, "watch")
        watch.note("peeks", f"it climbed to the frame of whoever called it, and looked for {name} there", sys._getframe(1))
        return self


@attrs.define(eq=False, repr=False)
class _Hook:
    """The one audit hook of this process (Python lets none be taken out again), and for whom it listens."""

    watch: Watch | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        watch = self.watch
        if watch is not None and reach_of(event):
            watch.heard(event, arguments, sys._getframe(1))


@cache
def _hook() -> _Hook:
    hook = _Hook()
    sys.addaudithook(hook)
    return hook


class WatchedDesk(Desk):
    """A desk that notices who touches what is not theirs."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if (name[0] == "_" and name[1] != "_") or name in PRIVATE:
            _tell("peeks", f"it reads desk.{name}, which is the house's", sys._getframe(1))
        return super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        _tell("mutation", f"it sets desk.{name}", sys._getframe(1))
        super().__setattr__(name, value)


def _tell(claim: str, what: str, frame: FrameType) -> None:
    """Tell whoever is watching, if the line is not the house's."""
    watch = _hook().watch
    if watch is not None and not frame.f_code.co_filename.startswith(HOUSE):
        watch.note(claim, what, frame)
