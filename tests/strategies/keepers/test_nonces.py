"""An account's own line of txs: which nonce comes next, what is tied up, whatever is heard in whatever sequence."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sim.agents.strategy import News
from sim.chain.fee_market import FirstPrice
from sim.chain.mempool import Mempool, Tx
from sim.commands import SendTx, TransferCall
from sim.records import Record, TxDropped, TxIncluded, TxPending, TxReverted
from sim.vocabulary import Motive, Refusal
from strategies.keepers.nonces import NonceLine, Outcome
from strategies.keepers.tips import Bid

ETH, USDC = 1, 2
POOL = 7
LOW, HIGH = Bid(10, 10), Bid(20, 20)


def send(line: NonceLine, bid: Bid = LOW, amount: int = 100, target: int = 0, block: int = 1) -> SendTx:
    return line.send(POOL, TransferCall(USDC, 5, amount), bid, 1_000, Motive.LIQUIDATION, block, asset=USDC, amount=amount, target=target)


def hear(line: NonceLine, record: Record) -> Outcome | None:
    return line.hear(News(1, 0, 3, 9, record.row()))


def pending(tx: int, nonce: int) -> TxPending:
    return TxPending(tx, nonce, POOL, 1, 10, 10, 1_000)


def included(tx: int, nonce: int, block: int = 2) -> TxIncluded:
    return TxIncluded(tx, block, 0, nonce, 800, 10, 0)


def reverted(tx: int, nonce: int) -> TxReverted:
    return TxReverted(tx, 2, 0, nonce, 800, 10, Refusal.HEALTHY, 0)


def dropped(tx: int, nonce: int, reason: Refusal = Refusal.MEMPOOL_FULL) -> TxDropped:
    return TxDropped(tx, nonce, reason)


def test_nonces_are_counted_from_nothing():
    line = NonceLine()

    assert [send(line).nonce for _ in range(3)] == [0, 1, 2]


def test_what_is_under_way_is_tied_up_with_its_gas():
    line = NonceLine()
    send(line, amount=100)
    send(line, HIGH, amount=50)

    assert (line.committed(USDC), line.committed(ETH), line.gas_committed()) == (150, 0, 30_000)


def test_an_included_tx_ties_its_units_up_until_its_block_is_in_view():
    line = NonceLine()
    send(line)
    outcome = hear(line, included(1, 0, block=5))

    line.look(4)
    before = line.committed(USDC)
    line.look(5)

    assert outcome is not None and outcome.is_included and outcome.is_spent
    assert (before, line.committed(USDC), line.gas_committed()) == (100, 0, 0)


def test_a_reverted_tx_gives_its_units_back_and_keeps_its_nonce():
    line = NonceLine()
    send(line)
    outcome = hear(line, reverted(1, 0))

    assert outcome is not None and (outcome.is_included, outcome.is_spent, outcome.reason) == (False, True, Refusal.HEALTHY)
    assert (line.committed(USDC), send(line).nonce) == (0, 1)


def test_a_dropped_nonce_is_used_again_first():
    line = NonceLine()
    for _ in range(3):
        send(line)
    hear(line, dropped(2, 1))

    assert line.has_gap
    assert [send(line).nonce for _ in range(2)] == [1, 3]
    assert not line.has_gap


def test_a_gap_at_the_end_of_the_line_is_none():
    line = NonceLine()
    send(line)
    send(line)
    hear(line, dropped(2, 1))

    assert not line.has_gap


def test_news_is_booked_once():
    line = NonceLine()
    send(line)

    assert hear(line, included(1, 0)) is not None
    assert hear(line, included(1, 0)) is None
    assert hear(line, pending(1, 0)) is None
    assert line.waiting == {}


def test_a_refused_replacement_leaves_the_first_bid_standing():
    line = NonceLine()
    send(line, LOW)
    hear(line, pending(1, 0))
    line.replace(line.waiting[0], HIGH, 4)

    assert hear(line, dropped(2, 0, Refusal.UNDERPRICED_REPLACEMENT)) is None
    assert (line.waiting[0].bid, line.waiting[0].block) == (LOW, 1)


def test_an_accepted_replacement_takes_its_place():
    line = NonceLine()
    send(line, LOW)
    hear(line, pending(1, 0))
    command = line.replace(line.waiting[0], HIGH, 4)
    hear(line, pending(2, 0))

    assert (command.nonce, command.max_fee) == (0, 20)
    outcome = hear(line, dropped(2, 0))
    assert outcome is not None and outcome.sent.bid == HIGH


def test_when_the_first_is_evicted_its_replacement_comes_alone():
    line = NonceLine()
    send(line, LOW)
    hear(line, pending(1, 0))
    line.replace(line.waiting[0], HIGH, 4)

    assert hear(line, dropped(1, 0)) is None
    assert (line.waiting[0].bid, send(line).nonce) == (HIGH, 1)


def test_a_replacement_that_comes_after_the_block_changes_nothing():
    line = NonceLine()
    send(line)
    hear(line, pending(1, 0))
    line.replace(line.waiting[0], HIGH, 4)

    assert hear(line, dropped(2, 0, Refusal.NONCE_TOO_LOW)) is None
    outcome = hear(line, included(1, 0))
    assert outcome is not None and outcome.is_included


def test_late_word_of_a_dropped_tx_does_not_bring_it_back():
    line = NonceLine()
    send(line)
    hear(line, dropped(1, 0))
    send(line)
    hear(line, pending(1, 0))

    assert line.waiting[0].tx == 0


def test_the_head_is_stuck_after_so_many_blocks():
    line = NonceLine()
    assert not line.is_stuck(9, 3)
    send(line, block=5)

    assert (line.is_stuck(7, 3), line.is_stuck(8, 3)) == (False, True)


def test_whom_it_is_after_is_known_until_it_shows():
    line = NonceLine()
    send(line, target=55)
    hear(line, included(1, 0, block=5))

    assert (line.is_after(POOL, 55), line.is_after(POOL, 56), line.is_after(POOL + 1, 55)) == (True, False, False)
    line.look(5)
    assert not line.is_after(POOL, 55)


class AgainstAMempool(RuleBasedStateMachine):
    """Its own line beside a real mempool: news arrives later, and in any sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.line = NonceLine()
        self.mempool = Mempool(FirstPrice(), 10_000, most_txs=4)
        self.txs = 0
        self.nonces_sent: list[int] = []
        self.news: list[Record] = []
        self.block = 0

    def arrive(self, command: SendTx) -> None:
        self.txs += 1
        tx = Tx(self.txs, 9, command.nonce, command.contract, command.call, command.max_fee, command.tip, command.gas_limit)
        arrival = self.mempool.add(tx, 0)
        if arrival.refusal:
            self.news.append(dropped(tx.id, tx.nonce, arrival.refusal))
            return
        self.news.append(pending(tx.id, tx.nonce))
        self.news.extend(dropped(each.id, each.nonce) for each in arrival.evicted)

    @rule(price=st.integers(1, 50))
    def send(self, price: int) -> None:
        self.arrive(send(self.line, Bid(price, price), amount=1, block=self.block))

    @precondition(lambda self: self.line.waiting)
    @rule(price=st.integers(1, 100))
    def replace_head(self, price: int) -> None:
        head = self.line.head
        assert head is not None
        self.arrive(self.line.replace(head, Bid(price, price), self.block))

    @rule(price=st.integers(1, 50))
    def rival_arrives(self, price: int) -> None:
        """Somebody else's tx may drive one of ours out."""
        self.txs += 1
        other = 1_000 + self.txs
        arrival = self.mempool.add(Tx(self.txs, other, 0, POOL, None, price, price, 1_000), 0)
        self.news.extend(dropped(each.id, each.nonce) for each in arrival.evicted if each.party == 9)

    @rule(reverts=st.booleans())
    def a_block(self, reverts: bool) -> None:
        self.block += 1
        head = self.mempool.line(9).head
        if head is not None:
            self.mempool.include(head)
            self.news.append(reverted(head.id, head.nonce) if reverts else included(head.id, head.nonce, self.block))
        for other in [tx for tx in self.mempool.txs.values() if tx.party != 9][:2]:
            self.mempool.include(other)

    @precondition(lambda self: self.news)
    @rule(data=st.data())
    def hear_something(self, data: st.DataObject) -> None:
        hear(self.line, self.news.pop(data.draw(st.integers(0, len(self.news) - 1))))

    @rule()
    def hear_everything(self) -> None:
        for record in self.news:
            hear(self.line, record)
        self.news.clear()
        self.line.look(self.block)

    @rule()
    def settle_down(self) -> None:
        """Left alone, the line gets to where every nonce it has sent is spent: nothing hangs for ever."""
        for _ in range(80):
            for record in self.news:
                hear(self.line, record)
            self.news.clear()
            if self.line.has_gap:
                self.arrive(send(self.line, Bid(10**9, 10**9), amount=1, block=self.block))
            self.a_block(reverts=False)
            if not self.line.waiting and not self.news:
                break

        assert self.line.waiting == {}

    @invariant()
    def nonces_are_not_doubled(self) -> None:
        free = self.line._free
        assert sorted(free) == free and len(dict.fromkeys(free)) == len(free)
        assert all(nonce not in self.line.waiting for nonce in free)
        assert self.line.committed(USDC) == len(self.line.waiting) + len(self.line.settling)


TestAgainstAMempool = AgainstAMempool.TestCase
