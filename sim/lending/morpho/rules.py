"""The arithmetic of Morpho Blue. Pure, exact.

Sources: MathLib, SharesMathLib and `liquidate` of Morpho.sol [morpho-org/morpho-blue 3085651]. Prices are loan units per unit of
collateral times 10^36; shares stand against a virtual unit of assets and a million virtual shares, so that an empty market has a rate.
"""

from typing import NamedTuple

from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.aave.rules import NO_DEBT
from sim.units import RAY, WAD, Ray, Seconds, Units, Wad
from sim.vocabulary import Refusal

ORACLE_SCALE = 10**36
VIRTUAL_ASSETS = 1
VIRTUAL_SHARES = 10**6
CURSOR: Wad = 3 * WAD // 10
"""How much of what a market keeps back from borrowers goes to liquidators."""
MOST_INCENTIVE: Wad = 115 * WAD // 100
MOST: int = 2**128 - 1
"""What a total or a position may hold."""


def to_shares_down(assets: Units, total_assets: Units, total_shares: int) -> int:
    """Return the shares that assets are worth, rounded down."""
    return mul_div_down(assets, total_shares + VIRTUAL_SHARES, total_assets + VIRTUAL_ASSETS)


def to_shares_up(assets: Units, total_assets: Units, total_shares: int) -> int:
    """Return the shares that assets are worth, rounded up."""
    return mul_div_up(assets, total_shares + VIRTUAL_SHARES, total_assets + VIRTUAL_ASSETS)


def to_assets_down(shares: int, total_assets: Units, total_shares: int) -> Units:
    """Return the assets that shares are worth, rounded down."""
    return mul_div_down(shares, total_assets + VIRTUAL_ASSETS, total_shares + VIRTUAL_SHARES)


def to_assets_up(shares: int, total_assets: Units, total_shares: int) -> Units:
    """Return the assets that shares are worth, rounded up."""
    return mul_div_up(shares, total_assets + VIRTUAL_ASSETS, total_shares + VIRTUAL_SHARES)


def incentive(lltv: Wad) -> Wad:
    """Return the factor by which seized collateral exceeds what was repaid: 1 / (1 - 0.3 (1 - lltv)), at most 1.15."""
    return min(MOST_INCENTIVE, mul_div_down(WAD, WAD, WAD - mul_div_down(CURSOR, WAD - lltv, WAD)))


def compounded(rate: Wad, seconds: Seconds) -> Wad:
    """Return what a rate per second adds in so many seconds: the first three terms of exp(rate seconds) - 1, each rounded down."""
    first = rate * seconds
    second = mul_div_down(first, first, 2 * WAD)
    return first + second + mul_div_down(second, first, 3 * WAD)


def debt_limit(collateral: Units, price: int, lltv: Wad) -> Units:
    """Return the debt that collateral may carry; both steps round down."""
    return mul_div_down(mul_div_down(collateral, price, ORACLE_SCALE), lltv, WAD)


def health(limit: Units, owed: Units) -> Wad:
    """Return what an account may owe over what it owes, rounded down: below WAD exactly where it may be liquidated."""
    return mul_div_down(limit, WAD, owed) if owed else NO_DEBT


class Totals(NamedTuple):
    """What a market keeps of everybody together."""

    supply_assets: Units = 0
    supply_shares: int = 0
    borrow_assets: Units = 0
    borrow_shares: int = 0

    def owed(self, shares: int) -> Units:
        """Return what debt shares owe, rounded up."""
        return to_assets_up(shares, self.borrow_assets, self.borrow_shares)

    def worth(self, shares: int) -> Units:
        """Return what supply shares are worth, rounded down."""
        return to_assets_down(shares, self.supply_assets, self.supply_shares)

    def with_debt(self, assets: Units, shares: int) -> "Totals":
        """Return the totals after debt was added, or taken off: the sum of assets never falls below nothing."""
        return self._replace(borrow_assets=max(0, self.borrow_assets + assets), borrow_shares=self.borrow_shares + shares)

    def with_supply(self, assets: Units, shares: int) -> "Totals":
        """Return the totals after supply was added or taken out."""
        return self._replace(supply_assets=self.supply_assets + assets, supply_shares=self.supply_shares + shares)


