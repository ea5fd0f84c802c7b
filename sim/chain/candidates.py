"""Who may go into a block, best first: the executable txs of a mempool as a builder who maximises tips looks at them.

Heads of lines are looked at by falling max fee, which bounds the tip, so lines that cannot matter cost nothing. Lives for one block.
"""

from collections.abc import Callable
from heapq import heappop, heappush

import attrs

from sim.chain.mempool import Mempool, Tx
from sim.units import Party, WeiPerGas


@attrs.define
class Candidates:
    """Executable txs by effective tip, dearest first, equal tips by ticket; a line's next joins when its head is included."""

    mempool: Mempool
    base_fee: WeiPerGas
    lottery: Callable[[Party], int]
    """A sender's ticket for this block."""
    block: int = 0
    """Its number: a tx held back until a later one is passed over, and so is its line."""
    is_ours: Callable[[Tx], bool] | None = None
    """Which txs may be taken; all unless given."""
    _heap: list[tuple[int, int, int, Tx]] = attrs.field(factory=list)
    _mark: tuple[WeiPerGas, int] | None = None
    _is_drained: bool = False

    def best(self) -> tuple[WeiPerGas, int, Tx] | None:
        """Return effective tip, ticket and tx of the best one left; None when there is none."""
        while not self._is_drained:
            tx = self.mempool.head_below(self._mark)
            if tx is None or tx.max_fee < self.base_fee:
                self._is_drained = True
            elif self._heap and tx.max_fee - self.base_fee < -self._heap[0][0]:
                break
            else:
                self._mark = (tx.max_fee, -tx.id)
                if self._may_go(tx):
                    self._push(tx)
        if not self._heap:
            return None
        cost, ticket, _, tx = self._heap[0]
        return -cost, ticket, tx

    def skip(self) -> None:
        """Pass over the best one, and so over the rest of its line."""
        heappop(self._heap)

    def included(self) -> None:
        """Go on after the best one was included: the next of its line joins."""
        tx = heappop(self._heap)[3]
        follower = self.mempool.lines[tx.party].head
        if follower and follower.max_fee >= self.base_fee and self._may_go(follower) and self._is_behind_us(follower):
            self._push(follower)

    def _may_go(self, tx: Tx) -> bool:
        return tx.not_before <= self.block and (self.is_ours is None or self.is_ours(tx))

    def _is_behind_us(self, tx: Tx) -> bool:
        return self._is_drained or (self._mark is not None and (tx.max_fee, -tx.id) > self._mark)

    def _push(self, tx: Tx) -> None:
        tip = self.mempool.market.tip(tx.max_fee, tx.tip, self.base_fee)
        heappush(self._heap, (-tip, self.lottery(tx.party), tx.id, tx))
