"""A chain of one amm with feeds on it: txs one at a time, each a block of its own, on a real tape."""

from typing import Any, ClassVar, NamedTuple

import attrs

from sim.chain.contract import INTRINSIC_GAS, BlockHead, Buffer, CallContext
from sim.errors import Revert
from sim.journal import Journal
from sim.oracle.derived.derivations import Derivations
from sim.oracle.derived.feed import DerivedFeed, Formula
from sim.storage.memory import MemoryTape
from sim.tape import Tape
from sim.units import SECOND, Price, Seconds
from sim.vocabulary import Refusal
from tests.amm.world import OPENED
from tests.support.one_tx import carried_out

READER, THIEF, BOB = 300, 301, 202
DOLLAR: Price = 10**8


class ReadCall(NamedTuple):
    """Read a feed, and do nothing else."""

    feed: int
    fails: bool = False


class AllCall(NamedTuple):
    """Make calls one after another, in one tx."""

    calls: tuple[tuple[int, Any], ...]
    fails: bool = False


@attrs.define
class Paper:
    """A feed that shows what a test writes on it."""

    place: int
    price: Price = 100 * DOLLAR
    updated_at: Seconds = OPENED
    posted: int = 0
    posted_at: int = 0
    refusal: Refusal = Refusal.NONE
    confidence: Price = 0


@attrs.define
class Reader:
    """A contract that notes what it read; it may fail afterwards."""

    calls: ClassVar[tuple[type[Any], ...]] = (ReadCall, AllCall)
    feeds: dict[int, Any]
    noted: list[Price] = attrs.field(factory=list)

    def answer(self, call: Any, context: CallContext) -> int:
        if isinstance(call, ReadCall):
            self.noted.append(self.feeds[call.feed].price)
        else:
            for place, each in call.calls:
                context.call(place, each)
        if call.fails:
            raise Revert(Refusal.NO_PROFIT)
        return INTRINSIC_GAS


@attrs.define
class Stage:
    """Blocks of one tx, feeds that are kept up to date around them, and what was said."""

    journal: Journal
    contracts: dict[int, Any]
    now: Seconds = OPENED
    context: CallContext | None = None
    restarted_at: Seconds = 0
    kept: MemoryTape = attrs.field(factory=MemoryTape)
    tape: Tape = attrs.field(init=False)
    derivations: Derivations = attrs.field(init=False)
    reader: Reader = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tape = Tape(self.kept)
        self.derivations = Derivations(self.tape, self)
        self.reader = self.contracts[READER] = Reader({})

    @property
    def timestamp(self) -> Seconds:
        return self.now

    @property
    def at(self) -> int:
        return (self.now - OPENED) * SECOND

    def known(self, *feeds: Any) -> None:
        """Have feeds that are no derived ones among the inputs."""
        self.derivations.known |= {feed.place: feed for feed in feeds}

    def derive(self, place: int, formula: Formula) -> DerivedFeed:
        """Build a derived feed; list inputs first, and call ``listen`` when all are there."""
        feed = DerivedFeed(place, formula, self, self.derivations, self.journal)
        feed.open_at(self.now, 0)
        self.derivations.known[place] = self.contracts[place] = self.reader.feeds[place] = feed
        self.derivations.feeds.append(feed)
        return feed

    def pass_time(self, seconds: Seconds) -> None:
        """Let the next block begin so much later."""
        self.now += seconds
        self.derivations.refresh(self.at)

    def execute(self, sender: int, place: int, call: Any) -> Refusal:
        """Carry a tx out; return why it reverted, or NONE. What it said is on the tape then."""
        buffer = Buffer(self.tape.entries + 1)
        head = BlockHead(1, self.now, self.at, 0)
        self.context = CallContext(head, 1, sender, sender, place, self.contracts, self.journal, buffer)
        gas = carried_out(call, self.context)
        refusal = gas if isinstance(gas, Refusal) else Refusal.NONE
        self.context = None
        for cause, where, party, row in buffer.rows if not refusal else ():
            self.tape.append(self.at, cause or 0, where, party, row)
        self.derivations.refresh_if_touched(self.at)
        for feed in self.derivations.feeds:
            feed._check()
        return refusal

    def read(self, feed: DerivedFeed) -> Price | Refusal:
        """Return what a contract reads now, or why it cannot."""
        why = self.execute(BOB, READER, ReadCall(feed.place))
        return why or self.reader.noted[-1]

    def entries(self) -> list[Any]:
        """Return the whole tape."""
        self.tape.flush()
        return list(self.kept.entries())

    def told(self, record: Any, place: int) -> list[Any]:
        """Return what was said at a place, oldest first."""
        return [entry.record for entry in self.entries() if entry.place == place and isinstance(entry.record, record)]
