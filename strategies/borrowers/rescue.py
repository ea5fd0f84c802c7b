"""How much to repay or to supply to bring a position back to a health: sums on what a desk shows, rounded so that it is reached."""

from sim.fixed import div_up, mul_div_down, mul_div_up, share_up
from sim.lending.aave.views import AccountView, CollateralView, DebtView, ReserveView
from sim.units import BPS_ONE, WAD, Bps, Units, Wad

ROOM_BPS: Bps = 10
"""What a repayment of all names beyond the debt seen, for interest."""


def weighted_collateral(position: AccountView) -> Units:
    """Return the collateral's value times its threshold (8 decimals), rounded down: health times debt."""
    return mul_div_down(position.health, position.debt_value, WAD)


def value_to_repay(position: AccountView, target: Wad) -> Units:
    """Return the debt value (8 decimals) that must go for a health of ``target``, rounded up; 0 when it is that high."""
    return max(0, position.debt_value - mul_div_down(weighted_collateral(position), WAD, target))


def value_to_supply(position: AccountView, repaid_value: Units, collateral: CollateralView, target: Wad) -> Units:
    """Return the value of a collateral to add for a health of ``target`` once so much debt has been repaid, rounded up."""
    needed = mul_div_up(max(0, position.debt_value - repaid_value), target, WAD)
    return div_up(max(0, needed - weighted_collateral(position)) * BPS_ONE, collateral.threshold)


def units_to_repay(debt: DebtView, wanted: Units, purse: Units) -> Units:
    """Return the units of a debt to repay: what is wanted and the purse holds, but never so much that dust would be left.

    Where the wish would leave less than the least debt there may be, all is repaid if the purse can, else what leaves the least. A
    repayment of all names a little more than the debt seen, for interest; the pool takes what is owed.
    """
    all_of_it = debt.units + share_up(debt.units, ROOM_BPS)
    units = min(wanted, all_of_it, purse)
    if 0 < debt.units - units < debt.least:
        units = all_of_it if all_of_it <= purse else debt.units - debt.least
    return max(0, units)


def withdrawable(position: AccountView, reserve: ReserveView, edge: Wad, target: Wad) -> Units:
    """Return the units of a collateral that can go without the health falling below ``edge``, as far as is needed to reach ``target``."""
    collateral = next((each for each in position.collaterals if each.asset == reserve.asset), None)
    if collateral is None:
        return 0
    spare = max(0, weighted_collateral(position) - mul_div_up(position.debt_value, edge, WAD))
    needed = units_worth(value_to_repay(position, target), reserve)
    units = mul_div_down(mul_div_down(spare, BPS_ONE, collateral.threshold), reserve.unit, reserve.price)
    return min(units, needed, collateral.units, reserve.liquidity)


def units_worth(value: Units, reserve: ReserveView) -> Units:
    """Return the units of an asset that a value at the posted price is, rounded up."""
    return mul_div_up(value, reserve.unit, reserve.price)


def value_of(units: Units, reserve: ReserveView) -> Units:
    """Return what units are worth at the posted price, rounded down."""
    return mul_div_down(units, reserve.price, reserve.unit)
