"""What a market does when it is called: each in the sequence guard, compute, change, record.

Free functions on the market; each returns the gas it used or raises ``Revert``. A loan that is changed while all of its bands lie beyond
the active one moves: its collateral is taken out of its bands and put into as many that suit the new debt. Nobody asks after the health
of a loan that its owner changes: new bands are far enough down by the loan discount, and to repay a little is better than nothing. Whoever
repays for another must leave the loan healthy, the distance to its bands not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.fixed import mul_div_up
from sim.lending.llamma import gas, rules
from sim.lending.llamma.bands import Stake
from sim.lending.llamma.calls import CreateLoanCall, LiquidateBandsCall
from sim.lending.llamma.rules import FEWEST_BANDS, MOST_BANDS, MOST_SKIPPED
from sim.records.lending import Borrowed, Liquidated, Repaid, Supplied, Withdrawn
from sim.records.llamma import BandsLiquidated, LoanChanged
from sim.units import NO_SEQ, UINT256_MAX, WAD, Gas, Party, Units
from sim.vocabulary import Refusal

if TYPE_CHECKING:
    from sim.lending.llamma.market import LlammaMarket


def create(market: LlammaMarket, call: CreateLoanCall, context: CallContext) -> Gas:
    """Open a loan. Reverts: ZERO_AMOUNT, LOAN_EXISTS, BAND_COUNT, NOTHING_OWED, DEBT_TOO_HIGH, AMOUNT_TOO_LOW, BAND_NOT_EMPTY,
    INSUFFICIENT_LIQUIDITY, INSUFFICIENT_BALANCE, NOTHING_POSTED.
    """
    context.spend(gas.REFUSED)
    owner, now, terms = context.sender, context.timestamp, market.terms
    if min(call.collateral, call.debt) < 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    if owner in market.loans:
        raise Revert(Refusal.LOAN_EXISTS)
    if not FEWEST_BANDS <= call.bands <= MOST_BANDS:
        raise Revert(Refusal.BAND_COUNT)
    first = market.first_band(call.collateral, call.debt, call.bands, now)
    market.amm.deposit(owner, call.collateral, first, first + call.bands - 1)
    market.put_loan(owner, call.debt, now, terms.liquidation_discount)
    market.amm.till.take(terms.collateral.id, owner, call.collateral)
    market.lend(context, call.debt)
    market.save_rate(now)

    context.say(market.place, owner, (Supplied.kind, owner, terms.collateral.id, call.collateral))
    context.say(market.place, owner, (Borrowed.kind, owner, terms.money.id, call.debt))
    _tell(market, owner, context)
    return gas.LOAN + gas.BAND * call.bands


def add_collateral(market: LlammaMarket, call: SupplyCall, context: CallContext) -> Gas:
    """Add collateral to one's own loan. Reverts: UNKNOWN_ASSET, NOT_ALLOWED (another's), ZERO_AMOUNT, and as ``borrow``."""
    _guard(market, context, call.asset, market.terms.collateral.id, call.amount)
    if call.on_behalf not in (0, context.sender):
        raise Revert(Refusal.NOT_ALLOWED)
    moved = _move(market, context, call.amount, 0)
    market.amm.till.take(call.asset, context.sender, call.amount)
    market.save_rate(context.timestamp)

    context.say(market.place, context.sender, (Supplied.kind, context.sender, call.asset, call.amount))
    _tell(market, context.sender, context)
    return moved


def remove_collateral(market: LlammaMarket, call: WithdrawCall, context: CallContext) -> Gas:
    """Take collateral out of one's own loan. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE, and as ``borrow``."""
    _guard(market, context, call.asset, market.terms.collateral.id, call.amount)
    moved = _move(market, context, -call.amount, 0)
    market.amm.till.pay(call.asset, context.sender, call.amount)
    market.save_rate(context.timestamp)

    context.say(market.place, context.sender, (Withdrawn.kind, context.sender, call.asset, call.amount))
    _tell(market, context.sender, context)
    return moved


