"""What owners do with their troves: open, adjust, close, claim what was left over.

Free functions on the system; each returns the gas it used or raises ``Revert``. In normal mode no act may leave the trove below the
minimum or the system below the critical ratio, not even one that improves the trove. In recovery mode nothing is charged, no collateral
leaves, and who draws money must stand at the critical ratio and no worse than before.
Source: BorrowerOperations.sol and CollSurplusPool.sol as deployed [liquity/dev 39f1f7f].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.chain.contract import CallContext
from sim.commands import BorrowCall, RepayCall
from sim.errors import Revert
from sim.lending.liquity import gas, rules
from sim.lending.liquity.calls import AdjustTroveCall, ClaimSurplusCall, CloseTroveCall, OpenTroveCall
from sim.records.lending import Borrowed, Repaid, Supplied, Withdrawn
from sim.records.liquity import FeePaid, SurplusClaimed, TroveClosed
from sim.units import UINT256_MAX, WAD, AssetId, Gas, Party, Units, Wad
from sim.vocabulary import Refusal

if TYPE_CHECKING:
    from sim.lending.liquity.system import Liquity


class Change(NamedTuple):
    """What is to become of a trove."""

    supply: Units = 0
    withdraw: Units = 0
    borrow: Units = 0
    repay: Units = 0
    max_fee: Wad = WAD


def open_trove(system: Liquity, call: OpenTroveCall, context: CallContext) -> Gas:
    """Open a trove.

    Reverts: TROVE_OPEN, ZERO_AMOUNT, FEE_TOO_HIGH, BORROW_TOO_SMALL, UNHEALTHY, TOTAL_RATIO_TOO_LOW, INSUFFICIENT_BALANCE, NOTHING_POSTED.
    """
    context.spend(gas.REFUSED)
    owner, terms, book = context.sender, system.terms, system.book
    price = system.prices.fetch(context.timestamp)
    is_recovery = system.is_recovery(price)
    _guard_limit(call.max_fee, is_recovery)
    if book.has(owner):
        raise Revert(Refusal.TROVE_OPEN)
    if min(call.collateral, call.amount) < 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    net = call.amount + (0 if is_recovery else charge(system, context, call.amount, call.max_fee))
    if net < rules.LEAST_NET_DEBT:
        raise Revert(Refusal.BORROW_TOO_SMALL)
    debt = net + rules.GAS_RESERVE
    own = rules.ratio(call.collateral, debt, price)
    if own < (rules.CRITICAL_RATIO if is_recovery else rules.MINIMUM_RATIO):
        raise Revert(Refusal.UNHEALTHY)
    if not is_recovery:
        _guard_total(system, price, call.collateral, debt)

    book.open(owner, call.collateral, debt)
    system.pay_in(terms.collateral.id, owner, call.collateral)
    system.issue(owner, call.amount)
    system.issue(system.place, rules.GAS_RESERVE)
    system.reserve_gas(rules.GAS_RESERVE)
    context.say(system.place, owner, (Supplied.kind, owner, terms.collateral.id, call.collateral))
    context.say(system.place, owner, (Borrowed.kind, owner, terms.money.id, call.amount))
    return gas.OPEN


def adjust(system: Liquity, call: AdjustTroveCall, context: CallContext) -> Gas:
    """Change one's trove. Reverts as ``change``."""
    return change(system, context, Change(*call))


def borrow(system: Liquity, call: BorrowCall, context: CallContext) -> Gas:
    """Draw money, whatever the fee. Reverts: UNKNOWN_ASSET, and as ``change``."""
    _guard_asset(system, call.asset, system.terms.money.id)
    _guard_amount(call.amount)
    return change(system, context, Change(borrow=call.amount))


