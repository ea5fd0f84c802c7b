"""Private bundles: all or none, free when they fail, dearest first, and the right to follow an oracle's update."""

from typing import Any, ClassVar

import attrs
import pytest

from sim.chain.bundles import MOST_TXS, MOST_WAITING, UpdateTerms
from sim.chain.contract import CallContext
from sim.chain.curve import PRICES
from sim.commands import PostPriceCall, SendBundle, SendTx
from sim.composites import AtomicCall, TipBuilderCall
from sim.records import (
    BuilderPaid,
    BundleDropped,
    BundleIncluded,
    BundleSent,
    GasPaid,
    TxDropped,
    TxEnclosed,
    TxIncluded,
    TxPending,
    TxReverted,
    UpdateAuctioned,
    UpdateOffered,
)
from sim.units import GWEI, SECOND
from sim.vocabulary import Refusal
from tests.chain.words import ETHER, PLAIN, DoCall, World, flat, world

FAILS = DoCall(refuse=Refusal.HEALTHY)
FEE = 20 * GWEI


@pytest.fixture
def w() -> World:
    made = world(bundles=True)
    made.chain.start()
    return made


def own(w: World, call: Any = PLAIN, price: int = FEE, nonce: int = -1, to: int = 0) -> SendTx:
    return SendTx(to or w.counter.place, call, price, price, 200_000, nonce)


def bundle(w: World, party: int, *txs: SendTx | int, bid: int = 0, blocks: int = 1) -> None:
    w.chain.arrive((party, 0, SendBundle(w.chain.place, txs, bid, blocks)))


def test_a_bundle_enters_whole_in_its_sequence_and_pays_its_bid(w):
    alice = w.fund("alice")
    bundle(w, alice, own(w), own(w, DoCall(add=10)), bid=ETHER)
    w.blocks(1)

    sent, first, second, included = w.said(BundleSent, TxEnclosed, BundleIncluded)
    assert sent == BundleSent(bundle=1, txs=2, bid=ETHER, last_block=1)
    assert [(each.tx, each.nonce, each.bundle) for each in (first, second)] == [(1, 0, 1), (2, 1, 1)]
    assert included == BundleIncluded(bundle=1, block=1, position=0, txs=2, gas_used=200_000, bid=ETHER, recaptured=0)
    assert [(each.tx, each.position, each.waited) for each in w.said(TxIncluded)] == [(1, 0, 12 * SECOND), (2, 1, 12 * SECOND)]
    assert w.builder_balance == ETHER + 200_000 * FEE
    assert w.balance(alice) == 99 * ETHER - 200_000 * FEE
    assert w.said(BuilderPaid) == [BuilderPaid(tx=0, amount=ETHER)]
    assert w.said(TxPending) == []
    w.chain.ledger.check()


def test_each_entry_of_a_bundle_names_what_it_came_from(w):
    bundle(w, w.fund("alice"), own(w), bid=1)
    w.blocks(1)

    entries = {type(record): (seq, cause) for seq, cause, record in w.entries()}
    assert entries[TxEnclosed][1] == entries[BundleSent][0] == entries[BundleIncluded][1]
    assert entries[TxIncluded][1] == entries[TxEnclosed][0]
    assert entries[BuilderPaid][1] == entries[BundleIncluded][0]


def test_a_bundle_of_which_one_fails_leaves_nothing_and_costs_nothing(w):
    alice = w.fund("alice")
    bundle(w, alice, own(w), own(w, FAILS), bid=ETHER)
    w.blocks(1)

    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=Refusal.HEALTHY)]
    assert (w.counter.count, w.balance(alice), w.chain.mempool.line(alice).nonce) == (0, 100 * ETHER, 0)
    assert w.said(TxIncluded, TxReverted, GasPaid, TxDropped) == []


def test_a_bundle_that_cannot_pay_its_bid_fails(w):
    bundle(w, w.fund("alice"), own(w), bid=100 * ETHER)
    w.blocks(1)

    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=Refusal.INSUFFICIENT_BALANCE)]


def test_a_bundle_waits_for_the_blocks_it_is_meant_for(w):
    alice = w.fund("alice")
    bundle(w, alice, own(w, nonce=1), blocks=3)
    w.blocks(1)
    w.send(alice, FEE)
    w.blocks(1)

    assert w.said(BundleDropped, BundleIncluded) == []
    w.blocks(1)
    assert [each.block for each in w.said(BundleIncluded)] == [3]


def test_a_bundle_is_dropped_after_its_last_block_with_the_reason_why_it_did_not_enter(w):
    bundle(w, w.fund("alice"), own(w, nonce=1), blocks=2)
    w.blocks(2)

    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=Refusal.NONCE_GAP_TOO_WIDE)]


