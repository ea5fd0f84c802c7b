"""A keeper as a plain generator, in SimPy's manner: ``run(self, desk)`` yields commands, and what it waits for.

::

    def run(self, desk):
        while True:
            news = yield desk.news(PricePosted)      # the next one it hears
            yield desk.sleep(2 * SECOND)
            yield SendTx(...)                        # sent at once; goes on in the same instant

``adapted`` makes of such a class one with ``decide``, which is all that anybody else knows of it: the same news at the same instants
wake it, and a keeper written in both forms leaves the same tape. Its inbox is first-in-first-out and loses nothing: a request takes the
oldest news of its kind that was heard at or after the request's instant and passes over others, which stay for requests of the same
instant. Waiting writes nothing to the tape. A fork lives the generator's life again from its log (``sim.agents.door``).

Left out: waiting for two things but news or a span, generators within generators (``yield from`` does it), kinds that are not in
``wakes_on``: what wakes an agent is fixed before the run.
"""

import copy
import inspect
from collections.abc import Generator
from functools import cache
from typing import Any

import attrs

from sim.agents.answer import COMMANDS as ANSWERS
from sim.agents.door import Door, Log
from sim.agents.lines import uncounted
from sim.agents.requests import Await, Request, Sleep
from sim.agents.strategy import START, TIMER, News
from sim.commands import WakeMe
from sim.errors import LimitReached, StrategyError
from sim.units import Nanos
from sim.vocabulary import Refusal

Life = Generator[Any, Any, None]
"""What ``run`` returns: it yields commands and requests, and is sent news."""
COMMANDS = ANSWERS - {WakeMe}
"""What may be yielded, beside requests."""
MOST_COMMANDS = 10_000
"""Commands of one instant: more is a loop that never waits. An agent's own limit (``limits.commands``) is lower as a rule."""


def is_generator_form(cls: type[Any]) -> bool:
    """Say whether a class has ``run`` in the place of ``decide``."""
    return not callable(getattr(cls, "decide", None)) and callable(getattr(cls, "run", None))


def adapted(cls: type[Any]) -> type[Any]:
    """Return a strategy whose ``decide`` lives the ``run`` of a class; the class itself if it has ``decide``.

    Raises StrategyError where ``run`` yields nothing.
    """
    form: Any = cls
    return _adapted(form) if is_generator_form(cls) else cls


# Kept once made: the class of a strategy is one, however often it is asked for.
@cache
def _adapted(cls: Any) -> type[Any]:
    if not inspect.isgeneratorfunction(cls.run):
        raise StrategyError(f"{cls.__qualname__}.run has no yield; yield commands, desk.news(...) and desk.sleep(...)")
    body = {name: vars(cls)[name] for name in ("__doc__", "__module__", "__qualname__", "__firstlineno__") if name in vars(cls)}
    body |= {"decide": _decide, "__deepcopy__": _copied, "written": cls.run}
    found: type[Any] = type(cls.__name__, (cls,), body)
    return found


def playable(strategy: Any) -> Any:
    """Return a strategy that has ``decide``: itself, or one with the same fields that lives its ``run``."""
    return strategy if not is_generator_form(type(strategy)) else _without_life(strategy)


def _decide(self: Any, news: News, desk: Any) -> list[Any]:
    """Live on with news."""
    played: Played | None = self.__dict__.get("_played")
    if played is None:
        played = self.__dict__["_played"] = Played(_without_life(self))
    return played.hear(news, desk)


def _copied(self: Any, memo: dict[int, Any]) -> Any:
    """Return a strategy in a fork: the same parameters, and a life to be lived again when it is needed."""
    twin = _without_life(self, memo)
    if "_played" in self.__dict__:
        twin.__dict__["_played"] = copy.deepcopy(self.__dict__["_played"], memo)
    return twin


def _without_life(strategy: Any, memo: dict[int, Any] | None = None) -> Any:
    """Return a copy of a strategy as it was made: nothing but its fields, which its life never touches."""
    twin = object.__new__(adapted(type(strategy)))
    names = [field.name for field in attrs.fields(type(strategy)) if hasattr(strategy, field.name)]
    names += [name for name in getattr(strategy, "__dict__", ()) if name not in names and name != "_played"]
    for name in names:
        object.__setattr__(twin, name, copy.deepcopy(getattr(strategy, name), memo if memo is not None else {}))
    return twin


