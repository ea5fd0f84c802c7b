"""The arithmetic of Comet. Pure and exact; signed amounts are cut towards zero, as the contract's division does.

Sources: Comet.sol and CometCore.sol [comet d5a30b0]. Words: a *principal* is a balance at an index of one, debt being below 0; a
*balance* is what it is worth now; an *index* counts 10^-15; a *factor* is a wad; prices and values have 8 decimals.
"""

from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.fixed import div_up
from sim.lending.aave.rules import NO_DEBT
from sim.units import WAD, YEAR_SECONDS, Price, Seconds, Units, Wad
from sim.vocabulary import Refusal

INDEX = 10**15
"""One, as an index counts."""
MOST_64 = 2**64 - 1


class Indices(NamedTuple):
    """Units per principal."""

    supply: int
    debt: int


@attrs.frozen
class Curve:
    """A yearly rate by utilisation: slow up to a kink, steep beyond it. Factors; each is cut to a second's first."""

    kink: Wad
    base: Wad = 0
    low: Wad = 0
    """Slope up to the kink: what the rate would grow by, were it so up to full use."""
    high: Wad = 0
    """Slope beyond it."""

    def per_second(self, utilisation: Wad) -> Wad:
        """Return the rate of a second. Reverts with ARITHMETIC beyond 64 bits."""
        base, low, high = self.base // YEAR_SECONDS, self.low // YEAR_SECONDS, self.high // YEAR_SECONDS
        rate = base + mul_factor(low, min(utilisation, self.kink)) + mul_factor(high, max(0, utilisation - self.kink))
        return _in_64_bits(rate)


def mul_factor(amount: int, factor: Wad) -> int:
    """Return a share of an amount, rounded down."""
    return amount * factor // WAD


def value_of(units: Units, price: Price, scale: Units) -> Units:
    """Return what units are worth, rounded down."""
    return units * price // scale


def present(principal: int, index: int) -> Units:
    """Return what a principal, of supply or of debt, is worth; both are rounded down."""
    return principal * index // INDEX


def balance_of(principal: int, indices: Indices) -> int:
    """Return the balance of a signed principal."""
    return present(principal, indices.supply) if principal >= 0 else -present(-principal, indices.debt)


def principal_of(balance: int, indices: Indices) -> int:
    """Return the signed principal of a balance: of supply rounded down, of debt rounded up."""
    if balance >= 0:
        return balance * INDEX // indices.supply
    return -div_up(-balance * INDEX, indices.debt)


def utilisation(supplied: Units, owed: Units) -> Wad:
    """Return what is owed over what is supplied; 0 where nothing is. It may exceed one: reserves are lent too."""
    return owed * WAD // supplied if supplied else 0


def grown(index: int, rate: Wad, seconds: Seconds) -> int:
    """Return an index after so many seconds at a rate; interest is simple between two calls. Reverts with ARITHMETIC."""
    return index + _in_64_bits(mul_factor(index, rate * seconds))


def health(weighted: Units, debt: Units) -> Wad:
    """Return collateral value, weighted by the thresholds, over debt value: below WAD exactly where the account may be absorbed.

    A debt too small to have a value is all but none.
    """
    return weighted * WAD // debt if debt else NO_DEBT - 1


def discounted(price: Price, store_front_factor: Wad, liquidation_factor: Wad) -> Price:
    """Return the price that the storefront asks for a collateral."""
    return mul_factor(price, WAD - discount(store_front_factor, liquidation_factor))


def discount(store_front_factor: Wad, liquidation_factor: Wad) -> Wad:
    """Return the storefront's discount: a share of what an absorbed account loses."""
    return mul_factor(store_front_factor, WAD - liquidation_factor)


def bought(paid: Units, base_price: Price, asked: Price, scale: Units, base_scale: Units) -> Units:
    """Return the collateral that base buys at the price asked. Reverts with ARITHMETIC where that is nothing."""
    if not asked:
        raise Revert(Refusal.ARITHMETIC)
    return base_price * paid * scale // asked // base_scale


def payment_for(units: Units, base_price: Price, asked: Price, scale: Units, base_scale: Units) -> Units:
    """Return the least base that buys so many units exactly; where no payment does, the largest that buys fewer."""
    worth, per_base = asked * base_scale, base_price * scale
    exact = div_up(units * worth, per_base)
    return exact if exact * per_base // worth <= units else ((units + 1) * worth - 1) // per_base


class Taken(NamedTuple):
    """What absorbing an account comes to."""

    balance: int
    """Of the account afterwards: what is left to it, or 0."""
    paid_out: Units
    """What the reserves gave."""
    shortfall: Units
    """What the collateral did not cover."""


def absorbed(debt: Units, worth: Units, base_price: Price, base_scale: Units) -> Taken:
    """Return what becomes of a debt, given its collateral's value times the liquidation factors."""
    covered = worth * base_scale // base_price
    balance = max(0, covered - debt)
    return Taken(balance, balance + debt, max(0, debt - covered))


def is_for_sale(reserves: int, target: Units) -> bool:
    """Say whether the storefront is open: while reserves are negative or below their target."""
    return reserves < 0 or reserves < target


def _in_64_bits(value: int) -> int:
    if value > MOST_64:
        raise Revert(Refusal.ARITHMETIC)
    return value
