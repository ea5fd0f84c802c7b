"""A derived feed: a contract that has no price of its own, but works one out of its inputs whenever it is read.

Within a tx it is worked out anew at every read: whoever has just moved its input finds it moved. Between txs it shows what it was
worked out to last: before each block (time has passed) and after each tx that touched an input (``sim.oracle.derived.derivations``).

Promised: whatever price is read has its ``PricePosted`` on the tape before whatever was done with it, and before that one
``PriceObserved`` for each input, with the input's newest entry and its weight in the price: 10,000 for the one a median or a bound
chose, 0 for what was not taken; where the price is no weighted mean (a product) all are 0. Its cause is the newest of these
entries. A read that the formula refuses reverts the tx; between txs the last price stays in view, and ``ReadsRefused`` says that nobody
can use it until ``ReadsResumed``.

Left out: gas of the read, which the reader's own figure contains.
"""

from typing import Any, ClassVar, NamedTuple, Protocol

import attrs

from sim.chain.contract import CallContext
from sim.commands import PokeCall
from sim.errors import Revert
from sim.journal import Journal
from sim.oracle.push_feed import WAD_PER_PRICE, Reading
from sim.oracle.sources import with_offset
from sim.records.layout import Row
from sim.records.oracle import PriceObserved, PricePosted, ReadsRefused, ReadsResumed
from sim.units import NO_SEQ, NOBODY, Bps, Gas, Nanos, Party, Place, Price, Seconds, Seq, Wad
from sim.vocabulary import Refusal


class Worked(NamedTuple):
    """What a formula makes of its inputs."""

    price: Price
    weights: tuple[tuple[Place, int], ...] = ()
    """Each input's weight in it, in bps."""


class Formula(Protocol):
    """How a price is worked out. Reads its inputs itself; must survive a deep copy."""

    def work_out(self, now: Seconds) -> Worked:
        """Return the price at a block; raises ``Revert`` where there is none."""
        ...

    def updated_at(self, now: Seconds) -> Seconds:
        """Return how old it is: when its oldest input was made."""
        ...

    def poke(self, now: Seconds) -> Gas:
        """Take the state of its inputs up, where it has a memory; raises ``Revert`` where it has none, or it is too early."""
        ...


class Clock(Protocol):
    """What a feed knows of the block."""

    @property
    def timestamp(self) -> Seconds:
        """Unix seconds of the block at hand, else of the last."""
        ...

    @property
    def context(self) -> CallContext | None:
        """The tx that is running; None between txs."""
        ...


class Cursors(Protocol):
    """Where inputs stand on the tape."""

    def of(self, place: Place, context: CallContext | None) -> tuple[Seq, Nanos]:
        """Return an input's newest entry, and its instant; 0 and 0 if none yet."""
        ...


class Speaker(Protocol):
    """Where rows go: a tx, or the tape itself."""

    def say(self, place: Place, party: Party, row: Row, cause: Seq | None = None) -> Seq:
        """Take a row; return the number it has or will have."""
        ...


