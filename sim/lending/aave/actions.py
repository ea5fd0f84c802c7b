"""Supply, withdraw, borrow, repay: each in the sequence guard, accrue, compute, change, record.

Free functions on the pool's state; each returns the gas it used or raises ``Revert``. Caps are judged in shares, as v3.7 does (the
halves of a unit by which v3.0 differs are left out). ``2^256-1`` means all where the contract says so.
"""

from sim.chain.contract import CallContext
from sim.commands import BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.lending.aave import gas
from sim.lending.aave.reserve import Reserve
from sim.lending.aave.rules import Borrowing
from sim.lending.aave.standing import standing
from sim.lending.aave.state import PoolState
from sim.lending.positions import Account
from sim.records.lending import Borrowed, Repaid, Supplied, Withdrawn
from sim.units import UINT256_MAX, WAD, Gas, Units
from sim.vocabulary import Refusal


def supply(state: PoolState, call: SupplyCall, context: CallContext) -> Gas:
    """Put units into the pool. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, SUPPLY_CAP, INSUFFICIENT_BALANCE."""
    owner = call.on_behalf or context.sender
    reserve = state.accrue(call.asset, context)
    rules, cap = state.terms.rules, reserve.terms.supply_cap
    shares = rules.supply_shares(call.amount, reserve.supply_index) if call.amount > 0 else 0
    if not shares:
        raise Revert(Refusal.ZERO_AMOUNT)
    if cap is not None and rules.collateral_units(reserve.supply_shares + shares, reserve.supply_index) > cap:
        raise Revert(Refusal.SUPPLY_CAP)
    account = state.positions.peek(owner)
    is_first = call.asset not in account.collaterals and call.asset not in account.idle

    state.pay_in(call.asset, context.sender, call.amount)
    state.add_supply(owner, call.asset, shares)
    state.refresh(call.asset)

    context.say(state.place, context.sender, (Supplied.kind, owner, call.asset, call.amount))
    return gas.FIRST_SUPPLY if is_first else gas.SUPPLY


def withdraw(state: PoolState, call: WithdrawCall, context: CallContext) -> Gas:
    """Take units out. Reverts: ZERO_AMOUNT, INSUFFICIENT_BALANCE, INSUFFICIENT_LIQUIDITY, UNHEALTHY (if it would leave them so)."""
    owner, asset = context.sender, call.asset
    reserve = state.accrue(asset, context)
    account = state.positions.peek(owner)
    is_collateral = asset in account.collaterals
    held = account.collaterals.get(asset, 0) or account.idle.get(asset, 0)
    balance = state.terms.rules.collateral_units(held, reserve.supply_index)
    amount = balance if call.amount == UINT256_MAX else call.amount
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    if amount > balance:
        raise Revert(Refusal.INSUFFICIENT_BALANCE)
    shares = min(state.terms.rules.withdraw_shares(amount, reserve.supply_index), held)

    state.take_supply(owner, asset, shares)
    state.pay_out(asset, owner, amount)
    state.refresh(asset)
    needs_health = is_collateral and bool(account.debts)
    if needs_health and state.standing(state.positions.peek(owner), context.timestamp).health < WAD:
        raise Revert(Refusal.UNHEALTHY)

    context.say(state.place, owner, (Withdrawn.kind, owner, asset, amount))
    return gas.WITHDRAW_WITH_DEBT if needs_health else gas.WITHDRAW


def borrow(state: PoolState, call: BorrowCall, context: CallContext) -> Gas:
    """Lend units against the sender's collateral.

    Reverts: ZERO_AMOUNT, BORROWING_DISABLED, SEQUENCER_DOWN, WRONG_E_MODE, BORROW_CAP, INSUFFICIENT_LIQUIDITY, UNHEALTHY,
    INSUFFICIENT_COLLATERAL, NOTHING_POSTED.
    """
    owner, asset = context.sender, call.asset
    reserve = state.accrue(asset, context)
    rules = state.terms.rules
    shares = rules.borrow_shares(call.amount, reserve.debt_index) if call.amount > 0 else 0
    account = state.positions.peek(owner)
    _guard_borrow(state, reserve, account, shares, context)
    is_first = asset not in account.debts
    refusal = rules.borrow_refusal(_borrowing(state, account, call, shares, context))
    if refusal:
        raise Revert(refusal)

    state.change_debt(owner, asset, shares)
    state.pay_out(asset, owner, call.amount)
    state.refresh(asset)

    context.say(state.place, owner, (Borrowed.kind, owner, asset, call.amount))
    return gas.FIRST_BORROW if is_first else gas.BORROW


def _guard_borrow(state: PoolState, reserve: Reserve, account: Account, shares: int, context: CallContext) -> None:
    terms = reserve.terms
    if not shares:
        raise Revert(Refusal.ZERO_AMOUNT)
    if not terms.can_borrow:
        raise Revert(Refusal.BORROWING_DISABLED)
    if state.sentinel is not None and not state.sentinel.allows(context.timestamp):
        raise Revert(Refusal.SEQUENCER_DOWN)
    if not state.terms.can_borrow(terms.asset.id, account.e_mode):
        raise Revert(Refusal.WRONG_E_MODE)
    owed = state.terms.rules.debt_units(reserve.debt_shares + shares, reserve.debt_index)
    if terms.borrow_cap is not None and owed > terms.borrow_cap:
        raise Revert(Refusal.BORROW_CAP)


def _borrowing(state: PoolState, account: Account, call: BorrowCall, shares: int, context: CallContext) -> Borrowing:
    prices, indices = state.posted_prices(), state.indices(context.timestamp)
    before = standing(state.terms, account, prices, indices)
    debts = {**account.debts, call.asset: account.debts.get(call.asset, 0) + shares}
    after = standing(state.terms, Account(account.collaterals, {}, debts, account.e_mode), prices, indices)
    return Borrowing(
        collateral=before.collateral,
        max_ltv=before.max_ltv,
        debt_before=before.debt,
        health_before=before.health,
        asked=state.terms.rules.debt_value(call.amount, prices[call.asset], state.terms.units[call.asset]),
        debt_after=after.debt,
        health_after=after.health,
    )


def repay(state: PoolState, call: RepayCall, context: CallContext) -> Gas:
    """Pay debt back, one's own or another's. Reverts: ZERO_AMOUNT, NOTHING_OWED, NOT_OWNER (all of another's), INSUFFICIENT_BALANCE."""
    owner, asset = call.on_behalf or context.sender, call.asset
    if call.amount == UINT256_MAX and owner != context.sender:
        # As Aave: for somebody else an amount must be named.
        raise Revert(Refusal.NOT_OWNER)
    reserve = state.accrue(asset, context)
    held = state.positions.peek(owner).debts.get(asset, 0)
    if not held:
        raise Revert(Refusal.NOTHING_OWED)
    debt: Units = state.terms.rules.debt_units(held, reserve.debt_index)
    amount = min(call.amount, debt)
    shares = min(state.terms.rules.repay_shares(amount, reserve.debt_index), held) if amount > 0 else 0
    if not shares:
        raise Revert(Refusal.ZERO_AMOUNT)

    state.change_debt(owner, asset, -shares)
    state.pay_in(asset, context.sender, amount)
    state.refresh(asset)

    context.say(state.place, context.sender, (Repaid.kind, owner, asset, amount))
    return gas.REPAY_ALL if shares == held else gas.REPAY
