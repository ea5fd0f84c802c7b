"""A push feed: the contract that holds the posted price of one pair.

Promised: only its reporters change it; an answer out of bounds reverts and the feed keeps what it has (it freezes, it never
clamps); every change goes through the journal, so a reverted tx leaves no trace. Each accepted answer is told source by source
(``PriceObserved``) before the price that comes of it (``PricePosted``).

``Posting.ONE`` (off-chain reporting): one tx brings a quorum of answers; the price is their upper median. ``Posting.EACH`` (the
aggregators of 2020): each tx brings its sender's answer; once a quorum of answers for the round is in, the price is their upper
median, and answers that come later in the round move it again. ``Posting.MEDIAN`` (makerdao/median 0316acd): whoever relays brings
exactly the quorum, an odd number of answers in rising sequence, each told after the last post; the price is the one in the middle.

Model choices: the upper median in both eras (the old contract took the mean of the middle two of an even count); a round that
never reaches its quorum may be answered again by the same reporter (the old contract let it time out). The gas figures are
typical of the two contracts and are keys. Left out: signatures, payment of the reporters, access control of readers.
"""

from typing import Any, ClassVar, NamedTuple

import attrs

from sim.chain.contract import CallContext
from sim.commands import PostPriceCall
from sim.errors import Revert
from sim.journal import Journal
from sim.oracle.round import Posted, Posting
from sim.oracle.rules import is_rising, upper_middle
from sim.oracle.sources import Observed
from sim.records.oracle import PriceObserved, PricePosted
from sim.units import NO_SEQ, Gas, Nanos, Party, Place, Price, Seconds, Seq, Wad
from sim.vocabulary import Refusal

WAD_PER_PRICE: Wad = 10**10
"""What makes a wad of a price with 8 decimals."""


class Reading(NamedTuple):
    """What a contract reads."""

    price: Price
    """0 before the first post."""
    updated_at: Seconds
    posted: Seq
    """The ``PricePosted`` that made it; 0 before the first post."""


class Submission(NamedTuple):
    """One reporter's answer to a round."""

    answer: Price
    observed_at: Nanos


@attrs.frozen
class FeedTerms:
    """What a feed's deployment fixes."""

    reporters: tuple[Party, ...]
    quorum: int
    """Answers a price needs."""
    min_answer: Price
    max_answer: Price
    posting: Posting = Posting.ONE
    gas_base: Gas = 90_000
    gas_per_answer: Gas = 6_500
    """Off-chain reports: 90,000 + 31 x 6,500 is near the 290,000 a report of 31 nodes took; a single answer near 97,000."""

    def __attrs_post_init__(self) -> None:
        """A reporter counts once, and a quorum can be reached."""
        assert len(dict.fromkeys(self.reporters)) == len(self.reporters)
        assert 0 < self.quorum <= len(self.reporters) and self.min_answer <= self.max_answer
        assert self.posting != Posting.MEDIAN or self.quorum % 2, "a middle needs an odd number of answers"

    def gas_of(self, answers: int) -> Gas:
        """Return the work of a post with so many answers."""
        return self.gas_base + self.gas_per_answer * answers


