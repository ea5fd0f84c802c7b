"""A price feed's reporter: looks at its sources late, makes an answer of its own, and tells its peers.

What the peers make of the answers, and who posts, is the network's matter (``sim.oracle.network``). Each reporter has its own
latency, offset and moments of looking, so no two see one mid. Source: libocr's median plugin, where every oracle observes on its
own and gossips; the polling interval stands for its round interval.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, News, On
from sim.commands import Command, TellAnswer, WakeMe
from sim.fixed import bps_change, floor_to_int
from sim.oracle.sources import Sight, answer_of
from sim.records import OutsideMoved, QuoteChanged
from sim.units import SECOND, Bps, Nanos, Place


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Reporter:
    """Tells an answer at every poll when it moved, and at once when a source jumped."""

    poll_interval: Nanos = attrs.field(default=5 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks at the sources."""
    tell_bps: Bps = 2
    """Least change of its own answer worth telling."""
    repeat_after: Nanos = 60 * SECOND
    """Tell an unchanged answer again after this long, so that the peers know the reporter is alive."""
    offset_bps: Bps = 0
    """The reporter's own habit: its answer lies this far from what it sees."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(QuoteChanged, moved_bps=25), On(OutsideMoved, moved_bps=25))
    _told: dict[Place, tuple[int, Nanos]] = attrs.field(factory=dict, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Return an answer per feed whose view moved, and the next poll."""
        commands: list[Command] = []
        if news.kind == START.kind:
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.poll_interval))]
        if news.kind == 0:
            commands.append(WakeMe(self.poll_interval))
        for feed in desk.connections.feeds:
            told = self._answer(feed, desk)
            if told:
                commands.append(told)
        return commands

    def _answer(self, feed: Place, desk: Desk) -> TellAnswer | None:
        made = answer_of([_sight(place, weight, desk) for place, weight in desk.connections.sources[feed]], self.offset_bps)
        if made is None:
            return None
        answer, observed = made
        last, at = self._told.get(feed, (0, 0))
        if last and abs(bps_change(last, answer)) < self.tell_bps and desk.now - at < self.repeat_after:
            return None
        self._told[feed] = (answer, desk.now)
        return TellAnswer(feed, answer, observed)


def _sight(place: Place, weight: int, desk: Desk) -> Sight:
    """Return one source as the desk shows it: the outside price, or a venue's mid."""
    if place == desk.connections.outside_place:
        outside = desk.outside()
        return Sight(place, outside.price, outside.seq, outside.at, weight)
    quote = desk.quote(place)
    price = desk.connections.terms[place].instrument.price_8(quote.mid)
    return Sight(place, price, quote.seq, quote.at, weight)