def borrow(market: LlammaMarket, call: BorrowCall, context: CallContext) -> Gas:
    """Borrow more. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NO_LOAN, SOFT_LIQUIDATION, DEBT_TOO_HIGH, AMOUNT_TOO_LOW, BAND_NOT_EMPTY,
    INSUFFICIENT_LIQUIDITY, NOTHING_POSTED.
    """
    _guard(market, context, call.asset, market.terms.money.id, call.amount)
    moved = _move(market, context, 0, call.amount)
    market.lend(context, call.amount)
    market.save_rate(context.timestamp)

    context.say(market.place, context.sender, (Borrowed.kind, context.sender, call.asset, call.amount))
    _tell(market, context.sender, context)
    return moved


def repay(market: LlammaMarket, call: RepayCall, context: CallContext) -> Gas:
    """Pay a debt back, one's own or another's; more than is owed is all of it. The money in one's own bands counts when that makes it all.

    Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NO_LOAN, NOT_ALLOWED (all of another's whose bands have money), UNHEALTHY (too little of
    another's), INSUFFICIENT_BALANCE, and as ``borrow``.
    """
    _guard(market, context, call.asset, market.terms.money.id, call.amount)
    owner, now = call.on_behalf or context.sender, context.timestamp
    debt, money, is_own = _owed(market, owner, now), market.amm.sums(owner)[0], owner == context.sender
    if min(call.amount, debt) + money >= debt:
        if money and not is_own:
            raise Revert(Refusal.NOT_ALLOWED)
        paid, spent = _repay_all(market, context, owner, debt)
    else:
        paid, spent = call.amount, _repay_part(market, context, owner, debt, call.amount)
        if not is_own and market.health(owner, now, full=False) <= WAD:
            raise Revert(Refusal.UNHEALTHY)
    market.save_rate(now)

    context.say(market.place, context.sender, (Repaid.kind, owner, call.asset, paid))
    _tell(market, owner, context)
    return spent


def _repay_all(market: LlammaMarket, context: CallContext, owner: Party, debt: Units) -> tuple[Units, Gas]:
    """Close a loan: its bands' money first, then the sender's purse; the rest of both sides is the owner's. Return what was owed."""
    terms, amm = market.terms, market.amm
    bands = len(amm.bands.stakes[owner].shares)
    money, collateral = amm.withdraw(owner, WAD)
    market.put_loan(owner, 0, context.timestamp, 0)
    market.take_back(context, min(money, debt), max(debt - money, 0))
    amm.till.pay(terms.money.id, owner, max(money - debt, 0))
    amm.till.pay(terms.collateral.id, owner, collateral)
    if collateral:
        context.say(market.place, owner, (Withdrawn.kind, owner, terms.collateral.id, collateral))
    return debt, gas.REPAY + gas.BAND * bands


def _repay_part(market: LlammaMarket, context: CallContext, owner: Party, debt: Units, amount: Units) -> Gas:
    """Lower a debt, be it enough or not; its bands move down where they still may, and stay while they are being sold."""
    now, amm = context.timestamp, market.amm
    stake, spent = amm.bands.stakes[owner], gas.REPAY
    discount = market.terms.liquidation_discount if owner == context.sender else market.loans[owner].discount
    if stake.first > amm.bands.active_or_below(MOST_SKIPPED):
        spent += _redeposit(market, owner, stake, 0, debt - amount, now)
    market.put_loan(owner, debt - amount, now, discount)
    market.take_back(context, 0, amount)
    return spent


