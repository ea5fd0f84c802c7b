"""A desk as it is seen from another process: every question is a line, every answer too."""

import builtins
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from sim.agents.far.again import decode_again
from sim.agents.far.mind import DRAWS, QUESTIONS
from sim.agents.far.wire import decode, encode
from sim.agents.lines import uncounted
from sim.agents.requests import Await, Sleep
from sim.errors import LimitReached, StrategyError
from sim.records import Record
from sim.units import Nanos
from sim.vocabulary import Refusal

Converse = Callable[[dict[str, Any]], dict[str, Any]]
"""Says a line and returns the next that is heard."""


class FarDesk:
    """Looks like a desk. There is nothing behind it but a pipe."""

    def __init__(self, told: dict[str, Any], converse: Converse) -> None:
        """Take what never changes, and the pipe."""
        self.now: Nanos = 0
        self.me, self.name, self.accounts = int(told["me"]), str(told["name"]), int(told["accounts"])
        self.connections = decode(told["connections"], is_trusted=True)
        self._converse = converse
        self._answers: dict[str, tuple[Any, Any]] = {}
        """By question: what was said last, and what that was."""
        self.dice = FarDice(self)

    def news(self, *records: type[Record], within: Nanos | None = None) -> Await:
        """Return the request to wait for news (``Desk.news``)."""
        return Await(records, within)

    def sleep(self, span: Nanos) -> Sleep:
        """Return the request to wait for a span (``Desk.sleep``)."""
        return Sleep(span)

    def ask(self, question: str, *positional: Any, **named: Any) -> Any:
        """Return the desk's answer. Raises what the desk raised."""
        return uncounted(self._ask, question, positional, named)

    def __getattr__(self, name: str) -> Any:
        """Return a way to put a question of this name."""
        if name not in QUESTIONS:
            raise AttributeError(f"a desk has no {name}; in a process of its own it has {', '.join(QUESTIONS)}")
        return partial(self.ask, name)

    def _ask(self, question: str, positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
        message: dict[str, Any] = {"ask": question, "with": [encode(each) for each in positional]}
        if named:
            message["named"] = {key: encode(each) for key, each in named.items()}
        heard = self._converse(message)
        if "refused" not in heard:
            return self._read(json.dumps(message), heard["answer"])
        if "reason" in heard:
            raise LimitReached(Refusal(int(heard["reason"])), heard["refused"])
        found = getattr(builtins, heard["type"], StrategyError)
        raise (found if isinstance(found, type) and issubclass(found, Exception) else StrategyError)(heard["refused"])

    def _read(self, question: str, said: Any) -> Any:
        """Return an answer, reading it beside the last one to the same question."""
        before = self._answers.get(question)
        found = decode_again(said, *before) if before is not None else decode(said, is_trusted=True)
        if type(said) is dict:  # A view, not a number: numbers are the same anyway.
            self._answers[question] = (said, found)
        return found


class FarDice:
    """A desk's dice, drawn from afar."""

    def __init__(self, desk: FarDesk) -> None:
        """Take the desk."""
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        """Return a way to draw."""
        if name not in DRAWS:
            raise AttributeError(f"dice have no {name}; they have {', '.join(DRAWS)}")
        return partial(self._desk.ask, f"dice.{name}")