def test_of_bundles_that_want_the_same_the_best_bid_gets_it_and_the_other_goes_free():
    w = world(bundles=True)
    w.chain.start()
    oracle, alice, bob = w.fund("oracle"), w.fund("alice"), w.fund("bob")
    w.send(oracle, 2 * GWEI, DoCall(add=100))
    bundle(w, alice, 1, own(w), bid=ETHER)
    bundle(w, bob, 1, own(w), bid=2 * ETHER)
    w.blocks(1)

    assert [each.bundle for each in w.said(BundleIncluded)] == [2]
    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=Refusal.SEEN_IS_GONE)]
    assert w.balance(alice) == 100 * ETHER
    assert [each.tx for each in w.said(TxIncluded)] == [1, 3]


def test_if_the_best_bid_would_fail_the_second_gets_it(w):
    oracle, alice, bob = w.fund("oracle"), w.fund("alice"), w.fund("bob")
    w.send(oracle, 2 * GWEI)
    bundle(w, alice, 1, own(w), bid=ETHER)
    bundle(w, bob, 1, own(w, FAILS), bid=2 * ETHER)
    w.blocks(1)

    assert [each.bundle for each in w.said(BundleIncluded)] == [1]
    assert w.said(BundleDropped) == [BundleDropped(bundle=2, reason=Refusal.HEALTHY)]


def test_bundles_stand_before_public_txs_and_dearest_first_per_gas(w):
    alice, bob, carol = w.fund("alice"), w.fund("bob"), w.fund("carol")
    w.send(carol, 900 * GWEI)
    bundle(w, alice, own(w, DoCall(gas=150_000)), bid=ETHER + 1)
    bundle(w, bob, own(w), bid=ETHER)
    w.blocks(1)

    assert [each.tx for each in w.said(TxIncluded)] == [3, 2, 1]


def test_a_bid_may_be_paid_within_the_tx_and_counts_as_well(w):
    alice, bob = w.fund("alice"), w.fund("bob")
    bundle(w, alice, own(w), bid=ETHER)
    bundle(w, bob, own(w, AtomicCall(((w.counter.place, PLAIN), (0, TipBuilderCall(3 * ETHER)))), to=bob))
    w.blocks(1)

    assert [each.tx for each in w.said(TxIncluded)] == [2, 1]


def test_the_tip_of_a_public_tx_is_nothing_that_a_bundle_brings(w):
    oracle, alice, bob = w.fund("oracle"), w.fund("alice"), w.fund("bob")
    w.send(oracle, 10_000 * GWEI)
    bundle(w, alice, 1, own(w), bid=1)
    bundle(w, bob, own(w), bid=GWEI * 10_000)
    w.blocks(1)

    assert [each.bundle for each in w.said(BundleIncluded)] == [2, 1]


def test_a_bundle_worth_less_than_the_gas_it_would_drive_out_stays_out():
    w = world(flat(20, 24, 40), bundles=True, gas_limit=1_000_000)
    w.chain.start()
    alice, bob = w.fund("alice"), w.fund("bob")
    bundle(w, alice, own(w, price=GWEI))
    bundle(w, bob, own(w, price=GWEI), bid=ETHER)
    w.blocks(1)

    assert [each.bundle for each in w.said(BundleIncluded)] == [2]
    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=Refusal.NOT_WORTH_IT)]


def test_a_private_tx_takes_the_nonce_of_a_public_one_that_waits(w):
    alice = w.fund("alice")
    w.send(alice, GWEI)
    w.send(alice, GWEI, DoCall(add=100))
    bundle(w, alice, own(w, DoCall(add=10), nonce=0))
    w.blocks(1)

    assert w.counter.count == 110
    assert [(each.tx, each.reason) for each in w.said(TxDropped)] == [(1, Refusal.NONCE_TOO_LOW)]
    w.chain.mempool._check()


def test_a_bundle_whose_nonce_is_spent_is_dropped_at_once(w):
    alice = w.fund("alice")
    bundle(w, alice, own(w), bid=2, blocks=5)
    bundle(w, alice, own(w, DoCall(add=10)), bid=1, blocks=5)
    w.blocks(1)

    assert w.counter.count == 1
    assert w.said(BundleDropped) == [BundleDropped(bundle=2, reason=Refusal.NONCE_TOO_LOW)]


def test_a_tx_below_the_base_fee_cannot_be_bundled():
    w = world(bundles=True, fee_market="eip1559", base_fee=10 * GWEI)
    w.chain.start()
    bundle(w, w.fund("alice"), own(w, price=GWEI), bid=ETHER)
    w.blocks(1)

    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=Refusal.BAD_PRICE)]


