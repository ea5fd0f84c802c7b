"""Minds made for stories: one that plays a script, one that only watches."""

from collections.abc import Sequence
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, News, On
from sim.commands import Command, PlaceOrder, WakeMe
from sim.units import SECOND, Nanos
from tests.worlds.pocket_market import VENUE


@attrs.define
class Scripted:
    """Sends each order at its instant; ``PlaceOrder(VENUE, ...)``."""

    script: Sequence[tuple[Nanos, Command]]
    wakes_on: ClassVar[tuple[On, ...]] = ()

    def decide(self, news: News, desk: Desk) -> list[Command]:
        if news.kind == START.kind:
            return [WakeMe(at) for at, _ in self.script]
        return [command for at, command in self.script if max(1, at) == desk.now]


@attrs.define
class Watcher:
    """Wakes often, looks, draws, and does nothing."""

    wakes_on: ClassVar[tuple[On, ...]] = ()

    def decide(self, news: News, desk: Desk) -> list[Command]:
        desk.quote(VENUE)
        desk.outside()
        desk.dice.uniform()
        return [WakeMe(SECOND)]


def resting_book(bid: int, ask: int, lots: int = 1_000_000) -> Scripted:
    """Return a mind that rests one bid and one ask at the start, in ticks."""
    return Scripted([(1, PlaceOrder(VENUE, 0, lots, bid)), (1, PlaceOrder(VENUE, 1, lots, ask))])
