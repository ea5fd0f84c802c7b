"""Private txs: a tx goes to the builder alone because it asks to, and what it says it is for decides nothing."""

from sim.records.chain import TxDropped, TxIncluded, TxReverted
from sim.units import GWEI
from sim.vocabulary import Motive, Refusal
from tests.chain.words import ETHER, DoCall, world


def test_a_private_tx_that_fails_is_left_out_free_of_charge_and_other_failures_are_not():
    w = world(bundles=True)
    w.chain.start()
    alice, bob = w.fund("alice"), w.fund("bob")
    w.send(alice, 20 * GWEI, DoCall(refuse=Refusal.HEALTHY), private=True)
    w.send(bob, 20 * GWEI, DoCall(refuse=Refusal.HEALTHY))
    w.blocks(1)

    assert [(each.tx, each.reason) for each in w.said(TxDropped)] == [(1, Refusal.HEALTHY)]
    assert [each.tx for each in w.said(TxReverted)] == [2]
    assert w.balance(alice) == 100 * ETHER
    assert w.chain.mempool.line(alice).nonce == 0


def test_what_a_tx_says_it_is_for_makes_it_neither_private_nor_free():
    w = world(bundles=True)
    w.chain.start()
    alice = w.fund("alice")
    for motive in Motive:
        w.send(alice, 20 * GWEI, DoCall(refuse=Refusal.HEALTHY), motive=motive)
    w.blocks(1)

    assert len(Motive) == len(w.said(TxReverted))
    assert not w.said(TxDropped)


def test_where_builders_take_nothing_in_private_a_private_tx_is_dropped_and_its_nonce_is_free():
    w = world(bundles=False)
    w.chain.start()
    alice = w.fund("alice")
    w.send(alice, 20 * GWEI, private=True)
    w.send(alice, 20 * GWEI)
    w.blocks(1)

    assert [(each.tx, each.nonce, each.reason) for each in w.said(TxDropped)] == [(1, 0, Refusal.NO_BUNDLES)]
    assert [(each.tx, each.nonce) for each in w.said(TxIncluded)] == [(2, 0)]