def repay(system: Liquity, call: RepayCall, context: CallContext) -> Gas:
    """Pay one's debt back; 2^256-1 for all but the least that a trove must owe. Reverts: UNKNOWN_ASSET, NOT_ALLOWED, as ``change``."""
    _guard_asset(system, call.asset, system.terms.money.id)
    owner = context.sender
    if call.on_behalf not in (0, owner):
        raise Revert(Refusal.NOT_ALLOWED)
    _guard_trove(system, owner)
    most = max(0, system.book.holding(owner).debt - rules.GAS_RESERVE - rules.LEAST_NET_DEBT)
    amount = most if call.amount == UINT256_MAX else call.amount
    _guard_amount(amount)
    return change(system, context, Change(repay=amount))


def close(system: Liquity, call: CloseTroveCall, context: CallContext) -> Gas:
    """Pay everything back, take all collateral.

    Reverts: NO_TROVE, RECOVERY_MODE, TOTAL_RATIO_TOO_LOW, ONLY_TROVE, INSUFFICIENT_BALANCE, NOTHING_POSTED.
    """
    context.spend(gas.REFUSED)
    owner, terms, book = context.sender, system.terms, system.book
    _guard_trove(system, owner)
    price = system.prices.fetch(context.timestamp)
    if system.is_recovery(price):
        raise Revert(Refusal.RECOVERY_MODE)
    held = book.apply_pending(owner)
    _guard_total(system, price, -held.collateral, -held.debt)

    book.remove(owner)
    book.take(held.collateral, held.debt)
    system.destroy(owner, held.debt - rules.GAS_RESERVE)
    system.destroy(system.place, rules.GAS_RESERVE)
    system.reserve_gas(-rules.GAS_RESERVE)
    system.pay_out(terms.collateral.id, owner, held.collateral)
    repaid = held.debt - rules.GAS_RESERVE
    context.say(system.place, owner, (Repaid.kind, owner, terms.money.id, repaid))
    context.say(system.place, owner, (Withdrawn.kind, owner, terms.collateral.id, held.collateral))
    context.say(system.place, owner, (TroveClosed.kind, repaid, held.collateral))
    return gas.CLOSE


def claim(system: Liquity, call: ClaimSurplusCall, context: CallContext) -> Gas:
    """Be paid what was left of one's closed trove. Reverts with ZERO_AMOUNT where there is nothing."""
    context.spend(gas.REFUSED)
    owner, asset = context.sender, system.terms.collateral.id
    units = system.surplus.get(owner, 0)
    _guard_amount(units)
    system.journal.erase(system.surplus, owner)
    system.pay_out(asset, owner, units)
    context.say(system.place, owner, (SurplusClaimed.kind, asset, units))
    return gas.CLAIM


def change(system: Liquity, context: CallContext, asked: Change, payer: Party = 0) -> Gas:
    """Change the sender's trove; collateral comes from its purse, or (``payer``: the system's place) is in the system's purse already.

    Reverts: NO_TROVE, INCONSISTENT_INPUT, ZERO_AMOUNT, FEE_TOO_HIGH, RECOVERY_MODE, UNHEALTHY, TOTAL_RATIO_TOO_LOW, BORROW_TOO_SMALL,
    INSUFFICIENT_COLLATERAL, INSUFFICIENT_BALANCE, NOTHING_POSTED.
    """
    context.spend(gas.REFUSED)
    owner, book = context.sender, system.book
    _guard_shape(asked)
    price = system.prices.fetch(context.timestamp)
    is_recovery = system.is_recovery(price)
    if asked.borrow:
        _guard_limit(asked.max_fee, is_recovery)
    _guard_trove(system, owner)
    held = book.apply_pending(owner)
    fee = charge(system, context, asked.borrow, asked.max_fee) if asked.borrow and not is_recovery else 0
    if asked.withdraw > held.collateral:
        raise Revert(Refusal.INSUFFICIENT_COLLATERAL)
    collateral, debt = asked.supply - asked.withdraw, asked.borrow + fee - asked.repay
    if held.debt + debt < 0 or (asked.repay and held.debt + debt < rules.GAS_RESERVE + rules.LEAST_NET_DEBT):
        raise Revert(Refusal.BORROW_TOO_SMALL)
    before, after = rules.ratio(held.collateral, held.debt, price), rules.ratio(held.collateral + collateral, held.debt + debt, price)
    if is_recovery:
        _guard_in_recovery(asked, before, after)
    else:
        if after < rules.MINIMUM_RATIO:
            raise Revert(Refusal.UNHEALTHY)
        _guard_total(system, price, collateral, debt)

    book.change(owner, collateral, debt)
    _move(system, context, asked, payer)
    return gas.ADJUST


