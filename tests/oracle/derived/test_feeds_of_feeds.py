"""Feeds made of feeds, and feeds that fail: what stands behind a guard, what freezes, what is off, what is read again."""

import copy

from sim.commands import PokeCall
from sim.oracle.derived.of_amms import CumulativeMean, Spot
from sim.oracle.derived.of_feeds import Bounded, Guarded, HardWired, Limits, Product
from sim.oracle.sentinel import Sentinel
from sim.records.oracle import PriceObserved
from sim.vocabulary import Refusal
from tests.amm.world import ALICE, AMM, OPENED
from tests.oracle.derived.test_derived_feed import BOUND, FIRST, MEAN, MIDDLE, SECOND_FEED, SPOT, fund, product_stage, sale
from tests.oracle.derived.words import BOB, DOLLAR, READER, AllCall, Paper, ReadCall


def test_a_guard_with_a_second_feed_never_refuses_while_that_one_answers():
    stage, _ = product_stage()
    first, second = Paper(FIRST), Paper(SECOND_FEED, 90 * DOLLAR, OPENED + 10**6)
    feed = stage.derive(BOUND, Guarded(first, Limits(max_age=60), None, second))
    young = stage.read(feed)
    stage.pass_time(61)
    old = stage.read(feed)
    second.refusal = Refusal.TOO_UNCERTAIN

    assert (young, old, stage.read(feed)) == (100 * DOLLAR, 90 * DOLLAR, Refusal.TOO_UNCERTAIN)


def test_a_guard_is_as_old_as_the_feed_that_it_hands_on():
    stage, _ = product_stage()
    first, second = Paper(FIRST), Paper(SECOND_FEED, 90 * DOLLAR, OPENED + 40)
    feed = stage.derive(BOUND, Guarded(first, Limits(max_age=60), None, second))
    stage.pass_time(60)
    own = feed.updated_at
    stage.pass_time(1)
    other = feed.updated_at
    second.price = 0

    assert (own, other, feed.updated_at) == (OPENED, OPENED + 40, OPENED)


def test_no_second_feed_helps_while_the_chain_has_just_come_up():
    stage, _ = product_stage()
    second = Paper(SECOND_FEED, 90 * DOLLAR)
    feed = stage.derive(BOUND, Guarded(Paper(FIRST), Limits(max_age=20), Sentinel(stage, 30), second))
    stage.restarted_at = stage.now
    stage.pass_time(30)
    too_soon = stage.read(feed)
    stage.pass_time(1)

    assert (too_soon, stage.read(feed)) == (Refusal.SEQUENCER_DOWN, 90 * DOLLAR)


def test_a_feed_that_froze_while_it_refused_goes_on_refusing():
    stage, _ = product_stage()
    paper = Paper(FIRST)
    stage.known(paper)
    feed = stage.derive(BOUND, Guarded(paper, Limits(max_age=60)))
    product = stage.derive(MIDDLE, Product((feed,)))
    stage.pass_time(61)
    feed.freeze(stage.now)
    paper.updated_at = stage.now
    stage.pass_time(1)
    frozen = stage.read(feed), stage.read(product), feed.peek()
    feed.thaw()
    stage.pass_time(1)

    assert frozen == (Refusal.STALE_PRICE, Refusal.STALE_PRICE, (100 * 10**18, False))
    assert (stage.read(feed), stage.read(product)) == (100 * DOLLAR, 100 * DOLLAR)


def test_a_frozen_feed_shows_what_it_showed_and_grows_old():
    stage, of = product_stage()
    feed = stage.derive(SPOT, Spot(of))
    stage.derivations.listen()
    feed.freeze(stage.now)
    stage.execute(ALICE, AMM, sale(100))
    stage.pass_time(12)
    frozen, made = stage.read(feed), feed.updated_at
    feed.thaw()
    stage.derivations.faults[SPOT] = 1
    stage.pass_time(12)

    assert (frozen, made) == (2_000 * DOLLAR, OPENED)
    assert stage.read(feed) < 501 * DOLLAR
    assert stage.entries()[-1].cause == 1


def test_a_feed_that_is_off_is_off_by_its_share():
    stage, _ = product_stage()
    feed = stage.derive(BOUND, HardWired(3 * DOLLAR))
    feed.offset_bps = -2_000
    stage.pass_time(12)

    assert stage.read(feed) == 24 * DOLLAR // 10


def test_a_feed_of_a_feed_moves_with_it_in_the_same_tx():
    stage, of = product_stage()
    spot = stage.derive(SPOT, Spot(of))
    anchor = Paper(FIRST, 2_000 * DOLLAR)
    stage.known(anchor)
    bound = stage.derive(BOUND, Bounded(spot, anchor, 100, False, None, DOLLAR, OPENED, DOLLAR, stage.journal))
    stage.derivations.listen()
    fund(of)

    stage.execute(ALICE, READER, AllCall(((AMM, sale(100)), (READER, ReadCall(BOUND)))))

    (of_spot, of_anchor) = stage.told(PriceObserved, BOUND)
    assert 1_980 * DOLLAR == stage.reader.noted[-1] == bound.price
    assert tuple((each.source, each.seen, each.weight_bps) for each in (of_spot, of_anchor)) == ((SPOT, 3, 0), (FIRST, 0, 9_900))


def test_a_feed_of_a_feed_is_read_again_in_the_tx_that_made_it_young():
    stage, of = product_stage()
    mean = stage.derive(MEAN, CumulativeMean.opened(of, of.amm, 600, stage.journal, OPENED))
    guarded = stage.derive(BOUND, Guarded(mean, Limits(max_age=900)))
    product = stage.derive(MIDDLE, Product((guarded,)))
    stage.derivations.listen()
    stage.pass_time(901)
    old = stage.read(product)

    refusal = stage.execute(BOB, READER, AllCall(((MEAN, PokeCall()), (READER, ReadCall(MIDDLE)))))

    assert (old, guarded.refusal) == (Refusal.STALE_PRICE, Refusal.NONE)
    assert (refusal, stage.reader.noted) == (Refusal.NONE, [product.price])


def test_a_feed_is_forked_with_its_world():
    stage, of = product_stage()
    stage.derive(SPOT, Spot(of))
    stage.derivations.listen()
    fork = copy.deepcopy(stage)

    fork.execute(ALICE, AMM, sale(100))

    assert 2_000 * DOLLAR == stage.derivations.feeds[0].price > fork.derivations.feeds[0].price
