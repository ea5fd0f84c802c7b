"""What became of one's own txs, as one's node knew it at any instant not too long ago.

Kept only for agents that ask for it (``sees``): everything that waits, and the last ``KEPT`` that wait no more. Cost: a look-up per tx
of theirs, and a walk over what is kept per look.
"""

import attrs

from sim.chain.chain import Chain
from sim.records.chain import TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.layout import Row
from sim.units import Nanos, Party, Place, Seq
from sim.views import OwnTx
from sim.vocabulary import Refusal

KEPT = 64
"""Txs of one agent that wait no more, and are still told of."""
_KINDS = (TxPending.kind, TxReplaced.kind, TxDropped.kind, TxIncluded.kind, TxReverted.kind)


@attrs.define(eq=False)
class Fates:
    """The txs of one agent's accounts."""

    chain: Chain
    first: Party
    accounts: int
    _known: dict[int, list[OwnTx]] = attrs.field(factory=dict)
    """By tx, in sequence of their numbers: how it stood, oldest first."""
    _done: list[int] = attrs.field(factory=list)
    """Those that wait no more, oldest first."""

    def open(self) -> None:
        """Listen to the tape from now on."""
        for kind in _KINDS:
            self.chain.tape.listen(kind, self._heard)

    def view(self, instant: Nanos) -> tuple[OwnTx, ...]:
        """Return the txs that had reached the mempool at an instant, as each stood then, by number."""
        found = (next((each for each in reversed(stood) if each.at <= instant), None) for stood in self._known.values())
        return tuple(each for each in found if each is not None)

    def _heard(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        account = party - self.first
        if not 0 <= account < self.accounts:
            return
        if row[0] == TxPending.kind:
            tx = self.chain.mempool.txs[row[1]]
            what = (tx.id, tx.nonce, account, tx.contract, tx.call, tx.max_fee, tx.tip, tx.gas_limit)
            self._known[tx.id] = [OwnTx(seq, at, *what, at, "waiting", Refusal.NONE, 0, 0, 0)]
            return
        stood = self._known.setdefault(row[1], [])
        stood.append(_fate(_last(stood, at, account, row), seq, at, row))
        self._done.append(row[1])
        if len(self._done) > KEPT:
            del self._known[self._done.pop(0)]


def _last(stood: list[OwnTx], at: Nanos, account: int, row: Row) -> OwnTx:
    """Return how a tx stood last; of one that the mempool never let in, what is known of it."""
    return stood[-1] if stood else OwnTx(0, at, row[1], row[2], account, 0, None, 0, 0, 0, at, "waiting", Refusal.NONE, 0, 0, 0)


def _fate(before: OwnTx, seq: Seq, at: Nanos, row: Row) -> OwnTx:
    """Return how a tx stands after an entry about it."""
    now = before._replace(seq=seq, at=at)
    if row[0] == TxReplaced.kind:
        return now._replace(fate="replaced")
    if row[0] == TxDropped.kind:
        return now._replace(fate="dropped", reason=Refusal(row[3]))
    _, _, block, _, _, gas_used, gas_price, *rest = row
    settled = now._replace(block=block, gas_used=gas_used, gas_price=gas_price)
    if row[0] == TxReverted.kind:
        return settled._replace(fate="reverted", reason=Refusal(rest[0]))
    return settled._replace(fate="included")
