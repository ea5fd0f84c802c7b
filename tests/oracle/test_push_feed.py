"""The feed's contract: who may change it, when it refuses, and what it says."""

import copy

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.oracle.push_feed import FeedTerms, Reading
from sim.oracle.round import Posting
from sim.records.oracle import PriceObserved, PricePosted
from sim.vocabulary import Refusal
from tests.oracle.words import HIGHEST, LOWEST, REPORTERS, bench, report, terms

A, B, C, D = REPORTERS
STRANGER = 99


def test_before_the_first_post_there_is_no_price():
    assert bench().feed.read() == Reading(0, 0, 0)


def test_one_tx_brings_all_answers_and_the_price_is_their_upper_median():
    b = bench()

    assert b.post(A, report((A, 300), (B, 100), (C, 200), (D, 400), seen_at=9)) == Refusal.NONE
    assert b.feed.read() == Reading(300, 1_001, 5)
    assert b.said == [
        (PriceObserved.kind, 1, A, 300, 5, 7, 9, 10_000),
        (PriceObserved.kind, 1, B, 100, 5, 7, 9, 10_000),
        (PriceObserved.kind, 1, C, 200, 5, 7, 9, 10_000),
        (PriceObserved.kind, 1, D, 400, 5, 7, 9, 10_000),
        (PricePosted.kind, 1, 300, 0, 4, A, 9),
    ]


def test_the_next_post_names_the_price_before_it():
    b = bench()
    b.post(A, report((A, 300), (B, 300), (C, 300)))
    b.post(B, report((A, 200), (B, 201), (C, 202)))

    assert b.said[-1] == (PricePosted.kind, 2, 201, 300, 3, B, 0)


@pytest.mark.parametrize(
    ("sender", "call"),
    [
        (STRANGER, report((A, 300), (B, 300), (C, 300))),
        (A, report((A, 300), (B, 300), (STRANGER, 300))),
        (A, report((A, 300), (B, 300), (B, 300))),
        (A, report((A, 300), (B, 300))),
        (A, report()),
    ],
    ids=["a stranger sends", "a stranger signs", "one signs twice", "too few sign", "nobody signs"],
)
def test_a_report_that_is_not_a_quorum_of_reporters_reverts(sender, call):
    b = bench()

    assert b.post(sender, call) == Refusal.NOT_REPORTER
    assert (b.feed.read(), b.feed.submissions, b.feed.gathering) == (Reading(0, 0, 0), {}, {})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(LOWEST - 1, Refusal.OUT_OF_BOUNDS), (LOWEST, Refusal.NONE), (HIGHEST, Refusal.NONE), (HIGHEST + 1, Refusal.OUT_OF_BOUNDS)],
)
@pytest.mark.parametrize("posting", [Posting.ONE, Posting.EACH])
def test_out_of_bounds_the_feed_freezes_and_does_not_clamp(posting, answer, expected):
    b = bench(posting, quorum=1)
    b.post(A, report((A, 5_000)))

    assert b.post(A, report((A, answer))) == expected
    assert b.feed.read().price == (5_000 if expected else answer)
    assert b.feed.read().updated_at == (1_001 if expected else 1_002)


def test_one_answer_out_of_bounds_does_not_matter_while_the_median_is_within():
    b = bench()

    assert b.post(A, report((A, LOWEST - 50), (B, 300), (C, 300))) == Refusal.NONE
    assert b.feed.read().price == 300


@pytest.mark.parametrize(("round", "expected"), [(0, Refusal.NONE), (2, Refusal.NONE), (1, Refusal.STALE_ROUND), (3, Refusal.STALE_ROUND)])
def test_a_report_for_another_round_than_the_next_is_stale(round, expected):
    b = bench()
    b.post(A, report((A, 300), (B, 300), (C, 300)))

    assert b.post(B, report((A, 200), (B, 200), (C, 200), round=round)) == expected


def test_each_posts_its_own_and_the_price_moves_when_a_quorum_is_in_and_with_later_answers():
    b = bench(Posting.EACH)
    prices = []
    for reporter, answer in ((A, 300), (B, 100), (C, 200), (D, 250)):
        assert b.post(reporter, report((reporter, answer), round=1)) == Refusal.NONE
        prices.append((b.feed.read().price, b.feed.round, len(b.said)))

    assert prices == [(0, 0, 1), (0, 0, 1), (200, 1, 2), (250, 1, 2)]
    assert b.said[-1] == (PricePosted.kind, 1, 250, 200, 4, D, 0)


