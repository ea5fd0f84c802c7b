"""The far end for strategies written in Python: hears news, asks, says commands, and tells what was raised where.

The world is not in this process. What is refused here besides, as in the exam: files, connections, other processes.
"""

import json
import sys
from collections.abc import Callable
from typing import IO, Any

from sim.agents.answer import answered
from sim.agents.blame import beginning_of, where_of
from sim.agents.far.desk import FarDesk
from sim.agents.far.wire import encode
from sim.agents.generator import playable
from sim.agents.lines import LineMeter
from sim.agents.reaching import forbid_reaching_out
from sim.agents.registry import role_of
from sim.agents.strategy import START, TIMER, News, sees
from sim.errors import DowntickError, LimitReached, StrategyError

MOST_LINES = 10_000_000
"""Lines of Python for one decision where the agent's limits say nothing: an endless loop ends after seconds, and in the same line."""
Make = Callable[[dict[str, Any]], Any]
"""Makes a strategy of what the host's first line says. Raises DowntickError."""


def serve(heard: IO[str], said: IO[str], make: Make) -> None:
    """Live a strategy's life on two pipes, until the other side hangs up."""
    Guest(heard, said, make).live()


class Guest:
    """One strategy, and the pipes to its desk."""

    def __init__(self, heard: IO[str], said: IO[str], make: Make) -> None:
        """Take the pipes, and what makes the strategy."""
        self._heard, self._said, self._make = heard, said, make
        self._strategy: Any = None
        self._desk: Any = None
        self._most_commands = 0
        self._meter = LineMeter(MOST_LINES)

    def live(self) -> None:
        """Answer every line."""
        for line in iter(self._heard.readline, ""):
            message = json.loads(line)
            self._say(self._begin(message) if "hello" in message else self._decide(message))

    def _begin(self, hello: dict[str, Any]) -> dict[str, Any]:
        try:
            strategy = self._strategy = playable(self._make(hello))
        except DowntickError as mistake:
            return {"mistake": str(mistake)}
        self._most_commands = int(hello["most_commands"])
        self._meter = LineMeter(int(hello["most_lines"] or MOST_LINES))
        cls, beginning = type(strategy), beginning_of(type(strategy))
        ready: dict[str, Any] = {
            "name": cls.__name__,
            "role": role_of(cls),
            "wakes_on": [[on.record.__name__, on.own, str(on.moved_bps)] for on in strategy.wakes_on],
            "sees": list(sees(cls)),
            "has_presence": hasattr(strategy, "presence_bps"),
        }
        if beginning is not None:
            ready["begins"] = [beginning.filename, str(beginning.lineno), beginning.name]
        forbid_reaching_out()
        return {"ready": ready}

    def _decide(self, message: dict[str, Any]) -> dict[str, Any]:
        if "desk" in message:
            self._desk = FarDesk(message["desk"], self._converse)
        self._desk.now = int(message["now"])
        if "presence_bps" in message and hasattr(self._strategy, "presence_bps"):
            self._strategy.presence_bps = int(message["presence_bps"])
        try:
            commands = self._meter.run(self._answer, _news(message["news"]))
        except (Exception, SystemExit) as failure:  # Its own code: whatever it raises is told with its name and line.
            return {"failed": self._told(failure)}
        return {"commands": [encode(each) for each in commands]}

    def _answer(self, news: News) -> list[Any]:
        return answered(self._strategy.decide(news, self._desk), self._most_commands)

    def _told(self, failure: Exception | SystemExit) -> dict[str, Any]:
        where = where_of(self._strategy, failure)
        told = {"message": str(failure), "file": where.filename, "line": str(where.lineno or 0), "function": where.name}
        if isinstance(failure, LimitReached):
            told["reason"] = str(int(failure.reason))
        return told if isinstance(failure, StrategyError) else {**told, "type": type(failure).__name__}

    def _say(self, message: dict[str, Any]) -> None:
        self._said.write(f"{json.dumps(message)}\n")
        self._said.flush()

    def _converse(self, message: dict[str, Any]) -> dict[str, Any]:
        self._say(message)
        line = self._heard.readline()
        if not line:
            sys.exit(0)
        heard: dict[str, Any] = json.loads(line)
        return heard


def _news(told: dict[str, Any]) -> News:
    """Return the news; a timer and the start are those that Python knows by identity."""
    row = tuple(int(each) for each in told["row"])
    if told["seq"] == "0" and len(row) == 1:
        return START if row[0] == START.kind else TIMER
    return News(int(told["seq"]), int(told["at"]), int(told["place"]), int(told["party"]), row)
