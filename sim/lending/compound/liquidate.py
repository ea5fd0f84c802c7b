"""The liquidation of one debt for one collateral: nothing is capped, whatever does not fit reverts.

The liquidator gets shares, not the asset: turning them into it needs cash in the market, a brake that real cascades know.
Sources: liquidateBorrow and seize of CToken.sol, liquidateBorrowAllowed and liquidateCalculateSeizeTokens of Comptroller.sol
[compound-protocol a3214f6]. The contract writes no bad debt off; the record says when an account's last shares went (but for those
that a single unit repaid would overshoot), and what it still owes: that debt stays on the books, and grows.
"""

from typing import NamedTuple

from sim.chain.contract import CallContext
from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.lending.compound import gas, rules
from sim.lending.compound.actions import redeem
from sim.lending.compound.calls import LiquidateAndRedeemCall
from sim.lending.compound.rules import Split
from sim.lending.compound.state import CompoundState, Moment
from sim.records.comet import SharesSeized
from sim.records.lending import BadDebt, Liquidated, Withdrawn
from sim.units import UINT256_MAX, AssetId, Gas, Party, Seq, Units, Wad
from sim.vocabulary import Refusal


class Seized(NamedTuple):
    """What a liquidation took, before and after the protocol's part."""

    shares: int
    parts: Split
    exchange_rate: Wad
    health: Wad


def liquidate(state: CompoundState, call: LiquidateCall | LiquidateAndRedeemCall, context: CallContext, fell: Seq) -> Gas:
    """Repay part of an account's debt out of the sender's purse and give it shares of a collateral.

    Reverts: PAUSED, UNKNOWN_ASSET, RATE_TOO_HIGH, NOTHING_POSTED, HEALTHY, TOO_MUCH_REPAY, SELF_LIQUIDATION, ZERO_AMOUNT,
    INSUFFICIENT_BALANCE, SEIZE_TOO_MUCH, ARITHMETIC.
    """
    if not state.allows_liquidations:
        raise Revert(Refusal.PAUSED)
    context.spend(gas.REFUSED_LIQUIDATION)
    state.accrue(call.debt_asset, context)
    state.accrue(call.collateral_asset, context)
    moment = state.stored()
    debt = state.debt(call.account, state.positions.peek(call.account), call.debt_asset, moment.markets[call.debt_asset].debt_index)
    health = _guard(state, call, context.sender, moment, debt)

    state.purse.take(call.debt_asset, context.sender, call.amount)
    state.set_debt(call.account, call.debt_asset, debt - call.amount)
    shares, rate = to_seize(state, moment, call.debt_asset, call.collateral_asset, call.amount)
    parts = seize(state, call.collateral_asset, context.sender, call.account, shares, rate)

    said = _record(state, call, context, moment, Seized(shares, parts, rate, health), fell)
    if is_exhausted(state, moment, call.account, call.debt_asset):
        _say_bad_debt(state, call.account, context, said)
    return gas.LIQUIDATE


def liquidate_and_redeem(state: CompoundState, call: LiquidateAndRedeemCall, context: CallContext, fell: Seq) -> Gas:
    """Liquidate, then redeem all shares that were got. Reverts as both do: with INSUFFICIENT_LIQUIDITY where the asset is lent out."""
    sender, asset = context.sender, call.collateral_asset
    before = state.shares_of(sender, asset)
    liquidate(state, call, context, fell)
    shares = state.shares_of(sender, asset) - before
    amount = rules.units_for(shares, state.snapshot(asset).exchange_rate)
    redeem(state, sender, asset, shares, amount)
    context.say(state.place, sender, (Withdrawn.kind, sender, asset, amount))
    return gas.LIQUIDATE + gas.REDEEM


def to_seize(state: CompoundState, moment: Moment, debt_asset: AssetId, collateral_asset: AssetId, repaid: Units) -> tuple[int, Wad]:
    """Return the shares that a repayment seizes, and the exchange rate they were reckoned at. Reverts: NOTHING_POSTED, ARITHMETIC."""
    # Repaying in the market that is seized from changes its cash and its debts alike: the rate is as before, as in the contract.
    rate = state.snapshot(collateral_asset).exchange_rate
    prices = [state.mantissa_price(asset, moment) for asset in (debt_asset, collateral_asset)]
    return rules.seized_shares(rules.seize_ratio(state.terms.incentive, prices[0], prices[1], rate), repaid), rate


def is_exhausted(state: CompoundState, moment: Moment, party: Party, debt_asset: AssetId) -> bool:
    """Say whether an account that owes has fewer shares of everything than a single unit repaid would seize."""
    account = state.positions.peek(party)
    shares = {**account.idle, **account.collaterals}
    priced = all(moment.prices[asset] for asset in shares)
    return bool(account.debts) and priced and all(to_seize(state, moment, debt_asset, asset, 1)[0] > held for asset, held in shares.items())


def seize(state: CompoundState, asset: AssetId, liquidator: Party, account: Party, shares: int, rate: Wad) -> Split:
    """Move shares from an account to its liquidator, whether they count as collateral or not; the protocol's part becomes reserves.

    Reverts with SEIZE_TOO_MUCH.
    """
    if state.shares_of(account, asset) < shares:
        raise Revert(Refusal.SEIZE_TOO_MUCH)
    parts = rules.split(shares, state.terms.seize_share, rate)
    market = state.markets[asset]
    state.add_shares(account, asset, -shares)
    state.add_shares(liquidator, asset, parts.liquidator)
    state.issue(asset, -parts.protocol, 0)
    state.journal.put(market, "reserves", market.reserves + parts.reserves)
    return parts


def _guard(state: CompoundState, call: LiquidateCall | LiquidateAndRedeemCall, sender: Party, moment: Moment, debt: Units) -> Wad:
    """Refuse what may not be liquidated; return the account's health."""
    sums = state.sums(call.account, moment)
    if not sums.is_short:
        raise Revert(Refusal.HEALTHY)
    if call.amount > rules.most_repaid(state.terms.close_factor, debt):
        raise Revert(Refusal.TOO_MUCH_REPAY)
    if call.account == sender:
        raise Revert(Refusal.SELF_LIQUIDATION)
    if call.amount <= 0 or call.amount == UINT256_MAX:
        raise Revert(Refusal.ZERO_AMOUNT)
    return sums.health


def _record(
    state: CompoundState, call: LiquidateCall | LiquidateAndRedeemCall, context: CallContext, moment: Moment, seized: Seized, fell: Seq
) -> Seq:
    parts, asset = seized.parts, call.collateral_asset
    row = (
        Liquidated.kind,
        call.account,
        call.debt_asset,
        asset,
        fell,
        moment.prices[call.debt_asset],
        moment.prices[asset],
        call.amount,
        rules.units_for(parts.liquidator, seized.exchange_rate),
        parts.reserves,
        seized.health,
    )
    said = context.say(state.place, context.sender, row)
    shares = (SharesSeized.kind, call.account, asset, said, parts.liquidator, parts.protocol, seized.exchange_rate)
    context.say(state.place, context.sender, shares, said)
    return said


def _say_bad_debt(state: CompoundState, party: Party, context: CallContext, said: Seq) -> None:
    """Note that nothing stands behind an account's debts any more, and say what they are."""
    state.mark_barren(party, True)
    account = state.positions.peek(party)
    for asset in account.debts:
        left = state.debt(party, account, asset, state.markets[asset].debt_index)
        context.say(state.place, party, (BadDebt.kind, asset, said, left), said)