@attrs.define(eq=False, repr=False)
class Played:
    """The life of one generator: what it waits for, and what it has heard at this instant and not taken."""

    made: Any
    """The strategy as it was before its life; a life runs on a copy."""
    _log: Log = attrs.field(factory=Log)
    _inbox: list[tuple[Nanos, News]] = attrs.field(factory=list)
    _wish: Request | None = None
    _due: Nanos | None = None
    """When a sleep, or the patience for news, ends."""
    _is_over: bool = False
    _life: Life | None = None
    _door: Door | None = None

    def hear(self, news: News, desk: Any) -> list[Any]:
        """Take news in; return the commands it leads to."""
        if self._is_over:
            return []
        is_new = self._wish is None
        door = self._at_door(desk)
        if is_new:
            if news.kind not in (START.kind, TIMER.kind):
                self._put(desk.now, news)
            return self._go_on(door, None)
        if news.kind in (START.kind, TIMER.kind):
            is_due = self._due is not None and desk.now >= self._due
            return self._go_on(door, None) if is_due else []
        self._put(desk.now, news)
        if isinstance(self._wish, Await):
            found = self._take(self._wish)
            if found is not None:
                return self._go_on(door, found)
        return []

    def __deepcopy__(self, memo: dict[int, Any]) -> "Played":
        """Return the life in a fork; its generator is made when it is next woken."""
        made, log = copy.deepcopy(self.made, memo), copy.deepcopy(self._log, memo)
        return Played(made, log, self._inbox[:], self._wish, self._due, self._is_over)

    def _at_door(self, desk: Any) -> Door:
        """Return the door, open to this desk; a generator that is not there is made, and lives its life so far again."""
        if self._door is None or self._life is None:
            self._door = Door(self._log)
            self._door.open(desk)
            self._life = _without_life(self.made).run(self._door)
            uncounted(_live_again, self._life, self._door)  # In the world it was forked from these lines were counted when they were lived.
        self._door.open(desk)
        return self._door

    def _go_on(self, door: Door, value: Any) -> list[Any]:
        """Let the generator go on until it waits; return the commands it yielded."""
        assert self._life is not None
        commands: list[Any] = []
        while True:
            door.tell(value)
            try:
                said = self._life.send(value)
            except StopIteration:
                self._is_over = True
                return commands
            value = None
            if isinstance(said, Sleep | Await):
                value = self._wait(said, door.now, commands)
                if value is None:
                    return commands
            else:
                commands += _commands(said)
                if len(commands) > MOST_COMMANDS:
                    raise LimitReached(
                        Refusal.TOO_MANY_COMMANDS,
                        f"run yielded more than {MOST_COMMANDS} commands in one instant; let it wait",
                    )

    def _wait(self, request: Request, now: Nanos, commands: list[Any]) -> News | None:
        """Begin to wait; return the news if it is in the inbox already."""
        self._wish, self._due = request, None
        if isinstance(request, Await):
            _require_heard(self.made, request)
            found = self._take(request) if self._inbox and self._inbox[0][0] == now else None
            if found is not None:
                return found
        span = request.within if isinstance(request, Await) else request.span
        if span is not None:
            self._due = now + max(1, span)
            commands.append(WakeMe(span))
        return None

    def _put(self, now: Nanos, news: News) -> None:
        """Keep news; what was heard before this instant no request can ask for any more."""
        if self._inbox and self._inbox[0][0] < now:
            self._inbox.clear()
        self._inbox.append((now, news))

    def _take(self, request: Await) -> News | None:
        for place, (_, news) in enumerate(self._inbox):
            if any(news.kind == record.kind for record in request.records):
                del self._inbox[place]
                return news
        return None


def _live_again(life: Life, door: Door) -> None:
    """Run a new generator through all that its life has been told."""
    while told := door.told_again():
        life.send(told[0])


def _commands(said: Any) -> list[Any]:
    """Return what was yielded as commands. Raises StrategyError for anything else."""
    if type(said) in COMMANDS:
        return [said]
    if isinstance(said, list | tuple) and all(type(each) in COMMANDS for each in said):
        return list(said)
    if type(said) is WakeMe:
        raise StrategyError("run yielded WakeMe, and a generator has no timer; yield desk.sleep(span)")
    raise StrategyError(f"run yielded {_told(said)}; yield a command, a list of commands, desk.news(...) or desk.sleep(...)")


def _told(said: Any) -> str:
    return "nothing" if said is None else f"{type(said).__name__} {said!r}"[:80]


def _require_heard(strategy: Any, request: Await) -> None:
    """Refuse to wait for what never comes: a kind that does not wake the strategy."""
    heard = [on.record for on in type(strategy).wakes_on]
    missing = [record.__name__ for record in request.records if record not in heard]
    if missing or not request.records:
        named = ", ".join(record.__name__ for record in heard) or "nothing"
        wanted = " and ".join(missing) or "no kind of record"
        raise StrategyError(f"desk.news waits for {wanted}, and wakes_on has {named}; add On({missing[0] if missing else '...'}) to it")