def test_a_tx_that_went_to_the_builder_alone_cannot_be_followed_by_guessing_its_number(w):
    alice, bob = w.fund("alice"), w.fund("bob")
    w.send(alice, 2 * GWEI, private=True)
    bundle(w, bob, 1, own(w), bid=ETHER)
    bundle(w, alice, 1, own(w), bid=ETHER)
    w.blocks(1)

    assert [each.bundle for each in w.said(BundleIncluded)] == [2]
    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=Refusal.SEEN_IS_GONE)]


def test_what_a_chain_without_bundles_and_a_builder_with_too_many_say():
    w = world()
    w.chain.start()
    alice = w.fund("alice")
    bundle(w, alice, own(w))
    w.chain.executor.has_bundles = True
    bundle(w, alice)
    bundle(w, alice, *[own(w)] * (MOST_TXS + 1))
    bundle(w, alice, own(w), blocks=0)
    bundle(w, alice, own(w), bid=-1)
    for _ in range(MOST_WAITING + 1):
        bundle(w, alice, own(w))

    reasons = [Refusal.NO_BUNDLES, *[Refusal.BAD_SIZE] * 3, Refusal.BAD_PRICE, Refusal.MEMPOOL_FULL]
    assert [each.reason for each in w.said(BundleDropped)] == reasons


@pytest.mark.parametrize(
    ("changes", "bid", "reason"),
    [
        ({"gas_limit": 0}, 0, Refusal.BAD_SIZE),
        ({"gas_limit": -200_000}, 0, Refusal.BAD_SIZE),
        ({"gas_limit": 10**12}, 0, Refusal.GAS_LIMIT_TOO_HIGH),
        ({"max_fee": -1}, 0, Refusal.BAD_PRICE),
        ({"contract": 2**70}, 0, Refusal.UNKNOWN_CONTRACT),
        ({"max_fee": 2**64, "tip": 2**64}, 0, Refusal.BAD_PRICE),
        ({}, 2**300, Refusal.BAD_PRICE),
        ({}, -(2**300), Refusal.BAD_PRICE),
    ],
)
def test_a_bundle_that_no_block_could_hold_is_refused_at_the_door(w, changes, bid, reason):
    alice = w.fund("alice")
    bundle(w, alice, own(w), own(w)._replace(**changes), bid=bid)
    w.blocks(1)

    assert w.said(BundleDropped) == [BundleDropped(bundle=1, reason=reason)]
    assert (w.said(TxEnclosed), w.balance(alice)) == ([], 100 * ETHER)


@attrs.define(eq=False)
class Feed:
    """Counts its updates, a thousand each, in the counter."""

    counter: int
    calls: ClassVar[tuple[type[Any], ...]] = (PostPriceCall,)

    def answer(self, call: PostPriceCall, context: CallContext) -> int:
        return context.call(self.counter, DoCall(add=1_000))


def offer(w: World, blocks: int = 2) -> tuple[int, int, int]:
    """Put a feed's updates on offer, 65 % of the bids to a treasury; return treasury, reporter and feed. An update waits as tx 1."""
    names = w.chain.names
    treasury, oracle, feed = names.intern("treasury"), w.fund("oracle"), names.intern("feed")
    w.chain.register(feed, Feed(w.counter.place))
    w.chain.offer_updates(feed, UpdateTerms(blocks, treasury, 6_500))
    w.chain.arrive((oracle, 0, SendTx(feed, PostPriceCall(()), FEE, FEE, 200_000)))
    return treasury, oracle, feed


def test_an_update_on_offer_waits_and_then_enters_by_itself(w):
    _, _, feed = offer(w)
    w.blocks(2)
    assert w.said(UpdateOffered) == [UpdateOffered(tx=1, feed=feed, free_from=3)]
    assert w.counter.count == 0

    w.blocks(1)
    assert w.counter.count == 1_000


