"""What is nobody else's business: a tx that went to a builder alone is told to its sender, and to others once it is in a block."""

import attrs

from sim.agents.courier import Courier
from sim.chain.chain import Chain
from sim.records import TxDropped, TxPending, TxReplaced
from sim.records.layout import Row
from sim.units import Nanos, Party, Place, Seq

GUARDED = (TxPending.kind, TxReplaced.kind, TxDropped.kind)
"""Kinds of entries that may be private."""


@attrs.define(eq=False, repr=False)
class Discretion:
    """Stands between the tape and the courier, where txs may go to a builder alone. Cost: a look-up per guarded entry."""

    courier: Courier
    chain: Chain
    _private: dict[int, None] = attrs.field(factory=dict)
    """Private txs that wait."""

    def carry(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Send an entry to whom it concerns. Called by the tape."""
        tx = row[1]
        if row[0] == TxPending.kind and self.chain.mempool.txs[tx].is_private:
            self._private[tx] = None
        if tx not in self._private:
            self.courier.carry(seq, at, cause, place, party, row)
            return
        if row[0] != TxPending.kind:
            del self._private[tx]
        self.courier.carry_own(seq, at, cause, place, party, row)
