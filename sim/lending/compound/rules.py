"""The arithmetic of Compound v2. Pure, exact; every product of two mantissas is cut before the next, in the contracts' sequence.

Sources: Comptroller.sol, CToken.sol, ExponentialNoError.sol and BaseJumpRateModelV2.sol [compound-protocol a3214f6]. Words: *shares*
are cToken units; a *mantissa* is a wad; a *mantissa price* is that of one unit, times 10^36 over the units in a whole.
"""

from collections.abc import Iterable
from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.aave.rules import NO_DEBT
from sim.units import WAD, YEAR_SECONDS, Price, Seconds, Units, Wad
from sim.vocabulary import Refusal

PRICE_DIGITS = 28
"""Digits of a mantissa price's scale beyond those of the asset: 36, less the 8 of a posted price."""
MOST_RATE: Wad = 5 * 10**12 // 15
"""A second; the contracts refuse more than 0.0005 % a block, of which there were four a minute."""


class Books(NamedTuple):
    """What a market owes and is owed, in units, and its index."""

    borrows: Units
    reserves: Units
    debt_index: Wad
    """Growth of debt since the market opened."""


class Line(NamedTuple):
    """One market in an account's sums."""

    factor: Wad
    """Collateral factor."""
    exchange_rate: Wad
    price: Wad
    """Mantissa price."""
    shares: int
    debt: Units


class Sums(NamedTuple):
    """An account's two sides, 18 decimals of the base currency."""

    collateral: Wad
    """Weighted by the collateral factors."""
    debt: Wad

    @property
    def is_short(self) -> bool:
        """There is a shortfall: it may be liquidated."""
        return self.collateral < self.debt

    @property
    def health(self) -> Wad:
        """Collateral over debt, rounded down: below WAD exactly where there is a shortfall. A debt too small to count is all but none."""
        return mul_div_down(self.collateral, WAD, self.debt) if self.debt else NO_DEBT - 1


class Split(NamedTuple):
    """Who gets seized shares."""

    protocol: int
    liquidator: int
    reserves: Units
    """What the protocol's part adds to the reserves."""


@attrs.frozen
class JumpRate:
    """A rate that rises slowly up to a kink and steeply beyond it. Yearly mantissas.

    Model choice: interest is by the second, not by the block, as in the forks that count time; a year has 31,536,000 of them.
    """

    kink: Wad
    base: Wad = 0
    multiplier: Wad = 0
    """Added from nothing to the kink."""
    jump: Wad = 0
    """Added beyond the kink, were the use to grow by one."""

    def per_second(self, utilisation: Wad) -> Wad:
        """Return the rate of a second; each figure is cut to a second's first."""
        slope = self.multiplier * WAD // (YEAR_SECONDS * self.kink)
        normal = min(utilisation, self.kink) * slope // WAD + self.base // YEAR_SECONDS
        excess = max(0, utilisation - self.kink)
        return excess * (self.jump // YEAR_SECONDS) // WAD + normal


def mantissa_price(price: Price, decimals: int) -> Wad:
    """Return a posted price as the oracle's view gives it: exact for assets of up to 28 decimals."""
    return int(price * 10 ** (PRICE_DIGITS - decimals))


def exchange_rate(cash: Units, borrows: Units, reserves: Units, shares: int, initial: Wad) -> Wad:
    """Return the units per share, as a mantissa; the initial one while there are no shares. Reverts with ARITHMETIC."""
    if not shares:
        return initial
    if cash + borrows < reserves:
        raise Revert(Refusal.ARITHMETIC)
    return (cash + borrows - reserves) * WAD // shares


def borrow_balance(principal: Units, index: Wad, since: Wad) -> Units:
    """Return a debt at an index, given what it was at another."""
    return principal * index // since


def utilisation(cash: Units, borrows: Units, reserves: Units) -> Wad:
    """Return the share that is lent; above one where reserves exceed cash. Reverts with ARITHMETIC where nothing is left to lend."""
    if not borrows:
        return 0
    if cash + borrows <= reserves:
        raise Revert(Refusal.ARITHMETIC)
    return borrows * WAD // (cash + borrows - reserves)


def accrued(books: Books, rate: Wad, seconds: Seconds, reserve_factor: Wad) -> Books:
    """Return a market's books after so many seconds at a rate. Interest is simple between two calls; all roundings are down."""
    factor = rate * seconds
    interest = factor * books.borrows // WAD
    reserves = reserve_factor * interest // WAD + books.reserves
    return Books(books.borrows + interest, reserves, factor * books.debt_index // WAD + books.debt_index)


def sums_of(lines: Iterable[Line], redeemed: tuple[Line, int] | None = None, borrowed: tuple[Line, Units] | None = None) -> Sums:
    """Return an account's two sides, with shares that would be redeemed and units that would be borrowed added to the debt.

    Reverts with NOTHING_POSTED where one of its markets has no price.
    """
    collateral = debt = 0
    for line in lines:
        if not line.price:
            raise Revert(Refusal.NOTHING_POSTED)
        collateral += per_share(line) * line.shares // WAD
        debt += line.price * line.debt // WAD
    if redeemed is not None:
        debt += per_share(redeemed[0]) * redeemed[1] // WAD
    if borrowed is not None:
        debt += borrowed[0].price * borrowed[1] // WAD
    return Sums(collateral, debt)


def per_share(line: Line) -> Wad:
    """Return what one share counts for: factor by exchange rate, cut, by price, cut."""
    return line.factor * line.exchange_rate // WAD * line.price // WAD


def most_repaid(close_factor: Wad, debt: Units) -> Units:
    """Return the most of one debt that a liquidation may repay."""
    return close_factor * debt // WAD


def seize_ratio(incentive: Wad, debt_price: Wad, collateral_price: Wad, rate: Wad) -> Wad:
    """Return the shares seized per unit repaid: cut three times, not once. Reverts with NOTHING_POSTED, ARITHMETIC."""
    if not debt_price or not collateral_price:
        raise Revert(Refusal.NOTHING_POSTED)
    denominator = collateral_price * rate // WAD
    if not denominator:
        raise Revert(Refusal.ARITHMETIC)
    return incentive * debt_price // WAD * WAD // denominator


def seized_shares(ratio: Wad, repaid: Units) -> int:
    """Return the shares that a repayment seizes."""
    return ratio * repaid // WAD


def repayment_that_seizes(ratio: Wad, shares: int) -> Units:
    """Return the largest repayment that seizes no more than so many shares; the ratio must be above 0."""
    return ((shares + 1) * WAD - 1) // ratio


def split(seized: int, protocol_share: Wad, rate: Wad) -> Split:
    """Return who gets seized shares; the protocol's are burnt, and become reserves at the exchange rate."""
    protocol = seized * protocol_share // WAD
    return Split(protocol, seized - protocol, rate * protocol // WAD)


def shares_for(units: Units, rate: Wad) -> int:
    """Return the shares that units buy, or that must go for units: rounded down in both directions, as the contracts have it.

    Reverts with ARITHMETIC where a share is worth nothing.
    """
    if not rate:
        raise Revert(Refusal.ARITHMETIC)
    return units * WAD // rate


def units_for(shares: int, rate: Wad) -> Units:
    """Return the units that shares are worth, rounded down."""
    return rate * shares // WAD


def value_down(units: Units, price: Price, unit: Units) -> Units:
    """Return units in the base currency, 8 decimals, rounded down."""
    return mul_div_down(units, price, unit)


def value_up(units: Units, price: Price, unit: Units) -> Units:
    """Return units in the base currency, 8 decimals, rounded up."""
    return mul_div_up(units, price, unit)
