from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.chain.builder import ByTip, Filling
from sim.chain.candidates import Candidates
from sim.chain.demand import Demand
from sim.chain.fee_market import Eip1559, FirstPrice
from sim.chain.mempool import Mempool
from sim.streams import Streams
from sim.vocabulary import Refusal
from tests.chain.words import tx
from tests.support.naive_chain import NaiveMempool


def mempool(**limits):
    return Mempool(FirstPrice(), **{"gas_limit": 1_000, **limits})


def no_ticket(party):
    return 0


def block(pool, base_fee=0, gas_limit=1_000, gas_used=None, tickets=no_ticket):
    """Return the ids that a block takes in sequence, without any background."""
    taken: list[int] = []

    def execute(tx, price, position):
        taken.append(tx.id)
        pool.include(tx)
        return gas_used[tx.id] if gas_used else tx.gas_limit

    demand = Demand((), pool.market, Streams(1)["demand"])
    ByTip().fill(Filling(gas_limit, base_fee), Candidates(pool, base_fee, tickets), demand, execute)
    return taken


def test_the_dearer_tx_goes_first():
    pool = mempool()
    for each in (tx(1, 7, 0, 50), tx(2, 8, 0, 60)):
        pool.add(each, 0)

    assert block(pool) == [2, 1]


def test_an_underpriced_tx_holds_up_those_behind_it():
    pool = Mempool(Eip1559(), 1_000)
    for each in (tx(1, 7, 0, 9, 1), tx(2, 7, 1, 500, 400), tx(3, 8, 0, 20, 1)):
        pool.add(each, 10)

    assert block(pool, base_fee=10) == [3]
    assert block(pool, base_fee=9) == [1, 2]


def test_a_gap_in_the_nonces_waits_until_it_is_filled():
    pool = mempool()
    pool.add(tx(1, 7, 1, 50), 0)

    assert block(pool) == []

    pool.add(tx(2, 7, 0, 5), 0)

    assert block(pool) == [2, 1]


def test_a_spent_nonce_cannot_be_used_again():
    pool = mempool()
    pool.add(tx(1, 7, 0, 50), 0)
    block(pool)

    assert pool.add(tx(2, 7, 0, 500), 0).refusal == Refusal.NONCE_TOO_LOW


def test_a_replacement_needs_a_tenth_more_exactly():
    pool = mempool()
    pool.add(tx(1, 7, 0, 1_000), 0)

    assert pool.add(tx(2, 7, 0, 1_099), 0).refusal == Refusal.UNDERPRICED_REPLACEMENT
    assert pool.add(tx(3, 7, 0, 1_100), 0).replaced.id == 1
    assert block(pool) == [3]


def test_a_replacement_needs_a_tenth_more_on_both_fee_fields():
    pool = Mempool(Eip1559(), 1_000)
    pool.add(tx(1, 7, 0, 1_000, 100), 0)

    assert pool.add(tx(2, 7, 0, 5_000, 109), 0).refusal == Refusal.UNDERPRICED_REPLACEMENT
    assert pool.add(tx(3, 7, 0, 1_099, 500), 0).refusal == Refusal.UNDERPRICED_REPLACEMENT
    assert pool.add(tx(4, 7, 0, 1_100, 110), 0).refusal == Refusal.NONE


def test_a_full_pool_evicts_the_cheapest():
    pool = mempool(most_txs=2)
    for each in (tx(1, 7, 0, 10), tx(2, 8, 0, 20)):
        pool.add(each, 0)

    assert [gone.id for gone in pool.add(tx(3, 9, 0, 11), 0).evicted] == [1]


def test_a_full_pool_refuses_a_newcomer_that_pays_no_more_than_the_cheapest():
    pool = mempool(most_txs=2)
    for each in (tx(1, 7, 0, 10), tx(2, 8, 0, 20)):
        pool.add(each, 0)

    assert pool.add(tx(3, 9, 0, 10), 0).refusal == Refusal.MEMPOOL_FULL
    assert sorted(pool.txs) == [1, 2]


def test_a_pool_full_of_gas_evicts_as_many_as_it_takes_and_none_if_that_is_not_enough():
    pool = mempool(most_gas=1_000)
    for each in (tx(1, 7, 0, 10, gas_limit=300), tx(2, 8, 0, 20, gas_limit=300), tx(3, 9, 0, 30, gas_limit=400)):
        pool.add(each, 0)

    assert pool.add(tx(4, 6, 0, 25, gas_limit=700), 0).refusal == Refusal.MEMPOOL_FULL
    assert sorted(pool.txs) == [1, 2, 3]
    assert [gone.id for gone in pool.add(tx(5, 6, 0, 25, gas_limit=600), 0).evicted] == [1, 2]


