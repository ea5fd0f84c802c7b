"""A delayed feed: shows another feed's price only after a delay, on a grid of instants, and only if somebody pokes it.

It holds two prices: the one contracts read, and the one that comes next, which everybody may look at: whoever watches knows an hour
ahead who will fall. A poke moves both up and takes the source's price of that instant; its clock is set to the last instant of the
grid, so a late poke does not shift the grid, and a price is one to two delays old when it is read. A source that has no price
shifts nothing and leaves the clock: the poke may be tried again in the next block. Source: makerdao/osm e36c874.

Each price that begins to be read is told like any other feed's post (``PriceObserved`` of the source's post, then ``PricePosted``,
caused by the ``PriceQueued`` that queued it); then the price that was taken up is told (``PriceQueued``). Model choices: prices
have 8 decimals on the tape; stop, start, void and the change of the delay are acts of governance, and no call. Left out: the list
of who may read.
"""

from typing import Any, ClassVar, NamedTuple, Protocol

import attrs

from sim.chain.contract import CallContext
from sim.commands import PokeCall
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.journal import Journal
from sim.oracle.push_feed import WAD_PER_PRICE, Reading
from sim.records.oracle import PriceObserved, PricePosted, PriceQueued
from sim.units import BPS_ONE, NO_SEQ, NOBODY, Gas, Nanos, Place, Price, Seconds, Seq, Wad
from sim.views import Posted
from sim.vocabulary import Refusal

POKE: Gas = 80_000
"""Typical: between 60,000 and 100,000, reading the source included."""
REFUSED_POKE: Gas = 30_000
"""What a poke that came too early, or second, pays for: our estimate."""


class PriceSource(Protocol):
    """What a delayed feed takes its prices from."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...

    @property
    def posted(self) -> Seq:
        """Its last ``PricePosted``; 0 for none."""
        ...

    @property
    def posted_at(self) -> Nanos:
        """When that was."""
        ...

    def peek(self) -> tuple[Wad, bool]:
        """Return its price, and whether it has one."""
        ...


class Queued(NamedTuple):
    """A price with where it comes from."""

    value: Wad = 0
    has_value: bool = False
    post: Seq = NO_SEQ
    """The source's ``PricePosted``."""
    posted_at: Nanos = 0
    """When the source posted it."""
    queued: Seq = NO_SEQ
    """The ``PriceQueued`` that took it up; 0 at the opening."""
    queued_at: Nanos = 0

    @property
    def price(self) -> Price:
        """The same with 8 decimals, rounded down; 0 when there is none."""
        return mul_div_down(self.value, 1, WAD_PER_PRICE) if self.has_value else 0


NOTHING = Queued()


