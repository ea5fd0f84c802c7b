"""Liquidations: guard, accrue, compute (the rule book's ``opportunity``), change, check, record.

The debt *moves*: ``TakeOverCall`` leaves the sender owing it and holding the claims, and the sender's account must bear that.
``LiquidateCall`` is the batch that keepers send: take over, pay out of the purse, take the collateral out, checks deferred to the end.
Model choices: a liquidation that would move nothing reverts with HEALTHY (the contracts do nothing, and keepers guard themselves by a
least yield); amounts are named in units of the asset (v1 takes 18 decimals).
"""

from typing import NamedTuple

from sim.chain.contract import CallContext
from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.lending.euler import gas
from sim.lending.euler.actions import guard_one_debt, take_out
from sim.lending.euler.book import units_up
from sim.lending.euler.calls import TakeOverCall
from sim.lending.euler.rules import Opportunity, Share
from sim.lending.euler.state import EulerState
from sim.lending.euler.v2 import OpportunityV2
from sim.records.euler import DebtTakenOver
from sim.records.lending import BadDebt, Liquidated
from sim.units import UINT256_MAX, WAD, Gas, Party, Price, Seconds, Seq, Units
from sim.vocabulary import Refusal

Call = LiquidateCall | TakeOverCall


class Taken(NamedTuple):
    """What a liquidation has moved to the liquidator."""

    steps: int
    """Debt, the fee included."""
    shares: int
    yielded: int
    """What the shares are worth; inner units."""


