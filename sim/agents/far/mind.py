"""A strategy in a process of its own, as the runner knows it: it has ``wakes_on`` and ``decide`` like any other.

At each decision the news goes out as a line; the other side asks the desk, a line each, and ends with its commands. Both sides speak in
turn, so that what is said depends on what was said alone, and the tape is that of the same strategy in this process. A fork starts a
process of its own and tells it everything again; if it does not answer as it did, that is told. Cost: a line each way for a question,
some 50 microseconds, and the log of all lines for as long as the world is there.
"""

import hashlib
import inspect
import json
import traceback
import weakref
from typing import Any

import attrs

from sim.agents.desk import Desk
from sim.agents.far.process import Ended, Process, Starter
from sim.agents.far.wire import decode, encode
from sim.agents.strategy import News, On
from sim.errors import LimitReached, StrategyError
from sim.records import RECORDS
from sim.units import BPS_ONE
from sim.vocabulary import Refusal

PROTOCOL = 1
HOUSE = ("wake", "connect", "news", "sleep")
"""Public methods of a desk that nobody asks from afar."""
QUESTIONS = tuple(name for name, what in vars(Desk).items() if not name.startswith("_") and inspect.isfunction(what) and name not in HOUSE)
"""What may be asked of a desk."""
DRAWS = ("uniform", "normal", "exponential", "uniforms", "normals", "lognormal", "integer")
KINDS = {record.__name__: record for record in RECORDS.values()}


class FarFailure(LimitReached):
    """What a strategy raised in its own process."""

    def __init__(self, said: dict[str, Any]) -> None:
        """Take what its side told of it."""
        super().__init__(Refusal(int(said.get("reason", "0"))), str(said.get("message", "")))
        self.raised = str(said.get("type", ""))
        """Name of the exception; empty for a StrategyError."""
        self.where = traceback.FrameSummary(str(said.get("file", "")), int(said.get("line", "0")), str(said.get("function", "")))


