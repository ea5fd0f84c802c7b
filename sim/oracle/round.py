"""The off-chain half of a feed: peers tell one another answers, agree when a report is wanted, and say who sends what.

Promised: pure; no clock, no chain. At most one round is open at a time. A reporter has at most one tx pending for the feed; one
that is not included within ``patience_blocks`` is replaced with a higher bid and the newest answers. Transmitters take turns by
round number; one whose answer is not fresh is passed over.

Three ways to post. ``ONE``: off-chain reporting, one transmitter posts everybody's answers in one tx. ``EACH``: the era of 2020,
every node posts its own answer in its own tx, and all of them pay for block space. ``MEDIAN`` (Maker's): one relayer posts exactly a
quorum of the answers told since the last post, the lowest first.

Model choices: a replacement carries the newest answers (a real node re-sends the old report; the next round would bring them a
little later). In the ``EACH`` era a round starts when the median of the nodes' answers asks for it; the requesting tx of the
real system is left out. Of more answers than a median takes, those of the next reporters in turn are taken (real relayers take the
first they find), and it is their median that asks for the post. Left out: signatures, leader election, the cost of gossip.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

import attrs

from sim.commands import PostPriceCall
from sim.oracle.rules import REPORTS, ReportReason, ReportRule, should_report, upper_median
from sim.oracle.sources import Observed
from sim.units import SECOND, Nanos, Party, Price, Seconds, Seq


class Posting(IntEnum):
    """Who sends the txs of a round."""

    ONE = 0
    EACH = 1
    MEDIAN = 2


class Answer(NamedTuple):
    """What a reporter last told its peers."""

    price: Price
    observed: Observed
    at: Nanos
    """When it was heard."""
    seq: Seq
    """Its ``AnswerGiven``."""


class Posted(NamedTuple):
    """What the feed holds on the chain."""

    round: int
    """0 before the first post."""
    price: Price
    updated_at: Seconds


class Post(NamedTuple):
    """A tx the network wants sent."""

    reporter: Party
    call: PostPriceCall
    cause: Seq
    """The newest answer in it."""


class Waiting(NamedTuple):
    """A tx under way."""

    round: int
    blocks: int
    """Seen since it was sent, or last replaced."""


class Decision(NamedTuple):
    """What the network makes of its answers."""

    reason: ReportReason
    median: Price
    posts: tuple[Post, ...] = ()


@attrs.define
class OcrRound:
    """The reporters of one feed. Cost of a decision: n log n in the number of reporters."""

    rule: ReportRule
    reporters: tuple[Party, ...]
    """In the order of their turns."""
    quorum: int
    """Fresh answers a report needs; a fault bound f wants 2f + 1."""
    answer_lifetime: Nanos
    """An older answer is no longer fresh: its reporter is down or cut off."""
    posting: Posting = Posting.ONE
    patience_blocks: int = 3
    answers: dict[Party, Answer] = attrs.field(factory=dict)
    pending: dict[Party, Waiting] = attrs.field(factory=dict)
    """Reporters whose tx is under way."""
    open_round: int = 0
    """The round being posted; 0 when none is."""
    asked: list[Party] = attrs.field(factory=list)
    """Who has sent a tx for the open round."""
    last_posted: int = 0
    """The last round the feed took, as far as it was told."""
    passed_turns: int = 0
    """Transmitters that could not send since the last post."""
    epoch: Seconds = 0
    """Unix time of instant zero: a median's answers are dated. The network sets it."""
    updated_at: Seconds = 0
    """When the feed took its last price, as far as it was told."""

    def __attrs_post_init__(self) -> None:
        """A quorum that nobody can reach would silence the feed."""
        assert 0 < self.quorum <= len(self.reporters)
        assert self.posting != Posting.MEDIAN or self.quorum % 2

    def tell(self, reporter: Party, answer: Answer) -> bool:
        """Take a reporter's answer in place of its last one; False from a stranger."""
        if reporter not in self.reporters:
            return False
        self.answers[reporter] = answer
        return True

    def decide(self, now: Seconds, at: Nanos, posted: Posted) -> Decision | None:
        """Return what to do after news or a look at the clock; None while a round is open or answers are too few.

        The decision opens a round when it has posts.
        """
        self.updated_at = posted.updated_at
        fresh = self._counted(posted.round + 1, at)
        if self.open_round or len(fresh) < self.quorum:
            return None
        median = upper_median([answer.price for answer in fresh.values()])
        reason = should_report(self.rule, median, now, posted.price, posted.updated_at if posted.round else None)
        if reason not in REPORTS:
            return Decision(reason, median)
        posts = self._posts(posted.round + 1, fresh)
        if not posts:
            return None
        self.open_round, self.asked = posted.round + 1, []
        for post in posts:
            self._note_sent(post)
        return Decision(reason, median, posts)

    def join(self, reporter: Party, at: Nanos) -> Post | None:
        """Return what a reporter sends that has its answer only now, in a round the others opened; ``EACH`` only."""
        is_idle = reporter not in self.pending and reporter not in self.asked
        if self.posting != Posting.EACH or not self.open_round or not is_idle:
            return None
        post = self._post_of(reporter, self.open_round, self.fresh(at))
        if post is not None:
            self._note_sent(post)
        return post

    def fresh(self, at: Nanos) -> Mapping[Party, Answer]:
        """Return the answers young enough to count, in the order of turns."""
        oldest = at - self.answer_lifetime
        return {each: answer for each in self.reporters if (answer := self.answers.get(each)) and answer.at >= oldest}

    def block_passed(self, at: Nanos) -> tuple[Post, ...]:
        """Count a block; return replacements for the txs that have waited long enough, their patience begun anew."""
        posts = []
        for reporter, waiting in self.pending.items():
            blocks, round = waiting.blocks + 1, waiting.round
            if blocks >= self.patience_blocks:
                blocks, round = 0, self.open_round or max(round, self.last_posted)
                posts.append(self._post_of(reporter, round, self._counted(round, at)))
            self.pending[reporter] = Waiting(round, blocks)
        return tuple(post for post in posts if post is not None)

    def settle(self, reporter: Party) -> None:
        """Forget a reporter's tx: included, reverted, dropped or given up. With the last one an unfinished round is given up too."""
        self.pending.pop(reporter, None)
        if not self.pending:
            self.open_round = 0

    def pass_turn(self, reporter: Party) -> None:
        """A reporter cannot send (its tx never reached the mempool): the next transmitter is asked, or it may join again itself."""
        self.passed_turns += 1
        if reporter in self.asked:
            self.asked.remove(reporter)
        self.settle(reporter)

    def note_posted(self, round: int) -> None:
        """The feed took a round: the next may open, though some txs of this one may still wait."""
        self.last_posted, self.passed_turns = round, 0
        if round >= self.open_round:
            self.open_round = 0

    def _note_sent(self, post: Post) -> None:
        self.pending[post.reporter] = Waiting(self.open_round, 0)
        self.asked.append(post.reporter)

    def _posts(self, round: int, fresh: Mapping[Party, Answer]) -> tuple[Post, ...]:
        idle = [reporter for reporter in fresh if reporter not in self.pending]
        if self.posting != Posting.EACH:
            idle = [reporter for reporter in [self._transmitter(round, fresh)] if reporter in idle]
        posts = (self._post_of(reporter, round, fresh) for reporter in idle)
        return tuple(post for post in posts if post is not None)

    def _transmitter(self, round: int, fresh: Mapping[Party, Answer]) -> Party:
        """Return whose turn a round is: the first with a fresh answer from its place on."""
        return next(reporter for reporter in self._turns(round) if reporter in fresh)

    def _turns(self, round: int) -> tuple[Party, ...]:
        """Return the reporters from whose turn a round is on."""
        first = (round + self.passed_turns) % len(self.reporters)
        return self.reporters[first:] + self.reporters[:first]

    def _counted(self, round: int, at: Nanos) -> Mapping[Party, Answer]:
        """Return the answers a report of a round would rest on; of a median at most a quorum told since the last post, lowest first."""
        fresh = self.fresh(at)
        if self.posting != Posting.MEDIAN:
            return fresh
        newer = [each for each in self._turns(round) if each in fresh and self._told_at(fresh[each]) > self.updated_at]
        taken = sorted(newer[: self.quorum], key=lambda each: fresh[each].price)
        return {each: fresh[each] for each in taken}

    def _told_at(self, answer: Answer) -> Seconds:
        return self.epoch + answer.at // SECOND

    def _post_of(self, reporter: Party, round: int, fresh: Mapping[Party, Answer]) -> Post | None:
        """Return what a reporter sends for a round: all answers that count, or its own; None when there is nothing to send."""
        given = {each: fresh[each] for each in (reporter,) if each in fresh} if self.posting == Posting.EACH else fresh
        is_median = self.posting == Posting.MEDIAN
        if not given or (is_median and len(given) < self.quorum):
            return None
        answers = tuple((each, answer.price, answer.observed) for each, answer in given.items())
        told_at = tuple(self._told_at(answer) for answer in given.values()) if is_median else ()
        return Post(reporter, PostPriceCall(answers, round, told_at), max(answer.seq for answer in given.values()))

    def _check(self) -> None:
        assert all(reporter in self.reporters for reporter in (*self.answers, *self.pending))
        assert all(0 <= waiting.blocks < self.patience_blocks for waiting in self.pending.values())
        assert not self.open_round or self.pending, "a round is open and nobody's tx is pending"
        assert self.posting == Posting.EACH or len(self.pending) <= 1
