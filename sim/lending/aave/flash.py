"""Flash loans out of a pool's own liquidity, for a premium.

Nothing keeps a borrower from calling the pool again in between: the contract has no lock. It lends first and looks at its books only
afterwards, and meanwhile has that much less to lend to others. v2 and v3.0 give the premium to the suppliers at once, by raising
their index; since v3.4 all of it is the treasury's.

Sources: LendingPool.sol [protocol-v2 ce53c4a]; FlashLoanLogic.sol [aave-v3-core 05a396f], [aave-v3-origin e4cc47e]. Model choices: of
v3.0's premium nothing goes to the protocol; the treasury's shares count among those whose index is raised, as since v3.0.2. Left
out: loans of several assets at once (make one within another), premiums waived for some borrowers, loans that stay as debt.
"""

from sim.chain.contract import CallContext
from sim.composites import FlashLoanCall
from sim.errors import Revert
from sim.fixed import ray_div, ray_mul
from sim.lending.aave import gas
from sim.lending.aave.state import PoolState
from sim.records.atomic import FlashLoaned
from sim.records.lending import InterestAccrued
from sim.units import RAY, Gas, Ray, Units
from sim.vocabulary import Refusal

RAY_PER_WAD = 10**9


def flash_loan(state: PoolState, call: FlashLoanCall, context: CallContext) -> Gas:
    """Lend units for the length of some calls. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY, INSUFFICIENT_BALANCE."""
    asset, amount, borrower = call.asset, call.amount, context.sender
    state.reserve(asset)
    if amount <= 0:
        raise Revert(Refusal.ZERO_AMOUNT)
    premium = state.terms.rules.flash_fee(amount, state.terms.flash_premium)

    state.pay_out(asset, borrower, amount)
    used = context.lend(((asset, amount),), ((asset, amount + premium),), call.calls)
    reserve = state.accrue(asset, context)
    if state.terms.rules.pays_suppliers_flash_fees:
        total = ray_mul(reserve.supply_shares, reserve.supply_index)
        state.raise_supply_index(asset, raised(reserve.supply_index, total, premium), context.timestamp)
        context.say(state.place, borrower, (InterestAccrued.kind, asset, reserve.supply_index, reserve.debt_index))
    else:
        give_to_treasury(state, call, premium)
    state.pay_in(asset, borrower, amount + premium)
    state.refresh(asset)

    context.say(state.place, borrower, (FlashLoaned.kind, asset, amount, premium))
    return gas.FLASH_LOAN + used


def raised(index: Ray, total: Units, amount: Units) -> Ray:
    """Return a supply index at which all supply is worth so much more, half up at both steps."""
    if not total:
        return index
    return ray_mul(ray_div(amount * RAY_PER_WAD, total * RAY_PER_WAD) + RAY, index)


def give_to_treasury(state: PoolState, call: FlashLoanCall, premium: Units) -> None:
    """Issue the treasury shares for a premium, as many as a supplier would get."""
    reserve = state.reserves[call.asset]
    shares = state.terms.rules.supply_shares(premium, reserve.supply_index)
    state.journal.put(reserve, "supply_shares", reserve.supply_shares + shares)
    state.journal.put(reserve, "treasury_shares", reserve.treasury_shares + shares)
    state.book(call.asset, -shares * reserve.supply_index)
