from collections import Counter as Tally
from copy import deepcopy

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.chain.eras import ERAS
from sim.errors import BrokenInvariant
from sim.kernel import EXECUTE
from sim.records.agents import Burned, Minted
from sim.records.chain import BlockSealed, GasPaid, TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.units import GWEI, HOUR, SECOND
from sim.vocabulary import Refusal
from tests.chain.words import EPOCH, ETHER, DoCall, World, flat, world


def test_a_tx_is_pending_then_included_and_its_contract_speaks_after_it():
    w = world()
    w.chain.start()
    alice = w.fund("alice")
    w.send(alice, 20 * GWEI)
    w.blocks(1)

    pending, included, said, paid, sealed = w.entries()
    assert [type(each[2]) for each in (pending, included, said, paid, sealed)] == [TxPending, TxIncluded, Minted, GasPaid, BlockSealed]
    assert [each[1] for each in (pending, included, said, paid, sealed)] == [0, pending[0], included[0], included[0], 0]
    assert included[2] == TxIncluded(tx=1, block=1, position=0, nonce=0, gas_used=100_000, gas_price=20 * GWEI, waited=12 * SECOND)
    assert sealed[2].timestamp == EPOCH + 12
    assert (sealed[2].gas_used, sealed[2].our_gas, sealed[2].txs, sealed[2].gas_price_p60) == (100_000, 100_000, 1, 20 * GWEI)


def test_gas_is_paid_to_the_builder_for_what_was_used_only():
    w = world()
    w.chain.start()
    alice = w.fund("alice", ETHER)
    w.send(alice, 20 * GWEI)
    w.blocks(1)

    fee = 100_000 * 20 * GWEI
    assert (w.balance(alice), w.builder_balance) == (ETHER - fee, fee)


def test_the_base_fee_is_burned_and_the_tip_is_not():
    w = world(fee_market="eip1559", base_fee=10 * GWEI)
    w.chain.start()
    alice = w.fund("alice", ETHER)
    w.send(alice, 50 * GWEI, tip=2 * GWEI)
    w.blocks(1)

    assert w.said(GasPaid) == [GasPaid(tx=1, amount=100_000 * 12 * GWEI, burned=100_000 * 10 * GWEI)]
    assert w.said(Burned) == [Burned(asset=w.eth, amount=100_000 * 10 * GWEI)]
    assert w.chain.ledger.minted[w.eth] == ETHER - 100_000 * 10 * GWEI
    w.chain.ledger.check()


def test_a_revert_costs_its_gas_and_its_nonce_and_leaves_nothing_else():
    w = world()
    w.chain.start()
    alice = w.fund("alice", ETHER)
    w.send(alice, 20 * GWEI, DoCall(gas=70_000, refuse=Refusal.HEALTHY))
    w.blocks(1)

    assert w.said(TxReverted) == [TxReverted(1, 1, 0, 0, 70_000, 20 * GWEI, Refusal.HEALTHY, 12 * SECOND)]
    assert w.said(Minted) == []
    assert w.counter.count == 0
    assert w.balance(alice) == ETHER - 70_000 * 20 * GWEI
    assert w.chain.mempool.line(alice).nonce == 1


def test_a_call_that_needs_more_than_its_gas_limit_reverts_and_pays_all_of_it():
    w = world()
    w.chain.start()
    alice = w.fund("alice", ETHER)
    w.send(alice, 20 * GWEI, DoCall(gas=100_001), gas_limit=100_000)
    w.send(alice, 20 * GWEI, DoCall(gas=100_000), gas_limit=100_000)
    w.blocks(1)

    assert [(each.reason, each.gas_used) for each in w.said(TxReverted)] == [(Refusal.OUT_OF_GAS, 100_000)]
    assert [each.gas_used for each in w.said(TxIncluded)] == [100_000]
    assert w.counter.count == 1


