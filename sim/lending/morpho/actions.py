"""What a market does when it is called: each in the sequence guard, accrue, compute, change, record.

Free functions on the market; each returns the gas it used or raises ``Revert``. Amounts are in assets; 2^256-1 is all of one's shares,
for which the market pays rounded down and is paid rounded up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.composites import FlashLoanCall
from sim.errors import Revert
from sim.lending.morpho import gas, rules
from sim.lending.morpho.calls import SeizeCall
from sim.lending.morpho.rules import Settlement
from sim.records.atomic import FlashLoaned
from sim.records.lending import BadDebt, Borrowed, Liquidated, Repaid, Supplied, Withdrawn
from sim.units import NO_SEQ, UINT256_MAX, AssetId, Gas, Wad
from sim.vocabulary import Refusal

if TYPE_CHECKING:
    from sim.lending.morpho.market import MorphoMarket


def supply(market: MorphoMarket, call: SupplyCall, context: CallContext) -> Gas:
    """Put units in: to be lent, or as collateral. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE, ARITHMETIC."""
    owner = call.on_behalf or context.sender
    _guard(market, context, call.asset, call.amount)
    is_collateral = call.asset == market.terms.collateral.id
    if is_collateral:
        market.add_collateral(owner, call.amount)
    else:
        market.accrue(context)
        totals = market.totals
        shares = rules.to_shares_down(call.amount, totals.supply_assets, totals.supply_shares)
        market.add_supply(owner, shares)
        market.set_totals(totals.with_supply(call.amount, shares))
    market.pay_in(call.asset, context.sender, call.amount)

    context.say(market.place, context.sender, (Supplied.kind, owner, call.asset, call.amount))
    return gas.SUPPLY_COLLATERAL if is_collateral else gas.SUPPLY


def withdraw(market: MorphoMarket, call: WithdrawCall, context: CallContext) -> Gas:
    """Take units out. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE, INSUFFICIENT_LIQUIDITY, UNHEALTHY, NOTHING_POSTED."""
    owner = context.sender
    _guard(market, context, call.asset, call.amount)
    market.accrue(context)
    if call.asset == market.terms.collateral.id:
        amount = market.debtor(owner, 0).collateral if call.amount == UINT256_MAX else call.amount
        _guard_amount(amount)
        market.add_collateral(owner, -amount)
        market.guard_health(owner)
    else:
        totals, held = market.totals, market.positions.peek(owner).idle.get(call.asset, 0)
        is_all = call.amount == UINT256_MAX
        shares = held if is_all else rules.to_shares_up(call.amount, totals.supply_assets, totals.supply_shares)
        amount = totals.worth(shares) if is_all else call.amount
        _guard_amount(shares)
        market.add_supply(owner, -shares)
        market.set_totals(totals.with_supply(-amount, -shares))
        market.guard_liquidity()
    market.pay_out(call.asset, owner, amount)

    context.say(market.place, owner, (Withdrawn.kind, owner, call.asset, amount))
    return gas.WITHDRAW_COLLATERAL if call.asset == market.terms.collateral.id else gas.WITHDRAW


def borrow(market: MorphoMarket, call: BorrowCall, context: CallContext) -> Gas:
    """Lend units against the sender's collateral.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, UNHEALTHY, INSUFFICIENT_LIQUIDITY, NOTHING_POSTED, ARITHMETIC.
    """
    owner = context.sender
    _guard(market, context, call.asset, call.amount, is_loan=True)
    market.accrue(context)
    totals = market.totals
    shares = rules.to_shares_up(call.amount, totals.borrow_assets, totals.borrow_shares)
    market.add_debt(owner, shares)
    market.set_totals(totals.with_debt(call.amount, shares))
    market.guard_health(owner)
    market.guard_liquidity()
    market.pay_out(call.asset, owner, call.amount)

    context.say(market.place, owner, (Borrowed.kind, owner, call.asset, call.amount))
    return gas.BORROW


def repay(market: MorphoMarket, call: RepayCall, context: CallContext) -> Gas:
    """Pay debt back, one's own or another's.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NOTHING_OWED (all of nothing), ARITHMETIC (more than is owed), INSUFFICIENT_BALANCE.
    """
    owner = call.on_behalf or context.sender
    _guard(market, context, call.asset, call.amount, is_loan=True)
    market.accrue(context)
    totals, is_all = market.totals, call.amount == UINT256_MAX
    held = market.debtor(owner, 0).shares
    if is_all and not held:
        raise Revert(Refusal.NOTHING_OWED)
    shares = held if is_all else rules.to_shares_down(call.amount, totals.borrow_assets, totals.borrow_shares)
    amount = totals.owed(shares) if is_all else call.amount
    market.add_debt(owner, -shares)
    market.pay_debt(totals.with_debt(-amount, -shares), amount)
    market.pay_in(call.asset, context.sender, amount)

    context.say(market.place, context.sender, (Repaid.kind, owner, call.asset, amount))
    return gas.REPAY


def seize(market: MorphoMarket, call: SeizeCall, context: CallContext) -> Gas:
    """Liquidate: repay an unhealthy account's debt out of the sender's purse and give it collateral and incentive for it.

    The collateral leaves first. Reverts: PAUSED, INCONSISTENT_INPUT, HEALTHY, NOTHING_POSTED, ARITHMETIC (more than the account owes
    or has), INSUFFICIENT_BALANCE.
    """
    if not market.allows_liquidations:
        raise Revert(Refusal.PAUSED)
    context.spend(gas.REFUSED_LIQUIDATION)
    if (call.seized > 0) == (call.repaid_shares > 0):
        raise Revert(Refusal.INCONSISTENT_INPUT)
    market.accrue(context)
    debtor = market.debtor(call.account, market.oracle.price())
    done = rules.settle(market.totals, debtor, call.seized, call.repaid_shares)
    health = rules.health(rules.debt_limit(debtor.collateral, debtor.price, debtor.lltv), market.totals.owed(debtor.shares))

    _change(market, call, done)
    market.pay_out(market.terms.collateral.id, context.sender, done.taken.seized)
    market.pay_in(market.terms.loan.id, context.sender, done.taken.repaid)

    _record(market, call, context, done, health)
    return gas.LIQUIDATE


def accrue(market: MorphoMarket, call: AccrueCall, context: CallContext) -> Gas:
    """Charge interest up to now."""
    context.spend(gas.REFUSED)
    market.accrue(context)
    return gas.ACCRUE


def _change(market: MorphoMarket, call: SeizeCall, done: Settlement) -> None:
    market.add_debt(call.account, -done.taken.shares - done.bad_shares)
    market.add_collateral(call.account, -done.taken.seized)
    market.pay_debt(done.totals, done.taken.repaid)


def _record(market: MorphoMarket, call: SeizeCall, context: CallContext, done: Settlement, health: Wad) -> None:
    terms, posted = market.terms, market.oracle.posted
    loan, collateral = terms.loan.id, terms.collateral.id
    fell = market.fell.get(call.account, NO_SEQ)
    prices = posted(loan), posted(collateral)
    row = (Liquidated.kind, call.account, loan, collateral, fell, *prices, done.taken.repaid, done.taken.seized, 0, health)
    said = context.say(market.place, context.sender, row)
    if done.bad_debt:
        context.say(market.place, call.account, (BadDebt.kind, loan, said, done.bad_debt), said)


def _guard(market: MorphoMarket, context: CallContext, asset: AssetId, amount: int, is_loan: bool = False) -> None:
    context.spend(gas.REFUSED)
    known = (market.terms.loan.id,) if is_loan else (market.terms.loan.id, market.terms.collateral.id)
    if asset not in known:
        raise Revert(Refusal.UNKNOWN_ASSET)
    _guard_amount(amount)
    if rules.MOST < amount < UINT256_MAX:
        raise Revert(Refusal.ARITHMETIC)


def _guard_amount(amount: int) -> None:
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)


def flash_loan(market: MorphoMarket, call: FlashLoanCall, context: CallContext) -> Gas:
    """Lend what lies in the purse for the length of some calls, for nothing. Nothing keeps the borrower from calling the market in between.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY, INSUFFICIENT_BALANCE.
    """
    _guard(market, context, call.asset, call.amount)
    if call.amount > market.ledger.balance(call.asset, market.purse):
        raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
    borrower = market.ledger.open(context.sender, market.chain)
    market.ledger.move(call.asset, market.purse, borrower, call.amount)
    used = context.lend(((call.asset, call.amount),), ((call.asset, call.amount),), call.calls)
    market.ledger.move(call.asset, borrower, market.purse, call.amount)

    context.say(market.place, context.sender, (FlashLoaned.kind, call.asset, call.amount, 0))
    return gas.FLASH_LOAN + used
