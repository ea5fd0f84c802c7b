"""The public mempool and one's own txs, as they were at instants: beside the chain itself, over walks. Private txs are not seen."""

import copy

import pytest

from sim.chain.fates import KEPT, Fates
from sim.chain.gossip import Gossip
from sim.commands import SendBundle, SendTx
from sim.streams import Stream
from sim.units import GWEI, SECOND
from sim.vocabulary import Refusal
from tests.chain.words import PLAIN, DoCall, World, world

FEE = 20 * GWEI
FAILS = DoCall(refuse=Refusal.HEALTHY)


def watched(**keys) -> tuple[World, Gossip]:
    """Return a started chain whose mempool is watched."""
    made = world(**keys)
    gossip = Gossip(made.chain)
    gossip.reach(3 * SECOND * 12)
    gossip.open()
    made.chain.start()
    return made, gossip


def random_act(w: World, dice: Stream, parties: list[int]) -> None:
    """Send, replace, leave a gap, bundle, or let a block be sealed."""
    if dice.uniform() < 0.2:
        w.blocks(1)
        return
    party = parties[dice.integer(len(parties))]
    call = FAILS if dice.uniform() < 0.2 else PLAIN
    price = (1 + dice.integer(40)) * GWEI
    nonce = -1 if dice.uniform() < 0.6 else max(0, w.chain.mempool.line(party).nonce + dice.integer(4) - 1)
    if dice.uniform() < 0.15:
        own = SendTx(w.counter.place, call, FEE, FEE, 200_000)
        w.chain.arrive((party, 0, SendBundle(w.chain.place, (own,) * (1 + dice.integer(2)), dice.integer(3), 1 + dice.integer(2))))
    else:
        is_private = dice.uniform() < 0.3
        w.send(party, price, call, nonce, private=is_private and w.chain.spec.bundles, to=w.counter.place if dice.uniform() < 0.8 else 99)


@pytest.mark.parametrize(("seed", "bundles"), [(1, False), (2, True), (3, True)])
def test_what_is_seen_is_what_waited(seed, bundles):
    w, gossip = watched(bundles=bundles, mempool_txs=12)
    dice, parties = Stream(seed, "walk"), [w.fund(f"party/{number}") for number in range(4)]
    seen = []
    for _ in range(300):
        random_act(w, dice, parties)
        gossip._check()
        at = w.kernel.now
        waits = [tx.id for tx in w.chain.mempool.txs.values() if not tx.is_private]
        view = gossip.view(at)
        assert [each.tx for each in view] == sorted(waits)
        assert gossip.view(at, 99) == tuple(each for each in view if each.contract == 99)
        seen.append((at, view))
        w.kernel.run_until(at + 1 + dice.integer(2 * SECOND))

    last = w.kernel.now
    recent = [(at, view) for at, view in seen if at >= last - gossip.keep]
    assert len(recent) > 5
    assert [gossip.view(at) for at, _ in recent] == [view for _, view in recent]
    assert len(gossip._heard) < 200


def test_what_waits_is_told_with_its_call_and_its_bid():
    w, gossip = watched()
    alice = w.fund("alice")
    w.kernel.run_until(5)
    w.send(alice, FEE, PLAIN, 3, tip=2 * GWEI)

    (found,) = gossip.view(5)

    assert gossip.view(4) == ()
    assert found[1:] == (5, 1, alice, 3, w.counter.place, PLAIN, FEE, FEE, 200_000, 0)


def test_a_fork_sees_on_by_itself():
    w, gossip = watched()
    alice = w.fund("alice")
    w.send(alice, FEE)
    twin, other = copy.deepcopy((w, gossip))

    twin.blocks(1)

    assert (len(gossip.view(w.kernel.now)), len(other.view(twin.kernel.now))) == (1, 0)


def fates_of(w: World, name: str = "alice") -> tuple[int, Fates]:
    party = w.fund(name)
    fates = Fates(w.chain, party, 1)
    fates.open()
    return party, fates


def told(w: World, fates: Fates, at: int | None = None) -> list[tuple[int, str, Refusal]]:
    return [(each.tx, each.fate, each.reason) for each in fates.view(w.kernel.now if at is None else at)]


def test_every_fate_is_told_and_only_ones_own():
    w, _ = watched(bundles=True)
    alice, fates = fates_of(w)
    bob = w.fund("bob")
    w.send(bob, FEE)
    w.send(alice, FEE)
    w.send(alice, FEE, FAILS)
    w.send(alice, 2 * FEE, PLAIN, 1)
    w.send(alice, FEE, PLAIN, 0, tip=FEE + 1)
    w.send(alice, FEE, PLAIN, 7)
    before = w.kernel.now
    w.send(alice, FEE, FAILS, 2)
    w.chain.arrive((alice, 0, SendBundle(w.chain.place, (SendTx(w.counter.place, FAILS, FEE, FEE, 200_000),), 1, 1)))
    waited = told(w, fates, before)
    w.blocks(1)

    assert waited == [
        (2, "waiting", Refusal.NONE),
        (3, "replaced", Refusal.NONE),
        (4, "waiting", Refusal.NONE),
        (5, "dropped", Refusal.UNDERPRICED_REPLACEMENT),
        (6, "waiting", Refusal.NONE),
        (7, "waiting", Refusal.NONE),
        (8, "waiting", Refusal.NONE),
    ]
    assert told(w, fates) == [
        (2, "included", Refusal.NONE),
        (3, "replaced", Refusal.NONE),
        (4, "included", Refusal.NONE),
        (5, "dropped", Refusal.UNDERPRICED_REPLACEMENT),
        (6, "waiting", Refusal.NONE),
        (7, "reverted", Refusal.HEALTHY),
        (8, "dropped", Refusal.NONCE_GAP_TOO_WIDE),
    ]
    assert told(w, fates, before) == waited
    included = fates.view(w.kernel.now)[0]
    assert (included.block, included.gas_used, included.gas_price, included.at, included.sent_at) == (1, 100_000, FEE, 12 * SECOND, 0)


def test_what_is_long_over_is_forgotten_and_what_waits_is_not():
    w, _ = watched()
    alice, fates = fates_of(w)
    w.send(alice, FEE, PLAIN, 63)
    for _ in range(60):
        w.send(alice, FEE)
    w.blocks(1)
    for _ in range(10):
        w.send(alice, FEE, PLAIN, 0)

    fates_told = [each.fate for each in fates.view(w.kernel.now)]

    assert fates_told == ["waiting"] + ["included"] * (KEPT - 10) + ["dropped"] * 10