def liquidate(market: LlammaMarket, call: LiquidateBandsCall, context: CallContext) -> Gas:
    """Repay a share of an unhealthy account's debt and take its bands for it; one's own at any health.

    Reverts: PAUSED, NO_LOAN, HEALTHY, ZERO_AMOUNT, ARITHMETIC (more than all), SLIPPAGE, INSUFFICIENT_BALANCE, NOTHING_POSTED.
    """
    is_own = call.account == context.sender
    if not (market.allows_liquidations or is_own):
        raise Revert(Refusal.PAUSED)
    context.spend(gas.REFUSED_LIQUIDATION)
    now, owner, terms, amm = context.timestamp, call.account, market.terms, market.amm
    owed, health = _owed(market, owner, now), market.health(owner, now)
    discount = market.loans[owner].discount
    if health >= WAD and not is_own:
        raise Revert(Refusal.HEALTHY)
    if not 0 <= call.share <= WAD:
        raise Revert(Refusal.ARITHMETIC)
    debt = mul_div_up(owed, call.share, WAD)
    if not debt:
        raise Revert(Refusal.ZERO_AMOUNT)
    bands = len(amm.bands.stakes[owner].shares)
    share = WAD if debt == owed else rules.removed_share(call.share, 0 if is_own else discount)
    money, collateral = amm.withdraw(owner, share)
    if money < call.least_money:
        raise Revert(Refusal.SLIPPAGE)
    market.put_loan(owner, owed - debt, now, terms.liquidation_discount if is_own else discount)
    market.take_back(context, min(money, debt), max(debt - money, 0))
    amm.till.pay(terms.collateral.id, context.sender, collateral)
    amm.till.pay(terms.money.id, context.sender, max(money - debt, 0))
    market.save_rate(now)

    prices = (amm.oracle.price_of(terms.money.id), amm.oracle.price_of(terms.collateral.id))
    ends = terms.money.id, terms.collateral.id
    fell = market.fell.get(owner, NO_SEQ)
    said = context.say(market.place, context.sender, (Liquidated.kind, owner, *ends, fell, *prices, debt, collateral, 0, health))
    row = (BandsLiquidated.kind, owner, said, call.share, min(money, debt), max(debt - money, 0), max(money - debt, 0))
    context.say(market.place, context.sender, row, said)
    _tell(market, owner, context)
    return gas.LIQUIDATE + gas.BAND * bands


def accrue(market: LlammaMarket, call: AccrueCall, context: CallContext) -> Gas:
    """Charge interest up to now and let the rate follow."""
    context.spend(gas.REFUSED)
    market.grow(context)
    market.save_rate(context.timestamp)
    return gas.ACCRUE


def _move(market: LlammaMarket, context: CallContext, more_collateral: Units, more_debt: Units) -> Gas:
    """Put the sender's collateral into the bands that suit it, with more or less of it, and more debt; return the gas of that."""
    owner, now = context.sender, context.timestamp
    debt = _owed(market, owner, now) + more_debt
    spent = _redeposit(market, owner, market.amm.bands.stakes[owner], more_collateral, debt, now)
    market.put_loan(owner, debt, now, market.terms.liquidation_discount)
    return gas.LOAN + spent


def _redeposit(market: LlammaMarket, owner: Party, stake: Stake, more: Units, debt: Units, now: int) -> Gas:
    """Take collateral out of its bands and put it into as many that suit a debt. Reverts where some of it has been sold."""
    money, collateral = market.amm.withdraw(owner, WAD)
    if money:
        raise Revert(Refusal.SOFT_LIQUIDATION)
    if collateral + more < 0:
        raise Revert(Refusal.INSUFFICIENT_BALANCE)
    count = len(stake.shares)
    first = market.first_band(collateral + more, debt, count, now)
    market.amm.deposit(owner, collateral + more, first, first + count - 1)
    return 2 * gas.BAND * count


def _owed(market: LlammaMarket, party: Party, now: int) -> Units:
    debt = market.debt(party, now)
    if not debt:
        raise Revert(Refusal.NO_LOAN)
    return debt


def _guard(market: LlammaMarket, context: CallContext, asset: int, wanted: int, amount: Units) -> None:
    context.spend(gas.REFUSED)
    if asset != wanted:
        raise Revert(Refusal.UNKNOWN_ASSET)
    if not 0 < amount <= UINT256_MAX:
        raise Revert(Refusal.ZERO_AMOUNT)


def _tell(market: LlammaMarket, owner: Party, context: CallContext) -> None:
    """Say where a loan stands now."""
    stake, debt = market.amm.bands.stakes.get(owner), market.debt(owner, context.timestamp)
    first, last = (stake.first, stake.last) if stake else (0, 0)
    context.say(market.place, context.sender, (LoanChanged.kind, owner, first, last, *market.amm.sums(owner), debt))