def supply_index(totals: Totals) -> Ray:
    """Return units per supply share, RAY in an empty market."""
    return mul_div_down(RAY, (totals.supply_assets + VIRTUAL_ASSETS) * VIRTUAL_SHARES, totals.supply_shares + VIRTUAL_SHARES)


def debt_index(totals: Totals) -> Ray:
    """Return units per debt share, RAY in an empty market."""
    return mul_div_down(RAY, (totals.borrow_assets + VIRTUAL_ASSETS) * VIRTUAL_SHARES, totals.borrow_shares + VIRTUAL_SHARES)


class Debtor(NamedTuple):
    """An account, the terms it is judged by, and the price."""

    shares: int
    collateral: Units
    price: int
    lltv: Wad

    def is_healthy(self, totals: Totals) -> bool:
        """Say whether the account may not be liquidated; at equality it may not."""
        return debt_limit(self.collateral, self.price, self.lltv) >= totals.owed(self.shares)


class Taken(NamedTuple):
    """What a liquidator gets and gives."""

    seized: Units
    shares: int
    repaid: Units


class Settlement(NamedTuple):
    """What a liquidation does."""

    taken: Taken
    shares_left: int
    collateral_left: Units
    bad_shares: int
    """Debt nobody stands behind any more: written off when, and only when, no collateral at all is left."""
    bad_debt: Units
    totals: Totals
    """Afterwards."""


def taken_for(totals: Totals, debtor: Debtor, seized: Units, shares: int) -> Taken:
    """Return both sides of a liquidation of which exactly one is given. Every rounding is against the liquidator.

    Reverts: INCONSISTENT_INPUT, ARITHMETIC (shares given, and collateral without a price).
    """
    if (seized == 0) == (shares == 0):
        raise Revert(Refusal.INCONSISTENT_INPUT)
    factor = incentive(debtor.lltv)
    if seized:
        quoted = mul_div_up(seized, debtor.price, ORACLE_SCALE)
        shares = to_shares_up(mul_div_up(quoted, WAD, factor), totals.borrow_assets, totals.borrow_shares)
    else:
        if not debtor.price:
            raise Revert(Refusal.ARITHMETIC)
        worth = to_assets_down(shares, totals.borrow_assets, totals.borrow_shares)
        seized = mul_div_down(mul_div_down(worth, factor, WAD), ORACLE_SCALE, debtor.price)
    return Taken(seized, shares, totals.owed(shares))


def settle(totals: Totals, debtor: Debtor, seized: Units, shares: int) -> Settlement:
    """Return what a liquidation does. Reverts: INCONSISTENT_INPUT, HEALTHY, ARITHMETIC (more than the account owes or has)."""
    if (seized == 0) == (shares == 0):
        raise Revert(Refusal.INCONSISTENT_INPUT)
    if debtor.is_healthy(totals):
        raise Revert(Refusal.HEALTHY)
    taken = taken_for(totals, debtor, seized, shares)
    if taken.shares > debtor.shares or taken.seized > debtor.collateral:
        raise Revert(Refusal.ARITHMETIC)
    after = totals.with_debt(-taken.repaid, -taken.shares)
    shares_left, collateral_left = debtor.shares - taken.shares, debtor.collateral - taken.seized
    bad_shares = bad_debt = 0
    if not collateral_left:
        bad_shares, shares_left = shares_left, 0
        bad_debt = min(after.borrow_assets, after.owed(bad_shares))
        after = after.with_debt(-bad_debt, -bad_shares).with_supply(-bad_debt, 0)
    return Settlement(taken, shares_left, collateral_left, bad_shares, bad_debt, after)
