"""Price and oracle on paper: debt goes from whose sale pushed the price to whose account fell by it, over market and feed."""

import attrs
import pytest

from sim.contagion.realised_edges import Kind, divided
from sim.facts import FeedFacts, PoolFacts
from sim.records.oracle import PriceObserved, PricePosted
from sim.units import SECOND
from tests.contagion.hand_map import ALPHA, BETA, DEBTOR, ON_BOTH, OTHER_DEBTOR, TWO, fall, liquidate, mapped, told
from tests.support.tapes import ETH, OTHER_REPORTER, OTHER_VENUE, REPORTER, USDC, VENUE, HandTape

OTHER_FEED = 19


@pytest.fixture
def hand():
    """Return two books at 100.00 to 100.02, ten lots a level, and a first post."""
    hand = HandTape()
    for venue in (VENUE, OTHER_VENUE):
        hand.ask(50, 10_002, venue=venue)
        hand.bid(10, 10_000, venue=venue)
        hand.bid(10, 9_990, venue=venue)
        hand.bid(50, 9_980, venue=venue)
    hand.post_mid()
    return hand


def alpha_sells(hand, lots, noise=0, dollars=500):
    """Liquidate somebody of alpha, and sell what was seized into the first bid together with somebody's own lots."""
    fell = fall(hand, ALPHA, DEBTOR, 0)
    liquidate(hand, ALPHA, DEBTOR, fell, lots, dollars)
    hand.deposit(lots)
    if noise:
        hand.sell(noise)
    hand.sell_seized(lots)


def beta_falls(hand, dollars=1_000, lots=1):
    """Post the mid, by which somebody of beta falls and is liquidated."""
    fell = fall(hand, BETA, OTHER_DEBTOR, hand.post_mid())
    liquidate(hand, BETA, OTHER_DEBTOR, fell, lots, dollars)


def test_debt_goes_over_market_and_feed_by_the_weight_of_the_sale(hand):
    alpha_sells(hand, lots=3, noise=7)
    beta_falls(hand)

    found = mapped(hand)

    assert told(found, found.edges, "price") == {("alpha", "main"): 300, ("main", "ETH/USD"): 300}
    assert told(found, found.edges, "oracle") == {("ETH/USD", "beta"): 300}
    assert told(found, found.between, "price") == told(found, found.between, "oracle") == {("alpha", "beta"): 300}


def test_fates_tell_who_was_hit_by_whom_and_when(hand):
    alpha_sells(hand, lots=3, noise=7)
    beta_falls(hand)

    fates = mapped(hand).fates

    alpha, beta = fates[Kind.PROTOCOL, ALPHA], fates[Kind.PROTOCOL, BETA]
    assert (alpha.debt, alpha.from_others, beta.debt, beta.from_others) == (500 * 10**8, 0, 1_000 * 10**8, 300 * 10**8)
    assert (alpha.first_liquidated_at, beta.first_liquidated_at) == (SECOND, 2 * SECOND)


def test_what_a_protocol_did_to_itself_is_a_loop(hand):
    alpha_sells(hand, lots=10)
    fell = fall(hand, ALPHA, OTHER_DEBTOR, hand.post_mid())
    liquidate(hand, ALPHA, OTHER_DEBTOR, fell, 1, 200)

    found = mapped(hand)

    assert told(found, found.between, "price") == {("alpha", "alpha"): 200}
    assert (found.fates[Kind.PROTOCOL, ALPHA].from_itself, found.fates[Kind.PROTOCOL, ALPHA].from_others) == (200 * 10**8, 0)


def test_a_fall_that_no_liquidation_made_comes_from_nobody(hand):
    hand.sell(10)
    beta_falls(hand)

    found = mapped(hand)

    assert found.between == [] == found.edges


def test_what_a_feed_says_of_itself_goes_from_the_feed(hand):
    hand.post(hand.mid_8() - 5 * 10**8, (VENUE, hand.quote_seq(), 10_000), reporter=OTHER_REPORTER)
    fell = fall(hand, BETA, OTHER_DEBTOR, hand.last)
    liquidate(hand, BETA, OTHER_DEBTOR, fell, 1, 1_000)

    found = mapped(hand)

    assert told(found, found.edges, "oracle") == {("ETH/USD", "beta"): 1_000}
    assert (found.between, found.fates[Kind.PROTOCOL, BETA].from_others) == ([], 0)


def test_a_feed_of_ones_own_on_a_common_market_is_price_and_no_oracle(hand):
    own = PoolFacts(BETA, "beta", {ETH: OTHER_FEED, USDC: 0}, {USDC: 10**8})
    feeds = (*TWO.feeds, FeedFacts(OTHER_FEED, "own", ETH, {VENUE: 10_000}))
    post_own(hand, 1, before=0)
    before = hand.mid_8()
    alpha_sells(hand, lots=10)
    fell = fall(hand, BETA, OTHER_DEBTOR, post_own(hand, 2, before))
    liquidate(hand, BETA, OTHER_DEBTOR, fell, 1, 1_000)

    found = mapped(hand, attrs.evolve(TWO, pools=(TWO.pools[0], own), feeds=feeds))

    assert told(found, found.between, "price") == {("alpha", "beta"): 1_000}
    assert told(found, found.between, "oracle") == {}


def post_own(hand, round, before):
    """Post the mid to beta's own feed, which stood at a price before; return the entry."""
    hand.wait(1)
    price, seen = hand.mid_8(), hand.quote_seq()
    hand.say(OTHER_FEED, REPORTER, PriceObserved(round, REPORTER, price, VENUE, seen, 0, 10_000))
    hand.say(OTHER_FEED, REPORTER, PricePosted(round, price, before, 1, REPORTER, 0))
    return hand.last


def test_units_sold_on_two_markets_divide_the_debt_by_what_was_sold_where(hand):
    post_both(hand)
    fell = fall(hand, ALPHA, DEBTOR, 0)
    liquidate(hand, ALPHA, DEBTOR, fell, 40, 500)
    hand.deposit(30)
    hand.deposit(10, venue=OTHER_VENUE)
    hand.sell_seized(30)
    hand.sell_seized(10, venue=OTHER_VENUE)
    liquidate(hand, BETA, OTHER_DEBTOR, fall(hand, BETA, OTHER_DEBTOR, post_both(hand)), 1, 1_000)

    found = mapped(hand, ON_BOTH)

    assert told(found, found.edges, "price") == pytest.approx(
        {("alpha", "main"): 750, ("alpha", "other"): 250, ("main", "ETH/USD"): 750, ("other", "ETH/USD"): 250}
    )


def post_both(hand):
    """Post the mean of both mids."""
    mean = (hand.mid_8() + hand.mid_8(OTHER_VENUE)) // 2
    return hand.post(mean, (VENUE, hand.quote_seq(), 5_000), (OTHER_VENUE, hand.quote_seq(OTHER_VENUE), 5_000))


def test_parts_sum_to_the_whole_to_the_unit():
    parts = divided(100, [("a", 1), ("b", 1), ("c", 1)])

    assert parts == [("a", 33), ("b", 33), ("c", 34)]
