"""The network on the clock of a real pocket chain: answers, txs, blocks, posts, heartbeats, bumps, outages."""

import copy

import pytest

from sim.commands import TellAnswer
from sim.oracle.bidding import GasPolicy
from sim.oracle.push_feed import Reading
from sim.oracle.round import Posting
from sim.records.chain import TxIncluded, TxPending, TxReplaced
from sim.records.oracle import AnswerGiven, PostDeclined, PriceObserved, PricePosted
from sim.units import GWEI, HOUR, SECOND
from sim.vocabulary import Motive, Refusal
from tests.chain.words import EPOCH, flat
from tests.oracle.words import reporting


def posted(r):
    return [(each.round, each.price) for each in r.world.said(PricePosted)]


@pytest.mark.parametrize(("posting", "txs"), [(Posting.ONE, 1), (Posting.EACH, 3)])
def test_a_price_that_deviates_is_answered_sent_included_and_posted(posting, txs):
    r = reporting(posting)
    r.tell(19_000, 19_010, 19_020)
    r.go_on(12)

    assert posted(r) == [(2, 19_010)]
    assert (len(r.world.said(TxIncluded)), len(r.world.said(PriceObserved))) == (txs, 3)
    assert r.feed.read() == Reading(19_010, EPOCH + 12, r.world.entries()[-1][0] - 2)
    assert all((tx.motive, tx.nonce) == (Motive.REPORT, -1) for _, _, tx in r.post.sent)
    assert r.network.sent == {} and r.network.round.pending == {}


def test_what_a_post_rests_on_can_be_followed_back_to_the_answers():
    r = reporting()
    r.tell(19_000, 19_010, 19_020)
    r.go_on(12)

    entries = {seq: (cause, record) for seq, cause, record in r.world.entries()}
    [seq] = [seq for seq, (_, record) in entries.items() if isinstance(record, PricePosted)]
    trail = []
    while seq:
        trail.append(type(entries[seq][1]))
        seq = entries[seq][0]

    assert trail == [PricePosted, TxIncluded, TxPending, AnswerGiven]


def test_a_small_move_is_not_reported_and_the_heartbeat_is_strict():
    r = reporting()
    r.tell_all(20_050)
    r.go_on(3_600)
    assert r.post.sent == []

    r.tell_all(20_060)
    r.go_on(1)
    assert [party for party, _, _ in r.post.sent] == [r.parties[2]]
    r.go_on(12)

    assert posted(r) == [(2, 20_060)]


def test_after_the_heartbeat_answers_that_came_before_are_reported_without_further_news():
    r = reporting(answer_lifetime=HOUR)
    r.go_on(600)
    r.tell_all(20_001)
    r.go_on(3_000)
    assert r.post.sent == []
    r.go_on(13)

    assert posted(r) == [(2, 20_001)]


def test_a_feed_without_a_price_gets_its_first_one():
    r = reporting(opening=0)
    r.tell(19_000, 19_010)
    assert r.post.sent == []
    r.tell(19_000, 19_010, 19_020)
    r.go_on(12)

    assert posted(r) == [(1, 19_010)]


def test_out_of_bounds_the_network_declines_once_says_so_and_the_feed_stays_frozen():
    r = reporting()
    for _ in range(5):
        r.tell_all(99)
        r.go_on(3_600)

    assert r.world.said(PostDeclined) == [PostDeclined(price=99, reason=Refusal.OUT_OF_BOUNDS)]
    assert (r.post.sent, r.feed.read().price) == ([], 20_000)


def test_a_feed_that_thaws_and_freezes_again_says_so_again():
    r = reporting()
    for answer in (99, 20_000, 99):
        r.tell_all(answer)

    assert len(r.world.said(PostDeclined)) == 2


