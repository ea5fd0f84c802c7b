"""Maker's median: exactly a quorum, in rising sequence, newer than the last post; and the relayers who bring that about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.commands import PostPriceCall
from sim.oracle.push_feed import FeedTerms
from sim.oracle.round import Answer, OcrRound, Posted, Posting
from sim.oracle.rules import ReportReason, ReportRule, is_rising
from sim.records.chain import TxReverted
from sim.records.oracle import PriceObserved, PricePosted
from sim.units import SECOND
from sim.vocabulary import Refusal
from tests.oracle.words import HIGHEST, LOWEST, REPORTERS, bench, reporting

A, B, C, D = REPORTERS
ANYBODY = 99
ALL = (A, B, C, D)


def told(*answers, at=1_001):
    """Return a call with these (reporter, answer) pairs, told at one second."""
    return PostPriceCall(tuple((reporter, answer, ((5, 7, 9, 10_000),)) for reporter, answer in answers), told_at=(at,) * len(answers))


def median():
    return bench(Posting.MEDIAN)


def test_the_price_is_the_answer_in_the_middle_and_its_reporter_is_selected():
    b = median()

    assert b.post(A, told((B, 100), (A, 200), (D, 900))) == Refusal.NONE
    assert b.feed.read().price == 200
    assert [row[0] for row in b.said] == [PriceObserved.kind] * 3 + [PricePosted.kind]
    assert b.said[-1] == (PricePosted.kind, 1, 200, 0, 3, A, 9)


def test_of_equal_answers_the_one_in_the_middle_of_the_list_is_selected():
    b = median()
    b.post(A, told((D, 100), (B, 100), (A, 100)))

    assert b.said[-1][5] == B


def test_anybody_may_relay_what_reporters_signed():
    assert median().post(ANYBODY, told((A, 100), (B, 100), (C, 100))) == Refusal.NONE


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (told((A, 100), (B, 200)), Refusal.NOT_REPORTER),
        (told((A, 100), (B, 200), (C, 300), (D, 400)), Refusal.NOT_REPORTER),
        (told((A, 100), (B, 200), (ANYBODY, 300)), Refusal.NOT_REPORTER),
        (told((A, 100), (B, 200), (A, 300)), Refusal.NOT_REPORTER),
        (told(), Refusal.NOT_REPORTER),
        (told((A, 200), (B, 100), (C, 300)), Refusal.UNORDERED),
        (told((A, 100), (B, LOWEST - 1), (C, 300)), Refusal.UNORDERED),
        (told((A, 90), (B, 99), (C, 300)), Refusal.OUT_OF_BOUNDS),
        (told((A, 100), (B, 200), (C, 300))._replace(told_at=()), Refusal.STALE_PRICE),
    ],
    ids=["too few", "too many", "a stranger signs", "one signs twice", "nobody", "falling", "falling to less", "out of bounds", "undated"],
)
def test_what_is_no_ordered_quorum_reverts(call, expected):
    b = median()

    assert b.post(A, call) == expected
    assert b.feed.read().price == 0


def test_every_answer_must_be_newer_than_the_last_post():
    b = median()
    b.post(A, told((A, 100), (B, 100), (C, 100), at=1_001))
    posted_at = b.feed.updated_at
    stale = told((A, 100), (B, 200), (C, 300))._replace(told_at=(posted_at + 1, posted_at, posted_at + 1))

    assert b.post(A, stale) == Refusal.STALE_PRICE
    assert b.post(A, stale._replace(told_at=(posted_at + 1,) * 3)) == Refusal.NONE


def test_a_quorum_is_odd():
    with pytest.raises(AssertionError):
        FeedTerms(REPORTERS, 2, LOWEST, HIGHEST, Posting.MEDIAN)


@given(st.lists(st.integers(LOWEST, HIGHEST), min_size=3, max_size=3))
def test_the_price_is_in_the_middle_of_whatever_is_in_order(answers):
    b = median()
    refusal = b.post(A, told(*zip(ALL, answers, strict=False)))

    assert refusal == (Refusal.NONE if sorted(answers) == answers else Refusal.UNORDERED)
    assert is_rising(answers) == (refusal == Refusal.NONE)
    assert b.feed.read().price == (0 if refusal else answers[1])


# The round.

RULE = ReportRule(5_000_000, 3600, LOWEST, HIGHEST)
EPOCH = 1_000


def gathered(answers, updated_at=EPOCH, at=5, **keys):
    """Return what a round of four reporters decides, of which three are a quorum, from these answers told at these seconds."""
    round = OcrRound(RULE, REPORTERS, 3, 600 * SECOND, Posting.MEDIAN, epoch=EPOCH, **keys)
    for seq, (reporter, price, second) in enumerate(answers, start=1):
        round.tell(reporter, Answer(price, (), second * SECOND, seq))
    return round, round.decide(EPOCH + at, at * SECOND, Posted(4, 20_000, updated_at))


def test_one_relayer_brings_exactly_a_quorum_the_lowest_first():
    round, decision = gathered([(A, 21_000, 5), (B, 22_000, 5), (C, 20_500, 5), (D, 30_000, 5)])

    # Round 5 is B's turn: B, C and D are taken, and their median is what asks for it.
    (post,) = decision.posts
    assert (decision.reason, decision.median) == (ReportReason.DEVIATION, 22_000)
    assert post.reporter == B
    assert [(reporter, answer) for reporter, answer, _ in post.call.answers] == [(C, 20_500), (B, 22_000), (D, 30_000)]
    assert (post.call.told_at, post.cause) == ((EPOCH + 5,) * 3, 4)
    round._check()


def test_answers_told_up_to_the_last_post_do_not_count():
    answers = [(A, 21_000, 5), (B, 21_000, 5), (C, 21_000, 5), (D, 21_000, 4)]

    assert gathered(answers[:3], updated_at=EPOCH + 5)[1] is None
    assert gathered([*answers[:2], answers[3]], updated_at=EPOCH + 4)[1] is None
    assert len(gathered(answers, updated_at=EPOCH + 4)[1].posts) == 1


def test_what_is_sent_again_has_the_newest_answers_in_order():
    round, _ = gathered([(A, 21_000, 5), (B, 22_000, 5), (C, 20_500, 5), (D, 30_000, 5)], patience_blocks=1)
    round.tell(C, Answer(40_000, (), 8 * SECOND, 9))

    (post,) = round.block_passed(10 * SECOND)
    assert [answer for _, answer, _ in post.call.answers] == [22_000, 30_000, 40_000]
    assert (post.call.told_at, post.cause) == ((EPOCH + 5, EPOCH + 5, EPOCH + 8), 9)


def test_nobody_joins_a_round_that_another_relays():
    round, _ = gathered([(A, 21_000, 5), (B, 22_000, 5), (C, 20_500, 5)])

    assert round.join(D, 6 * SECOND) is None


# On a chain.


def test_a_network_serves_a_median_feed():
    r = reporting(Posting.MEDIAN)
    r.go_on(30)
    r.tell(20_500, 20_300, 20_400, 20_600)
    r.go_on(30)
    r.tell_all(20_000)
    r.go_on(30)

    posted = r.world.said(PricePosted)
    assert [post.price for post in posted] == [20_400, 20_000]
    assert [post.observations for post in posted] == [3, 3]
    assert r.world.said(TxReverted) == []


def test_a_median_has_a_heartbeat_too():
    r = reporting(Posting.MEDIAN)
    for _ in range(75):
        r.go_on(60)
        r.tell_all(20_000)

    assert [post.price for post in r.world.said(PricePosted)] == [20_000]
    assert 3_600 < r.feed.updated_at - r.network.epoch < 3_700


def test_with_too_few_left_a_median_stands_still():
    r = reporting(Posting.MEDIAN)
    r.go_on(30)
    r.network.silence(r.parties[0])
    r.network.silence(r.parties[1])
    r.tell_all(10_000)
    r.go_on(60)

    assert r.world.said(PricePosted) == []
