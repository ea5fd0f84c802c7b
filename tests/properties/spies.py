"""Agents that only listen: one to see whether it is noticed, and what it could see when."""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, News, On
from sim.commands import Command, WakeMe
from sim.records import BlockSealed, HealthFell, Liquidated, OutsideMoved, PricePosted, QuoteChanged, Traded
from sim.units import SECOND, Nanos


@attrs.define
class Spy:
    """Hears everything there is to hear, looks at everything it may, and writes down how old it was."""

    pause: Nanos = SECOND
    """Between two looks of its own accord."""
    wakes_on: ClassVar[tuple[On, ...]] = tuple(
        On(record) for record in (QuoteChanged, Traded, BlockSealed, PricePosted, HealthFell, Liquidated, OutsideMoved)
    )
    heard: dict[str, Nanos] = attrs.field(factory=dict, init=False)
    """By kind of news, the least age at which it was heard."""
    seen: dict[str, Nanos] = attrs.field(factory=dict, init=False)
    """By source, the least age of what a desk showed."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Take note, and answer nothing."""
        if news.seq:
            self._note(self.heard, type(news.record).__name__, desk.now - news.at)
        venue, feed = desk.connections.venues[0], desk.connections.feeds[0]
        views: dict[str, Any] = {"quote": desk.quote(venue), "depth": desk.depth(venue), "block": desk.block(), "outside": desk.outside()}
        for name, view in {**views, "posted": desk.posted(feed)}.items():
            # A view of before the start is nobody's news.
            if view.seq and view.at:
                self._note(self.seen, name, desk.now - view.at)
        return [WakeMe(self.pause)] if news is START or not news.seq else []

    def _note(self, ages: dict[str, Nanos], name: str, age: Nanos) -> None:
        ages[name] = min(age, ages.get(name, age))
