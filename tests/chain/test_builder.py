from hypothesis import given
from hypothesis import strategies as st

from sim.chain.builder import ByTip, Filling, gas_quantile
from sim.chain.candidates import Candidates
from sim.chain.curve import PRICES
from sim.chain.demand import Demand
from sim.chain.fee_market import FirstPrice
from sim.chain.mempool import Mempool
from sim.streams import Streams
from tests.chain.words import tx

HALF = 2**31


def fill(txs, background=(), gas_limit=1_000, tickets=None, gas_used=None, thrown_out=()):
    """Return what a block includes in sequence: (tx or None for background, price, gas)."""
    pool = Mempool(FirstPrice(), 10**6)
    for each in txs:
        pool.add(each, 0)
    demand = Demand((), pool.market, Streams(1)["demand"])
    for level, gas in background:
        demand._add(level, gas)
    sequence: list[tuple[int, int]] = []

    def execute(tx, price, position):
        if tx.id in thrown_out:
            return None
        pool.include(tx)
        used = (gas_used or {}).get(tx.id, tx.gas_limit)
        sequence.append((tx.id, sum(gas for _, gas in filling.paid)))
        return used

    filling = Filling(gas_limit, 0)
    ByTip().fill(filling, Candidates(pool, 0, (tickets or {}).__getitem__), demand, execute)
    demand._check()
    pool._check()
    return filling, sequence


def test_txs_and_background_go_by_price():
    filling, sequence = fill([tx(1, 7, 0, PRICES[100] + 1)], [(101, 300), (100, 400)], tickets={7: 0})

    assert sequence == [(1, 300)]
    assert [gas for _, gas in filling.paid] == [300, 100, 400]


def test_at_one_price_the_ticket_says_how_much_background_goes_first():
    filling, sequence = fill([tx(1, 7, 0, PRICES[100])], [(100, 400)], tickets={7: HALF})

    assert sequence == [(1, 200)]
    assert [gas for _, gas in filling.paid] == [200, 100, 200]


def test_two_senders_at_one_price_share_the_background_by_their_tickets():
    _, sequence = fill([tx(1, 7, 0, PRICES[100]), tx(2, 8, 0, PRICES[100])], [(100, 400)], tickets={7: HALF + HALF // 2, 8: HALF // 2})

    assert sequence == [(2, 100), (1, 400)]


def test_unused_gas_makes_room_for_others():
    filling, _ = fill([tx(1, 7, 0, 90, gas_limit=900), tx(2, 8, 0, 80, gas_limit=900)], tickets={7: 0, 8: 0}, gas_used={1: 100})

    assert (filling.txs, filling.gas_used) == (2, 1_000)


def test_a_tx_that_does_not_fit_is_left_out_with_its_line_and_a_smaller_one_gets_in():
    filling, sequence = fill(
        [tx(1, 7, 0, 90, gas_limit=600), tx(2, 8, 0, 80, gas_limit=500), tx(3, 8, 1, 70, gas_limit=10), tx(4, 9, 0, 60, gas_limit=400)],
        tickets={7: 0, 8: 0, 9: 0},
    )

    assert sequence == [(1, 0), (4, 600)]
    assert filling.room == 0


def test_a_tx_that_fits_exactly_gets_in():
    assert fill([tx(1, 7, 0, 90, gas_limit=1_000)], tickets={7: 0})[0].gas_used == 1_000


def test_a_tx_that_is_thrown_out_uses_no_gas_and_holds_up_its_line():
    filling, sequence = fill([tx(1, 7, 0, 90), tx(2, 7, 1, 90), tx(3, 8, 0, 50)], tickets={7: 0, 8: 0}, thrown_out=[1])

    assert sequence == [(3, 0)]
    assert filling.gas_used == 100


def test_a_quantile_counts_gas_not_txs():
    paid = [(30, 10), (20, 40), (10, 50)]

    assert [gas_quantile(paid, percent) for percent in (50, 51, 90, 91, 100)] == [10, 20, 20, 30, 30]
    assert gas_quantile([], 60) == 0


@given(
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from([PRICES[3], PRICES[4], PRICES[4] + 1]), st.integers(1, 700)), max_size=12),
    st.lists(st.tuples(st.integers(2, 5), st.integers(1, 500)), max_size=5),
    st.lists(st.integers(0, 2**32 - 1), min_size=5, max_size=5),
)
def test_a_block_never_holds_more_than_its_gas_and_leaves_nothing_out_that_fits(bids, background, tickets):
    txs = [
        tx(number + 1, party, sum(bid[0] == party for bid in bids[:number]), price, gas_limit=gas)
        for number, (party, price, gas) in enumerate(bids)
    ]
    waiting = sum(gas for _, gas in background)

    filling, _ = fill(txs, background, tickets=dict(enumerate(tickets, start=1)))

    taken = sum(gas for _, gas in filling.background)
    assert filling.gas_used == sum(gas for _, gas in filling.paid) == filling.our_gas + taken <= 1_000
    assert taken == waiting or filling.room == 0
