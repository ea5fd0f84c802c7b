"""A mempool and a builder as one would write them on a blackboard: one list, sorted whenever asked."""

import attrs

from sim.chain.fee_market import FeeMarket
from sim.chain.mempool import Arrival, Tx
from sim.vocabulary import Refusal


@attrs.define
class NaiveMempool:
    """Waiting txs in one list; every question walks all of it."""

    market: FeeMarket
    gas_limit: int
    most_txs: int
    most_gas: int
    per_sender: int
    waiting: list[Tx] = attrs.field(factory=list)
    nonces: dict[int, int] = attrs.field(factory=dict)

    def free_nonce(self, party: int) -> int:
        taken = [tx.nonce for tx in self.waiting if tx.party == party]
        return next(nonce for nonce in range(self.nonce(party), 10**9) if nonce not in taken)

    def nonce(self, party: int) -> int:
        return self.nonces.get(party, 0)

    def add(self, tx: Tx, base_fee: int) -> Arrival:
        if tx.nonce < self.nonce(tx.party):
            return Arrival(Refusal.NONCE_TOO_LOW)
        if tx.nonce - self.nonce(tx.party) >= self.per_sender:
            return Arrival(Refusal.NONCE_GAP_TOO_WIDE)
        if tx.gas_limit > self.gas_limit or tx.gas_limit > self.most_gas:
            return Arrival(Refusal.GAS_LIMIT_TOO_HIGH)
        same = [old for old in self.waiting if (old.party, old.nonce) == (tx.party, tx.nonce)]
        if same and (10 * tx.max_fee < 11 * same[0].max_fee or 10 * tx.tip < 11 * same[0].tip):
            return Arrival(Refusal.UNDERPRICED_REPLACEMENT)
        staying = [old for old in self.waiting if old not in same] + [tx]
        evicted = []
        while len(staying) > self.most_txs or sum(each.gas_limit for each in staying) > self.most_gas:
            worst = min(staying, key=lambda each: (effective(each, base_fee), -each.id))
            if worst is tx:
                return Arrival(Refusal.MEMPOOL_FULL)
            staying.remove(worst)
            evicted.append(worst)
        self.waiting = staying
        return Arrival(Refusal.NONE, same[0] if same else None, tuple(evicted))

    def block(self, base_fee: int, gas_limit: int, tickets: dict[int, int], gas_used: dict[int, int]) -> list[int]:
        """Return the ids that a block of this limit takes, in sequence, and take them."""
        taken: list[int] = []
        skipped: list[int] = []
        room = gas_limit
        while True:
            heads = [tx for tx in self.waiting if tx.nonce == self.nonce(tx.party) and tx.party not in skipped and tx.max_fee >= base_fee]
            if not heads or not room:
                return taken
            best = min(heads, key=lambda tx: (-min(tx.tip, tx.max_fee - base_fee), tickets[tx.party], tx.id))
            if best.gas_limit > room:
                skipped.append(best.party)
                continue
            self.waiting.remove(best)
            self.nonces[best.party] = self.nonce(best.party) + 1
            taken.append(best.id)
            room -= gas_used[best.id]


def effective(tx: Tx, base_fee: int) -> int:
    """Return what a tx would pay per gas."""
    return min(tx.max_fee, base_fee + tx.tip)
