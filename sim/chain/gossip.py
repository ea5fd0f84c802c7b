"""What nodes tell each other of waiting txs: the public mempool as it was at any instant not too long ago.

Kept only where an agent asks for it (``sees``). A tx is seen from its ``TxPending`` until it was replaced, dropped or in a block;
what goes to a builder in private is not in it. Promised: a look at an instant never changes, whatever happens later. Memory is
bounded by the mempool's own limit and what left within the longest latency. Cost: a look-up per tx, and a walk over what is
kept per look. Left out: nodes that hear of one tx and not of another.
"""

from collections import deque

import attrs

from sim.chain.chain import Chain
from sim.records.atomic import UpdateOffered
from sim.records.chain import TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.layout import Row
from sim.units import Nanos, Party, Place, Seq
from sim.views import PendingTx

_LEAVES = (TxReplaced.kind, TxDropped.kind, TxIncluded.kind, TxReverted.kind)


@attrs.define(eq=False, repr=False)
class Gossip:
    """The public mempool of one chain, as of instants."""

    chain: Chain
    keep: Nanos = 0
    """How far back a look may reach."""
    _heard: dict[int, PendingTx] = attrs.field(factory=dict)
    """By tx, in sequence of arrival."""
    _left: dict[int, Nanos] = attrs.field(factory=dict)
    """When those that wait no more left."""
    _leavers: deque[tuple[Nanos, int]] = attrs.field(factory=deque)
    """The same by instant, oldest first."""

    def open(self) -> None:
        """Listen to the tape from now on."""
        tape = self.chain.tape
        tape.listen(TxPending.kind, self._arrived)
        tape.listen(UpdateOffered.kind, self._offered)
        for kind in _LEAVES:
            tape.listen(kind, self._leaves)

    def reach(self, longest: Nanos) -> None:
        """Promise that looks may reach this far back."""
        self.keep = max(self.keep, longest)

    def view(self, instant: Nanos, contract: Place | None = None) -> tuple[PendingTx, ...]:
        """Return the txs that waited at an instant, in sequence of arrival; those to one contract if one is named."""
        left = self._left
        return tuple(
            each
            for each in self._heard.values()
            if each.at <= instant and left.get(each.tx, instant + 1) > instant and contract in (None, each.contract)
        )

    def _arrived(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        tx = self.chain.mempool.txs[row[1]]
        if not tx.is_private:
            what = (tx.id, party, tx.nonce, tx.contract, tx.call, tx.max_fee, tx.tip, tx.gas_limit)
            self._heard[tx.id] = PendingTx(seq, at, *what)

    def _offered(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        _, tx, _, not_before = row
        if tx in self._heard:
            self._heard[tx] = self._heard[tx]._replace(not_before=not_before)

    def _leaves(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        if row[1] in self._heard:
            self._left[row[1]] = at
            self._leavers.append((at, row[1]))
        while self._leavers and self._leavers[0][0] < at - self.keep:
            _, tx = self._leavers.popleft()
            del self._heard[tx], self._left[tx]

    def _check(self) -> None:
        """Assert every invariant."""
        waiting = [tx.id for tx in self.chain.mempool.txs.values() if not tx.is_private]
        known = [tx for tx in self._heard if tx not in self._left]
        assert sorted(known) == sorted(waiting), "what is heard and has not left waits"
        assert sorted(tx for _, tx in self._leavers) == sorted(self._left) and all(tx in self._heard for tx in self._left)