def take_over(state: EulerState, call: TakeOverCall, context: CallContext, fell: Seq) -> Gas:
    """Take debt and collateral of an unhealthy account over.

    Reverts: PAUSED, UNKNOWN_ASSET, SELF_LIQUIDATION, OTHER_DEBT, NOTHING_OWED, NOT_COLLATERAL, COOLING_OFF, HEALTHY, EXCESSIVE_REPAY,
    LOW_YIELD, NOTHING_POSTED, UNHEALTHY and ISOLATED_DEBT (of the sender).
    """
    prices = _prices(state, call)
    opportunity, share = _begin(state, call, context)
    taken = _move(state, call, context, share)
    collateral = state.books[call.collateral_asset].precision
    if taken.yielded < call.least_yield * collateral.scaler:
        raise Revert(Refusal.LOW_YIELD)
    units = units_up(taken.steps, state.books[call.debt_asset].precision.per_unit)
    said = _record(state, call, context, opportunity, share, taken, (fell, *prices), units, taken.yielded // collateral.scaler)
    _socialise(state, call, context, opportunity, share, said)
    state.refresh(call.debt_asset, *(() if state.rules.name == "v1" else (call.collateral_asset,)))
    state.guard_health(context.sender, context.timestamp)
    return gas.TAKE_OVER


def liquidate(state: EulerState, call: LiquidateCall, context: CallContext, fell: Seq) -> Gas:
    """Take over, pay the debt out of the sender's purse, take the collateral out: nothing of it stays with the sender's account.

    Reverts as ``take_over`` does, and: INSUFFICIENT_BALANCE, INSUFFICIENT_LIQUIDITY (the collateral is lent out).
    """
    prices = _prices(state, call)
    opportunity, share = _begin(state, call, context)
    taken = _move(state, call, context, share)
    paid = units_up(taken.steps, state.books[call.debt_asset].precision.per_unit)
    got = taken.yielded // state.books[call.collateral_asset].precision.scaler
    said = _record(state, call, context, opportunity, share, taken, (fell, *prices), paid, got)
    _socialise(state, call, context, opportunity, share, said)
    if paid:
        state.pay_in(call.debt_asset, context.sender, paid)
        state.pay_debt(context.sender, call.debt_asset, paid)
    if got:
        take_out(state, context.sender, call.collateral_asset, _ended(state, call, taken, got, context.timestamp), got)
    state.refresh(call.debt_asset, call.collateral_asset)
    state.guard_health(context.sender, context.timestamp)
    return gas.LIQUIDATE


def _prices(state: EulerState, call: Call) -> tuple[Price, Price]:
    """Guard that both assets are the pool's; return their posted prices. Reverts: PAUSED, UNKNOWN_ASSET."""
    if not state.allows_liquidations:
        raise Revert(Refusal.PAUSED)
    state.book(call.debt_asset)
    state.book(call.collateral_asset)
    return state.prices.price(call.debt_asset), state.prices.price(call.collateral_asset)


def _begin(state: EulerState, call: Call, context: CallContext) -> tuple[Opportunity, Share]:
    """Guard, accrue and compute."""
    context.spend(gas.REFUSED_LIQUIDATION)
    if call.account == context.sender:
        raise Revert(Refusal.SELF_LIQUIDATION)
    guard_one_debt(state, context.sender, call.debt_asset)
    state.note_average(context.sender, context.timestamp)
    state.note_average(call.account, context.timestamp)
    state.accrue(call.debt_asset, context)
    state.accrue(call.collateral_asset, context)
    _guard_account(state, call, context.timestamp)
    opportunity = opportunity_of(state, context.sender, call, context.timestamp)
    precision, collateral = state.books[call.debt_asset].precision, state.books[call.collateral_asset].precision
    desired = None if call.amount == UINT256_MAX else call.amount * precision.scaler
    if opportunity.health >= WAD:
        raise Revert(Refusal.HEALTHY)
    share = opportunity.part(desired, state.reading(call.collateral_asset, context.timestamp), collateral)
    if not share.moved and not share.shares:
        raise Revert(Refusal.ZERO_AMOUNT)
    return opportunity, share


def _guard_account(state: EulerState, call: Call, timestamp: Seconds) -> None:
    if not state.owed(call.account, call.debt_asset):
        raise Revert(Refusal.NOTHING_OWED)
    is_recognised = state.rules.name == "v1" or state.terms.pair(call.debt_asset, call.collateral_asset) is not None
    if not is_recognised or not state.shares(call.account, call.collateral_asset):
        raise Revert(Refusal.NOT_COLLATERAL)
    cool_off = state.terms.by_asset[call.debt_asset].cool_off if call.account in state.checked else 0
    if cool_off and timestamp < state.checked[call.account] + cool_off:
        raise Revert(Refusal.COOLING_OFF)


def opportunity_of(state: EulerState, liquidator: Party, call: Call, timestamp: Seconds) -> Opportunity:
    """Return what a liquidation may do at most, for this liquidator. Reverts with NOTHING_POSTED."""
    books = state.at(timestamp)
    holding = state.holding(call.account, books.readings)
    average = state.average(liquidator, timestamp)
    return state.rules.opportunity(books, holding, call.debt_asset, call.collateral_asset, average)


def _move(state: EulerState, call: Call, context: CallContext, share: Share) -> Taken:
    """Move debt and claims to the sender; the fee is new debt of the sender's, which the reserves get."""
    asset, book = call.debt_asset, state.books[call.debt_asset]
    steps = state.move_debt(call.account, context.sender, asset, share.moved) if share.moved else 0
    if share.fee:
        fee_steps = share.fee * book.precision.debt
        state.add_debt(context.sender, asset, share.fee)
        state.journal.put(book, "claims", book.claims + fee_steps)
        book.count_fee(state.journal, state.cash(asset) * book.precision.scaler, share.fee)
        steps += fee_steps
    state.move_shares(call.account, context.sender, call.collateral_asset, share.shares)
    collateral = state.books[call.collateral_asset]
    reading = state.reading(call.collateral_asset, context.timestamp)
    return Taken(steps, share.shares, state.rules.assets_down(reading, collateral.precision, share.shares))


def _ended(state: EulerState, call: Call, taken: Taken, got: Units, timestamp: Seconds) -> int:
    """Return the claims that end when the collateral is taken out: v2 redeems them all, v1 as many as the units cost."""
    if state.rules.name == "v2":
        return taken.shares
    precision = state.books[call.collateral_asset].precision
    return state.rules.shares_up(state.reading(call.collateral_asset, timestamp), precision, got * precision.scaler)


def _record(
    state: EulerState,
    call: Call,
    context: CallContext,
    opportunity: Opportunity,
    share: Share,
    taken: Taken,
    posted: tuple[Seq, Price, Price],
    repaid: Units,
    seized: Units,
) -> Seq:
    """Say what was taken over, then what a keeper gave and got for it."""
    debt, scaler = call.debt_asset, state.books[call.debt_asset].precision.scaler
    fee = -(-share.fee // scaler)
    details = (repaid - fee, fee, call.collateral_asset, taken.shares, opportunity.discount, opportunity.health)
    context.say(state.place, context.sender, (DebtTakenOver.kind, call.account, debt, *details))
    row = (Liquidated.kind, call.account, debt, call.collateral_asset, *posted, repaid, seized, 0, opportunity.health)
    return context.say(state.place, context.sender, row)


def _socialise(state: EulerState, call: Call, context: CallContext, opportunity: Opportunity, share: Share, said: Seq) -> None:
    """Write off what is left of the debt when no recognised collateral is (v2)."""
    if not isinstance(opportunity, OpportunityV2):
        return
    terms = state.terms
    has_collateral = any(terms.pair(call.debt_asset, asset) for asset in state.positions.peek(call.account).collaterals)
    units = opportunity.socialised(share, has_collateral, terms.by_asset[call.debt_asset].socialises)
    if units:
        state.write_off(call.account, call.debt_asset, units)
        context.say(state.place, call.account, (BadDebt.kind, call.debt_asset, said, units), said)
