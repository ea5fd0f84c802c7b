"""Aave v2 [protocol-v2 ce53c4a]: half of a debt at most, no protocol fee, no word on bad debt; everything rounds half up.

As the contract: the average threshold is cut to whole bps before health is taken, so health lies up to a bp of the threshold
below the exact ratio. Values floor on both sides. What is shared with v3.0 stands here.
"""

from collections.abc import Sequence

from sim.fixed import ray_div, ray_mul, wad_div
from sim.lending.aave.maths import percent_div, percent_mul
from sim.lending.aave.rules import HALF, NO_DEBT, Borrowing, Closable, CollateralShares, Gone, Pair, Rules, Taken, value_down
from sim.lending.interest import compound_growth_v2
from sim.units import BPS_ONE, WAD, Bps, Ray, Units, Wad
from sim.vocabulary import Refusal


def health_of_average(collaterals: Sequence[tuple[Units, Bps]], debt_value: Units) -> Wad:
    """Return health from the average threshold in whole bps."""
    if not debt_value:
        return NO_DEBT
    total = sum(value for value, _ in collaterals)
    if not total:
        return 0
    average = sum(value * threshold for value, threshold in collaterals) // total
    return wad_div(percent_mul(total, average), debt_value)


def closable_half(case: Closable) -> Units:
    """Return half of this debt."""
    return percent_mul(case.debt, HALF)


def available(pair: Pair, cover: Units, balance: Units) -> Taken:
    """Return what a liquidation takes: bonus before division, half up."""
    factor = BPS_ONE + pair.bonus
    worth = percent_mul(pair.debt_price * cover * pair.collateral_unit, factor) // (pair.collateral_price * pair.debt_unit)
    if worth <= balance:
        return Taken(seized=worth, repaid=cover, protocol_fee=0)
    return Taken(seized=balance, repaid=debt_for_half_up(pair, balance), protocol_fee=0)


def debt_for_half_up(pair: Pair, balance: Units) -> Units:
    """Return the debt that a whole balance pays for, its bonus taken off half up."""
    worth = pair.collateral_price * balance * pair.debt_unit // (pair.debt_price * pair.collateral_unit)
    return percent_div(worth, BPS_ONE + pair.bonus)


def gone_by_balance(case: CollateralShares, taken: Taken) -> Gone:
    """Say that a collateral is gone when its balance is; debts outlive collateral in this version."""
    return Gone(is_emptied=taken.seized + taken.protocol_fee == case.balance, nothing_left=False)


def borrow_refusal_before(case: Borrowing) -> Refusal:
    """Say why not, looking at the account before it borrows: health strictly above one, and room under the max LTV."""
    if not case.collateral or not case.max_ltv:
        return Refusal.INSUFFICIENT_COLLATERAL
    if case.health_before <= WAD:
        return Refusal.UNHEALTHY
    needed = percent_div(case.debt_before + case.asked, case.max_ltv)
    return Refusal.INSUFFICIENT_COLLATERAL if needed > case.collateral else Refusal.NONE


def new_debt_by_balances(shares: int, old: Ray, new: Ray) -> Units:
    """Return the interest as the difference of two half-up balances."""
    return ray_mul(shares, new) - ray_mul(shares, old)


def flash_fee_down(amount: Units, premium: Bps) -> Units:
    """Return a flash loan's cost, rounded down."""
    return amount * premium // BPS_ONE


V2 = Rules(
    name="v2",
    collateral_units=ray_mul,
    debt_units=ray_mul,
    supply_shares=ray_div,
    withdraw_shares=ray_div,
    borrow_shares=ray_div,
    repay_shares=ray_div,
    collateral_value=value_down,
    debt_value=value_down,
    health=health_of_average,
    borrow_refusal=borrow_refusal_before,
    closable=closable_half,
    available=available,
    least_leftover=0,
    gone=gone_by_balance,
    debt_growth=compound_growth_v2,
    floors_threshold=True,
    new_debt=new_debt_by_balances,
    flash_fee=flash_fee_down,
    flash_premium=9,
    has_e_modes=False,
    has_caps=False,
)
