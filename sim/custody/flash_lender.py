"""A standalone flash lender: a contract that lends what lies in it for the length of some calls, as Balancer's vault does.

Promised: its purse never shrinks but by what it lends, and only within a tx; while a loan is under way every call is refused with
REENTERED (the vault's guard is one for all its assets, so a loan of two needs two lenders). The fee is rounded up and stays in the
purse. Source: FlashLoans.sol [balancer-v2-monorepo, pkg/vault], whose fee has been nothing. Model choice: it fetches what it is
owed; the real one looks whether it was sent. Left out: several assets at once, the vault's own pools.
"""

from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.composites import FlashLoanCall
from sim.errors import Revert
from sim.fixed import mul_div_up
from sim.records.atomic import FlashLoaned
from sim.units import AssetId, Gas, Place, Ppm
from sim.vocabulary import Refusal

FLASH_GAS: Gas = 80_000
"""A loan of one asset out of Balancer's vault, two transfers included: typical rather than measured."""
REFUSED_GAS: Gas = 30_000
FEE_ONE: Ppm = 10**6


@attrs.define(eq=False, repr=False)
class FlashLender:
    """Answers ``FlashLoanCall``."""

    calls: ClassVar[tuple[type[Any], ...]] = (FlashLoanCall,)

    till: Till
    assets: tuple[AssetId, ...]
    fee: Ppm = 0
    is_locked: bool = False
    """A loan is under way."""

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    def answer(self, call: FlashLoanCall, context: CallContext) -> Gas:
        """Lend. Reverts: REENTERED, UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY, INSUFFICIENT_BALANCE (nothing to pay with)."""
        context.spend(REFUSED_GAS)
        if self.is_locked:
            raise Revert(Refusal.REENTERED)
        if call.asset not in self.assets:
            raise Revert(Refusal.UNKNOWN_ASSET)
        if call.amount <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        if call.amount > self.till.held(call.asset):
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        fee = mul_div_up(call.amount, self.fee, FEE_ONE)
        journal = self.till.journal

        self.till.pay(call.asset, context.sender, call.amount)
        journal.put(self, "is_locked", True)
        used = context.lend(((call.asset, call.amount),), ((call.asset, call.amount + fee),), call.calls)
        journal.put(self, "is_locked", False)
        self.till.take(call.asset, context.sender, call.amount + fee)

        context.say(self.place, context.sender, (FlashLoaned.kind, call.asset, call.amount, fee))
        return FLASH_GAS + used

    def _check(self) -> None:
        """Assert that no loan is under way between txs."""
        assert not self.is_locked
