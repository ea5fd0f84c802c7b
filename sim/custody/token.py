"""The token contract: moves units between owners on the chain.

One contract stands for every asset, since no token of ours has rules of its own.
"""

from typing import ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.commands import TransferCall
from sim.errors import Revert
from sim.ledger import Ledger
from sim.records import UnitsSent
from sim.units import Gas, Place
from sim.vocabulary import Refusal

TRANSFER_GAS: Gas = 65_000
"""An ERC-20 transfer to an account that had a balance costs 35,000 to 65,000; we take the dearer."""


@attrs.define(eq=False, repr=False)
class Token:
    """Answers ``TransferCall``. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE."""

    place: Place
    chain: Place
    ledger: Ledger
    calls: ClassVar[tuple[type, ...]] = (TransferCall,)

    def answer(self, call: TransferCall, context: CallContext) -> Gas:
        """Move the units and say so."""
        if call.asset not in self.ledger.assets:
            raise Revert(Refusal.UNKNOWN_ASSET)
        if call.amount <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        source = self.ledger.open(context.sender, self.chain)
        self.ledger.move(call.asset, source, self.ledger.open(call.to, self.chain), call.amount)
        context.say(self.place, context.sender, (UnitsSent.kind, call.asset, call.to, call.amount))
        return TRANSFER_GAS
