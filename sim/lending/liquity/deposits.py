"""What goes in and out one side at a time: collateral of one's trove, and deposits of the stability pool with what they gain.

Every touch of a deposit pays its gain out and starts it anew at what is left of it. Money leaves the pool only while no trove is below the
minimum ratio, so that nobody runs from a liquidation that is due; a gain may always be taken. Source: StabilityPool.sol as deployed
[liquity/dev 14de1c1b].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.chain.contract import CallContext
from sim.commands import SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.lending.liquity import borrowing, gas, rules
from sim.lending.liquity.borrowing import Change
from sim.lending.liquity.calls import MoveGainCall
from sim.records.lending import Supplied, Withdrawn
from sim.records.liquity import GainPaid
from sim.units import UINT256_MAX, Gas, Party, Units
from sim.vocabulary import Refusal

if TYPE_CHECKING:
    from sim.lending.liquity.system import Liquity


def supply(system: Liquity, call: SupplyCall, context: CallContext) -> Gas:
    """Put collateral into one's trove, or money into the stability pool.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NOT_ALLOWED (another's), INSUFFICIENT_BALANCE, and for collateral as ``borrowing.change``.
    """
    context.spend(gas.REFUSED)
    owner, money = context.sender, system.terms.money.id
    if call.on_behalf not in (0, owner):
        raise Revert(Refusal.NOT_ALLOWED)
    if call.amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    if call.asset == system.terms.collateral.id:
        return borrowing.change(system, context, Change(supply=call.amount))
    if call.asset != money:
        raise Revert(Refusal.UNKNOWN_ASSET)

    left = _settle(system, context)
    system.pay_in(money, owner, call.amount)
    system.stability.add(call.amount)
    system.stability.set_deposit(owner, left + call.amount)
    context.say(system.place, owner, (Supplied.kind, owner, money, call.amount))
    return gas.PROVIDE


def withdraw(system: Liquity, call: WithdrawCall, context: CallContext) -> Gas:
    """Take collateral out of one's trove, or money out of the stability pool; 2^256-1 (or more than there is) for all, 0 for the gain only.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT (of collateral), NO_DEPOSIT, BEHIND_ON_LIQUIDATIONS, and for collateral as ``borrowing.change``.
    """
    context.spend(gas.REFUSED)
    owner, money = context.sender, system.terms.money.id
    if call.asset == system.terms.collateral.id:
        held = system.book.holding(owner).collateral if system.book.has(owner) else 0
        return borrowing.change(system, context, Change(withdraw=held if call.amount == UINT256_MAX else call.amount))
    if call.asset != money:
        raise Revert(Refusal.UNKNOWN_ASSET)
    if call.amount:
        _guard_no_backlog(system, context)
    _guard_deposit(system, owner)

    left = _settle(system, context)
    amount = min(call.amount, left)
    system.stability.add(-amount)
    system.stability.set_deposit(owner, left - amount)
    if amount:
        system.pay_out(money, owner, amount)
        context.say(system.place, owner, (Withdrawn.kind, owner, money, amount))
    return gas.WITHDRAW_DEPOSIT


def move_gain(system: Liquity, call: MoveGainCall, context: CallContext) -> Gas:
    """Put one's gain into one's trove. Reverts: NO_DEPOSIT, NO_TROVE, ZERO_AMOUNT (no gain), and as ``borrowing.change``."""
    context.spend(gas.REFUSED)
    owner = context.sender
    _guard_deposit(system, owner)
    if not system.book.has(owner):
        raise Revert(Refusal.NO_TROVE)
    pool, deposit = system.stability, system.stability.deposits[owner].amount
    gain, left = pool.take_gain(owner), pool.compounded(owner)
    if not gain:
        raise Revert(Refusal.ZERO_AMOUNT)
    pool.set_deposit(owner, left)
    context.say(system.place, owner, (GainPaid.kind, system.terms.collateral.id, gain, deposit - left, 1))
    borrowing.change(system, context, Change(supply=gain), payer=system.place)
    return gas.MOVE_GAIN


def _settle(system: Liquity, context: CallContext) -> Units:
    """Pay a depositor's gain; return what is left of the deposit. It must be written anew by the caller."""
    owner, pool = context.sender, system.stability
    if owner not in pool.deposits:
        return 0
    asset, left = system.terms.collateral.id, pool.compounded(owner)
    loss = pool.deposits[owner].amount - left
    gain = pool.take_gain(owner)
    if gain:
        system.pay_out(asset, owner, gain)
    if gain or loss:
        context.say(system.place, owner, (GainPaid.kind, asset, gain, loss, 0))
    return left


def _guard_deposit(system: Liquity, owner: Party) -> None:
    if owner not in system.stability.deposits:
        raise Revert(Refusal.NO_DEPOSIT)


def _guard_no_backlog(system: Liquity, context: CallContext) -> None:
    """Refuse while the riskiest trove is below the minimum ratio."""
    price, book = system.prices.fetch(context.timestamp), system.book
    if book.troves and book.ratio(book.by_risk.riskiest, price) < rules.MINIMUM_RATIO:
        raise Revert(Refusal.BEHIND_ON_LIQUIDATIONS)
