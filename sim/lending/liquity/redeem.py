"""Redemption: money for collateral at the posted price, out of the riskiest troves that are above the minimum ratio.

A trove all of whose net debt is redeemed is closed, and the owner may claim the rest; the last one may be redeemed in part, unless too
little debt would be left. The fee is in collateral, by a base rate that each redemption raises and time lets decay.
Source: TroveManager.sol [liquity/dev 39f1f7f]. Model choice: the hint for a partial redemption is always good, so only too little debt
cancels one.
"""

from __future__ import annotations

from itertools import dropwhile, islice
from typing import TYPE_CHECKING, NamedTuple

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.lending.liquity import gas, rules
from sim.lending.liquity.calls import RedeemCall
from sim.records.liquity import Redeemed, TroveRedeemed
from sim.units import INT64_MAX, WAD, Gas, Party, Units, Wad
from sim.vocabulary import Refusal

if TYPE_CHECKING:
    from sim.lending.liquity.system import Liquity


class Lot(NamedTuple):
    """What one trove gave."""

    money: Units
    collateral: Units


def redeem(system: Liquity, call: RedeemCall, context: CallContext) -> Gas:
    """Give money, get collateral.

    Reverts: FEE_TOO_HIGH, TOO_EARLY, ZERO_AMOUNT, TOTAL_RATIO_TOO_LOW (below the minimum), INSUFFICIENT_BALANCE, NOTHING_REDEEMED,
    ONLY_TROVE, NOTHING_POSTED, ARITHMETIC (so little that the base rate would stay nothing).
    """
    price = _guard(system, call, context)
    supply = system.book.debt
    lots = _draw(system, call, context, price)
    paid, drawn = sum(lot.money for lot in lots), sum(lot.collateral for lot in lots)
    if not drawn:
        raise Revert(Refusal.NOTHING_REDEEMED)
    raised = rules.raised_rate(system.rate_at(context.timestamp), drawn, price, supply)
    if not raised:
        raise Revert(Refusal.ARITHMETIC)
    system.decay(context.timestamp, raised)
    fee = rules.redemption_fee(system.base_rate, drawn)
    if fee >= drawn or rules.fee_share(fee, drawn) > call.max_fee:
        raise Revert(Refusal.FEE_TOO_HIGH)

    collateral = system.terms.collateral.id
    system.book.take(drawn, paid)
    system.destroy(context.sender, paid)
    system.pay_out(collateral, system.terms.staking, fee)
    system.pay_out(collateral, context.sender, drawn - fee)
    context.say(system.place, context.sender, (Redeemed.kind, collateral, paid, drawn, fee, system.base_rate))
    return gas.REDEEM + gas.REDEEM_MORE * (len(lots) - 1)


def _guard(system: Liquity, call: RedeemCall, context: CallContext) -> Wad:
    """Refuse what may not be; return the price."""
    context.spend(gas.REFUSED)
    if not rules.FEE_FLOOR <= call.max_fee <= WAD:
        raise Revert(Refusal.FEE_TOO_HIGH)
    if context.timestamp < system.terms.no_redemption_until:
        raise Revert(Refusal.TOO_EARLY)
    price = system.prices.fetch(context.timestamp)
    if system.book.total_ratio(price) < rules.MINIMUM_RATIO:
        raise Revert(Refusal.TOTAL_RATIO_TOO_LOW)
    if call.amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    ledger = system.ledger
    if ledger.free(system.terms.money.id, ledger.open(context.sender, system.chain)) < call.amount:
        raise Revert(Refusal.INSUFFICIENT_BALANCE)
    return price


def _draw(system: Liquity, call: RedeemCall, context: CallContext, price: Wad) -> list[Lot]:
    """Go through troves from the riskiest above the minimum ratio on, until the money or their number runs out."""
    book, left, lots = system.book, call.amount, list[Lot]()
    spared = dropwhile(lambda party: book.ratio(party, price) < rules.MINIMUM_RATIO, reversed(book.by_risk))
    for party in islice(spared, min(call.most, INT64_MAX) if call.most > 0 else None):
        lot = _draw_from(system, context, party, left, price)
        if lot is None:
            break
        lots.append(lot)
        left -= lot.money
        if not left:
            break
    return lots


def _draw_from(system: Liquity, context: CallContext, party: Party, most: Units, price: Wad) -> Lot | None:
    """Take money's worth out of one trove; None where that would leave too little debt."""
    held = system.book.apply_pending(party)
    money = min(most, held.debt - rules.GAS_RESERVE)
    collateral = money * WAD // price
    debt, surplus = held.debt - money, held.collateral - collateral
    is_closed = debt == rules.GAS_RESERVE
    if is_closed:
        _close(system, party, surplus)
    elif debt - rules.GAS_RESERVE < rules.LEAST_NET_DEBT:
        return None
    else:
        _shrink(system, party, collateral, money)
    row = (TroveRedeemed.kind, party, money, collateral, surplus if is_closed else 0, int(is_closed))
    context.say(system.place, context.sender, row)
    return Lot(money, collateral)


def _close(system: Liquity, party: Party, surplus: Units) -> None:
    """Close a trove that owes its reserve only; the owner may claim the rest."""
    book = system.book
    book.remove(party)
    book.take(surplus, rules.GAS_RESERVE)
    system.leave_surplus(party, surplus)
    system.destroy(system.place, rules.GAS_RESERVE)
    system.reserve_gas(-rules.GAS_RESERVE)


def _shrink(system: Liquity, party: Party, collateral: Units, money: Units) -> None:
    """Take from a trove; what is taken stays active until the redemption is settled."""
    system.book.change(party, -collateral, -money)
    system.book.take(-collateral, -money)