def test_a_call_that_nobody_answers_reverts():
    w = world()
    w.chain.start()
    alice = w.fund("alice")
    w.send(alice, 20 * GWEI, to=alice)
    w.send(alice, 20 * GWEI, call=("no", "such"))
    w.blocks(1)

    assert [(each.reason, each.gas_used) for each in w.said(TxReverted)] == [
        (Refusal.UNKNOWN_CONTRACT, 21_000),
        (Refusal.UNKNOWN_CALL, 21_000),
    ]


def test_a_nested_call_that_reverts_undoes_only_itself_when_the_caller_forgives():
    w = world()
    w.chain.start()
    alice = w.fund("alice")
    inner = (w.counter.place, DoCall(add=10, gas=5_000, refuse=Refusal.HEALTHY))
    w.send(alice, 20 * GWEI, DoCall(then=inner, forgives=True))
    w.send(alice, 20 * GWEI, DoCall(then=inner, forgives=False))
    w.blocks(1)

    assert w.counter.count == 1
    assert [each.amount for each in w.said(Minted)] == [1]
    assert [(each.reason, each.gas_used) for each in w.said(TxReverted)] == [(Refusal.HEALTHY, 105_000)]


def test_a_nested_call_that_succeeds_is_undone_with_its_caller():
    w = world()
    w.chain.start()
    alice = w.fund("alice")
    w.send(alice, 20 * GWEI, DoCall(then=(w.counter.place, DoCall(add=10)), refuse=Refusal.HEALTHY), gas_limit=500_000)
    w.blocks(1)

    assert (w.counter.count, w.said(Minted)) == (0, [])


def test_a_sender_who_cannot_pay_the_limit_at_the_bid_is_dropped_and_one_who_just_can_is_not():
    w = world()
    w.chain.start()
    poor, just = w.fund("poor", 200_000 * 20 * GWEI - 1), w.fund("just", 200_000 * 20 * GWEI)
    w.send(poor, 20 * GWEI)
    w.send(just, 20 * GWEI)
    w.blocks(1)

    assert [each.reason for each in w.said(TxDropped)] == [Refusal.INSUFFICIENT_GAS_FUNDS]
    assert len(w.said(TxIncluded)) == 1


def test_a_sender_who_spent_its_gas_money_meanwhile_is_thrown_out_of_the_block():
    w = world()
    w.chain.start()
    alice = w.fund("alice", 300_000 * 20 * GWEI)
    w.send(alice, 20 * GWEI, gas_limit=200_000)
    w.send(alice, 20 * GWEI, gas_limit=300_000)
    w.blocks(1)

    assert [(each.tx, each.reason) for each in w.said(TxDropped)] == [(2, Refusal.INSUFFICIENT_GAS_FUNDS)]
    assert w.chain.pending(alice) == ()
    assert w.chain.mempool.line(alice).nonce == 1


def test_an_underpriced_tx_holds_up_the_senders_next_until_it_is_replaced():
    w = world(flat(20, 24, 40))
    w.chain.start()
    alice = w.fund("alice")
    w.send(alice, GWEI)
    w.send(alice, 500 * GWEI)
    w.blocks(20)

    assert w.said(TxIncluded) == []
    assert [each.nonce for each in w.chain.pending(alice)] == [0, 1]

    w.send(alice, 500 * GWEI, nonce=0)
    w.blocks(1)

    assert [(each.tx, each.by) for each in w.said(TxReplaced)] == [(1, 3)]
    assert [each.tx for each in w.said(TxIncluded)] == [3, 2]


def test_who_bids_more_is_included_sooner():
    w = world(flat(20, 24, 40))
    w.chain.start()
    for party, price in enumerate((14, 18, 22, 60)):
        w.send(w.fund(f"sender {party}"), price * GWEI)
    w.blocks(60)

    blocks = {each.tx: each.block for each in w.said(TxIncluded)}
    waited = [blocks.get(tx, 61) for tx in (4, 3, 2, 1)]
    assert waited == sorted(waited)
    assert waited[0] == 1
    assert waited[-1] > 1


