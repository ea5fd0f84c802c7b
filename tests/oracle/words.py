"""Words in which the oracle's tests speak: a feed, its reporters, a call without a chain, and a network on a pocket chain."""

from typing import Any

import attrs

from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.chain.demand import DemandPoint
from sim.commands import PostPriceCall, SendTx, TellAnswer
from sim.errors import Revert
from sim.journal import Journal
from sim.kernel import EXECUTE
from sim.oracle.bidding import GasPolicy
from sim.oracle.network import OracleNetwork
from sim.oracle.push_feed import FeedTerms, PushFeed
from sim.oracle.round import OcrRound, Posting
from sim.oracle.rules import ReportRule
from sim.units import GWEI, SECOND, Nanos
from sim.vocabulary import Refusal
from tests.chain.words import EPOCH, World, world

FEED = 40
REPORTERS = (11, 12, 13, 14)
LOWEST, HIGHEST = 100, 10**9
NOTHING_SEEN = ()


def terms(posting: Posting = Posting.ONE, quorum: int = 3) -> FeedTerms:
    return FeedTerms(REPORTERS, quorum, LOWEST, HIGHEST, posting)


def report(*answers: tuple[int, int], round: int = 0, seen_at: int = 0) -> PostPriceCall:
    """Return a call with these (reporter, answer) pairs, each having seen entry 7 of source 5."""
    return PostPriceCall(tuple((reporter, answer, ((5, 7, seen_at, 10_000),)) for reporter, answer in answers), round)


@attrs.define
class Bench:
    """A feed without a chain: every call is a tx of its own, numbered from 1, a second apart."""

    feed: PushFeed
    now: int = 1_000
    entries: int = 0
    said: list[tuple[int, ...]] = attrs.field(factory=list)

    def post(self, sender: int, call: PostPriceCall) -> Refusal:
        """Carry a call out; return why not, or NONE."""
        self.now += 1
        journal = self.feed.journal
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, FEED, {}, journal, Buffer(self.entries + 1))
        mark = journal.begin()
        try:
            assert self.feed.answer(call, context) == self.feed.terms.gas_of(len(call.answers))
        except Revert as why:
            journal.rollback(mark)
            return why.reason
        finally:
            journal.commit()
            self.feed._check()
        self.said = [row for _, _, _, row in context.buffer.rows]
        self.entries += len(self.said)
        return Refusal.NONE


def bench(posting: Posting = Posting.ONE, quorum: int = 3) -> Bench:
    return Bench(PushFeed(FEED, terms(posting, quorum), Journal()))


@attrs.define(eq=False)
class Post:
    """Carries the network's txs to the chain, in a millisecond unless told otherwise, and remembers them."""

    world: World
    delay: Nanos = 1_000_000
    sent: list[tuple[int, int, SendTx]] = attrs.field(factory=list)

    def submit(self, party: int, cause: int, tx: SendTx) -> None:
        self.sent.append((party, cause, tx))
        kernel = self.world.kernel
        kernel.call_at(kernel.now + self.delay, EXECUTE, self.world.chain.arrive, (party, cause, tx))


@attrs.define(eq=False)
class Reporting:
    """A network of four reporters on a pocket chain."""

    world: World
    network: OracleNetwork
    post: Post
    parties: tuple[int, ...]

    @property
    def feed(self) -> PushFeed:
        return self.network.feed

    def tell(self, *answers: int) -> None:
        """Let the first reporters tell these answers now."""
        for party, answer in zip(self.parties, answers, strict=False):
            self.network.arrive((party, 0, TellAnswer(self.feed.place, answer, ((5, 0, self.world.kernel.now, 10_000),))))

    def tell_all(self, answer: int) -> None:
        self.tell(*[answer] * len(self.parties))

    def go_on(self, seconds: int) -> None:
        kernel = self.world.kernel
        kernel.run_until(kernel.now + seconds * SECOND)
        self.network.round._check()
        self.feed._check()


def reporting(posting: Posting = Posting.ONE, points: tuple[DemandPoint, ...] = (), opening: int = 20_000, **keys: Any) -> Reporting:
    """Return a network whose feed stands at an opening price (0: at none), deviation 0.5 %, heartbeat one hour."""
    w = world(points)
    parties = tuple(w.fund(f"reporter/{number}") for number in range(4))
    place = w.chain.names.intern("feed")
    feed = PushFeed(place, FeedTerms(parties, 3, LOWEST, HIGHEST, posting), w.chain.ledger.journal)
    if opening:
        feed.open_at(opening, EPOCH)
    w.chain.register(place, feed)
    rule = ReportRule(5_000_000, 3600, LOWEST, HIGHEST)
    round = OcrRound(rule, parties, 3, keys.pop("answer_lifetime", 600 * SECOND), posting, keys.pop("patience_blocks", 3))
    post = Post(w)
    policy = keys.pop("policy", GasPolicy(opening=10 * GWEI))
    assert not keys
    network = OracleNetwork(w.kernel, w.chain.tape, feed, round, post.submit, policy, EPOCH)
    network.listen()
    network.start()
    w.chain.start()
    return Reporting(w, network, post, parties)
