"""Block space and nonces on paper: whose txs sat in the blocks that passed others over."""

import attrs
import pytest

from sim.records.chain import BlockSealed, TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.vocabulary import Refusal
from tests.contagion.hand_map import ALPHA, BETA, TWO, mapped, told
from tests.support.tapes import CHAIN, FEED, KEEPER, NOISE, REPORTER, TOKEN, HandTape

ALONE = attrs.evolve(TWO, extra={"own_space": True})


@pytest.fixture
def hand():
    """Return a tape with nothing on it."""
    return HandTape()


def pending(hand, tx, contract, party=KEEPER, nonce=None):
    hand.say(CHAIN, party, TxPending(tx, tx if nonce is None else nonce, contract, 300, 0, 0, 0))


def include(hand, tx, gas, party=KEEPER):
    hand.say(CHAIN, party, TxIncluded(tx, 1, 0, tx, gas, 0, 0))


def seal(hand, gas, number=1):
    hand.say(CHAIN, 0, BlockSealed(number, number, gas, 0, 0, 0, 0, 0))


def blocks(hand, channel="block_space", facts=TWO):
    found = mapped(hand, facts)
    return told(found, found.between, channel)


def test_a_block_that_passes_a_tx_over_divides_by_gas_over_who_sat_in_it(hand):
    pending(hand, 1, ALPHA, KEEPER)
    pending(hand, 2, BETA, NOISE)
    include(hand, 1, 250)
    seal(hand, 1_000)

    assert blocks(hand) == {("alpha", "beta"): 0.25}


def test_reverted_txs_take_space_too_and_posts_are_crowded_out_like_liquidations(hand):
    pending(hand, 1, ALPHA, KEEPER)
    pending(hand, 2, FEED, REPORTER)
    hand.say(CHAIN, KEEPER, TxReverted(1, 1, 0, 1, 600, 0, Refusal.HEALTHY, 0))
    seal(hand, 1_000)
    include(hand, 2, 100, REPORTER)
    seal(hand, 1_000, 2)

    assert blocks(hand) == {("alpha", "ETH/USD"): 0.6}


def test_a_tx_that_enters_at_once_or_leaves_was_crowded_out_by_nobody(hand):
    pending(hand, 1, ALPHA, KEEPER)
    pending(hand, 2, BETA, NOISE)
    pending(hand, 3, BETA, REPORTER)
    hand.say(CHAIN, REPORTER, TxDropped(3, 3, Refusal.MEMPOOL_FULL))
    include(hand, 1, 250)
    include(hand, 2, 250, NOISE)
    seal(hand, 1_000)
    pending(hand, 4, TOKEN, NOISE)
    seal(hand, 1_000, 2)

    assert blocks(hand) == {}


def test_with_space_of_ones_own_nobody_elses_txs_are_in_the_way(hand):
    pending(hand, 1, ALPHA, KEEPER)
    pending(hand, 2, BETA, NOISE)
    pending(hand, 3, BETA, REPORTER)
    include(hand, 1, 250)
    include(hand, 3, 500, REPORTER)
    seal(hand, 1_000)

    assert blocks(hand, facts=ALONE) == {("beta", "beta"): 0.5}
    assert blocks(hand) == {("alpha", "beta"): 0.25, ("beta", "beta"): 0.5}


def test_a_tx_behind_an_earlier_one_of_its_sender_was_held_up_by_that_one(hand):
    pending(hand, 1, ALPHA, KEEPER, nonce=7)
    pending(hand, 2, BETA, KEEPER, nonce=8)
    seal(hand, 1_000)
    seal(hand, 1_000, 2)

    assert blocks(hand, "nonce") == {("alpha", "beta"): 2}
    assert blocks(hand) == {}


def test_a_replacement_holds_up_what_its_predecessor_did(hand):
    pending(hand, 1, ALPHA, KEEPER, nonce=7)
    pending(hand, 2, BETA, KEEPER, nonce=8)
    hand.say(CHAIN, KEEPER, TxReplaced(1, 3))
    pending(hand, 3, ALPHA, KEEPER, nonce=7)
    seal(hand, 1_000)
    include(hand, 3, 100)
    seal(hand, 1_000, 2)

    assert blocks(hand, "nonce") == {("alpha", "beta"): 1}