def charge(system: Liquity, context: CallContext, amount: Units, max_fee: Wad) -> Units:
    """Decay the base rate and make the fee for drawing money, for the stakers; return it. Reverts: ZERO_AMOUNT, FEE_TOO_HIGH."""
    _guard_amount(amount)
    system.decay(context.timestamp)
    fee = rules.borrowing_fee(system.base_rate, amount)
    if rules.fee_share(fee, amount) > max_fee:
        raise Revert(Refusal.FEE_TOO_HIGH)
    system.issue(system.terms.staking, fee)
    context.say(system.place, context.sender, (FeePaid.kind, system.terms.money.id, fee, system.base_rate))
    return fee


def _move(system: Liquity, context: CallContext, asked: Change, payer: Party) -> None:
    """Move what a change moves, and say it."""
    owner, terms = context.sender, system.terms
    if asked.borrow:
        system.issue(owner, asked.borrow)
        context.say(system.place, owner, (Borrowed.kind, owner, terms.money.id, asked.borrow))
    if asked.repay:
        system.destroy(owner, asked.repay)
        context.say(system.place, owner, (Repaid.kind, owner, terms.money.id, asked.repay))
    if asked.supply:
        if payer != system.place:
            system.pay_in(terms.collateral.id, owner, asked.supply)
        context.say(system.place, owner, (Supplied.kind, owner, terms.collateral.id, asked.supply))
    if asked.withdraw:
        system.pay_out(terms.collateral.id, owner, asked.withdraw)
        context.say(system.place, owner, (Withdrawn.kind, owner, terms.collateral.id, asked.withdraw))


def _guard_shape(asked: Change) -> None:
    if min(asked) < 0 or (asked.supply and asked.withdraw) or (asked.borrow and asked.repay):
        raise Revert(Refusal.INCONSISTENT_INPUT)
    if not any(asked[:4]):
        raise Revert(Refusal.ZERO_AMOUNT)


def _guard_in_recovery(asked: Change, before: Wad, after: Wad) -> None:
    if asked.withdraw:
        raise Revert(Refusal.RECOVERY_MODE)
    if asked.borrow and after < max(rules.CRITICAL_RATIO, before):
        raise Revert(Refusal.UNHEALTHY)


def _guard_limit(max_fee: Wad, is_recovery: bool) -> None:
    """Refuse a limit that no fee could keep, or that is none; in recovery mode nothing is charged."""
    if not (0 if is_recovery else rules.FEE_FLOOR) <= max_fee <= WAD:
        raise Revert(Refusal.FEE_TOO_HIGH)


def _guard_total(system: Liquity, price: Wad, collateral: int, debt: int) -> None:
    """Refuse a change after which the system would be in recovery mode."""
    book = system.book
    if rules.ratio(book.collateral + collateral, book.debt + debt, price) < rules.CRITICAL_RATIO:
        raise Revert(Refusal.TOTAL_RATIO_TOO_LOW)


def _guard_trove(system: Liquity, owner: Party) -> None:
    if not system.book.has(owner):
        raise Revert(Refusal.NO_TROVE)


def _guard_asset(system: Liquity, asset: AssetId, expected: AssetId) -> None:
    if asset != expected:
        raise Revert(Refusal.UNKNOWN_ASSET)


def _guard_amount(amount: Units) -> None:
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