def test_our_own_txs_raise_the_price_of_gas():
    calm, crowded = world(flat(20, 24, 40)), world(flat(20, 24, 40))
    for w in (calm, crowded):
        w.chain.start()
    senders = [crowded.fund(f"sender {number}") for number in range(12)]
    for _ in range(20):
        for sender in senders:
            crowded.send(sender, 300 * GWEI, DoCall(gas=500_000), gas_limit=500_000)
        for w in (calm, crowded):
            w.blocks(1)

    prices = [sum(each.gas_price_p60 for each in w.said(BlockSealed)) for w in (calm, crowded)]
    assert prices[1] > 2 * prices[0]
    assert crowded.chain.demand.waiting > calm.chain.demand.waiting


def test_equal_tips_are_a_fair_lottery_between_senders():
    w = world()
    w.chain.start()
    senders = [w.fund(f"sender {number}") for number in range(3)]
    for _ in range(600):
        for sender in senders:
            w.send(sender, GWEI)
        w.blocks(1)

    first = Tally(each.tx % 3 for each in w.said(TxIncluded) if each.position == 0)
    assert sum(first.values()) == 600
    assert min(first.values()) > 160


def test_a_block_shows_itself_to_who_looks_back():
    w = world(flat(20, 24, 40))
    w.chain.start()
    w.blocks(3)

    assert [w.shown(at).number for at in (0, 12 * SECOND - 1, 12 * SECOND, 36 * SECOND, HOUR)] == [0, 0, 1, 3, 3]
    assert w.shown(0).gas_price > 20 * GWEI
    assert w.shown(36 * SECOND).seq == w.chain.tape.entries


def test_hooks_run_around_the_txs_of_every_block():
    w = world()
    heard = _Heard(w)
    w.chain.on_block(heard.before)
    w.chain.on_block(heard.after, is_after=True)
    w.chain.start()
    w.send(w.fund("alice"), GWEI)
    w.blocks(2)

    assert heard.counts == [("before", 1, 0), ("after", 1, 1), ("before", 2, 1), ("after", 2, 1)]


class _Heard:
    def __init__(self, w: World) -> None:
        self.w = w
        self.counts: list[tuple[str, int, int]] = []

    def before(self, head):
        self.counts.append(("before", head.number, self.w.counter.count))

    def after(self, head):
        self.counts.append(("after", head.number, self.w.counter.count))


def test_a_listener_that_writes_while_a_tx_speaks_is_found_out():
    w = world()
    w.chain.start()
    w.chain.tape.listen(TxIncluded.kind, _Interrupter(w).interrupt)
    w.send(w.fund("alice"), GWEI)

    with pytest.raises(BrokenInvariant):
        w.blocks(1)


class _Interrupter:
    def __init__(self, w: World) -> None:
        self.w = w

    def interrupt(self, *entry):
        self.w.chain.tape.append(self.w.kernel.now, 0, 0, 0, (Minted.kind, self.w.eth, 1))


@pytest.mark.parametrize("era", ERAS)
def test_every_era_runs_forks_and_repeats_itself(era):
    def opened():
        w = world(
            flat(20, 24, 40), **{field: getattr(ERAS[era], field) for field in ("fee_market", "block_clock", "gas_limit", "missed_bps")}
        )
        w.chain.start()
        w.send(w.fund("alice"), 100 * GWEI)
        w.blocks(30)
        return w

    w = opened()
    fork = deepcopy(w)
    for each in (w, fork):
        each.blocks(30)

    again = opened()
    again.blocks(30)
    assert w.chain.tape.digest() == fork.chain.tape.digest() == again.chain.tape.digest()
    assert 0.3 * w.chain.spec.gas_limit < sum(each.gas_used for each in w.said(BlockSealed)) / 60 <= w.chain.spec.gas_limit


def test_an_idle_sender_changes_nobody_elses_lottery():
    def order(names):
        w = world()
        w.chain.start()
        senders = {name: w.fund(name) for name in names}
        for name in ("alice", "bob", "carol"):
            w.send(senders[name], GWEI)
        w.blocks(1)
        return [each.tx for each in w.said(TxIncluded)]

    assert order(("alice", "bob", "carol")) == order(("zoe", "carol", "bob", "alice"))


