"""Flash mint: a vault system lends money that it makes for the length of some calls, and takes it out of the world again.

Meanwhile the contract owes that much unbacked debt and has as much internal money behind what it sent out, so the books add up at
every instant. Nobody is charged. A second mint within the first is refused with REENTERED (the contract's lock).
Source: flash.sol [makerdao/dss-flash]: the deployed version, by exit and join instead of the vat's own money; its fee (toll) was
nothing before it was taken out. Left out: the door that lends internal money.
"""

from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.composites import FlashLoanCall
from sim.errors import Revert
from sim.lending.vault import gas
from sim.lending.vault.engine import VaultEngine
from sim.records.atomic import FlashLoaned
from sim.units import RAY, Gas, Place, Units
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class FlashMint:
    """Answers ``FlashLoanCall`` for the system's money."""

    calls: ClassVar[tuple[type[Any], ...]] = (FlashLoanCall,)

    place: Place
    engine: VaultEngine
    most: Units
    """At once."""
    is_locked: bool = False

    def answer(self, call: FlashLoanCall, context: CallContext) -> Gas:
        """Make, lend, take back, destroy. Reverts: REENTERED, UNKNOWN_ASSET, ZERO_AMOUNT, ABOVE_CEILING, INSUFFICIENT_BALANCE."""
        context.spend(gas.REFUSED)
        engine, journal, amount = self.engine, self.engine.journal, call.amount
        if self.is_locked:
            raise Revert(Refusal.REENTERED)
        if call.asset != engine.money:
            raise Revert(Refusal.UNKNOWN_ASSET)
        if amount <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        if amount > self.most:
            raise Revert(Refusal.ABOVE_CEILING)

        journal.put(self, "is_locked", True)
        engine.suck(self.place, self.place, amount * RAY)
        engine.exit(engine.money, self.place, amount)
        self._send(self.place, context.sender, amount)
        used = context.lend(((call.asset, amount),), ((call.asset, amount),), call.calls)
        self._send(context.sender, self.place, amount)
        engine.join(engine.money, self.place, amount)
        engine.heal(self.place, amount * RAY)
        journal.put(self, "is_locked", False)

        context.say(self.place, context.sender, (FlashLoaned.kind, call.asset, amount, 0))
        return gas.FLASH_MINT + used

    def _send(self, source: Place, to: Place, units: Units) -> None:
        ledger, chain = self.engine.ledger, self.engine.chain
        ledger.move(self.engine.money, ledger.open(source, chain), ledger.open(to, chain), units)

    def _check(self) -> None:
        """Assert that nothing is lent between txs."""
        assert not self.is_locked and not self.engine.unbacked_by(self.place) and not self.engine.internal_of(self.place)
