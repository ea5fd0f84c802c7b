"""The arithmetic of Liquity. Pure, exact, in wad; every division rounds down unless it is said.

Sources: LiquityMath.sol, LiquityBase.sol and TroveManager.sol as deployed in April 2021 [liquity/dev 39f1f7f].
"""

from typing import NamedTuple

from sim.fixed import div_up, mul_div_down, mul_div_half_up
from sim.units import HALF_WAD, UINT256_MAX, WAD, Price, Seconds, Units, Wad

MINIMUM_RATIO: Wad = 11 * WAD // 10
"""Of a trove (MCR): below it a trove is liquidated in any mode."""
CRITICAL_RATIO: Wad = 15 * WAD // 10
"""Of the system (CCR): below it the system is in recovery mode."""
GAS_RESERVE: Units = 200 * WAD
"""Money that each trove owes besides and that a liquidator gets."""
LEAST_NET_DEBT: Units = 1_800 * WAD
COMPENSATION_DIVISOR = 200
"""One in so many units of collateral goes to the liquidator."""
FEE_FLOOR: Wad = WAD // 200
MOST_BORROWING_FEE: Wad = WAD // 20
MINUTE: Seconds = 60
MINUTE_DECAY: Wad = 999_037_758_833_783_000
"""What is left of the base rate after a minute: half of it after twelve hours."""
MOST_MINUTES = 525_600_000
"""A thousand years: the exponent goes no further."""
BETA = 2
"""Part of supply redeemed, over the rise of the base rate."""
NOMINAL = 10**20
"""Scale of a ratio without a price."""
PRICE_SCALE = 10**10
"""From a wad to 8 decimals."""
NO_DEBT: Wad = UINT256_MAX


def decimal_power(base: Wad, exponent: int) -> Wad:
    """Return a wad to a power, half up at every multiply. Cost: two multiplications per bit of the exponent."""
    rest = min(exponent, MOST_MINUTES)
    if not rest:
        return WAD
    odd = WAD
    while rest > 1:
        if rest & 1:
            odd = (base * odd + HALF_WAD) // WAD
        base = mul_div_half_up(base, base, WAD)
        rest >>= 1
    return mul_div_half_up(base, odd, WAD)


def decayed_rate(base_rate: Wad, seconds: Seconds, per_minute: Wad = MINUTE_DECAY) -> Wad:
    """Return what a base rate has decayed to; only whole minutes count."""
    return mul_div_down(base_rate, decimal_power(per_minute, seconds // MINUTE), WAD)


def raised_rate(decayed: Wad, drawn: Units, price: Wad, supply: Units) -> Wad:
    """Return the base rate after collateral was drawn for money out of a supply: at most one."""
    return min(decayed + drawn * price // supply // BETA, WAD)


def borrowing_fee(base_rate: Wad, amount: Units) -> Units:
    """Return the fee for drawing money: half a percent and the base rate, at most five percent."""
    return mul_div_down(min(FEE_FLOOR + base_rate, MOST_BORROWING_FEE), amount, WAD)


def redemption_fee(base_rate: Wad, drawn: Units) -> Units:
    """Return the part of drawn collateral that the protocol keeps: half a percent and the base rate, at most all."""
    return mul_div_down(min(FEE_FLOOR + base_rate, WAD), drawn, WAD)


def fee_share(fee: Units, amount: Units) -> Wad:
    """Return a fee as the part of an amount that a sender's limit is compared with."""
    return mul_div_down(fee, WAD, amount)


def ratio(collateral: Units, debt: Units, price: Wad) -> Wad:
    """Return the value of collateral over debt (ICR, TCR); the largest number without debt."""
    return collateral * price // debt if debt else UINT256_MAX


def nominal_ratio(collateral: Units, debt: Units) -> int:
    """Return collateral over debt whatever the price: what troves are sorted by."""
    return collateral * NOMINAL // debt if debt else UINT256_MAX


def compensation(collateral: Units) -> Units:
    """Return the collateral that a liquidator gets."""
    return collateral // COMPENSATION_DIVISOR


def health(of_trove: Wad, limit: Wad) -> Wad:
    """Return a trove's ratio over the one below which it is liquidated: below one exactly where it is."""
    return NO_DEBT if of_trove == UINT256_MAX else mul_div_down(of_trove, WAD, limit)


def value_of_debt(debt: Units) -> Units:
    """Return money at one each, 8 decimals, rounded up."""
    return div_up(debt, PRICE_SCALE)


def value_of_collateral(collateral: Units, price: Price) -> Units:
    """Return collateral at a posted price, 8 decimals."""
    return mul_div_down(collateral, price, WAD)


class Pot(NamedTuple):
    """What a liquidation finds: deposits ready to pay, and the system's ratio."""

    deposits: Units
    total_ratio: Wad


class Split(NamedTuple):
    """Where a liquidated trove's debt and collateral go."""

    compensation: Units
    """Collateral, to the liquidator."""
    offset: Units
    """Debt paid by deposits."""
    to_pool: Units
    redistributed: Units
    """Debt taken over by the other troves."""
    to_troves: Units
    surplus: Units
    """Collateral left for the owner."""


def split_normally(collateral: Units, debt: Units, deposits: Units) -> Split:
    """Return the split by what deposits can pay; the other troves take the rest over."""
    cut = compensation(collateral)
    rest = collateral - cut
    offset = min(debt, deposits)
    to_pool = rest * offset // debt if deposits else 0
    return Split(cut, offset, to_pool, debt - offset, rest - to_pool, 0)


def split_among_troves(collateral: Units, debt: Units) -> Split:
    """Return the split of a trove that is worth no more than it owes, in recovery mode: deposits are spared."""
    cut = compensation(collateral)
    return Split(cut, 0, 0, debt, collateral - cut, 0)


def split_capped(collateral: Units, debt: Units, price: Wad) -> Split:
    """Return the split of a trove above the minimum ratio: deposits get the minimum ratio's worth, the owner keeps the rest."""
    capped = debt * MINIMUM_RATIO // price
    cut = compensation(capped)
    return Split(cut, debt, capped - cut, 0, 0, collateral - capped)


def split_in_recovery(collateral: Units, debt: Units, price: Wad, pot: Pot) -> Split | None:
    """Return the split of a trove in recovery mode; None where it is left alone. Equality with one is not above it."""
    own = ratio(collateral, debt, price)
    if own <= WAD:
        return split_among_troves(collateral, debt)
    if own < MINIMUM_RATIO:
        return split_normally(collateral, debt, pot.deposits)
    if own < pot.total_ratio and debt <= pot.deposits:
        return split_capped(collateral, debt, price)
    return None


def limit_of(debt: Units, pot: Pot) -> Wad:
    """Return the ratio below which a trove of so much debt is liquidated, whatever the mode."""
    is_recovery = pot.total_ratio < CRITICAL_RATIO
    return max(MINIMUM_RATIO, pot.total_ratio) if is_recovery and debt <= pot.deposits else MINIMUM_RATIO
