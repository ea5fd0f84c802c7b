"""Supply, withdraw, borrow, repay: each in the sequence guard, accrue, compute, change, record.

One door in the contract, ``supply``, both repays and supplies base; another, ``withdraw``, both withdraws and borrows it. Our calls all
lead there, and the records say which it was: a withdrawal beyond one's balance is told as the two that it is. Only ``RepayCall`` stops
at the debt. 2^256-1 means all that is owed or supplied, of base only. Model choice: a call about nothing is refused (the contract lets
it pass). Source: Comet.sol [comet d5a30b0].
"""

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.lending.comet import gas
from sim.lending.comet.state import CometState
from sim.records.lending import Borrowed, Repaid, Supplied, Withdrawn
from sim.units import UINT256_MAX, AssetId, Gas, Party, Units
from sim.vocabulary import Refusal

MOST_COLLATERAL: Units = 2**128 - 1


def supply(state: CometState, call: SupplyCall | RepayCall, context: CallContext) -> Gas:
    """Put base or collateral in, for oneself or another.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NOTHING_OWED, SUPPLY_CAP, ARITHMETIC, INSUFFICIENT_BALANCE.
    """
    owner = call.on_behalf or context.sender
    if call.asset == state.base:
        return _supply_base(state, call, context, owner)
    if isinstance(call, RepayCall):
        raise Revert(Refusal.UNKNOWN_ASSET)
    terms = state.collateral(call.asset)
    _guard_collateral(call.amount)
    if terms.supply_cap is not None and state.collaterals[call.asset] + call.amount > terms.supply_cap:
        raise Revert(Refusal.SUPPLY_CAP)

    state.purse.take(call.asset, context.sender, call.amount)
    state.add_collateral(owner, call.asset, call.amount)

    context.say(state.place, context.sender, (Supplied.kind, owner, call.asset, call.amount))
    return gas.SUPPLY_COLLATERAL


def _supply_base(state: CometState, call: SupplyCall | RepayCall, context: CallContext, owner: Party) -> Gas:
    state.accrue(context)
    balance = state.balance(owner)
    amount, owed = call.amount, max(0, -balance)
    if isinstance(call, RepayCall) and not owed:
        raise Revert(Refusal.NOTHING_OWED)
    if amount == UINT256_MAX or isinstance(call, RepayCall):
        amount = min(amount, owed)
    _guard(amount)

    state.take_base(context.sender, amount)
    state.set_balance(owner, balance + amount)

    repaid = min(amount, owed)
    if repaid:
        context.say(state.place, context.sender, (Repaid.kind, owner, state.base, repaid))
    if amount > repaid:
        context.say(state.place, context.sender, (Supplied.kind, owner, state.base, amount - repaid))
    return gas.SUPPLY


def withdraw(state: CometState, call: WithdrawCall | BorrowCall, context: CallContext) -> Gas:
    """Take base or collateral out; base beyond one's balance is borrowed.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE, UNHEALTHY (collateral), BORROW_TOO_SMALL, INSUFFICIENT_COLLATERAL,
    NOTHING_POSTED, INSUFFICIENT_LIQUIDITY, ARITHMETIC.
    """
    if call.asset == state.base:
        return _withdraw_base(state, call, context)
    if isinstance(call, BorrowCall):
        raise Revert(Refusal.UNKNOWN_ASSET)
    return _withdraw_collateral(state, call.asset, call.amount, context)


def _withdraw_base(state: CometState, call: WithdrawCall | BorrowCall, context: CallContext) -> Gas:
    owner = context.sender
    state.accrue(context)
    balance = state.balance(owner)
    amount = max(0, balance) if call.amount == UINT256_MAX else call.amount
    _guard(amount)

    state.set_balance(owner, balance - amount)
    if balance < amount:
        if amount - balance < state.terms.min_borrow:
            raise Revert(Refusal.BORROW_TOO_SMALL)
        if state.is_short(owner, is_borrowing=True):
            raise Revert(Refusal.INSUFFICIENT_COLLATERAL)
    state.pay_base(owner, amount)

    withdrawn = min(amount, max(0, balance))
    if withdrawn:
        context.say(state.place, owner, (Withdrawn.kind, owner, state.base, withdrawn))
    if amount > withdrawn:
        context.say(state.place, owner, (Borrowed.kind, owner, state.base, amount - withdrawn))
    return gas.WITHDRAW if amount == withdrawn else gas.BORROW


def _withdraw_collateral(state: CometState, asset: AssetId, amount: Units, context: CallContext) -> Gas:
    owner = context.sender
    state.collateral(asset)
    _guard_collateral(amount)

    state.add_collateral(owner, asset, -amount)
    # As Comet: no interest is added first; what lies between borrow factor and threshold covers it.
    if state.is_short(owner, is_borrowing=True):
        raise Revert(Refusal.UNHEALTHY)
    state.purse.pay(asset, owner, amount)

    context.say(state.place, owner, (Withdrawn.kind, owner, asset, amount))
    return gas.WITHDRAW_COLLATERAL


def accrue(state: CometState, call: AccrueCall, context: CallContext) -> Gas:
    """Add interest up to now."""
    state.accrue(context)
    return gas.ACCRUE


def _guard(amount: Units) -> None:
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)


def _guard_collateral(amount: Units) -> None:
    """Refuse what is no amount of collateral: there is no word for all of it."""
    _guard(amount)
    if amount > MOST_COLLATERAL:
        raise Revert(Refusal.ARITHMETIC)
