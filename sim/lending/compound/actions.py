"""Supply, withdraw, borrow, repay, enter, leave, accrue: each in the sequence guard, accrue, compute, change, record.

Free functions on the pool's state; each returns the gas it used or raises ``Revert``. Model choices: a call about nothing is refused
(the contracts let it pass); nobody supplies for another (there is no such door); a repayment beyond the debt pays all of it, as front
ends have it (the contract knows the largest number for that, and reverts on others). Source: CToken.sol [compound-protocol a3214f6].
"""

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.lending.compound import gas, rules
from sim.lending.compound.calls import EnterMarketCall, LeaveMarketCall
from sim.lending.compound.state import CompoundState
from sim.records.comet import MarketEntered, MarketLeft
from sim.records.lending import Borrowed, Repaid, Supplied, Withdrawn
from sim.units import UINT256_MAX, AssetId, Gas, Party, Units
from sim.vocabulary import Refusal


def supply(state: CompoundState, call: SupplyCall, context: CallContext) -> Gas:
    """Put units in for shares, which count once the market is entered. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NOT_OWNER, ARITHMETIC,
    INSUFFICIENT_BALANCE.
    """
    owner = context.sender
    if call.on_behalf not in (0, owner):
        raise Revert(Refusal.NOT_OWNER)
    state.accrue(call.asset, context)
    guard_amount(call.amount)
    shares = rules.shares_for(call.amount, state.snapshot(call.asset).exchange_rate)

    state.purse.take(call.asset, owner, call.amount)
    state.issue(call.asset, shares, call.amount)
    state.add_shares(owner, call.asset, shares)

    context.say(state.place, owner, (Supplied.kind, owner, call.asset, call.amount))
    return gas.SUPPLY


def withdraw(state: CompoundState, call: WithdrawCall, context: CallContext) -> Gas:
    """Turn shares into units: 2^256-1 for all one's shares, else the shares that the units are worth, rounded down as the contract has
    it. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT (less than a share included), UNHEALTHY, NOTHING_POSTED, INSUFFICIENT_LIQUIDITY,
    INSUFFICIENT_BALANCE.
    """
    owner, asset = context.sender, call.asset
    state.accrue(asset, context)
    guard_amount(call.amount)
    rate = state.snapshot(asset).exchange_rate
    shares, amount = rules.shares_for(call.amount, rate) if call.amount != UINT256_MAX else state.shares_of(owner, asset), call.amount
    if call.amount == UINT256_MAX:
        amount = rules.units_for(shares, rate)

    redeem(state, owner, asset, shares, amount)

    context.say(state.place, owner, (Withdrawn.kind, owner, asset, amount))
    return gas.WITHDRAW


def redeem(state: CompoundState, owner: Party, asset: AssetId, shares: int, amount: Units) -> None:
    """Take shares from an account and give it units for them."""
    guard_redemption(state, owner, asset, shares)
    if amount > state.purse.held(asset):
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
    state.add_shares(owner, asset, -shares)
    state.issue(asset, -shares, -amount)
    state.purse.pay(asset, owner, amount)
    if not shares or not amount:
        raise Revert(Refusal.ZERO_AMOUNT)


def guard_redemption(state: CompoundState, owner: Party, asset: AssetId, shares: int) -> None:
    """Refuse to let shares go that stand behind a debt. Reverts: UNHEALTHY, NOTHING_POSTED."""
    if not state.has_entered(owner, asset):
        return
    moment = state.stored()
    line = state.line(owner, asset, moment)
    if rules.sums_of(state.lines(owner, moment), redeemed=(line, shares)).is_short:
        raise Revert(Refusal.UNHEALTHY)


def borrow(state: CompoundState, call: BorrowCall, context: CallContext) -> Gas:
    """Lend units against what the sender has in markets it has entered; this one is entered by borrowing.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, BORROWING_DISABLED, NOTHING_POSTED, BORROW_CAP, INSUFFICIENT_COLLATERAL,
    INSUFFICIENT_LIQUIDITY.
    """
    owner, asset = context.sender, call.asset
    market = state.accrue(asset, context)
    guard_amount(call.amount)
    if not market.terms.can_borrow:
        raise Revert(Refusal.BORROWING_DISABLED)
    if state.enter(owner, asset):
        context.say(state.place, owner, (MarketEntered.kind, asset))
    moment = state.stored()
    if not moment.prices[asset]:
        raise Revert(Refusal.NOTHING_POSTED)
    if market.terms.borrow_cap is not None and market.borrows + call.amount >= market.terms.borrow_cap:
        raise Revert(Refusal.BORROW_CAP)
    line = state.line(owner, asset, moment)
    if rules.sums_of(state.lines(owner, moment), borrowed=(line, call.amount)).is_short:
        raise Revert(Refusal.INSUFFICIENT_COLLATERAL)
    if call.amount > state.purse.held(asset):
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)

    state.set_debt(owner, asset, line.debt + call.amount)
    state.purse.pay(asset, owner, call.amount)

    context.say(state.place, owner, (Borrowed.kind, owner, asset, call.amount))
    return gas.BORROW


def repay(state: CompoundState, call: RepayCall, context: CallContext) -> Gas:
    """Pay debt back, one's own or another's. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NOTHING_OWED, ARITHMETIC, INSUFFICIENT_BALANCE."""
    owner, asset = call.on_behalf or context.sender, call.asset
    market = state.accrue(asset, context)
    guard_amount(call.amount)
    debt = state.debt(owner, state.positions.peek(owner), asset, market.debt_index)
    if not debt:
        raise Revert(Refusal.NOTHING_OWED)
    amount = min(call.amount, debt)

    state.purse.take(asset, context.sender, amount)
    state.set_debt(owner, asset, debt - amount)

    context.say(state.place, context.sender, (Repaid.kind, owner, asset, amount))
    return gas.REPAY


def enter(state: CompoundState, call: EnterMarketCall, context: CallContext) -> Gas:
    """Let a market count. Once is enough. Reverts with UNKNOWN_ASSET."""
    state.market(call.asset)
    if state.enter(context.sender, call.asset):
        context.say(state.place, context.sender, (MarketEntered.kind, call.asset))
    return gas.ENTER


def leave(state: CompoundState, call: LeaveMarketCall, context: CallContext) -> Gas:
    """Let a market count no more. No interest is added first. Reverts: UNKNOWN_ASSET, STILL_OWES, UNHEALTHY, NOTHING_POSTED."""
    owner, asset = context.sender, call.asset
    market = state.market(asset)
    if state.debt(owner, state.positions.peek(owner), asset, market.debt_index):
        raise Revert(Refusal.STILL_OWES)
    guard_redemption(state, owner, asset, state.shares_of(owner, asset))
    if state.has_entered(owner, asset):
        state.leave(owner, asset)
        context.say(state.place, owner, (MarketLeft.kind, asset))
    return gas.LEAVE


def accrue_all(state: CompoundState, call: AccrueCall, context: CallContext) -> Gas:
    """Add interest to every market. Reverts: RATE_TOO_HIGH, ARITHMETIC."""
    for asset in state.markets:
        state.accrue(asset, context)
    return gas.ACCRUE * len(state.markets)


def guard_amount(amount: Units) -> None:
    """Refuse what is no amount. Reverts: ZERO_AMOUNT, ARITHMETIC."""
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    if amount > UINT256_MAX:
        raise Revert(Refusal.ARITHMETIC)
