"""Supply, withdraw, borrow, repay: each in the sequence guard, accrue, compute, change, check, record.

Free functions on the pool's state; each returns the gas it used or raises ``Revert``. 2^256-1 is all: of one's claims, of the debt, or
of what is left to borrow. Model choices: a call of nothing, and a payment of no debt, is refused (the contracts do nothing).
"""

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.lending.euler import gas
from sim.lending.euler.book import Book, units_up
from sim.lending.euler.calls import TrackLiquidityCall
from sim.lending.euler.state import EulerState
from sim.records.lending import Borrowed, Repaid, Supplied, Withdrawn
from sim.units import UINT256_MAX, AssetId, Gas, Party, Units
from sim.vocabulary import Refusal


def supply(state: EulerState, call: SupplyCall, context: CallContext) -> Gas:
    """Put units in for claims, which count as collateral where they may.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT (also of units worth no share), NOT_OWNER (for another, v1), SUPPLY_CAP, INSUFFICIENT_BALANCE.
    """
    owner, book = _begin(state, call.asset, call.amount, call.on_behalf, context)
    inner = call.amount * book.precision.scaler
    shares = state.rules.shares_down(state.reading(call.asset, context.timestamp), book.precision, inner)
    if not shares and state.rules.name == "v2":
        raise Revert(Refusal.ZERO_AMOUNT)

    state.pay_in(call.asset, context.sender, call.amount)
    state.promise(call.asset, call.amount)
    state.add_shares(owner, call.asset, shares)
    state.refresh(call.asset)
    cap = book.terms.supply_cap
    if cap is not None and state.cash(call.asset) + book.owed // book.precision.per_unit > cap:
        raise Revert(Refusal.SUPPLY_CAP)
    if state.rules.name == "v1" and state.owed(owner, call.asset):
        state.guard_health(owner, context.timestamp)

    context.say(state.place, context.sender, (Supplied.kind, owner, call.asset, call.amount))
    return gas.SUPPLY


def withdraw(state: EulerState, call: WithdrawCall, context: CallContext) -> Gas:
    """Take units out for claims.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE, INSUFFICIENT_LIQUIDITY, UNHEALTHY, NOTHING_POSTED.
    """
    owner, book = _begin(state, call.asset, call.amount, 0, context)
    if call.amount == UINT256_MAX:
        shares = state.shares(owner, call.asset)
        inner = state.rules.assets_down(state.reading(call.asset, context.timestamp), book.precision, shares)
        amount = inner // book.precision.scaler
        if not amount:
            raise Revert(Refusal.ZERO_AMOUNT)
    else:
        amount = call.amount
        shares = state.rules.shares_up(state.reading(call.asset, context.timestamp), book.precision, amount * book.precision.scaler)

    take_out(state, owner, call.asset, shares, amount)
    state.refresh(call.asset)
    state.guard_health(owner, context.timestamp)

    context.say(state.place, owner, (Withdrawn.kind, owner, call.asset, amount))
    return gas.WITHDRAW


def take_out(state: EulerState, owner: Party, asset: AssetId, shares: int, amount: Units) -> None:
    """End claims and pay units for them. Reverts: INSUFFICIENT_BALANCE, INSUFFICIENT_LIQUIDITY."""
    state.add_shares(owner, asset, -shares)
    state.pay_out(asset, owner, amount)
    state.promise(asset, -amount)


def borrow(state: EulerState, call: BorrowCall, context: CallContext) -> Gas:
    """Lend units against the sender's claims.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, OTHER_DEBT (v2), INSUFFICIENT_LIQUIDITY, BORROW_CAP, UNHEALTHY, ISOLATED_DEBT, NOTHING_POSTED.
    """
    owner, book = _begin(state, call.asset, call.amount, 0, context)
    guard_one_debt(state, owner, call.asset)
    amount = state.cash(call.asset) if call.amount == UINT256_MAX else call.amount
    _guard_amount(amount)

    state.pay_out(call.asset, owner, amount)
    state.add_debt(owner, call.asset, amount * book.precision.scaler)
    state.refresh(call.asset)
    cap = book.terms.borrow_cap
    if cap is not None and units_up(book.owed, book.precision.per_unit) > cap:
        raise Revert(Refusal.BORROW_CAP)
    state.guard_health(owner, context.timestamp)

    context.say(state.place, owner, (Borrowed.kind, owner, call.asset, amount))
    return gas.BORROW


def guard_one_debt(state: EulerState, party: Party, asset: AssetId) -> None:
    """Refuse a second asset to owe where only one may be (v2). Reverts with OTHER_DEBT."""
    if state.rules.has_one_debt and any(owed != asset for owed in state.positions.peek(party).debts):
        raise Revert(Refusal.OTHER_DEBT)


def repay(state: EulerState, call: RepayCall, context: CallContext) -> Gas:
    """Pay debt back; what exceeds it stays with the sender.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NOT_OWNER (another's, v1), NOTHING_OWED, INSUFFICIENT_BALANCE.
    """
    owner, book = _begin(state, call.asset, call.amount, call.on_behalf, context)
    owed = state.owed(owner, call.asset)
    if not owed:
        raise Revert(Refusal.NOTHING_OWED)
    amount = min(call.amount, units_up(owed, book.precision.per_unit))

    state.pay_in(call.asset, context.sender, amount)
    state.pay_debt(owner, call.asset, amount)
    state.refresh(call.asset)

    context.say(state.place, context.sender, (Repaid.kind, owner, call.asset, amount))
    return gas.REPAY


def accrue(state: EulerState, call: AccrueCall, context: CallContext) -> Gas:
    """Bring every asset up to now, and set its rate by what lies there now."""
    context.spend(gas.REFUSED)
    for asset in state.books:
        state.accrue(asset, context)
        state.refresh(asset)
    return gas.ACCRUE


def track(state: EulerState, call: TrackLiquidityCall, context: CallContext) -> Gas:
    """Begin to average the sender's free liquidity, from nothing (v1). Reverts with UNKNOWN_CALL in v2, which knows no such thing."""
    context.spend(gas.REFUSED)
    if state.rules.name != "v1":
        raise Revert(Refusal.UNKNOWN_CALL)
    state.journal.write(state.averages, context.sender, (0, context.timestamp))
    return gas.TRACK


def _begin(state: EulerState, asset: AssetId, amount: Units, on_behalf: Party, context: CallContext) -> tuple[Party, Book]:
    """Guard and accrue; return whose account it is and the asset's books."""
    context.spend(gas.REFUSED)
    owner = on_behalf or context.sender
    book = state.book(asset)
    _guard_amount(amount)
    if owner != context.sender and not state.rules.acts_for_others:
        raise Revert(Refusal.NOT_OWNER)
    if state.rules.most_units < amount * book.precision.scaler and amount != UINT256_MAX:
        raise Revert(Refusal.ARITHMETIC)
    state.note_average(owner, context.timestamp)
    return owner, state.accrue(asset, context)


def _guard_amount(amount: Units) -> None:
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