@attrs.define(eq=False, repr=False)
class DelayedFeed:
    """The contract. A feed for pools: they ``peek``; a source for none."""

    calls: ClassVar[tuple[type[Any], ...]] = (PokeCall,)

    place: Place
    source: PriceSource
    delay: Seconds = attrs.field(validator=attrs.validators.gt(0))
    """From taking a price up to showing it, and the step of the grid."""
    journal: Journal
    clock: Seconds = 0
    """The instant of the grid that the last poke counts for."""
    current: Queued = NOTHING
    next: Queued = NOTHING
    is_stopped: bool = False
    round: int = 0
    """Prices shown so far."""
    updated_at: Seconds = 0
    """When the current price began to be read."""
    posted: Seq = NO_SEQ
    """Its ``PricePosted``; 0 when there is none."""
    posted_at: Nanos = 0

    @property
    def price(self) -> Price:
        """What contracts read, with 8 decimals; 0 when there is none."""
        return self.current.price

    @property
    def due(self) -> Seconds:
        """From when it may be poked."""
        return self.clock + self.delay

    def answer(self, call: PokeCall, context: CallContext) -> Gas:
        """Take the next price up, and the source's after it; return the gas used. Reverts with STOPPED, TOO_EARLY."""
        context.spend(REFUSED_POKE)
        if self.is_stopped:
            raise Revert(Refusal.STOPPED)
        if context.timestamp < self.due:
            raise Revert(Refusal.TOO_EARLY)
        value, has_value = self.source.peek()
        if has_value:
            self._shift(value, context)
        return POKE

    def peek(self) -> tuple[Wad, bool]:
        """Return the price contracts read, and whether there is one."""
        return self.current.value, self.current.has_value

    def peep(self) -> tuple[Wad, bool]:
        """Return the price that comes next, and whether there is one."""
        return self.next.value, self.next.has_value

    def read(self) -> Reading:
        """Return what contracts read now."""
        return Reading(self.price, self.updated_at, self.posted)

    def pending(self) -> Posted:
        """Return the next price as desks see it: its ``PriceQueued``, and as ``updated_at`` the clock, from which the delay runs."""
        return Posted(self.next.queued, self.next.queued_at, self.next.price, self.clock)

    def open_at(self, timestamp: Seconds, posted: Seq = NO_SEQ) -> None:
        """Start with the source's price shown (by this entry) and queued, as if it had been poked at the last instant of the grid."""
        assert not self.round
        value, has_value = self.source.peek()
        if has_value:
            self.current = self.next = Queued(value, True, self.source.posted, self.source.posted_at)
            self.clock, self.round, self.updated_at, self.posted = self._on_grid(timestamp), 1, timestamp, posted

    def stop(self) -> None:
        """Refuse pokes from now on; what is shown stays."""
        self.journal.put(self, "is_stopped", True)

    def start(self) -> None:
        """Take pokes again."""
        self.journal.put(self, "is_stopped", False)

    def void(self) -> None:
        """Stop, and have no price: pools that read it then can liquidate nobody."""
        for field, nothing in (("current", NOTHING), ("next", NOTHING), ("posted", NO_SEQ)):
            self.journal.put(self, field, nothing)
        self.stop()

    def change_delay(self, delay: Seconds) -> None:
        """Set another delay, and with it another grid; the clock stays. Reverts with ARITHMETIC unless it is above 0."""
        if delay <= 0:
            raise Revert(Refusal.ARITHMETIC)
        self.journal.put(self, "delay", delay)

    def _shift(self, value: Wad, context: CallContext) -> None:
        """Show what was queued and queue a price of the source."""
        shown, before, source = self.next, self.current.price, self.source
        taken = Queued(value, True, source.posted, source.posted_at, NO_SEQ, context.block.at)
        self.journal.put(self, "current", shown)
        self.journal.put(self, "clock", self._on_grid(context.timestamp))
        if shown.has_value:
            self._post(shown, before, context)
        queued = context.say(self.place, context.sender, (PriceQueued.kind, taken.price, taken.post))
        self.journal.put(self, "next", taken._replace(queued=queued))

    def _post(self, shown: Queued, before: Price, context: CallContext) -> None:
        round, price, cause = self.round + 1, shown.price, shown.queued or None
        seen = (PriceObserved.kind, round, self.place, price, self.source.place, shown.post, shown.posted_at, BPS_ONE)
        context.say(self.place, context.sender, seen, cause)
        row = (PricePosted.kind, round, price, before, 1, NOBODY, shown.posted_at)
        self.journal.put(self, "posted", context.say(self.place, context.sender, row, cause))
        self.journal.put(self, "posted_at", context.block.at)
        self.journal.put(self, "round", round)
        self.journal.put(self, "updated_at", context.timestamp)

    def _on_grid(self, timestamp: Seconds) -> Seconds:
        return timestamp - timestamp % self.delay

    def _check(self) -> None:
        assert self.next.has_value or not self.current.has_value, "what is shown was queued before"
        assert all(each.value == 0 for each in (self.current, self.next) if not each.has_value)
        assert self.current.posted_at <= self.next.posted_at or not self.next.has_value
        assert self.is_stopped or self.round == 0 or self.current.has_value or not self.posted
