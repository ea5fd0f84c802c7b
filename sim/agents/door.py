"""The desk as a generator holds it: every answer is written down, so that a fork can live the same life again.

A generator cannot be copied. Its life can: it is a matter of what it was told and what it was answered, so the door keeps a log of
both, and a fork's generator is run through the log before it goes on. Answers are frozen views, which a log can share with whoever
holds them. Cost: a log entry a question, kept for as long as the world is; keepers that ask much in long runs are better callbacks.
"""

from functools import partial
from typing import Any

import attrs

from sim.agents.requests import Await, Sleep
from sim.errors import StrategyError
from sim.records import Record
from sim.units import Nanos

CONSTANT = ("me", "name", "accounts", "connections")
"""What never changes: not worth writing down."""
TOLD = ""
"""In the place of a question: the entry is what the generator was told, when it was."""
_NOTHING: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})


@attrs.frozen
class Refused:
    """A question that was answered by an exception."""

    exception: Exception


@attrs.define(eq=False, repr=False)
class Log:
    """What was told and answered, oldest first: (question, its arguments, the answer), or (``TOLD``, instant, what was told)."""

    entries: list[tuple[str, Any, Any]] = attrs.field(factory=list)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Log":
        """Return a log of the same entries that goes on by itself; the entries themselves never change."""
        return Log(self.entries[:])


class Door:
    """Looks like a desk; ``now`` is the instant of the last telling."""

    def __init__(self, log: Log) -> None:
        self.now: Nanos = 0
        self._log = log
        self._read: int | None = 0
        """How far the log has been lived through again; None once it has been."""
        self._desk: Any = None
        self.dice = Dice(self)

    def open(self, desk: Any) -> None:
        """Stand before a desk from now on. Called at every decision."""
        self._desk = desk

    def tell(self, value: Any) -> None:
        """Write down what the generator is told now."""
        self.now = self._desk.now
        self._log.entries.append((TOLD, self.now, value))

    def told_again(self) -> list[Any]:
        """Return the next thing it was told, as a list of one; an empty one at the end of the log, from where on the desk answers."""
        if self._read is None or self._read == len(self._log.entries):
            self._read = None
            return []
        question, self.now, value = self._log.entries[self._read]
        if question != TOLD:
            raise _otherwise(f"it did not ask desk.{question} again")
        self._read += 1
        return [value]

    def ask(self, question: str, arguments: Any, answering: Any) -> Any:
        """Return the answer to a question: the desk's, or while a life is lived again the one that is in the log."""
        if self._read is not None:
            return self._remembered(question, arguments)
        positional, named = arguments
        try:
            answer = answering(*positional, **named)
        except Exception as exception:  # Whatever it was: it must be raised again when the question is asked again.
            answer = Refused(exception)
        self._log.entries.append((question, arguments, answer))
        return _given(answer)

    def news(self, *records: type[Record], within: Nanos | None = None) -> Await:
        """Return the request to wait for news (``Desk.news``)."""
        return Await(records, within)

    def sleep(self, span: Nanos) -> Sleep:
        """Return the request to wait for a span (``Desk.sleep``)."""
        return Sleep(span)

    def __getattr__(self, name: str) -> Any:
        """Return what the desk has under a name, its answers written down."""
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._desk, name)
        if name in CONSTANT:
            return found
        if callable(found):
            return Question(self, name, found)
        return self.ask(name, _NOTHING, partial(getattr, self._desk, name))

    def _remembered(self, question: str, arguments: Any) -> Any:
        assert self._read is not None
        entries = self._log.entries
        if self._read == len(entries) or entries[self._read][:2] != (question, arguments):
            raise _otherwise(f"it asked desk.{question} where it had not")
        self._read += 1
        return _given(entries[self._read - 1][2])


class Dice:
    """A desk's dice; the draws are written down as answers are."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def __getattr__(self, name: str) -> Any:
        """Return a way to draw."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Question(self._door, f"dice.{name}", getattr(self._door._desk.dice, name))


@attrs.frozen
class Question:
    """One of a desk's methods behind its door."""

    door: Door
    name: str
    answering: Any

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """Ask."""
        return self.door.ask(self.name, (positional, named), self.answering)


def _given(answer: Any) -> Any:
    if isinstance(answer, Refused):
        raise answer.exception
    return answer


def _otherwise(what: str) -> StrategyError:
    return StrategyError(f"run() lived otherwise when a fork lived it again: {what}; keep state in its own fields, and draw from desk.dice")
