"""The off-chain round: who is asked, whose turn it is, what is sent again, and when everybody waits."""

import copy

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sim.commands import PostPriceCall
from sim.oracle.round import Answer, OcrRound, Posted, Posting
from sim.oracle.rules import ReportReason, ReportRule
from tests.oracle.words import HIGHEST, LOWEST, NOTHING_SEEN, REPORTERS

A, B, C, D = REPORTERS
RULE = ReportRule(5_000_000, 3600, LOWEST, HIGHEST)
STANDING = Posted(round=4, price=20_000, updated_at=1_000)
LIFETIME = 60


def ocr(posting=Posting.ONE, **keys):
    return OcrRound(RULE, REPORTERS, quorum=3, answer_lifetime=LIFETIME, posting=posting, **keys)


def told(round, *answers, at=0, first_seq=1):
    """Let the first reporters tell these answers."""
    for seq, (reporter, price) in enumerate(zip(REPORTERS, answers, strict=False), start=first_seq):
        assert round.tell(reporter, Answer(price, NOTHING_SEEN, at, seq))
    return round


def reporters_of(posts):
    return [(post.reporter, post.call.round, [answer for _, answer, _ in post.call.answers], post.cause) for post in posts]


def test_a_quorum_of_answers_that_deviate_makes_a_report_of_all_of_them():
    decision = told(ocr(), 20_000, 20_100, 20_100, 20_050).decide(1_100, 0, STANDING)

    assert (decision.reason, decision.median) == (ReportReason.DEVIATION, 20_100)
    assert reporters_of(decision.posts) == [(B, 5, [20_000, 20_100, 20_100, 20_050], 4)]


def test_each_sends_its_own_in_the_era_of_2020():
    decision = told(ocr(Posting.EACH), 20_000, 20_100, 20_100).decide(1_100, 0, STANDING)

    assert reporters_of(decision.posts) == [(A, 5, [20_000], 1), (B, 5, [20_100], 2), (C, 5, [20_100], 3)]


def test_too_few_answers_decide_nothing_and_enough_may_decide_to_wait():
    assert told(ocr(), 30_000, 30_000).decide(1_100, 0, STANDING) is None
    assert told(ocr(), 20_000, 20_000, 20_000).decide(1_100, 0, STANDING) == (ReportReason.NONE, 20_000, ())


def test_a_median_out_of_bounds_is_declined_whatever_its_age():
    assert told(ocr(), 99, 99, 99).decide(10**9, 0, STANDING) == (ReportReason.OUT_OF_RANGE, 99, ())


def test_an_answer_counts_up_to_its_lifetime_and_not_beyond():
    at_the_edge, beyond = (told(ocr(), 30_000, 30_000, 30_000).decide(1_100, at, STANDING) for at in (LIFETIME, LIFETIME + 1))

    assert at_the_edge.reason == ReportReason.DEVIATION
    assert beyond is None


def test_a_stranger_is_not_heard():
    round = ocr()

    assert not round.tell(99, Answer(30_000, NOTHING_SEEN, 0, 1))
    assert round.answers == {}


def test_transmitters_take_turns_by_round():
    turns = []
    for number in range(8):
        decision = told(ocr(), 30_000, 30_000, 30_000, 30_000).decide(1_100, 0, STANDING._replace(round=number))
        turns.append(decision.posts[0].reporter)

    assert turns == [B, C, D, A, B, C, D, A]


def test_a_transmitter_without_a_fresh_answer_is_passed_over():
    round = ocr()
    for reporter in (A, C, D):
        round.tell(reporter, Answer(30_000, NOTHING_SEEN, 0, 1))

    assert round.decide(1_100, 0, STANDING).posts[0].reporter == C


def test_while_a_round_is_open_nothing_is_decided():
    round = told(ocr(), 30_000, 30_000, 30_000)
    round.decide(1_100, 0, STANDING)

    assert told(round, 40_000, 40_000, 40_000).decide(1_100, 0, STANDING) is None
    round.note_posted(5)
    round.settle(B)
    assert round.decide(1_100, 0, STANDING._replace(round=5)) is not None


def test_a_tx_that_waits_too_long_is_sent_again_with_the_newest_answers():
    round = told(ocr(patience_blocks=2), 30_000, 30_000, 30_000)
    round.decide(1_100, 0, STANDING)
    told(round, 40_000, 40_000, 40_000, first_seq=10)

    assert [reporters_of(round.block_passed(0)) for _ in range(4)] == [
        [],
        [(B, 5, [40_000, 40_000, 40_000], 12)],
        [],
        [(B, 5, [40_000, 40_000, 40_000], 12)],
    ]


def test_a_round_whose_txs_all_failed_is_given_up_and_asked_for_again():
    round = told(ocr(Posting.EACH), 30_000, 30_000, 30_000)
    round.decide(1_100, 0, STANDING)
    for reporter in (A, B):
        round.settle(reporter)
    assert round.decide(1_100, 0, STANDING) is None
    round.settle(C)

    assert len(round.decide(1_100, 0, STANDING).posts) == 3