@attrs.define(eq=False, repr=False)
class FarMind:
    """One strategy in one process."""

    start: Starter
    name: str
    role: str
    wakes_on: tuple[On, ...]
    sees: tuple[str, ...]
    beginning: traceback.FrameSummary
    """Where its ``decide`` begins."""
    presence_bps: int | None = None
    """For makers whom a shock withdraws: how much of them is there."""
    _log: list[str] = attrs.field(factory=list)
    """Every line that was said to it."""
    _heard: str = ""
    """Digest of every line that it said."""
    _process: Process | None = None
    _has_begun: bool = False

    @classmethod
    def begin(cls, start: Starter, hello: dict[str, Any], named: str) -> "FarMind":
        """Start a process and return the strategy in it. Raises StrategyError for one that does not answer as it should."""
        mind = cls(start, named, "keeper", (), (), traceback.FrameSummary(named, 0, "decide"))
        try:
            said = mind._exchange({"hello": PROTOCOL, **hello})
        except (FarFailure, OSError, Ended) as failure:
            raise StrategyError(f"{named} cannot be started in a process of its own: {failure}") from None
        if "mistake" in said:
            raise StrategyError(str(said["mistake"]))
        try:
            mind._introduce(said["ready"])
        except (KeyError, TypeError, ValueError, StrategyError) as wrong:
            raise StrategyError(f'{named} answered {json.dumps(said):.200}; say {{"ready": {{"wakes_on": [...]}}}}: {wrong}') from None
        return mind

    def decide(self, news: News, desk: Desk) -> list[Any]:
        """Tell it the news, answer what it asks, and return its commands. Raises FarFailure for what it raised."""
        said = self._exchange(self._told(news, desk))
        while "ask" in said:
            said = self._exchange(_answer(said, desk))
        if "commands" in said:
            try:
                return [decode(each) for each in said["commands"]]
            except (StrategyError, TypeError, KeyError, ValueError) as wrong:
                raise self._failure(f"it answered with what cannot be read: {wrong}") from None
        if "failed" in said and isinstance(said["failed"], dict):
            raise FarFailure(said["failed"])
        raise self._failure(f"it said {json.dumps(said):.200}; say ask, commands or failed")

    def close(self) -> None:
        """End its process; it begins anew, with all that was said, if it is asked again."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def __deepcopy__(self, memo: dict[int, Any]) -> "FarMind":
        """Return a strategy that will start a process of its own and be told everything again."""
        twin = attrs.evolve(self, log=self._log[:], process=None)
        memo[id(self)] = twin
        return twin

    def _introduce(self, ready: dict[str, Any]) -> None:
        self.name, self.role = str(ready.get("name", self.name)), str(ready.get("role", self.role))
        self.wakes_on = tuple(On(KINDS[kind], bool(own), int(moved)) for kind, own, moved in ready["wakes_on"])
        self.sees = tuple(str(word) for word in ready.get("sees", ()))
        if "begins" in ready:
            file, line, function = ready["begins"]
            self.beginning = traceback.FrameSummary(str(file), int(line), str(function))
        if ready.get("has_presence"):
            self.presence_bps = BPS_ONE

    def _told(self, news: News, desk: Desk) -> dict[str, Any]:
        record = RECORDS.get(news.kind)
        told = {"seq": str(news.seq), "at": str(news.at), "place": str(news.place), "party": str(news.party)}
        told |= {"record": record.__name__ if record else "Timer" if news.kind == 0 else "Start"}
        line: dict[str, Any] = {"news": {**told, "row": [str(int(each)) for each in news.row]}, "now": str(desk.now)}
        if self.presence_bps is not None:
            line["presence_bps"] = str(self.presence_bps)
        if not self._has_begun:
            self._has_begun = True
            line["desk"] = {"me": str(desk.me), "name": desk.name, "accounts": str(desk.accounts), "connections": encode(desk.connections)}
        return line

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        line = json.dumps(message)
        try:
            if self._process is None:
                self._process = self.start()
                weakref.finalize(self, self._process.close)  # For worlds that nobody closes.
                self._tell_again()
            self._log.append(line)
            said = self._process.exchange(line)
        except Ended as end:
            raise self._failure(str(end)) from None
        self._heard = _digest(self._heard, said)
        try:
            answer = json.loads(said)
        except ValueError:
            answer = said
        if not isinstance(answer, dict):
            raise self._failure(f"it said {said!r:.100}, and a line is a JSON object")
        return answer

    def _tell_again(self) -> None:
        """Tell a new process all that the old one was told; it must say the same."""
        assert self._process is not None
        heard = ""
        for line in self._log:
            heard = _digest(heard, self._process.exchange(line))
        if heard != self._heard:
            raise StrategyError(f"{self.name} said otherwise when a fork told it everything again; it must depend on what it is told alone")

    def _failure(self, message: str) -> FarFailure:
        where = {"file": self.beginning.filename, "line": self.beginning.lineno or 0, "function": self.beginning.name}
        return FarFailure({"message": message, "reason": int(Refusal.PROCESS_ENDED), **where})


def _answer(said: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """Return what the desk answers to a question."""
    try:
        asked, named = str(said["ask"]), said.get("named", {})
        positional = [decode(each) for each in said.get("with", [])]
        return {"answer": encode(_question(asked, desk)(*positional, **{str(key): decode(each) for key, each in named.items()}))}
    except LimitReached as limit:
        return {"refused": str(limit), "reason": str(int(limit.reason))}
    except Exception as refused:  # Whatever it is: it is raised where it was asked.
        return {"refused": str(refused), "type": type(refused).__name__}


def _question(asked: str, desk: Desk) -> Any:
    if asked.startswith("dice.") and asked[5:] in DRAWS:
        return getattr(desk.dice, asked[5:])
    if asked in QUESTIONS:
        return getattr(desk, asked)
    raise StrategyError(f'a desk cannot be asked "{asked}"; there are {", ".join(QUESTIONS)}, and dice. with {", ".join(DRAWS)}')


def _digest(before: str, said: str) -> str:
    return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()
