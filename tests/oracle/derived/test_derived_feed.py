"""A derived feed: worked out at every read, told before it is used, refused where it must not be."""

from typing import Any

import pytest

from sim.amm.calls import AddLiquidityCall, SwapCall
from sim.commands import PokeCall
from sim.oracle.derived.of_amms import CumulativeMean, Pair, Spot, TickMean
from sim.oracle.derived.of_feeds import Bounded, Guarded, HardWired, Limits, Median, Product
from sim.oracle.sentinel import Sentinel
from sim.records.oracle import PriceObserved, PricePosted, ReadsRefused, ReadsResumed
from sim.units import BPS_ONE
from sim.vocabulary import Refusal
from tests.amm.world import ALICE, AMM, DAI, ETH, OPENED, USDC, pair, ranges
from tests.oracle.derived.words import BOB, DOLLAR, READER, AllCall, Paper, ReadCall, Stage

SPOT, MEAN, MIDDLE, BOUND = 41, 42, 43, 44
FIRST, SECOND_FEED, THIRD = 51, 52, 53
MEDIANS = [((1, 2, 3), 2), ((3, 1, 2), 2), ((1, 1, 9), 1), ((1, 2, 3, 4), 3), ((7,), 7), ((5, 5), 5)]


def product_stage(eth: int = 100, dollars: int = 200_000) -> tuple[Stage, Any]:
    """Return a stage with a constant product of ether and dollars."""
    world = pair()
    world.execute(ALICE, AddLiquidityCall((eth * ETH.unit, dollars * USDC.unit)))
    stage = Stage(world.ledger.journal, world.contracts)
    return stage, Pair(world.amm, ETH, USDC)


def range_stage() -> tuple[Stage, Any]:
    """Return a stage with concentrated liquidity of ether and DAI at one, and room for observations."""
    world = ranges()
    world.amm.book.observations.widen(60)
    world.execute(ALICE, AddLiquidityCall((10_000 * ETH.unit, 10_000 * DAI.unit), lower=-6_000, upper=6_000))
    return Stage(world.ledger.journal, world.contracts), Pair(world.amm, ETH, DAI)


def sale(eth: int) -> SwapCall:
    return SwapCall(ETH.id, eth * ETH.unit, 0)


def fund(of: Any) -> None:
    """Make the reader rich: who calls an amm from a contract pays out of the contract's purse."""
    ledger = of.amm.till.ledger
    for asset in (ETH, USDC):
        ledger.mint(asset.id, ledger.open(READER, 100), 10**30)


def test_a_spot_feed_is_what_the_amm_trades_at():
    stage, of = product_stage()
    feed = stage.derive(SPOT, Spot(of))

    assert (feed.price, stage.read(feed)) == (2_000 * DOLLAR, 2_000 * DOLLAR)


def test_who_moves_the_amm_finds_the_feed_moved_in_the_same_tx():
    stage, of = product_stage()
    feed = stage.derive(SPOT, Spot(of))
    stage.derivations.listen()
    fund(of)

    stage.execute(ALICE, READER, AllCall(((READER, ReadCall(SPOT)),)))
    before = stage.reader.noted[-1]
    stage.execute(ALICE, READER, AllCall(((AMM, sale(100)), (READER, ReadCall(SPOT)))))

    assert before == 2_000 * DOLLAR
    assert stage.reader.noted[-1] == feed.price < 501 * DOLLAR


def test_what_is_read_within_a_tx_is_on_the_tape_before_what_is_done_with_it():
    stage, of = product_stage()
    stage.derive(SPOT, Spot(of))
    stage.derivations.listen()
    fund(of)

    stage.execute(ALICE, READER, AllCall(((AMM, sale(100)), (READER, ReadCall(SPOT)))))

    names = [type(entry.record).__name__ for entry in stage.entries()]
    observed, posted = stage.told(PriceObserved, SPOT)[0], stage.told(PricePosted, SPOT)[0]
    assert names == ["Swapped", "PriceObserved", "PricePosted"]
    assert (observed.source, observed.seen, observed.weight_bps) == (AMM, 1, BPS_ONE)
    assert (stage.reader.noted[-1], 2_000 * DOLLAR) == (posted.price, posted.previous)
    assert stage.entries()[2].cause == 1


def test_a_tx_that_reverts_leaves_no_word_of_the_price_it_made():
    stage, of = product_stage()
    feed = stage.derive(SPOT, Spot(of))
    stage.derivations.listen()
    fund(of)

    refusal = stage.execute(ALICE, READER, AllCall(((AMM, sale(100)), (READER, ReadCall(SPOT))), fails=True))

    assert refusal == Refusal.NO_PROFIT
    assert (stage.tape.entries, feed.shown, feed.round) == (0, 2_000 * DOLLAR, 1)