def test_a_tx_that_waits_is_replaced_with_a_higher_bid_and_the_newest_answers():
    policy = GasPolicy(opening=10 * GWEI, most=10_000 * GWEI, multiple_bps=5_000, bump_bps=10_000)
    r = reporting(points=flat(90, 100, 110), policy=policy, patience_blocks=2)
    r.go_on(1)
    r.tell_all(19_000)
    r.go_on(2)
    r.tell_all(18_000)
    r.go_on(60)

    bids = [tx.max_fee // GWEI for _, _, tx in r.post.sent]
    assert bids[0] == 5 and bids[1] >= 2 * bids[0] and [tx.nonce for _, _, tx in r.post.sent[1:]] == [0] * (len(bids) - 1)
    assert len(r.world.said(TxReplaced)) == len(bids) - 1
    assert posted(r) == [(2, 18_000)]


def test_a_tx_that_still_travels_is_waited_for_and_nobody_posts_beside_it():
    r = reporting(patience_blocks=2)
    r.post.delay = 100 * SECOND
    r.tell_all(19_000)
    r.go_on(90)
    r.tell_all(19_001)
    r.go_on(20)

    assert [party for party, _, _ in r.post.sent] == [r.parties[2]]
    assert posted(r) == [(2, 19_000)]
    assert r.network.sent == {}


def test_a_tx_that_the_mempool_refuses_passes_its_turn_on():
    r = reporting(patience_blocks=2)
    ledger = r.world.chain.ledger
    purse = ledger.open(r.parties[2], r.world.chain.place)
    ledger.burn(r.world.eth, purse, ledger.balance(r.world.eth, purse))
    r.tell_all(19_000)
    r.go_on(30)
    r.tell_all(19_000)
    r.go_on(20)

    assert [party for party, _, _ in r.post.sent] == [r.parties[2], r.parties[3]]
    assert posted(r) == [(2, 19_000)]


def test_in_a_surge_a_node_with_a_ceiling_stays_out():
    policy = GasPolicy(opening=10 * GWEI, most=20 * GWEI)
    r = reporting(points=flat(200, 300, 400), policy=policy)
    for _ in range(10):
        r.tell_all(10_000)
        r.go_on(60)

    assert posted(r) == []
    assert max(tx.max_fee for _, _, tx in r.post.sent) <= 20 * GWEI


def test_a_silenced_reporter_is_not_heard_and_its_turn_goes_to_the_next():
    r = reporting()
    turn = r.parties[2]
    r.network.silence(turn)
    r.tell_all(19_000)
    r.go_on(12)

    assert [party for party, _, _ in r.post.sent] == [r.parties[3]]
    assert len(r.world.said(AnswerGiven)) == 3 and turn not in r.network.round.answers
    assert posted(r) == [(2, 19_000)]


def test_with_too_few_left_the_feed_goes_stale_and_recovers_with_them():
    r = reporting()
    for party in r.parties[:2]:
        r.network.silence(party)
    r.tell_all(15_000)
    r.go_on(7_200)
    assert posted(r) == []

    r.network.restore(r.parties[0])
    r.tell_all(14_000)
    r.go_on(12)

    assert posted(r) == [(2, 14_000)]


def test_a_transmitter_that_falls_silent_with_its_tx_waiting_does_not_hold_the_feed_up():
    r = reporting(points=flat(90, 100, 110), policy=GasPolicy(opening=GWEI))
    r.go_on(1)
    r.tell_all(19_000)
    r.network.silence(r.post.sent[0][0])
    r.tell_all(18_000)
    r.go_on(120)

    assert posted(r) == [(2, 18_000)]
    assert len({party for party, _, _ in r.post.sent}) == 2


@pytest.mark.parametrize("posting", [Posting.ONE, Posting.EACH])
def test_a_node_without_money_for_gas_does_not_hold_the_feed_up(posting):
    r = reporting(posting)
    poor = r.parties[2]
    ledger, purse = r.world.chain.ledger, r.world.chain.ledger.open(poor, r.world.chain.place)
    ledger.burn(r.world.eth, purse, ledger.balance(r.world.eth, purse))
    for _ in range(10):
        r.tell_all(19_000)
        r.go_on(12)

    assert set(posted(r)) == {(2, 19_000)}
    assert poor in [party for party, _, _ in r.post.sent]
    ledger.check()


def test_a_stranger_tells_nothing():
    r = reporting()
    r.network.arrive((r.world.fund("stranger"), 0, TellAnswer(r.feed.place, 5, ())))

    assert r.world.said(AnswerGiven) == []


def test_a_fork_in_mid_round_posts_the_same():
    r = reporting(Posting.EACH)
    r.tell_all(19_000)
    r.go_on(5)

    fork = copy.deepcopy(r)
    for each in (r, fork):
        each.go_on(20)

    assert fork.feed is not r.feed and fork.feed.read() == r.feed.read()
    assert r.feed.read().price == 19_000
    assert fork.world.chain.tape.digest() == r.world.chain.tape.digest()


def test_in_the_each_era_an_answer_that_comes_late_moves_the_price_again():
    r = reporting(Posting.EACH)
    r.tell(19_000, 19_010, 19_020, 19_030)
    r.go_on(12)

    [last] = [record.observations for _, _, record in r.world.entries() if isinstance(record, PricePosted)][-1:]
    assert ([round for round, _ in posted(r)], last) == ([2, 2], 4)
    assert r.feed.read().price == 19_020