def test_who_is_cheapest_depends_on_the_base_fee():
    high_cap, high_tip = tx(1, 7, 0, 1_000, 1), tx(2, 8, 0, 60, 50)
    for base_fee, cheapest in ((0, 1), (100, 2)):
        pool = Mempool(Eip1559(), 1_000, most_txs=2)
        pool.add(high_cap, base_fee)
        pool.add(high_tip, base_fee)

        assert [gone.id for gone in pool.add(tx(3, 9, 0, 5_000, 5_000), base_fee).evicted] == [cheapest]


def test_a_sender_has_at_most_64_waiting():
    pool = mempool()
    for nonce in range(64):
        assert pool.add(tx(nonce + 1, 7, nonce, 10), 0).refusal == Refusal.NONE

    assert pool.add(tx(100, 7, 64, 10), 0).refusal == Refusal.NONCE_GAP_TOO_WIDE


def test_a_tx_that_fits_no_block_is_refused_and_one_that_fits_exactly_is_not():
    pool = mempool()

    assert pool.add(tx(1, 7, 0, 10, gas_limit=1_001), 0).refusal == Refusal.GAS_LIMIT_TOO_HIGH
    assert pool.add(tx(2, 7, 0, 10, gas_limit=1_000), 0).refusal == Refusal.NONE


def test_a_price_below_nothing_and_a_gas_limit_of_nothing_are_refused():
    pool = mempool()

    assert pool.add(tx(1, 7, 0, -1), 0).refusal == Refusal.BAD_PRICE
    assert pool.add(tx(2, 7, 0, 10, gas_limit=0), 0).refusal == Refusal.BAD_SIZE


def test_lines_that_cannot_pay_cost_a_block_nothing():
    pool = Mempool(Eip1559(), 1_000)
    for party in range(500):
        pool.add(tx(party + 1, party, 0, 50, 50), 0)
    pool.add(tx(1_000, 900, 0, 500, 5), 0)
    candidates = Candidates(pool, 100, no_ticket)

    best = candidates.best()
    assert best and best[2].id == 1_000
    candidates.skip()
    assert candidates.best() is None
    assert candidates._mark == (500, -1_000)


class MempoolWalk(RuleBasedStateMachine):
    """A mempool against its naive twin, with few senders, few prices and little room so that everything collides."""

    def __init__(self):
        super().__init__()
        limits: Any = {"gas_limit": 500, "most_txs": 6, "most_gas": 1_500, "per_sender": 5}
        self.real = Mempool(Eip1559(), **limits)
        self.twin = NaiveMempool(Eip1559(), **limits)
        self.ids = 0

    @rule(
        party=st.integers(1, 4),
        nonce=st.integers(-1, 8),
        max_fee=st.sampled_from([5, 10, 11, 12, 20, 22, 30]),
        tip=st.sampled_from([1, 2, 3, 10, 11]),
        gas_limit=st.sampled_from([100, 200, 500, 501]),
        base_fee=st.sampled_from([0, 8, 11, 25]),
    )
    def add(self, party, nonce, max_fee, tip, gas_limit, base_fee):
        self.ids += 1
        max_fee, tip = self.real.market.bid(max_fee, tip)
        free = self.twin.free_nonce(party)
        assert self.real.line(party).free_nonce == free
        arriving = tx(self.ids, party, free if nonce < 0 else nonce, max_fee, tip, gas_limit)

        assert self.real.add(arriving, base_fee) == self.twin.add(arriving, base_fee)

    @rule(
        base_fee=st.sampled_from([0, 8, 11, 25]),
        gas_limit=st.sampled_from([150, 500, 2_000]),
        salt=st.integers(0, 3),
        saved=st.integers(0, 99),
    )
    def seal(self, base_fee, gas_limit, salt, saved):
        tickets = {party: (party * 7 + salt * 3) % 5 for party in range(1, 5)}
        gas_used = {each.id: max(1, each.gas_limit - saved) for each in self.twin.waiting}

        expected = self.twin.block(base_fee, gas_limit, tickets, gas_used)
        assert expected == block(self.real, base_fee, gas_limit, gas_used, tickets.__getitem__)

    @rule(place=st.integers(0, 5))
    def remove(self, place):
        if place < len(self.twin.waiting):
            gone = self.twin.waiting.pop(place)
            self.real.remove(gone)

    @invariant()
    def agrees(self):
        self.real._check()
        assert sorted(self.real.txs) == sorted(each.id for each in self.twin.waiting)


TestMempoolWalk = MempoolWalk.TestCase
