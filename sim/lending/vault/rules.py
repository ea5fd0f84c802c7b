"""The arithmetic of vaults. Pure, exact; debt is shares times index, in rad.

Sources: vat.sol, spot.sol and jug.sol [makerdao/dss fa4f663]; how much a call draws or wipes, from the proxy actions that users
sent their calls through [makerdao/dss-proxy-actions].
"""

from sim.fixed import div_up, mul_div_down
from sim.lending.aave.rules import NO_DEBT
from sim.lending.vault.ray_power import ray_power
from sim.units import RAY, WAD, Price, Rad, Ray, Seconds, Units, Wad

PRICE_SCALE = 10**10
"""From wad to a posted price's 8 decimals."""
VALUE_SCALE = 10**37
"""From rad to 8 decimals."""


def margin_price(price: Wad, par: Ray, ratio: Ray) -> Ray:
    """Return the debt that a unit of collateral may carry (spot); both divisions round down."""
    return mul_div_down(mul_div_down(price * 10**9, RAY, par), RAY, ratio)


def is_unsafe(collateral: Units, shares: int, margin: Ray, index: Ray) -> bool:
    """Say whether a vault may be liquidated: strictly below its margin, and never while there is no price."""
    return margin > 0 and collateral * margin < shares * index


def health(collateral: Units, shares: int, margin: Ray, index: Ray) -> Wad:
    """Return what a vault's collateral may carry over what it owes, rounded down: below WAD exactly where it is unsafe."""
    return mul_div_down(collateral * margin, WAD, shares * index) if shares else NO_DEBT


def value_of_debt(debt: Rad) -> Units:
    """Return debt with 8 decimals, rounded up."""
    return div_up(debt, VALUE_SCALE)


def value_of_collateral(collateral: Units, price: Price) -> Units:
    """Return collateral at a price, with 8 decimals, rounded down."""
    return mul_div_down(collateral, price, WAD)


def shares_to_draw(amount: Units, index: Ray) -> int:
    """Return the shares of debt that make an amount of money, rounded up: what is over stays within."""
    return div_up(amount * RAY, index)


def shares_to_wipe(amount: Units, index: Ray) -> int:
    """Return the shares of debt that an amount of money pays, rounded down: what is over stays within."""
    return amount * RAY // index


def units_owed(shares: int, index: Ray) -> Units:
    """Return the money that pays all of a debt, rounded up."""
    return div_up(shares * index, RAY)


def index_after(index: Ray, fee_per_second: Ray, seconds: Seconds) -> Ray:
    """Return an index after so many seconds of a stability fee (RAY: none), rounded down. Reverts with ARITHMETIC."""
    return mul_div_down(ray_power(fee_per_second, seconds), index, RAY)
