"""Aave v3.7 [aave-v3-origin fd1fbd9]: every rounding has a direction, dust must not stay, bad debt becomes a deficit at once.

Directions: what an account has rounds down, what it owes up, what a liquidator gets down, what it pays and the protocol's fee up.
A single liquidation may repay all of a debt, unless both that debt and that collateral are worth 2,000 or more and health is
above 0.95: then at most half of the account's *total* debt. Amounts of 2,000 and 1,000 are in the pool's base currency.
Nobody liquidates oneself any more (since v3.4).
"""

from collections.abc import Sequence

import attrs

from sim.fixed import wad_div
from sim.lending.aave.maths import (
    percent_div_ceil,
    percent_div_floor,
    percent_mul,
    percent_mul_ceil,
    percent_mul_floor,
    ray_div_ceil,
    ray_div_floor,
    ray_mul_ceil,
    ray_mul_floor,
)
from sim.lending.aave.rules import (
    FULL_CLOSE_HEALTH,
    HALF,
    NO_DEBT,
    Borrowing,
    Closable,
    CollateralShares,
    Gone,
    Pair,
    Taken,
    value_down,
    value_up,
)
from sim.lending.aave.v3_0 import V3_0
from sim.lending.interest import compound_growth_v3_7
from sim.units import BPS_ONE, WAD, Bps, Ray, Units, Wad
from sim.vocabulary import Refusal

LEAST_FOR_HALF: Units = 2_000 * 10**8
LEAST_LEFTOVER: Units = LEAST_FOR_HALF // 2


def health_of_sum(collaterals: Sequence[tuple[Units, Bps]], debt_value: Units) -> Wad:
    """Return health from the sum of values times thresholds: nothing is cut before the division."""
    if not debt_value:
        return NO_DEBT
    return wad_div(sum(value * threshold for value, threshold in collaterals), debt_value) // BPS_ONE


def closable(case: Closable) -> Units:
    """Return all of this debt, or what half of the account's total debt would pay where the half applies."""
    is_large = min(case.collateral_value, case.debt_value) >= LEAST_FOR_HALF
    half = percent_mul(case.total_debt_value, HALF)
    if is_large and case.health > FULL_CLOSE_HEALTH and case.debt_value > half:
        return half * case.debt_unit // case.debt_price
    return case.debt


def available(pair: Pair, cover: Units, balance: Units) -> Taken:
    """Return what a liquidation takes; every rounding is against the liquidator."""
    factor = BPS_ONE + pair.bonus
    base = pair.debt_price * cover * pair.collateral_unit // (pair.collateral_price * pair.debt_unit)
    taken, repaid = percent_mul_floor(base, factor), cover
    if taken > balance:
        worth = pair.collateral_price * balance * pair.debt_unit // (pair.debt_price * pair.collateral_unit)
        taken, repaid = balance, percent_div_ceil(worth, factor)
    fee = percent_mul_ceil(taken - percent_div_floor(taken, factor), pair.protocol_fee)
    return Taken(seized=taken - fee, repaid=repaid, protocol_fee=fee)


def gone_by_shares(case: CollateralShares, taken: Taken) -> Gone:
    """Say what is left by the shares that are really burnt: once for the liquidator, once for the fee, each rounded up.

    All collateral is gone when the value of the burnt shares equals the account's whole collateral value, both rounded down: a
    few units worth nothing may stay behind.
    """
    burnt = ray_div_ceil(taken.seized, case.supply_index) + ray_div_ceil(taken.protocol_fee, case.supply_index)
    burnt = min(burnt, case.shares)
    nothing_left = value_down(ray_mul_floor(burnt, case.supply_index), case.price, case.unit) == case.total_value
    return Gone(is_emptied=burnt == case.shares or nothing_left, nothing_left=nothing_left)


def borrow_refusal_after(case: Borrowing) -> Refusal:
    """Say why not, looking at the account as it would be: health one or more, and collateral enough for the max LTV."""
    if not case.max_ltv:
        return Refusal.INSUFFICIENT_COLLATERAL
    if case.health_after < WAD:
        return Refusal.UNHEALTHY
    needed = percent_div_ceil(case.debt_after, case.max_ltv)
    return Refusal.INSUFFICIENT_COLLATERAL if needed > case.collateral else Refusal.NONE


def new_debt_by_growth(shares: int, old: Ray, new: Ray) -> Units:
    """Return the interest as shares times the growth of the index, rounded down."""
    return ray_mul_floor(shares, new - old)


V3_7 = attrs.evolve(
    V3_0,
    name="v3.7",
    collateral_units=ray_mul_floor,
    debt_units=ray_mul_ceil,
    supply_shares=ray_div_floor,
    withdraw_shares=ray_div_ceil,
    borrow_shares=ray_div_ceil,
    repay_shares=ray_div_floor,
    debt_value=value_up,
    health=health_of_sum,
    borrow_refusal=borrow_refusal_after,
    closable=closable,
    available=available,
    least_leftover=LEAST_LEFTOVER,
    gone=gone_by_shares,
    debt_growth=compound_growth_v3_7,
    floors_threshold=False,
    new_debt=new_debt_by_growth,
    flash_fee=percent_mul_ceil,
    pays_suppliers_flash_fees=False,
    counts_own_cash=True,
    may_liquidate_oneself=False,
)