def test_a_reporter_answers_a_posted_round_once_and_an_unfinished_one_again():
    b = bench(Posting.EACH)
    b.post(A, report((A, 300), round=1))
    assert b.post(A, report((A, 310), round=1)) == Refusal.NONE
    b.post(B, report((B, 300), round=1))
    b.post(C, report((C, 300), round=1))

    assert b.post(C, report((C, 999), round=1)) == Refusal.STALE_ROUND
    assert b.feed.read().price == 300
    assert b.post(C, report((C, 999), round=2)) == Refusal.NONE
    assert b.post(D, report((D, 400), round=1)) == Refusal.NONE
    assert b.post(D, report((D, 400), round=4)) == Refusal.STALE_ROUND


def test_nobody_posts_for_another():
    b = bench(Posting.EACH)

    assert b.post(A, report((B, 300))) == Refusal.NOT_REPORTER
    assert b.post(A, report((A, 300), (B, 300))) == Refusal.NOT_REPORTER


def test_a_feed_may_open_with_a_price():
    feed = bench().feed
    feed.open_at(5_000, 900, seq=3)

    assert (feed.read(), feed.standing()) == (Reading(5_000, 900, 3), (1, 5_000, 900))


def test_nobody_comes_late_to_a_round_that_no_reporter_answered():
    b = bench(Posting.EACH)
    b.feed.open_at(5_000, 900)

    assert b.post(A, report((A, 300), round=1)) == Refusal.STALE_ROUND
    assert b.post(A, report((A, 300), round=2)) == Refusal.NONE


def test_the_work_of_a_post_follows_its_answers():
    assert [terms().gas_of(answers) for answers in (1, 31)] == [96_500, 291_500]


def test_a_quorum_that_cannot_be_reached_and_a_reporter_listed_twice_are_defects():
    for reporters, quorum in (((A, B), 3), ((A, B), 0), ((A, A), 1)):
        with pytest.raises(AssertionError):
            FeedTerms(reporters, quorum, LOWEST, HIGHEST)


def test_a_fork_of_a_feed_is_apart():
    b = bench()
    b.post(A, report((A, 300), (B, 300), (C, 300)))
    fork = copy.deepcopy(b)
    fork.post(A, report((A, 200), (B, 200), (C, 200)))

    assert (b.feed.read().price, fork.feed.read().price) == (300, 200)


class FeedOfTheEachEra(RuleBasedStateMachine):
    """The feed against a twin that keeps every accepted answer in a list and works everything out of it anew."""

    def __init__(self):
        super().__init__()
        self.bench = bench(Posting.EACH, quorum=2)
        self.accepted = []

    def answers_of(self, round):
        return {reporter: answer for each, reporter, answer in self.accepted if each == round}

    def posted_round(self):
        rounds = [round for round, _, _ in self.accepted if len(self.answers_of(round)) >= 2]
        return max(rounds, default=0)

    def expected(self, sender, reporter, answer, round):
        if sender not in REPORTERS or reporter != sender:
            return Refusal.NOT_REPORTER
        last = self.posted_round()
        is_late = round == last > 0 and reporter not in self.answers_of(last) and not self.answers_of(last + 1).get(reporter)
        if round not in (0, last + 1) and not is_late:
            return Refusal.STALE_ROUND
        return Refusal.NONE if LOWEST <= answer <= HIGHEST else Refusal.OUT_OF_BOUNDS

    @rule(
        sender=st.sampled_from((*REPORTERS, STRANGER)),
        forges=st.integers(0, 9),
        answer=st.integers(LOWEST - 20, LOWEST + 200),
        behind=st.sampled_from([1, 1, 1, 0, 2, -1, None]),
    )
    def post(self, sender, forges, answer, behind):
        reporter = A if not forges else sender
        round = 0 if behind is None else max(0, self.posted_round() + behind)
        expected = self.expected(sender, reporter, answer, round)

        assert self.bench.post(sender, report((reporter, answer), round=round)) == expected
        if not expected:
            last = self.posted_round()
            taken = round if round == last and round else last + 1
            self.accepted.append((taken, reporter, answer))

    @invariant()
    def the_price_is_the_upper_median_of_the_last_full_round(self):
        round = self.posted_round()
        answers = sorted(self.answers_of(round).values())
        price = answers[len(answers) // 2] if round else 0

        assert (self.bench.feed.round, self.bench.feed.price) == (round, price)


TestFeedOfTheEachEra = FeedOfTheEachEra.TestCase
