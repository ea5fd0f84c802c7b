"""What became of one's own txs, as one's node knew it at any instant not too long ago.

Kept only for agents that ask for it (``sees``): everything that waits, and the last ``KEPT`` that wait no more; those in bundles too, which
share their bundle's fate. Cost: a look-up per tx of theirs, and a walk over what is kept per look.
"""

import attrs

from sim.chain.chain import Chain
from sim.records.atomic import BundleDropped, BundleIncluded, TxEnclosed
from sim.records.chain import TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.layout import Row
from sim.units import Nanos, Party, Place, Seq
from sim.views import OwnTx
from sim.vocabulary import Refusal

KEPT = 64
"""Txs of one agent that wait no more, and are still told of."""
_KINDS = (TxPending, TxEnclosed, TxReplaced, TxDropped, TxIncluded, TxReverted, BundleIncluded, BundleDropped)


@attrs.define(eq=False, repr=False)
class Fates:
    """The txs of one agent's accounts."""

    chain: Chain
    first: Party
    accounts: int
    _known: dict[int, list[OwnTx]] = attrs.field(factory=dict)
    """By tx, in sequence of their numbers: how it stood, oldest first."""
    _enclosed: dict[int, list[int]] = attrs.field(factory=dict)
    """By bundle: its txs."""
    _done: list[int] = attrs.field(factory=list)
    """Those that wait no more, oldest first."""

    def open(self) -> None:
        """Listen to the tape from now on."""
        for record in _KINDS:
            self.chain.tape.listen(record.kind, self._heard)

    def view(self, instant: Nanos) -> tuple[OwnTx, ...]:
        """Return the txs that had reached the node at an instant, as each stood then, by number."""
        found = (next((each for each in reversed(stood) if each.at <= instant), None) for stood in self._known.values())
        return tuple(each for each in found if each is not None)

    def _heard(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        account = party - self.first
        if not 0 <= account < self.accounts:
            return
        kind, number = row[:2]
        if kind == TxPending.kind:
            tx = self.chain.mempool.txs[number]
            what = (tx.id, tx.nonce, account, tx.contract, tx.call, tx.max_fee, tx.tip, tx.gas_limit)
            self._known[number] = [OwnTx(seq, at, *what, at, "waiting", Refusal.NONE, 0, 0, 0)]
        elif kind == TxEnclosed.kind:
            _, _, bundle, nonce, contract, _, max_fee, tip, gas_limit = row
            self._enclosed.setdefault(bundle, []).append(number)
            enclosed = (number, nonce, account, contract, None, max_fee, tip, gas_limit)
            self._known[number] = [OwnTx(seq, at, *enclosed, at, "waiting", Refusal.NONE, 0, 0, 0)]
        elif kind == BundleIncluded.kind:
            del self._enclosed[number]
        elif kind == BundleDropped.kind:
            for each in self._enclosed.pop(number, ()):
                self._settle(each, self._known[each][-1]._replace(seq=seq, at=at, fate="dropped", reason=Refusal(row[2])))
        else:
            self._settle(number, _fate(self._last(at, account, row), seq, at, row))

    def _last(self, at: Nanos, account: int, row: Row) -> OwnTx:
        """Return how a tx stood last; of one that the mempool never let in, what is known of it."""
        stood = self._known.get(row[1])
        return stood[-1] if stood else OwnTx(0, at, row[1], row[2], account, 0, None, 0, 0, 0, at, "waiting", Refusal.NONE, 0, 0, 0)

    def _settle(self, number: int, now: OwnTx) -> None:
        """Put down the fate of a tx, and forget the oldest there are too many of."""
        self._known.setdefault(number, []).append(now)
        self._done.append(number)
        if len(self._done) > KEPT:
            del self._known[self._done.pop(0)]


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
