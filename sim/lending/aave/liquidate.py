"""The liquidation call: guard, accrue, compute (``settle``), change, record.

The collateral leaves the pool as the asset itself, and where it is lent out the call reverts with INSUFFICIENT_LIQUIDITY, a brake that
real cascades know; or it stays, and the liquidator takes the account's shares. Left out: grace periods of single reserves (v3.1 and later),
which governance sets.
"""

from sim.chain.contract import CallContext
from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.lending.aave import gas
from sim.lending.aave.calls import LiquidateForSharesCall
from sim.lending.aave.liquidation import Settlement, Target, settle
from sim.lending.aave.rules import FULL_CLOSE_HEALTH, Pair
from sim.lending.aave.standing import Standing
from sim.lending.aave.state import PoolState
from sim.lending.positions import Account
from sim.records.comet import SharesSeized
from sim.records.lending import BadDebt, Liquidated
from sim.units import RAY, WAD, AssetId, Gas, Party, Price, Seq, Units, Wad
from sim.vocabulary import Refusal


def liquidate(state: PoolState, call: LiquidateCall | LiquidateForSharesCall, context: CallContext, fell: Seq) -> Gas:
    """Repay part of an account's debt out of the sender's purse and give it collateral and bonus for it.

    Reverts: PAUSED, SELF_LIQUIDATION (v3.7), UNKNOWN_ASSET, SEQUENCER_DOWN (not below a health of 0.95), HEALTHY, NOT_COLLATERAL,
    NOTHING_OWED, ZERO_AMOUNT, MUST_NOT_LEAVE_DUST, NOTHING_POSTED, INSUFFICIENT_LIQUIDITY, INSUFFICIENT_BALANCE.
    """
    if not state.allows_liquidations:
        raise Revert(Refusal.PAUSED)
    context.spend(gas.REFUSED_LIQUIDATION)
    if call.account == context.sender and not state.terms.rules.may_liquidate_oneself:
        raise Revert(Refusal.SELF_LIQUIDATION)
    state.accrue(call.debt_asset, context)
    state.accrue(call.collateral_asset, context)
    account = state.positions.peek(call.account)
    stand = state.standing(account, context.timestamp)
    if state.sentinel is not None and stand.health >= FULL_CLOSE_HEALTH and not state.sentinel.allows(context.timestamp):
        raise Revert(Refusal.SEQUENCER_DOWN)
    target = target_of(state, account, stand, call.debt_asset, call.collateral_asset)
    done = settle(state.terms.rules, target, call.amount)

    _change(state, call, done)
    takes_shares = isinstance(call, LiquidateForSharesCall)
    if takes_shares:
        state.add_supply(context.sender, call.collateral_asset, done.seized_shares)
    else:
        state.pay_out(call.collateral_asset, context.sender, done.taken.seized)
    state.pay_in(call.debt_asset, context.sender, done.taken.repaid)
    state.refresh(call.debt_asset, call.collateral_asset)

    said = _record(state, call, context, done, fell, target.pair, stand.health)
    if takes_shares:
        _say_shares(state, call, context, done, said)
    elsewhere = _write_off_others(state, call.account, context, said) if done.gone.nothing_left else 0
    if done.deficit:
        _say_bad_debt(state, call.account, call.debt_asset, done.deficit, context, said)
    is_partial = done.taken.repaid < done.debt_balance and not done.gone.is_emptied
    used = gas.LIQUIDATE if is_partial else gas.LIQUIDATE_ALL + elsewhere * gas.DEFICIT_ELSEWHERE
    return used - takes_shares * gas.FOR_SHARES


def target_of(state: PoolState, account: Account, stand: Standing, debt_asset: AssetId, collateral_asset: AssetId) -> Target:
    """Return what a liquidation of one debt for one collateral is about."""
    debt, collateral = state.reserve(debt_asset), state.reserve(collateral_asset)
    limits = state.terms.limits(collateral_asset, account.e_mode)
    pair = Pair(
        collateral_price=price(state, collateral_asset),
        collateral_unit=collateral.terms.asset.unit,
        debt_price=price(state, debt_asset),
        debt_unit=debt.terms.asset.unit,
        bonus=limits.bonus,
        protocol_fee=collateral.terms.protocol_fee,
    )
    return Target(
        pair=pair,
        health=stand.health,
        total_collateral_value=stand.collateral,
        total_debt_value=stand.debt,
        collateral_shares=account.collaterals.get(collateral_asset, 0) if limits.threshold else 0,
        supply_index=collateral.supply_index,
        debt_shares=account.debts.get(debt_asset, 0),
        debt_index=debt.debt_index,
    )


def price(state: PoolState, asset: AssetId) -> Price:
    """Return an asset's posted price. Reverts with NOTHING_POSTED when it has none."""
    posted = state.prices.price(asset)
    if posted <= 0:
        raise Revert(Refusal.NOTHING_POSTED)
    return posted


def _change(state: PoolState, call: LiquidateCall | LiquidateForSharesCall, done: Settlement) -> None:
    state.change_debt(call.account, call.debt_asset, -done.debt_shares)
    state.take_supply(call.account, call.collateral_asset, done.seized_shares, to_treasury=done.fee_shares)
    if done.gone.is_emptied:
        state.set_aside(call.account, call.collateral_asset)
    state.add_deficit(call.debt_asset, done.deficit)


def _record(
    state: PoolState,
    call: LiquidateCall | LiquidateForSharesCall,
    context: CallContext,
    done: Settlement,
    fell: Seq,
    pair: Pair,
    health: Wad,
) -> Seq:
    taken = done.taken
    row = (
        Liquidated.kind,
        call.account,
        call.debt_asset,
        call.collateral_asset,
        fell,
        pair.debt_price,
        pair.collateral_price,
        taken.repaid,
        taken.seized,
        taken.protocol_fee,
        health,
    )
    return context.say(state.place, context.sender, row)


def _say_shares(state: PoolState, call: LiquidateCall | LiquidateForSharesCall, context: CallContext, done: Settlement, said: Seq) -> None:
    rate = state.reserves[call.collateral_asset].supply_index // (RAY // WAD)
    row = (SharesSeized.kind, call.account, call.collateral_asset, said, done.seized_shares, done.fee_shares, rate)
    context.say(state.place, context.sender, row, said)


def _write_off_others(state: PoolState, party: Party, context: CallContext, said: Seq) -> int:
    """Burn every debt an account has left, in the sequence of the reserves; return how many there were."""
    left = [asset for asset in state.reserves if asset in state.positions.peek(party).debts]
    for asset in left:
        reserve = state.accrue(asset, context)
        shares = state.positions.peek(party).debts[asset]
        units = state.terms.rules.debt_units(shares, reserve.debt_index)
        state.change_debt(party, asset, -shares)
        state.add_deficit(asset, units)
        state.refresh(asset)
        _say_bad_debt(state, party, asset, units, context, said)
    return len(left)


def _say_bad_debt(state: PoolState, party: Party, asset: AssetId, units: Units, context: CallContext, said: Seq) -> None:
    context.say(state.place, party, (BadDebt.kind, asset, said, units), said)