def test_a_price_that_came_back_within_the_tx_is_told_both_ways():
    stage, of = product_stage()
    feed = stage.derive(SPOT, Spot(of))
    stage.derivations.listen()
    fund(of)
    back = SwapCall(USDC.id, 100_301 * USDC.unit, 0)

    stage.execute(ALICE, READER, AllCall(((AMM, sale(100)), (READER, ReadCall(SPOT)), (AMM, back))))

    low, high = stage.told(PricePosted, SPOT)
    assert low.price < 501 * DOLLAR and abs(high.price - 2_000 * DOLLAR) < 10 * DOLLAR
    assert high.price == feed.price


def test_a_shallow_pool_moves_its_spot_and_hardly_a_long_mean_or_a_median():
    stage, of = range_stage()
    spot, mean = stage.derive(SPOT, Spot(of)), stage.derive(MEAN, TickMean(of, of.amm, 1_800))
    others = Paper(FIRST, DOLLAR), Paper(SECOND_FEED, DOLLAR)
    stage.known(*others)
    middle = stage.derive(MIDDLE, Median((spot, *others), 2))
    stage.derivations.listen()
    stage.pass_time(1_800)
    before = spot.price

    stage.execute(ALICE, AMM, sale(3_000))
    stage.pass_time(12)

    assert spot.price < before * 9 // 10
    assert mean.price > before * 998 // 1_000
    assert middle.price == DOLLAR


def sold_into() -> tuple[Any, Any, CumulativeMean, Any]:
    """Return a stage, its spot feed, a mean over ten minutes and the mean's feed, ten minutes on, with a sale half-way."""
    stage, of = product_stage()
    mean = CumulativeMean.opened(of, of.amm, 600, stage.journal, OPENED)
    feed = stage.derive(MEAN, mean)
    stage.derivations.listen()
    stage.pass_time(300)
    stage.execute(ALICE, AMM, sale(100))
    stage.pass_time(300)
    return stage, of, mean, feed