@attrs.define(repr=False)
class PushFeed:
    """The contract. Cost of a post: n log n in its answers, plus a record per reporter and source."""

    calls: ClassVar[tuple[type[Any], ...]] = (PostPriceCall,)

    place: Place
    terms: FeedTerms
    journal: Journal
    round: int = 0
    price: Price = 0
    updated_at: Seconds = 0
    posted: Seq = NO_SEQ
    posted_at: Nanos = 0
    submissions: dict[Party, Submission] = attrs.field(factory=dict)
    """To the posted round."""
    gathering: dict[Party, Submission] = attrs.field(factory=dict)
    """To the next round, as long as they are no quorum."""
    is_frozen: bool = False
    """It takes no posts: a fault."""

    def answer(self, call: PostPriceCall, context: CallContext) -> Gas:
        """Take a report; return the gas used.

        Reverts: FEED_FROZEN; NOT_REPORTER (the sender or a signer is none, or signers are too few), OUT_OF_BOUNDS, STALE_ROUND (the
        round is over, or not yet due, or the reporter has answered it). Of a median: NOT_REPORTER (also for more signers than the
        quorum; the sender may be anybody), STALE_PRICE (an answer is not newer than the last post), UNORDERED, OUT_OF_BOUNDS.
        """
        if self.is_frozen:
            raise Revert(Refusal.FEED_FROZEN)
        self._guard_signers(call, context.sender)
        if self.terms.posting == Posting.ONE:
            self._post_all(call, context)
        elif self.terms.posting == Posting.MEDIAN:
            self._post_median(call, context)
        else:
            self._post_own(call, context)
        return self.terms.gas_of(len(call.answers))

    def read(self) -> Reading:
        """Return what contracts read now."""
        return Reading(self.price, self.updated_at, self.posted)

    def peek(self) -> tuple[Wad, bool]:
        """Return the price in wad, and whether there is one."""
        return self.price * WAD_PER_PRICE, self.price > 0

    def standing(self) -> Posted:
        """Return what the reporters' network goes by."""
        return Posted(self.round, self.price, self.updated_at)

    def open_at(self, price: Price, timestamp: Seconds, seq: Seq = NO_SEQ) -> None:
        """Start with a price already posted, as round 1."""
        assert not self.round and self.terms.min_answer <= price <= self.terms.max_answer
        self.round, self.price, self.updated_at, self.posted = 1, price, timestamp, seq

    def _guard_signers(self, call: PostPriceCall, sender: Party) -> None:
        signers = [reporter for reporter, _, _ in call.answers]
        senders = () if self.terms.posting == Posting.MEDIAN else (sender,)
        known = all(party in self.terms.reporters for party in (*senders, *signers))
        if not known or not signers or len(dict.fromkeys(signers)) < len(signers):
            raise Revert(Refusal.NOT_REPORTER)

    def _post_all(self, call: PostPriceCall, context: CallContext) -> None:
        round = self.round + 1
        if call.round not in (0, round):
            raise Revert(Refusal.STALE_ROUND)
        if len(call.answers) < self.terms.quorum:
            raise Revert(Refusal.NOT_REPORTER)
        given = {reporter: Submission(answer, _observed_at(observed)) for reporter, answer, observed in call.answers}
        self._guard_bounds(self._median(given)[1].answer)
        self._say_observed(round, call, context)
        self._take(round, given, context)

    def _post_median(self, call: PostPriceCall, context: CallContext) -> None:
        answers = [answer for _, answer, _ in call.answers]
        if len(answers) != self.terms.quorum:
            raise Revert(Refusal.NOT_REPORTER)
        if len(call.told_at) != len(answers) or min(call.told_at) <= self.updated_at:
            raise Revert(Refusal.STALE_PRICE)
        if not is_rising(answers):
            raise Revert(Refusal.UNORDERED)
        self._guard_bounds(answers[len(answers) // 2])
        given = {reporter: Submission(answer, _observed_at(observed)) for reporter, answer, observed in call.answers}
        self._say_observed(self.round + 1, call, context)
        self._take(self.round + 1, given, context)

    def _post_own(self, call: PostPriceCall, context: CallContext) -> None:
        (reporter, answer, observed) = call.answers[0]
        if len(call.answers) > 1 or reporter != context.sender:
            raise Revert(Refusal.NOT_REPORTER)
        round = self._round_for(call.round, reporter)
        self._guard_bounds(answer)
        before = self.submissions if round == self.round else self.gathering
        given = {**before, reporter: Submission(answer, _observed_at(observed))}
        self._say_observed(round, call, context)
        if len(given) >= self.terms.quorum:
            self._take(round, given, context)
        else:
            self.journal.put(self, "gathering", given)

    def _round_for(self, asked: int, reporter: Party) -> int:
        """Return the round an answer counts for: the posted one if the reporter comes late to it, else the next."""
        if asked in (0, self.round + 1):
            return self.round + 1
        is_late = bool(self.submissions) and reporter not in self.submissions and reporter not in self.gathering
        if asked == self.round and is_late:
            return asked
        raise Revert(Refusal.STALE_ROUND)

    def _guard_bounds(self, answer: Price) -> None:
        if not self.terms.min_answer <= answer <= self.terms.max_answer:
            raise Revert(Refusal.OUT_OF_BOUNDS)

    def _median(self, given: dict[Party, Submission]) -> tuple[Party, Submission]:
        """Return whose answer is the upper median; equal answers rank as the feed lists their reporters, or as a median was given them."""
        if self.terms.posting == Posting.MEDIAN:
            selected = list(given)[len(given) // 2]
            return selected, given[selected]
        listed = [reporter for reporter in self.terms.reporters if reporter in given]
        selected = listed[upper_middle([given[reporter].answer for reporter in listed])]
        return selected, given[selected]

    def _say_observed(self, round: int, call: PostPriceCall, context: CallContext) -> None:
        for reporter, answer, observed in call.answers:
            for source, seen, seen_at, weight in observed:
                row = (PriceObserved.kind, round, reporter, answer, source, seen, seen_at, weight)
                context.say(self.place, context.sender, row)

    def _take(self, round: int, given: dict[Party, Submission], context: CallContext) -> None:
        selected, submission = self._median(given)
        row = (PricePosted.kind, round, submission.answer, self.price, len(given), selected, submission.observed_at)
        if round > self.round:
            self.journal.put(self, "gathering", {})
        self.journal.put(self, "submissions", given)
        self.journal.put(self, "round", round)
        self.journal.put(self, "price", submission.answer)
        self.journal.put(self, "updated_at", context.block.timestamp)
        self.journal.put(self, "posted", context.say(self.place, context.sender, row))
        self.journal.put(self, "posted_at", context.block.at)

    def _check(self) -> None:
        terms = self.terms
        assert not self.round or terms.min_answer <= self.price <= terms.max_answer
        assert all(each in terms.reporters for each in (*self.submissions, *self.gathering))
        assert len(self.gathering) < terms.quorum
        if self.submissions:
            assert len(self.submissions) >= terms.quorum and self.price == self._median(self.submissions)[1].answer


def _observed_at(observed: Observed) -> Nanos:
    """Return the instant of the newest entry in a view."""
    return max((seen_at for _, _, seen_at, _ in observed), default=0)