@attrs.define(eq=False, repr=False)
class DerivedFeed:
    """The contract. Cost of a read: that of its formula."""

    calls: ClassVar[tuple[type[Any], ...]] = (PokeCall,)

    place: Place
    formula: Formula
    clock: Clock
    cursors: Cursors
    journal: Journal
    shown: Price = 0
    """What it was worked out to last."""
    round: int = 0
    posted: Seq = NO_SEQ
    posted_at: Nanos = 0
    refusal: Refusal = Refusal.NONE
    """Why nobody can read it now, as far as it was looked at between txs."""
    offset_bps: Bps = 0
    """By how much it is wrong: a fault."""
    frozen_at: Seconds | None = None
    """Since when it shows always the same: a fault."""

    @property
    def price(self) -> Price:
        """What contracts read. Within a tx it is worked out, told if it is news, and may revert; frozen, it shows or refuses as it did."""
        context = self.clock.context
        if context is None:
            return self.shown
        if self.frozen_at is not None:
            return self._as_it_froze()
        worked = self.worked(context.timestamp)
        if worked.price != self.shown:
            self.post(worked, context, context.block.at, context)
        return worked.price

    @property
    def is_live(self) -> bool:
        """Each read works it out: within a tx, unless it is frozen. ``refusal`` is then of before, and a read that is refused reverts."""
        return self.clock.context is not None and self.frozen_at is None

    @property
    def updated_at(self) -> Seconds:
        """When its oldest input was made."""
        return self.formula.updated_at(self.clock.timestamp) if self.frozen_at is None else self.frozen_at

    def answer(self, call: PokeCall, context: CallContext) -> Gas:
        """Take a checkpoint of an input; return the gas used. Reverts: UNKNOWN_CALL where it keeps none, TOO_EARLY."""
        gas = self.formula.poke(context.timestamp)
        if self.frozen_at is None:
            self.post(self.worked(context.timestamp), context, context.block.at, context)
        return gas

    def read(self) -> Reading:
        """Return what contracts read now."""
        return Reading(self.price, self.updated_at, self.posted)

    def peek(self) -> tuple[Wad, bool]:
        """Return the price in wad, and whether there is one."""
        price = self.price
        return price * WAD_PER_PRICE, price > 0 and (self.is_live or not self.refusal)

    def worked(self, now: Seconds) -> Worked:
        """Return its price at a block, whatever is wrong with it included. Raises ``Revert`` where there is none."""
        found = self.formula.work_out(now)
        if found.price <= 0:
            raise Revert(Refusal.NOTHING_POSTED)
        return found._replace(price=with_offset(found.price, self.offset_bps)) if self.offset_bps else found

    def open_at(self, now: Seconds, seq: Seq) -> None:
        """Start with a price already posted, as round 1; without one it refuses to be read."""
        try:
            self.shown = self.worked(now).price
        except Revert as why:
            self.refusal = why.reason
        self.round, self.posted = 1, seq

    def refresh(self, speaker: Speaker, at: Nanos, now: Seconds, cause: Seq = NO_SEQ) -> None:
        """Look at the inputs between txs; say what is news. ``cause`` is a fault that began or ended, if one did."""
        if self.frozen_at is not None:
            return
        try:
            worked = self.worked(now)
        except Revert as why:
            self._refuse(why.reason, speaker, cause)
            return
        if self.refusal:
            self.refusal = Refusal.NONE
            speaker.say(self.place, NOBODY, (ReadsResumed.kind,), cause or None)
        if worked.price != self.shown:
            self.post(worked, speaker, at, None, cause)

    def post(self, worked: Worked, speaker: Speaker, at: Nanos, context: CallContext | None, cause: Seq = NO_SEQ) -> None:
        """Say a price with its inputs; contracts and desks see it from now on."""
        round, seen = self.round + 1, [(place, weight, *self.cursors.of(place, context)) for place, weight in worked.weights]
        why = cause or max((seq for _, _, seq, _ in seen), default=NO_SEQ) or None
        for place, weight, seq, seen_at in seen:
            row = (PriceObserved.kind, round, self.place, worked.price, place, seq, seen_at, weight)
            speaker.say(self.place, NOBODY, row, why)
        newest = max((seen_at for *_, seen_at in seen), default=at)
        told = (PricePosted.kind, round, worked.price, self.shown, len(seen), NOBODY, newest)
        self.journal.put(self, "posted", speaker.say(self.place, NOBODY, told, why))
        self.journal.put(self, "posted_at", at)
        self.journal.put(self, "round", round)
        self.journal.put(self, "shown", worked.price)

    def freeze(self, now: Seconds) -> None:
        """Show always the same from now on: a fault."""
        self.frozen_at = self.formula.updated_at(now)

    def thaw(self) -> None:
        """End the fault."""
        self.frozen_at = None

    def _as_it_froze(self) -> Price:
        if self.refusal:
            raise Revert(self.refusal)
        return self.shown

    def _refuse(self, reason: Refusal, speaker: Speaker, cause: Seq) -> None:
        if reason != self.refusal:
            self.refusal = reason
            speaker.say(self.place, NOBODY, (ReadsRefused.kind, int(reason)), cause or None)

    def _check(self) -> None:
        assert self.shown >= 0 and (self.shown or self.refusal)
        assert self.clock.context is None or self.journal.is_open
