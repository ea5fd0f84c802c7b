"""Keepers that go wrong in a process of their own, or look for more than they are shown."""

import gc
import os
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, Note, WakeMe
from sim.records import BlockSealed, QuoteChanged
from sim.units import MILLISECOND, Nanos
from sim.vocabulary import Refusal

WAKES_ON = (On(BlockSealed),)
LATENCY: Nanos = 400 * MILLISECOND
DEPTH = 5


@attrs.define
class Faulty:
    """Does at its third block what its class is about, and nothing before."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    _blocks: int = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> Any:
        self._blocks += news.is_a(BlockSealed)
        return self.fault(desk) if self._blocks == 3 else []

    def fault(self, desk: Desk) -> Any:
        return []


@attrs.define
class Raising(Faulty):
    def fault(self, desk: Desk) -> Any:
        raise RuntimeError("on purpose")


@attrs.define
class Hanging(Faulty):
    def fault(self, desk: Desk) -> Any:
        while True:
            pass


@attrs.define
class Flooding(Faulty):
    def fault(self, desk: Desk) -> Any:
        while True:
            yield WakeMe(1)


@attrs.define
class Crashing(Faulty):
    def fault(self, desk: Desk) -> Any:
        os._exit(3)


@attrs.define
class Asking(Faulty):
    def fault(self, desk: Desk) -> Any:
        while True:
            desk.block()


@attrs.define
class Sneaky:
    """Notes everything it can get hold of that happened later than news can have reached it."""

    is_apart: bool = False
    """It has a process to itself, and looks at every object in it; else at what its desk and news lead to by public names."""
    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed), On(QuoteChanged))

    def decide(self, news: News, desk: Desk) -> list[Command]:
        found = gc.get_objects() if self.is_apart else list(reachable([desk, news], DEPTH))
        looks = [desk.block(), *(desk.quote(venue) for venue in desk.connections.venues), *(desk.depth(v) for v in desk.connections.venues)]
        ours = [each for each in (*found, *looks) if type(each).__module__.startswith("sim.")]
        instants = [each.at for each in ours if type(getattr(each, "at", None)) is int]
        late = [at for at in instants if at > desk.now - LATENCY]
        return [Note(desk.me, 0, Refusal.NONE, len(late)), Note(desk.me, 1, Refusal.NONE, len(instants))] if news.seq else []


def reachable(things: list[Any], depth: int) -> Any:
    """Yield what things lead to by public names and by looking into containers."""
    seen: dict[int, Any] = {}
    for _ in range(depth):
        things = [each for thing in things for each in leads_to(thing) if id(each) not in seen]
        seen |= {id(each): each for each in things}
        yield from things


def leads_to(thing: Any) -> list[Any]:
    if isinstance(thing, int | str | float | type | None):
        return []
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple):
        return list(thing)
    return [getattr(thing, name) for name in dir(thing) if not name.startswith("_") and not callable(getattr(thing, name))]
