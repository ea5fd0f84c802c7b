"""Taking unhealthy accounts over, and selling what they had.

An absorbed account loses all its collateral and all its debt; what its collateral is worth, times the liquidation factors, beyond the
debt is credited to it as supply. The pool's reserves pay for both and get the collateral, which anybody may buy at a discount while
they are below their target. Nobody is paid for absorbing. Source: Comet.sol [comet d5a30b0]. Left out: the points that absorbers get.
"""

from collections.abc import Mapping

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.lending.comet import gas, rules
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.lending.comet.rules import Taken
from sim.lending.comet.state import CometState, Moment
from sim.lending.positions import Shares
from sim.records.comet import Absorbed, CollateralAbsorbed, CollateralBought
from sim.records.lending import BadDebt
from sim.units import NO_SEQ, AssetId, Gas, Party, Price, Seq, Units, Wad
from sim.vocabulary import Refusal


def absorb(state: CometState, call: AbsorbCall, context: CallContext, fell: Mapping[Party, Seq]) -> Gas:
    """Take accounts over, in sequence, all or none. Reverts: PAUSED, ARITHMETIC, NOTHING_POSTED, HEALTHY, ZERO_AMOUNT (no account)."""
    if not state.allows_liquidations:
        raise Revert(Refusal.PAUSED)
    context.spend(gas.REFUSED_ABSORB)
    state.accrue(context)
    if not call.accounts:
        raise Revert(Refusal.ZERO_AMOUNT)
    return sum(_absorb(state, account, context, fell.get(account, NO_SEQ)) for account in call.accounts)


def _absorb(state: CometState, party: Party, context: CallContext, fell: Seq) -> Gas:
    if not state.is_short(party, is_borrowing=False):
        raise Revert(Refusal.HEALTHY)
    debt, seized = -state.balance(party), collaterals_of(state, party)
    price = state.price(state.base)
    prices = {asset: state.price(asset) for asset in seized}
    health = state.standing(party, Moment(state.posted_prices(), state.indices)).health
    taken = rules.absorbed(debt, _worth(state, seized, prices), price, state.terms.base.unit)

    for asset, units in seized.items():
        state.add_collateral(party, asset, -units)
        state.journal.write(state.own, asset, state.own[asset] + units)
    state.set_balance(party, taken.balance)
    state.journal.put(state, "shortfalls", state.shortfalls + taken.shortfall)

    said = _record(state, party, context, fell, price, debt, taken, health)
    for asset, units in seized.items():
        value = rules.value_of(units, prices[asset], state.terms.by_asset[asset].asset.unit)
        row = (CollateralAbsorbed.kind, party, asset, said, prices[asset], units, value)
        context.say(state.place, context.sender, row, said)
    return gas.ABSORB + gas.ABSORB_COLLATERAL * len(seized)


def collaterals_of(state: CometState, party: Party) -> Shares:
    """Return what an account has of each collateral, in the pool's sequence."""
    held = state.positions.peek(party).collaterals
    return {asset: held[asset] for asset in state.terms.by_asset if asset in held}


def _worth(state: CometState, seized: Shares, prices: Mapping[AssetId, Price]) -> Units:
    """Return the value of collateral times the liquidation factors."""
    worth = 0
    for asset, units in seized.items():
        terms = state.terms.by_asset[asset]
        worth += rules.mul_factor(rules.value_of(units, prices[asset], terms.asset.unit), terms.liquidation_factor)
    return worth


def _record(state: CometState, party: Party, context: CallContext, fell: Seq, price: Price, debt: Units, taken: Taken, health: Wad) -> Seq:
    row = (Absorbed.kind, party, state.base, fell, price, debt, taken.paid_out, taken.balance, taken.shortfall, health)
    said = context.say(state.place, context.sender, row)
    if taken.shortfall:
        context.say(state.place, party, (BadDebt.kind, state.base, said, taken.shortfall), said)
    return said


def buy_collateral(state: CometState, call: BuyCollateralCall, context: CallContext) -> Gas:
    """Sell collateral of the pool's own for base; no interest is added, but reserves are taken as if it were.

    Reverts: NOT_FOR_SALE, ZERO_AMOUNT, INSUFFICIENT_BALANCE, UNKNOWN_ASSET, NOTHING_POSTED, SLIPPAGE, INSUFFICIENT_RESERVES.
    """
    if not rules.is_for_sale(state.reserves(context.timestamp), state.terms.target_reserves):
        raise Revert(Refusal.NOT_FOR_SALE)
    if call.paid <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    state.take_base(context.sender, call.paid)
    bought = quote_collateral(state, call.asset, call.paid)
    if bought < call.least:
        raise Revert(Refusal.SLIPPAGE)
    if bought > state.collateral_reserves(call.asset):
        raise Revert(Refusal.INSUFFICIENT_RESERVES)

    receiver, terms = call.receiver or context.sender, state.terms.by_asset[call.asset]
    state.purse.pay(call.asset, receiver, bought)
    state.journal.write(state.own, call.asset, state.own[call.asset] - bought)

    off = rules.discount(state.terms.store_front_factor, terms.liquidation_factor)
    row = (CollateralBought.kind, receiver, call.asset, state.base, state.price(call.asset), call.paid, bought, off)
    context.say(state.place, context.sender, row)
    return gas.BUY


def quote_collateral(state: CometState, asset: AssetId, paid: Units) -> Units:
    """Return the collateral that base would buy at the storefront. Reverts: UNKNOWN_ASSET, NOTHING_POSTED, ARITHMETIC."""
    terms = state.collateral(asset)
    asked = rules.discounted(state.price(asset), state.terms.store_front_factor, terms.liquidation_factor)
    return rules.bought(paid, state.price(state.base), asked, terms.asset.unit, state.terms.base.unit)
