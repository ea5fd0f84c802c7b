"""A sender's own code: what answers at an account that is no contract, and makes several calls of one tx.

Promised: a composite is a savepoint, and each call within it one of its own, so that whatever reverts leaves nothing at any depth;
every contract sees the account as the sender and reaches its purse alone; stand-ins are replaced by amounts just before a call is made;
nobody's code runs but for a tx that its owner sent. Left out: value sent along with a call, code that branches (``may_fail`` is the
only fork), code shared by several owners.

Gas: the sum of the calls, each without the 21,000 of a tx of its own, and ``STEP_GAS`` for making it. A call that fails and is
forgiven still costs what it had spent.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs

from sim.chain.contract import INTRINSIC_GAS, CallContext, Frame
from sim.commands import SaleCallback
from sim.composites import KINDS, AtomicCall, LoanCallback, RequireGainCall, Step, TipBuilderCall, amount_of, is_stand_in, stand_in_of
from sim.errors import Revert
from sim.fixed import mul_div_up
from sim.ledger import Ledger
from sim.records.atomic import BuilderPaid, CallFailed
from sim.units import RAY, AssetId, Gas, Party, Place, Units
from sim.vocabulary import Refusal

STEP_GAS: Gas = 4_200
"""An account not touched before (2,600, EIP-2929) and a hundred bytes told to it (16 each, EIP-2028)."""
CHECK_GAS: Gas = 3_000
"""A balance read and compared."""
TIP_GAS: Gas = 9_000
"""Value sent with a call."""


@attrs.define(eq=False, repr=False)
class OwnCode:
    """What accounts that are no contracts answer. It keeps nothing between calls."""

    calls: ClassVar[tuple[type[Any], ...]] = (AtomicCall, RequireGainCall, TipBuilderCall, LoanCallback, SaleCallback)

    ledger: Ledger
    chain: Place
    gas_asset: AssetId
    builder: Party

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return its gas. Reverts: NOT_ALLOWED for anybody but the owner, and whatever the steps refuse."""
        is_back = isinstance(call, LoanCallback | SaleCallback)
        is_asked_for = context.frame is not None if is_back else context.sender == context.place
        if context.origin != context.place or not is_asked_for:
            raise Revert(Refusal.NOT_ALLOWED)
        if context.frame is None:
            context.spend(INTRINSIC_GAS)
            context.frame = Frame(self._purse(context.place))
        if isinstance(call, AtomicCall):
            return self._steps(call.calls, context)
        if isinstance(call, LoanCallback):
            return self._within_loan(call.initiator, dict(call.brought), dict(call.owed), call.calls, context)
        if isinstance(call, SaleCallback):
            owed = {call.internal: call.owed, call.money: mul_div_up(call.owed, 1, RAY)}
            return self._within_loan(call.sender, {call.collateral: call.bought}, owed, call.data, context)
        if isinstance(call, RequireGainCall):
            return self._require_gain(call, context)
        assert isinstance(call, TipBuilderCall)
        return self._tip_builder(call, context)

    def _steps(self, steps: Sequence[Step], context: CallContext) -> Gas:
        """Make calls in sequence; return their gas as that of a tx."""
        used = 0
        for number, (place, call) in enumerate(_paired(steps)):
            used += STEP_GAS
            context.spend(STEP_GAS)
            if isinstance(call, AtomicCall) and call.may_fail:
                used += self._attempt(number, place or context.place, call, context)
            else:
                used += self._make(place or context.place, self._with_amounts(call, context), context)
            if context.spent > context.gas_limit:
                raise Revert(Refusal.OUT_OF_GAS)
        return INTRINSIC_GAS + used

    def _attempt(self, number: int, place: Place, call: AtomicCall, context: CallContext) -> Gas:
        """Make a call that may fail; return the gas that is gone either way."""
        before = context.spent
        try:
            return self._make(place, call, context)
        except Revert as revert:
            context.say(self.chain, context.origin, (CallFailed.kind, context.tx, number, int(revert.reason)))
            return context.spent - before

    def _make(self, place: Place, call: Any, context: CallContext) -> Gas:
        """Make a call and return its gas, which is spent; one that reverts has spent what it would as a tx, less the 21,000."""
        before = context.spent
        try:
            gas = context.call(place, call) - INTRINSIC_GAS
        except Revert:
            context.spent -= 0 if type(call) in self.calls else min(INTRINSIC_GAS, context.spent - before)
            raise
        context.spend(gas)
        return gas

    def _within_loan(
        self, initiator: Party, brought: dict[AssetId, Units], owed: dict[AssetId, Units], calls: Sequence[Step], context: CallContext
    ) -> Gas:
        """Go on in the middle of a lender's call that oneself has made."""
        assert context.frame is not None
        if initiator != context.place:
            raise Revert(Refusal.NOT_ALLOWED)
        context.frame = Frame(context.frame.opening, brought, owed)
        return self._steps(calls, context)

    def _require_gain(self, call: RequireGainCall, context: CallContext) -> Gas:
        assert context.frame is not None
        if self._held(call.asset, context.place) - context.frame.opening.get(call.asset, 0) < call.least:
            raise Revert(Refusal.TOO_LITTLE_GAIN)
        return INTRINSIC_GAS + CHECK_GAS

    def _tip_builder(self, call: TipBuilderCall, context: CallContext) -> Gas:
        """Pay the builder. Reverts: ZERO_AMOUNT (below zero), INSUFFICIENT_BALANCE."""
        if call.amount < 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        purses = [self.ledger.open(party, self.chain) for party in (context.place, self.builder)]
        self.ledger.move(self.gas_asset, purses[0], purses[1], call.amount)
        if call.amount:
            context.say(self.chain, context.place, (BuilderPaid.kind, context.tx, call.amount))
        return INTRINSIC_GAS + TIP_GAS

    def _with_amounts(self, call: Any, context: CallContext) -> Any:
        """Return a call with amounts in place of its stand-ins; calls within it keep theirs until they are made."""
        if not hasattr(call, "_fields") or isinstance(call, AtomicCall):
            return call
        fields = [self._amounts(value, context) for value in call]
        return call if fields == list(call) else type(call)(*fields)

    def _amounts(self, value: Any, context: CallContext) -> Any:
        if is_stand_in(value):
            return self._amount(value, context)
        if type(value) is tuple and any(is_stand_in(each) for each in value):
            return tuple(self._amount(each, context) if is_stand_in(each) else each for each in value)
        return value

    def _amount(self, value: int, context: CallContext) -> Units:
        assert context.frame is not None
        stand_in, frame = stand_in_of(value), context.frame
        if stand_in.kind not in KINDS:
            raise Revert(Refusal.ARITHMETIC)
        now = self._held(stand_in.asset, context.place)
        sent, due = frame.brought.get(stand_in.asset, 0), frame.owed.get(stand_in.asset, 0)
        return amount_of(stand_in, now, frame.opening.get(stand_in.asset, 0), sent, due)

    def _held(self, asset: AssetId, party: Party) -> Units:
        """Return what a party has on the chain. Reverts with UNKNOWN_ASSET."""
        if asset not in self.ledger.assets:
            raise Revert(Refusal.UNKNOWN_ASSET)
        return self.ledger.balance(asset, self.ledger.open(party, self.chain))

    def _purse(self, party: Party) -> dict[AssetId, Units]:
        return {asset: self._held(asset, party) for asset in self.ledger.assets}


def _paired(steps: Sequence[Step]) -> Sequence[Step]:
    """Return steps as they are. Reverts with UNKNOWN_CALL where one is not a place and a call: nobody can be told what to do."""
    if not isinstance(steps, tuple) or not all(isinstance(each, tuple) and len(each) == 2 for each in steps):
        raise Revert(Refusal.UNKNOWN_CALL)
    return steps