def test_who_is_stuck_sits_the_next_round_out_until_its_tx_is_replaced_with_that_rounds():
    round = told(ocr(Posting.EACH, patience_blocks=2), 30_000, 30_000, 30_000, 30_000)
    round.decide(1_100, 0, STANDING)
    for reporter in (A, B, C):
        round.settle(reporter)
    round.note_posted(5)
    told(round, 40_000, 40_000, 40_000, 40_000)
    decision = round.decide(1_200, 0, Posted(5, 30_000, 1_100))

    assert [post.reporter for post in decision.posts] == [A, B, C]
    assert round.block_passed(0) == ()
    assert (D, 6, [40_000], 4) in reporters_of(round.block_passed(0))


def test_who_was_stuck_through_a_whole_round_comes_late_to_the_last_one():
    round = told(ocr(Posting.EACH, patience_blocks=2), 30_000, 30_000, 30_000)
    round.decide(1_100, 0, STANDING)
    round.note_posted(5)
    for reporter in (A, B):
        round.settle(reporter)
    round.note_posted(6)
    round.block_passed(0)

    assert [post.call.round for post in round.block_passed(0)] == [6]


def test_who_has_its_answer_late_joins_the_open_round_once():
    each, one = (told(ocr(posting), 30_000, 30_000, 30_000) for posting in (Posting.EACH, Posting.ONE))
    for round in (each, one):
        assert round.join(A, 0) is None
        round.decide(1_100, 0, STANDING)
        round.tell(D, Answer(31_000, NOTHING_SEEN, 0, 9))

    assert reporters_of([each.join(D, 0)]) == [(D, 5, [31_000], 9)]
    each.settle(D)
    assert [each.join(D, 0), one.join(D, 0)] == [None, None]


def test_a_transmitter_that_cannot_send_passes_its_turn_on_until_a_round_is_posted():
    round = told(ocr(), 30_000, 30_000, 30_000, 30_000)
    turns = []
    for _ in range(3):
        turns.append(round.decide(1_100, 0, STANDING).posts[0].reporter)
        round.pass_turn(turns[-1])
    round.note_posted(5)

    assert turns == [B, C, D]
    assert round.decide(1_100, 0, STANDING._replace(round=5)).posts[0].reporter == C


class Rounds(RuleBasedStateMachine):
    """A round under any sequence of news. The feed is a number that txs move when they are included."""

    def __init__(self):
        super().__init__()
        self.round = ocr(Posting.EACH, patience_blocks=2)
        self.at = 0
        self.posted = Posted(0, 0, 0)
        self.under_way = {}
        self.seq = 0

    @rule(reporter=st.sampled_from((*REPORTERS, 99)), price=st.integers(90, 300), passed=st.integers(0, 40))
    def tell(self, reporter, price, passed):
        self.at += passed
        self.seq += 1
        if self.round.tell(reporter, Answer(price, NOTHING_SEEN, self.at, self.seq)):
            joined = self.round.join(reporter, self.at)
            if joined:
                assert joined.reporter not in self.under_way and joined.call.round == self.posted.round + 1
                self.under_way[reporter] = joined.call
        decision = self.round.decide(self.at, self.at, self.posted)
        if decision and decision.posts:
            assert decision.reason in (ReportReason.INITIAL, ReportReason.DEVIATION, ReportReason.HEARTBEAT)
            assert LOWEST <= decision.median <= HIGHEST
            for post in decision.posts:
                assert post.reporter not in self.under_way
                self.under_way[post.reporter] = post.call

    @rule()
    def block(self):
        for post in self.round.block_passed(self.at):
            assert post.reporter in self.under_way
            assert isinstance(post.call, PostPriceCall) and post.call.round in (self.posted.round, self.posted.round + 1)
            self.under_way[post.reporter] = post.call

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), is_posted=st.booleans())
    def include(self, data, is_posted):
        reporter = data.draw(st.sampled_from(sorted(self.under_way)))
        call = self.under_way.pop(reporter)
        self.round.settle(reporter)
        if is_posted and call.round == self.posted.round + 1:
            self.posted = Posted(call.round, call.answers[0][1], self.at)
            self.round.note_posted(call.round)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def lose(self, data):
        reporter = data.draw(st.sampled_from(sorted(self.under_way)))
        del self.under_way[reporter]
        self.round.pass_turn(reporter)

    @rule()
    def fork(self):
        self.round = copy.deepcopy(self.round)

    @invariant()
    def what_is_pending_is_what_was_sent(self):
        self.round._check()
        assert sorted(self.round.pending) == sorted(self.under_way)
        assert self.round.open_round in (0, self.posted.round + 1)


TestRounds = Rounds.TestCase