class ChainWalk(RuleBasedStateMachine):
    """Random senders and calls on a small chain; money, nonces and gas must add up after every step."""

    @initialize(market=st.sampled_from(["first_price", "eip1559"]), background=st.booleans(), bundles=st.booleans())
    def open(self, market, background, bundles):
        keys = {"base_fee": 5 * GWEI} if market == "eip1559" else {}
        points = flat(10, 12, 20) if background else ()
        self.w = world(points, fee_market=market, gas_limit=1_000_000, mempool_txs=8, mempool_gas=2_000_000, bundles=bundles, **keys)
        self.w.chain.start()
        self.parties = [self.w.fund(name, ETHER // 20) for name in ("alice", "bob", "carol")]

    @rule(
        who=st.integers(0, 2),
        price=st.integers(1, 60),
        tip=st.integers(0, 60),
        nonce=st.integers(-1, 6),
        gas=st.sampled_from([10_000, 400_000, 900_000]),
        gas_limit=st.sampled_from([50_000, 500_000, 1_000_000, 1_000_001]),
        refuse=st.sampled_from([Refusal.NONE, Refusal.NONE, Refusal.HEALTHY]),
        nested=st.sampled_from([None, Refusal.NONE, Refusal.HEALTHY]),
        private=st.booleans(),
    )
    def send(self, who, price, tip, nonce, gas, gas_limit, refuse, nested, private):
        then = None if nested is None else (self.w.counter.place, DoCall(7, 9_000, nested))
        call = DoCall(1, gas, refuse, then, forgives=gas == 10_000)
        self.w.send(self.parties[who], price * GWEI, call, nonce, tip=tip * GWEI, gas_limit=gas_limit, private=private)

    @rule(count=st.integers(1, 3))
    def seal(self, count):
        self.w.blocks(count)

    @invariant()
    def everything_adds_up(self):
        w = self.w
        w.chain.ledger.check()
        w.chain.mempool._check()
        w.chain.demand._check()
        assert not w.chain.ledger.journal.is_open
        assert w.balance(w.chain.place) == 0
        assert w.counter.count == self.last_said_count()
        assert all(each.gas_used <= 1_000_000 for each in w.said(BlockSealed))

    @invariant()
    def what_senders_lost_is_what_was_paid(self):
        w = self.w
        lost = len(self.parties) * (ETHER // 20) - sum(w.balance(party) for party in self.parties)
        paid, burned = sum(each.amount for each in w.said(GasPaid)), sum(each.burned for each in w.said(GasPaid))
        assert (lost, burned) == (paid, sum(each.amount for each in w.said(Burned)))
        assert w.builder_balance == paid - burned

    @invariant()
    def nonces_are_spent_once_and_in_sequence(self):
        w = self.w
        pending = {each.tx for each in w.said(TxPending)}
        done = [each.tx for each in w.said(TxIncluded, TxReverted)]
        gone = [each.tx for each in w.said(TxReplaced)] + [each.tx for each in w.said(TxDropped) if each.tx in pending]
        assert len(done) == len(set(done))
        assert sorted([*done, *gone, *w.chain.mempool.txs]) == sorted(pending)
        assert sum(w.chain.mempool.line(party).nonce for party in self.parties) == len(done)

    def last_said_count(self):
        """What a tx that succeeded last said of the counter; those that reverted left no trace in it."""
        said = self.w.said(Minted)
        return said[-1].amount if said else 0


TestChainWalk = ChainWalk.TestCase


def test_a_tx_and_a_block_of_one_instant_meet_in_the_execute_phase():
    w = world()
    w.chain.start()
    alice = w.fund("alice")
    w.kernel.call_at(12 * SECOND, EXECUTE, lambda _: w.send(alice, GWEI))
    w.blocks(2)

    assert [each.block for each in w.said(TxIncluded)] == [1]