def test_a_mean_of_sums_stands_until_somebody_takes_a_checkpoint():
    stage, of, mean, feed = sold_into()
    old = feed.price

    refusal = stage.execute(BOB, MEAN, PokeCall())

    low = of.amm.reserves[1] * 10**20 // of.amm.reserves[0]
    assert (refusal, old) == (Refusal.NONE, 2_000 * DOLLAR)
    assert abs(feed.price - (2_000 * DOLLAR + low) // 2) <= 1
    assert (feed.updated_at, mean.due) == (OPENED + 600, OPENED + 1_200)


def test_a_checkpoint_in_a_tx_that_reverts_was_never_taken():
    stage, _, mean, feed = sold_into()
    before = mean.mean, mean.taken, mean.taken_at, feed.shown, feed.posted, feed.posted_at, feed.round

    refusal = stage.execute(BOB, READER, AllCall(((MEAN, PokeCall()),), fails=True))

    assert refusal == Refusal.NO_PROFIT
    assert (mean.mean, mean.taken, mean.taken_at, feed.shown, feed.posted, feed.posted_at, feed.round) == before
    assert stage.execute(BOB, MEAN, PokeCall()) == Refusal.NONE
    assert (mean.taken_at, feed.posted_at) == (OPENED + 600, stage.at)


def test_a_mean_of_sums_is_of_either_asset_in_the_other():
    stage, of = product_stage()
    turned = Pair(of.amm, of.quote, of.base)
    means = [(place, CumulativeMean.opened(each, of.amm, 60, stage.journal, OPENED)) for place, each in ((MEAN, of), (BOUND, turned))]
    one, other = (stage.derive(place, mean) for place, mean in means)
    stage.derivations.listen()
    stage.execute(ALICE, AMM, sale(50))
    stage.pass_time(60)

    assert [stage.execute(BOB, place, PokeCall()) for place in (MEAN, BOUND)] == [Refusal.NONE] * 2

    assert one.price < 1_000 * DOLLAR
    assert abs(one.price * other.price - DOLLAR**2) < DOLLAR**2 // 10**4


def test_a_mean_of_ticks_is_of_either_asset_in_the_other():
    stage, of = range_stage()
    turned = Pair(of.amm, of.quote, of.base)
    one, other = (stage.derive(place, TickMean(each, of.amm, 60)) for place, each in ((MEAN, of), (BOUND, turned)))
    stage.derivations.listen()
    stage.execute(ALICE, AMM, sale(3_000))
    stage.pass_time(60)

    assert one.price < DOLLAR * 9 // 10
    assert abs(one.price * other.price - DOLLAR**2) < DOLLAR**2 // 10**4


def test_a_window_that_is_not_whole_takes_no_checkpoint():
    stage, of = product_stage()
    stage.derive(MEAN, CumulativeMean.opened(of, of.amm, 600, stage.journal, OPENED))
    stage.pass_time(599)
    early = stage.execute(BOB, MEAN, PokeCall())
    stage.pass_time(1)

    assert (early, stage.execute(BOB, MEAN, PokeCall())) == (Refusal.TOO_EARLY, Refusal.NONE)


def test_a_feed_without_a_memory_takes_no_poke():
    stage, of = product_stage()
    stage.derive(SPOT, Spot(of))

    assert stage.execute(BOB, SPOT, PokeCall()) == Refusal.UNKNOWN_CALL


def test_a_ring_that_is_too_short_gives_the_mean_of_what_it_has():
    stage, of = range_stage()
    feed = stage.derive(MEAN, TickMean(of, of.amm, 10**6))
    stage.derivations.listen()
    stage.pass_time(100)
    stage.execute(ALICE, AMM, sale(3_000))
    stage.pass_time(100)

    low = Spot(of).work_out(stage.now).price
    assert low < feed.price < DOLLAR
    assert abs(feed.price**2 - low * DOLLAR) < DOLLAR**2 // 1_000


@pytest.mark.parametrize(("prices", "expected"), MEDIANS)
def test_a_median_is_the_upper_one_in_the_middle(prices, expected):
    stage, _ = product_stage()
    papers = tuple(Paper(FIRST + index, price * DOLLAR) for index, price in enumerate(prices))

    assert expected * DOLLAR == stage.derive(MIDDLE, Median(papers, 1)).price


def test_a_median_does_without_a_feed_that_refuses_as_long_as_a_quorum_is_left():
    stage, _ = product_stage()
    papers = Paper(FIRST, DOLLAR), Paper(SECOND_FEED, 2 * DOLLAR), Paper(THIRD, 3 * DOLLAR)
    stage.known(*papers)
    feed = stage.derive(MIDDLE, Median(papers, 2))
    papers[2].refusal = Refusal.STALE_PRICE
    without_one = stage.read(feed)
    papers[0].price = 0

    assert (without_one, stage.read(feed)) == (2 * DOLLAR, Refusal.STALE_PRICE)


def test_a_median_is_as_old_as_the_feeds_it_is_made_of():
    stage, _ = product_stage()
    papers = Paper(FIRST, DOLLAR, OPENED), Paper(SECOND_FEED, DOLLAR, OPENED + 50), Paper(THIRD, DOLLAR, OPENED + 60)
    stage.known(*papers)
    feed = stage.derive(MIDDLE, Median(papers, 2))
    with_all = feed.updated_at
    papers[0].refusal = Refusal.STALE_PRICE
    without_the_oldest = feed.updated_at
    papers[1].price = papers[2].price = 0

    assert (with_all, without_the_oldest, feed.updated_at) == (OPENED, OPENED + 50, OPENED)


def test_a_guard_over_a_median_of_guards_does_without_the_one_that_is_too_old():
    stage, _ = product_stage()
    papers = [Paper(FIRST + index, price * DOLLAR) for index, price in enumerate((90, 100, 110))]
    stage.known(*papers)
    guards = tuple(stage.derive(60 + index, Guarded(paper, Limits(max_age=60))) for index, paper in enumerate(papers))
    feed = stage.derive(BOUND, Guarded(stage.derive(MIDDLE, Median(guards, 2)), Limits(max_age=60)))
    papers[0].updated_at = papers[1].updated_at = OPENED + 61
    stage.pass_time(61)
    without_one = stage.read(feed)
    papers[1].updated_at = OPENED
    stage.pass_time(1)

    assert (without_one, stage.read(feed)) == (100 * DOLLAR, Refusal.STALE_PRICE)


@pytest.mark.parametrize(
    ("price", "anchor", "bound", "kept"),
    [(100, 100, 100, 100), (103, 100, 103, 103), (120, 100, 105, 100), (60, 100, 95, 100), (105, 100, 105, 105), (95, 100, 95, 100)],
)
def test_a_price_beyond_its_anchor_is_bound_or_not_believed(price, anchor, bound, kept):
    for keeps, expected in ((False, bound), (True, kept)):
        stage, _ = product_stage()
        feed_of, anchor_of = Paper(FIRST), Paper(SECOND_FEED, anchor * DOLLAR)
        formula = Bounded(feed_of, anchor_of, 500, keeps, None, 100 * DOLLAR, OPENED, 100 * DOLLAR, stage.journal)
        feed = stage.derive(BOUND, formula)
        feed_of.price = price * DOLLAR

        assert expected * DOLLAR == stage.read(feed)


def test_a_price_believed_in_a_tx_that_reverts_was_never_believed():
    stage, of = product_stage()
    spot, anchor = stage.derive(SPOT, Spot(of)), Paper(FIRST, 2_000 * DOLLAR)
    stage.known(anchor)
    formula = Bounded(spot, anchor, 5_000, True, None, DOLLAR, OPENED, 2_000 * DOLLAR, stage.journal)
    stage.derive(BOUND, formula)
    fund(of)

    refusal = stage.execute(ALICE, READER, AllCall(((AMM, sale(10)), (READER, ReadCall(BOUND))), fails=True))

    assert refusal == Refusal.NO_PROFIT
    assert stage.reader.noted[-1] < 1_700 * DOLLAR
    assert formula.believed == 2_000 * DOLLAR


def test_a_price_grows_no_faster_than_it_may_and_falls_as_it_likes():
    stage, _ = product_stage()
    paper = Paper(FIRST, DOLLAR)
    feed = stage.derive(BOUND, Bounded(paper, None, 0, False, 1_000, DOLLAR, OPENED, DOLLAR, stage.journal))
    paper.price = 2 * DOLLAR
    stage.pass_time(365 * 86_400)
    grown = stage.read(feed)
    paper.price = DOLLAR // 2

    assert (grown, stage.read(feed)) == (11 * DOLLAR // 10, DOLLAR // 2)


def test_a_product_goes_from_one_asset_over_the_next():
    stage, _ = product_stage()
    feed = stage.derive(BOUND, Product((Paper(FIRST, 99 * 10**6), Paper(SECOND_FEED, 2_000 * DOLLAR))))

    assert feed.price == 1_980 * DOLLAR


def test_a_wired_price_never_changes():
    stage, _ = product_stage()
    feed = stage.derive(BOUND, HardWired(3 * DOLLAR))
    stage.pass_time(10**6)

    assert (3 * DOLLAR, stage.now) == (stage.read(feed), feed.updated_at)


def test_a_guard_refuses_what_is_old_and_says_so_when_that_begins_and_ends():
    stage, _ = product_stage()
    paper = Paper(FIRST)
    stage.known(paper)
    feed = stage.derive(BOUND, Guarded(paper, Limits(max_age=60)))
    stage.derivations.listen()
    stage.pass_time(60)
    at_the_edge = stage.read(feed)
    stage.pass_time(1)
    old = stage.read(feed)
    paper.updated_at = stage.now
    stage.pass_time(12)

    assert (at_the_edge, old, stage.read(feed)) == (100 * DOLLAR, Refusal.STALE_PRICE, 100 * DOLLAR)
    assert [ReadsRefused(Refusal.STALE_PRICE)] == stage.told(ReadsRefused, BOUND)
    assert [ReadsResumed()] == stage.told(ReadsResumed, BOUND)


def test_what_stays_in_view_while_a_feed_refuses_is_its_last_price():
    stage, _ = product_stage()
    paper = Paper(FIRST)
    feed = stage.derive(BOUND, Guarded(paper, Limits(max_age=60)))
    stage.pass_time(61)

    assert (feed.price, feed.peek()) == (100 * DOLLAR, (100 * 10**18, False))


def test_a_guard_waits_after_the_chain_came_up_again():
    stage, _ = product_stage()
    feed = stage.derive(BOUND, Guarded(Paper(FIRST), Limits(), Sentinel(stage, 30)))
    stage.restarted_at = stage.now
    stage.pass_time(30)
    too_soon = stage.read(feed)
    stage.pass_time(1)

    assert (too_soon, stage.read(feed)) == (Refusal.SEQUENCER_DOWN, 100 * DOLLAR)


@pytest.mark.parametrize(("confidence", "expected"), [(1, 99 * DOLLAR), (2, 98 * DOLLAR), (3, Refusal.TOO_UNCERTAIN)])
def test_a_guard_takes_the_least_a_price_may_be_and_refuses_what_is_too_uncertain(confidence, expected):
    stage, _ = product_stage()
    paper = Paper(FIRST)
    feed = stage.derive(BOUND, Guarded(paper, Limits(max_uncertainty=200, takes_low=True)))
    paper.confidence = confidence * DOLLAR

    assert expected == stage.read(feed)
