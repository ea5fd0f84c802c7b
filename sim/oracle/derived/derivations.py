"""Keeps derived feeds up to date between txs, and knows where their inputs stand on the tape.

They are looked at before the txs of each block, since time alone moves a mean and ages a price, and after each tx that touched an
amm, a staking contract or a feed. Cost: the derived feeds, at each of these.
"""

from contextlib import suppress

import attrs

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.oracle.delayed_feed import DelayedFeed
from sim.oracle.derived.feed import Clock, DerivedFeed
from sim.oracle.derived.of_feeds import Bounded
from sim.oracle.pull_feed import PullFeed
from sim.oracle.push_feed import PushFeed
from sim.records.amm import LiquidityAdded, LiquidityRemoved, PairSwapped, ReservesSynced, Swapped
from sim.records.claims import StakeReported
from sim.records.layout import Row
from sim.records.oracle import PricePosted
from sim.tape import Tape
from sim.units import NO_SEQ, Nanos, Party, Place, Seq

MOVES = (Swapped.kind, PairSwapped.kind, ReservesSynced.kind, LiquidityAdded.kind, LiquidityRemoved.kind, StakeReported.kind)
"""What may move the price of an amm, by rounding at least, or the rate of a staking contract."""

AnyFeed = PushFeed | DelayedFeed | PullFeed | DerivedFeed


@attrs.define(eq=False, repr=False)
class Derivations:
    """The derived feeds of one world."""

    tape: Tape
    clock: Clock
    known: dict[Place, AnyFeed] = attrs.field(factory=dict)
    """Every feed there is."""
    feeds: list[DerivedFeed] = attrs.field(factory=list)
    """Those to keep up to date, inputs before what reads them."""
    last: dict[Place, tuple[Seq, Nanos]] = attrs.field(factory=dict)
    """By amm or staking contract: the newest entry that may have moved it."""
    faults: dict[Place, Seq] = attrs.field(factory=dict)
    """Feeds whose fault began or ended since they were last looked at, with the shock's entry."""
    _touched: bool = False
    _at: Nanos = 0

    def listen(self) -> None:
        """Ask the tape for what moves inputs; called once every feed is there."""
        if self.feeds:
            for kind in MOVES:
                self.tape.listen(kind, self._moved)
            self.tape.listen(PricePosted.kind, self._posted)

    def of(self, place: Place, context: CallContext | None) -> tuple[Seq, Nanos]:
        """Return an input's newest entry, and its instant; of a contract also one that the running tx has not told yet."""
        feed = self.known.get(place)
        if feed is not None:
            return feed.posted, feed.posted_at
        rows = context.buffer.rows if context is not None else []
        for index in range(len(rows) - 1, -1, -1):
            if context is not None and rows[index][1] == place and rows[index][3][0] in MOVES:
                return context.buffer.first + index, context.block.at
        return self.last.get(place, (NO_SEQ, 0))

    def refresh(self, at: Nanos) -> None:
        """Look at every feed, and say what is news."""
        self._at = at
        for feed in self.feeds:
            feed.refresh(self, at, self.clock.timestamp, self.faults.pop(feed.place, NO_SEQ))
        self._touched = False

    def refresh_if_touched(self, at: Nanos) -> None:
        """Look at every feed if an input may have moved."""
        if self._touched:
            self.refresh(at)

    def look(self) -> None:
        """Let feeds that remember see what a rehearsed tx has moved, as they would once it was told. Says nothing; through the journal."""
        for feed in self.feeds:
            if feed.frozen_at is None and isinstance(feed.formula, Bounded):
                with suppress(Revert):  # A feed that refuses has nothing to remember.
                    feed.worked(self.clock.timestamp)

    def say(self, place: Place, party: Party, row: Row, cause: Seq | None = None) -> Seq:
        """Write a feed's row on the tape."""
        return self.tape.append(self._at, cause or NO_SEQ, place, party, row)

    def _moved(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        self.last[place] = (seq, at)
        self._touched = True

    def _posted(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        self._touched = True
