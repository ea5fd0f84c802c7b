"""Keepers' capital on paper: what they left because their money, or their txs, were with another protocol."""

import pytest

from sim.contagion.realised_edges import Channel
from sim.records.agents import Declined
from sim.records.chain import BlockSealed, TxPending
from sim.records.lending import HealthRecovered
from sim.records.market import TransferCredited
from sim.vocabulary import Refusal
from tests.contagion.hand_map import ALPHA, BETA, DEBTOR, ONE_DOLLAR, OTHER_DEBTOR, RIVAL, fall, liquidate, mapped, told
from tests.support.tapes import CHAIN, KEEPER, OTHER_KEEPER, USDC, HandTape

KEEPERS = "keepers"
THIRD, FOURTH = 33, 34


@pytest.fixture
def hand():
    """Return a tape with nothing on it."""
    return HandTape()


def leave(hand, account, pool=BETA, keeper=KEEPER, reason=Refusal.NO_FUNDS, shown=0):
    hand.say(0, keeper, Declined(account, pool, reason, 0), shown)


def seal(hand, number=1):
    hand.say(CHAIN, 0, BlockSealed(number, number, 0, 0, 0, 0, 0, 0))


def pending(hand, tx, contract, keeper=KEEPER, shown=0):
    hand.say(CHAIN, keeper, TxPending(tx, tx, contract, 300, 0, 0, 0), shown)


def between(hand):
    found = mapped(hand)
    return told(found, found.between, KEEPERS)


def test_money_that_is_out_with_alpha_is_missing_in_beta(hand):
    liquidate(hand, ALPHA, DEBTOR, fall(hand, ALPHA, DEBTOR, 0), 1, 90)
    fall(hand, BETA, OTHER_DEBTOR, 0, dollars=200)
    leave(hand, OTHER_DEBTOR)

    assert between(hand) == {("alpha", "beta"): 200}


def test_what_came_back_settles_the_oldest_outlay_first(hand):
    liquidate(hand, ALPHA, DEBTOR, fall(hand, ALPHA, DEBTOR, 0), 1, 90)
    liquidate(hand, BETA, THIRD, fall(hand, BETA, THIRD, 0), 1, 30)
    hand.say(CHAIN, KEEPER, TransferCredited(USDC, 80 * ONE_DOLLAR, 1))
    fall(hand, BETA, OTHER_DEBTOR, 0, dollars=200)
    leave(hand, OTHER_DEBTOR)

    assert between(hand) == {("alpha", "beta"): 50, ("beta", "beta"): 150}


def test_who_has_all_its_money_back_was_poor_of_itself(hand):
    liquidate(hand, ALPHA, DEBTOR, fall(hand, ALPHA, DEBTOR, 0), 1, 90)
    hand.say(CHAIN, KEEPER, TransferCredited(USDC, 90 * ONE_DOLLAR, 1))
    fall(hand, BETA, OTHER_DEBTOR, 0, dollars=200)
    leave(hand, OTHER_DEBTOR)

    found = mapped(hand)

    assert told(found, found.between, KEEPERS) == {}
    assert told(found, found.edges, KEEPERS) == {("keeper", "beta"): 200}


def test_two_keepers_who_leave_one_call_share_its_debt_and_count_once_each(hand):
    liquidate(hand, ALPHA, DEBTOR, fall(hand, ALPHA, DEBTOR, 0), 1, 90)
    fall(hand, BETA, OTHER_DEBTOR, 0, dollars=200)
    for _ in range(2):
        leave(hand, OTHER_DEBTOR)
        leave(hand, OTHER_DEBTOR, keeper=RIVAL)

    found = mapped(hand)

    assert told(found, found.edges, KEEPERS) == {("alpha", "keeper"): 100, ("keeper", "beta"): 100, ("rival", "beta"): 100}
    assert (told(found, found.between, KEEPERS), found.calls_left) == ({("alpha", "beta"): 100}, 1)


def test_txs_on_their_way_when_it_left_count_although_they_arrive_later(hand):
    fall(hand, BETA, OTHER_DEBTOR, 0, dollars=300)
    seen = hand.last
    pending(hand, 1, ALPHA, shown=seen)
    leave(hand, OTHER_DEBTOR, reason=Refusal.STUCK_NONCE, shown=seen)
    pending(hand, 2, ALPHA, shown=seen)
    pending(hand, 3, BETA, shown=seen)
    pending(hand, 4, BETA, shown=hand.last)

    assert between(hand) == {("alpha", "beta"): 200, ("beta", "beta"): 100}


def test_other_reasons_and_accounts_that_are_well_say_nothing(hand):
    liquidate(hand, ALPHA, DEBTOR, fall(hand, ALPHA, DEBTOR, 0), 1, 90)
    fall(hand, BETA, OTHER_DEBTOR, 0)
    leave(hand, OTHER_DEBTOR, reason=Refusal.NO_PROFIT)
    leave(hand, THIRD)
    hand.say(BETA, OTHER_DEBTOR, HealthRecovered(10**18))
    leave(hand, OTHER_DEBTOR)

    assert between(hand) == {}


def test_late_are_the_blocks_beyond_those_that_calls_wait_which_nobody_left(hand):
    alpha, usual = fall(hand, ALPHA, DEBTOR, 0), fall(hand, BETA, THIRD, 0)
    left = fall(hand, BETA, OTHER_DEBTOR, 0)
    liquidate(hand, ALPHA, DEBTOR, alpha, 1, 90)
    leave(hand, OTHER_DEBTOR)
    seal(hand, 1)
    liquidate(hand, BETA, THIRD, usual, 1, 10, keeper=OTHER_KEEPER)
    seal(hand, 2)
    seal(hand, 3)
    liquidate(hand, BETA, OTHER_DEBTOR, left, 1, 10)

    found = mapped(hand)

    edge = next(each for each in found.between if each.channel is Channel.KEEPERS)
    assert (found.usual_wait, edge.late) == (0, 3 * 10**6)