def test_the_highest_bid_for_an_update_enters_with_it_and_the_beneficiary_gets_its_part(w):
    alice, bob, carol = w.fund("alice"), w.fund("bob"), w.fund("carol")
    treasury, _, feed = offer(w)
    bundle(w, alice, 1, own(w, DoCall(gas=150_000)), bid=2 * ETHER)
    bundle(w, bob, 1, own(w), bid=ETHER)
    bundle(w, carol, 1, own(w, FAILS), bid=3 * ETHER)
    w.blocks(1)

    assert [each.bundle for each in w.said(BundleIncluded)] == [1]
    assert w.said(UpdateAuctioned) == [
        UpdateAuctioned(tx=1, feed=feed, bundle=1, bids=2, bid=2 * ETHER, runner_up=ETHER, recaptured=13 * ETHER // 10)
    ]
    assert (w.balance(treasury), w.balance(bob), w.balance(carol)) == (13 * ETHER // 10, 100 * ETHER, 100 * ETHER)
    assert w.builder_balance == 7 * ETHER // 10 + 250_000 * FEE
    assert {(each.bundle, each.reason) for each in w.said(BundleDropped)} == {(2, Refusal.OUTBID), (3, Refusal.HEALTHY)}
    assert w.counter.count == 1_001
    w.chain.ledger.check()


def test_an_update_that_is_free_again_pays_nobody_but_the_builder(w):
    alice = w.fund("alice")
    treasury, _, _ = offer(w, blocks=0)
    bundle(w, alice, 1, own(w), bid=ETHER)
    w.blocks(1)

    assert (w.balance(treasury), w.said(UpdateAuctioned)) == (0, [])
    assert [each.recaptured for each in w.said(BundleIncluded)] == [0]


def test_a_replacement_of_an_update_is_free_no_later(w):
    _, oracle, feed = offer(w)
    w.blocks(1)
    w.chain.arrive((oracle, 0, SendTx(feed, PostPriceCall(()), 2 * FEE, 2 * FEE, 200_000, 0)))

    assert [(each.tx, each.free_from) for each in w.said(UpdateOffered)] == [(1, 3), (2, 3)]


def test_if_the_highest_bid_for_an_update_fails_once_its_turn_comes_the_second_gets_it(w):
    alice, bob = w.fund("alice"), w.fund("bob")
    treasury, _, feed = offer(w)
    bundle(w, alice, own(w), bid=5 * ETHER)
    bundle(w, alice, 1, own(w, nonce=0), bid=3 * ETHER)
    bundle(w, bob, 1, own(w), bid=2 * ETHER)
    w.blocks(1)

    assert [each.bundle for each in w.said(BundleIncluded)] == [1, 3]
    assert w.said(UpdateAuctioned) == [
        UpdateAuctioned(tx=1, feed=feed, bundle=3, bids=1, bid=2 * ETHER, runner_up=0, recaptured=13 * ETHER // 10)
    ]
    assert w.said(BundleDropped) == [BundleDropped(bundle=2, reason=Refusal.NONCE_TOO_LOW)]
    assert w.balance(treasury) == 13 * ETHER // 10


def test_of_equal_bids_a_ticket_and_not_who_came_first_decides(w):
    alice, bob, carol = w.fund("alice"), w.fund("bob"), w.fund("carol")
    winners, followers = [], []
    for number in range(1, 13):
        w.chain.arrive((carol, 0, SendTx(w.counter.place, PLAIN, 2 * GWEI, 2 * GWEI, 200_000)))
        update = 3 * number - 2
        bundle(w, alice, update, own(w), bid=ETHER)
        bundle(w, bob, update, own(w), bid=ETHER)
        w.blocks(1)
        winners.append(w.said(BundleIncluded)[-1].bundle % 2)
        followers.append(len(w.said(BundleIncluded)))

    assert set(winners) == {0, 1}
    assert followers == list(range(1, 13))


def test_of_equal_bids_for_an_update_a_ticket_decides_too():
    winners = set()
    for seed in range(1, 9):
        w = world(bundles=True, seed=seed)
        w.chain.start()
        alice, bob = w.fund("alice"), w.fund("bob")
        offer(w)
        bundle(w, alice, 1, own(w), bid=ETHER)
        bundle(w, bob, 1, own(w), bid=ETHER)
        w.blocks(1)
        winners.add(w.said(UpdateAuctioned)[0].bundle)

    assert winners == {1, 2}


def test_the_beneficiarys_part_is_rounded_down(w):
    alice = w.fund("alice")
    treasury, _, _ = offer(w)
    bundle(w, alice, 1, own(w), bid=3)
    w.blocks(1)

    assert (w.balance(treasury), [each.recaptured for each in w.said(UpdateAuctioned)]) == (1, [1])


@pytest.mark.parametrize(("less", "is_in"), [(0, True), (1, False)])
def test_gas_that_pays_as_much_as_a_bundle_does_not_drive_it_out(less, is_in):
    w = world(bundles=True, gas_limit=1_000_000)
    w.chain.start()
    w.chain.demand._add(500, 10**9)
    bundle(w, w.fund("alice"), own(w, price=PRICES[500] - less))
    w.blocks(1)

    assert is_in == bool(w.said(BundleIncluded))
