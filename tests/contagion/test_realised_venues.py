"""Outages and makers on paper: who was refused, whose sale halted a venue, who pulled where for what happened elsewhere."""

import pytest

from sim.records.market import CustodySuspended, Halted, OrderRefused, TransferCredited, UnitsSent, WithdrawalStarted
from sim.units import SECOND
from sim.vocabulary import Refusal
from tests.contagion.hand_map import ALPHA, BETA, DEBTOR, ON_BOTH, OTHER_DEBTOR, fall, liquidate, mapped, told
from tests.support.tapes import CHAIN, ETH, KEEPER, LOT, NOISE, OTHER_VENUE, TOKEN, USDC, VENUE, HandTape


@pytest.fixture
def hand():
    """Return two books, ten lots at the best bid of the first, and ten seized by a keeper on each venue."""
    hand = HandTape()
    for venue in (VENUE, OTHER_VENUE):
        hand.ask(50, 10_002, venue=venue)
        hand.bid(50, 9_980, venue=venue)
    hand.bid(10, 10_000)
    hand.post_mid()
    liquidate(hand, ALPHA, DEBTOR, fall(hand, ALPHA, DEBTOR, 0), 20, 500)
    hand.deposit(10)
    return hand


def test_refusals_of_keepers_go_from_the_venue_that_was_out(hand):
    hand.say(VENUE, KEEPER, OrderRefused(1, Refusal.HALTED))
    hand.say(VENUE, KEEPER, OrderRefused(2, Refusal.BAD_PRICE))
    hand.say(VENUE, NOISE, OrderRefused(3, Refusal.HALTED))

    found = mapped(hand)

    assert told(found, found.edges, "outage") == {("main", "keeper"): 1}


def test_transfers_that_had_not_arrived_when_custody_goes_on_were_held(hand):
    in_time = hand.say(TOKEN, KEEPER, UnitsSent(ETH, VENUE, LOT))
    hand.say(VENUE, 0, CustodySuspended(1))
    held = hand.say(TOKEN, KEEPER, UnitsSent(ETH, VENUE, LOT))
    hand.say(TOKEN, NOISE, UnitsSent(ETH, VENUE, LOT))
    hand.say(VENUE, KEEPER, TransferCredited(ETH, LOT, 1), in_time)
    hand.say(VENUE, KEEPER, WithdrawalStarted(USDC, 1, 7))
    hand.say(VENUE, 0, CustodySuspended(0))
    hand.say(VENUE, KEEPER, TransferCredited(ETH, LOT, 2), held)

    found = mapped(hand)

    assert (told(found, found.edges, "outage"), found.outages) == ({("main", "keeper"): 2}, 1)


def test_a_withdrawal_that_arrived_was_not_held_and_a_suspension_may_outlast_the_tape(hand):
    hand.say(VENUE, KEEPER, WithdrawalStarted(USDC, 1, 7))
    sent = hand.say(TOKEN, VENUE, UnitsSent(USDC, KEEPER, 1))
    hand.say(CHAIN, KEEPER, TransferCredited(USDC, 1, 7), sent)
    hand.say(VENUE, 0, CustodySuspended(1))
    hand.say(VENUE, KEEPER, WithdrawalStarted(USDC, 1, 8))

    found = mapped(hand)

    assert told(found, found.edges, "outage") == {("main", "keeper"): 1}
    assert mapped(hand).edges == found.edges


def test_a_halt_goes_from_whose_units_the_last_straw_sold(hand):
    hand.sell_seized(10)
    hand.say(VENUE, 0, Halted(20_002, 19_982, 60 * SECOND), hand.quote_seq())

    found = mapped(hand)

    assert (told(found, found.edges, "outage"), found.outages) == ({("alpha", "main"): 1}, 1)


def test_a_halt_by_somebody_elses_order_goes_from_nobody(hand):
    hand.sell(10)
    hand.say(VENUE, 0, Halted(20_002, 19_982, 60 * SECOND), hand.quote_seq())

    found = mapped(hand)

    assert (told(found, found.edges, "outage"), found.outages) == ({}, 1)


def test_an_order_pulled_elsewhere_goes_over_its_maker_and_carries_the_sale(hand):
    best = hand.bid(10, 10_000, venue=OTHER_VENUE)
    post(hand)
    hand.sell_seized(10)
    hand.cancel(best, venue=OTHER_VENUE, cause=hand.quote_seq())
    fell = fall(hand, BETA, OTHER_DEBTOR, post(hand))
    liquidate(hand, BETA, OTHER_DEBTOR, fell, 1, 1_000)

    found = mapped(hand, ON_BOTH)

    assert told(found, found.edges, "makers") == {("main", "maker"): 1, ("maker", "other"): 1, ("alpha", "beta"): 1_000}
    assert told(found, found.between, "makers") == {("main", "other"): 1, ("alpha", "beta"): 1_000}
    assert told(found, found.between, "price") == {}


def test_an_order_pulled_where_the_sale_was_is_a_loop_and_carries_nothing(hand):
    best = hand.bid(10, 10_001)
    post(hand)
    hand.sell_seized(5)
    hand.cancel(best, cause=hand.quote_seq())

    found = mapped(hand, ON_BOTH)

    assert set(told(found, found.between, "makers")) == {("main", "main")}


def post(hand):
    """Post the mid of the other venue alone."""
    return hand.post(hand.mid_8(OTHER_VENUE), (OTHER_VENUE, hand.quote_seq(OTHER_VENUE), 10_000))
