"""The Euler Vault Kit, v2 [euler-xyz/euler-vault-kit 5b98b42]: a loan-to-value per pair, one debt an account, a discount of 1 - health.

An account may be liquidated once its collateral at the liquidation loan-to-value is no more than what it owes: at equality too, where
the discount is nothing. There is no close factor. The discount is what health lacks of one, up to a bound; so it is a reverse Dutch
auction that the price drives. Debt left without any collateral is taken from the suppliers.
"""

from typing import NamedTuple

import attrs

from sim.assets import Asset
from sim.errors import Revert
from sim.fixed import div_up, mul_div_down, mul_div_up
from sim.lending.aave.rules import NO_DEBT
from sim.lending.euler.book import Precision, Reading
from sim.lending.euler.rules import Books, Holding, Share, Weighed
from sim.lending.euler.terms import EulerTerms
from sim.units import BPS_ONE, WAD, AssetId, Bps, Ray, Units, Wad
from sim.vocabulary import Refusal

DEBT_PRECISION = 2**31
VIRTUAL = 10**6
"""Units and shares that every vault is taken to have besides."""
MOST_RATE: Ray = 291_867_278_914_945_094_175
"""A million percent a year."""
LEAST_SOCIALISED = 10**6
"""Value of the debt, before the liquidation, below which nothing is written off."""


class Case(NamedTuple):
    """What a liquidation is computed from."""

    liability: int
    liability_value: int
    collateral_adjusted: int
    """All of the account's collateral at its liquidation loan-to-value."""
    balance: int
    """Shares of the collateral to seize."""
    value: int
    """Of those."""
    most_discount: Bps


@attrs.frozen
class OpportunityV2:
    """What a liquidation may do at most."""

    health: Wad
    liability_value: int
    liability: int = 0
    factor: Wad | None = None
    """One less the discount; None for an account that is healthy."""
    repay: int = 0
    shares: int = 0

    @property
    def discount(self) -> Wad:
        """At which collateral is counted."""
        return 0 if self.factor is None else WAD - self.factor

    def part(self, desired: int | None, collateral: Reading, precision: Precision) -> Share:
        """Return what taking so much does: collateral in proportion; all of it for nothing where it is worth nothing."""
        if desired is None:
            return Share(self.repay, 0, self.shares)
        if desired > self.repay:
            raise Revert(Refusal.EXCESSIVE_REPAY)
        return Share(desired, 0, mul_div_down(desired, self.shares, self.repay) if self.repay else self.shares)

    def socialised(self, share: Share, has_collateral: bool, socialises: bool) -> int:
        """Return the debt that is written off after a liquidation."""
        left = self.liability - share.moved
        is_due = socialises and not has_collateral and self.liability_value >= LEAST_SOCIALISED
        return left if is_due and left > 0 else 0


def opportunity(case: Case) -> OpportunityV2:
    """Return what a liquidation may do at most; nothing for an account whose collateral exceeds what it owes.

    Reverts with ARITHMETIC where everything would be given for nothing.
    """
    health = health_of(case.collateral_adjusted, case.liability_value)
    if case.collateral_adjusted > case.liability_value or not case.liability_value:
        return OpportunityV2(health, case.liability_value, case.liability)
    least = WAD - WAD * case.most_discount // BPS_ONE
    factor = max(mul_div_down(case.collateral_adjusted, WAD, case.liability_value), least)
    known = (health, case.liability_value, case.liability, factor)
    if not case.value:
        return OpportunityV2(*known, repay=0, shares=case.balance)
    if not factor:
        raise Revert(Refusal.ARITHMETIC)
    repay_value, yield_value = case.liability_value, mul_div_down(case.liability_value, WAD, factor)
    if case.value < yield_value:
        repay_value, yield_value = mul_div_down(case.value, factor, WAD), case.value
    repay = mul_div_down(repay_value, case.liability, case.liability_value)
    return OpportunityV2(*known, repay=repay, shares=mul_div_down(yield_value, case.balance, case.value))


def health_of(collateral: int, liability: int) -> Wad:
    """Return the largest number strictly below collateral over liability, not below 0: below WAD also where both are equal."""
    return max(0, (collateral * WAD - 1) // liability) if liability else NO_DEBT


@attrs.frozen
class V2:
    """The rule book."""

    name: str = "v2"
    most_rate: Ray = MOST_RATE
    has_one_debt: bool = True
    acts_for_others: bool = True
    most_units: int = 2**112 - 1

    def precision(self, asset: Asset) -> Precision:
        """Return that an asset is counted as it is, and debt with 31 more bits."""
        return Precision(1, DEBT_PRECISION, DEBT_PRECISION)

    def lent(self, reading: Reading, precision: Precision) -> int:
        """Return the debt rounded up."""
        return div_up(reading.owed, precision.debt)

    def assets_down(self, reading: Reading, precision: Precision, shares: int) -> int:
        """Return what shares are worth beside the virtual deposit."""
        return mul_div_down(shares, self._assets(reading, precision), reading.shares + VIRTUAL)

    def shares_down(self, reading: Reading, precision: Precision, inner: int) -> int:
        """Return the shares that units are worth beside the virtual deposit."""
        return mul_div_down(inner, reading.shares + VIRTUAL, self._assets(reading, precision))

    def shares_up(self, reading: Reading, precision: Precision, inner: int) -> int:
        """Return the shares that units are worth, rounded up."""
        return mul_div_up(inner, reading.shares + VIRTUAL, self._assets(reading, precision))

    def weigh(self, books: Books, holding: Holding, is_liquidation: bool) -> Weighed:
        """Return the debt's value, and that of the collateral at the pair's loan-to-value; without a debt nothing counts."""
        owed = next(((asset, steps) for asset, steps in holding.owed.items() if steps), None)
        if owed is None:
            return Weighed(0, 0, 0, 0, 0)
        debt, steps = owed
        adjusted = plain = 0
        for asset, shares in holding.shares.items():
            pair = books.terms.pair(debt, asset)
            if shares and pair is not None:
                ltv = pair.liquidation if is_liquidation else pair.borrow
                value = books.value(asset, books.assets(asset, shares)) if ltv else 0
                plain += value
                adjusted += value * ltv // BPS_ONE
        liability = books.value(debt, books.debt(debt, steps))
        return Weighed(adjusted, liability, plain, liability, 1)

    def health(self, weighed: Weighed) -> Wad:
        """Return health, below WAD at equality too."""
        return health_of(weighed.collateral, weighed.liability)

    def refusal(self, weighed: Weighed) -> Refusal:
        """Say whether collateral does not exceed what is owed."""
        return Refusal.UNHEALTHY if weighed.borrows and weighed.collateral <= weighed.liability else Refusal.NONE

    def opportunity(self, books: Books, holding: Holding, debt: AssetId, collateral: AssetId, average: Units) -> OpportunityV2:
        """Return what a liquidation may do at most."""
        weighed = self.weigh(books, holding, is_liquidation=True)
        balance = holding.shares.get(collateral, 0)
        case = Case(
            liability=books.debt(debt, holding.owed.get(debt, 0)),
            liability_value=weighed.liability,
            collateral_adjusted=weighed.collateral,
            balance=balance,
            value=books.value(collateral, books.assets(collateral, balance)),
            most_discount=books.terms.by_asset[debt].most_discount,
        )
        return opportunity(case)

    def factor(self, terms: EulerTerms, debt: AssetId, collateral: AssetId, is_liquidation: bool) -> float:
        """Return the pair's loan-to-value."""
        pair = terms.pair(debt, collateral)
        return 0.0 if pair is None else (pair.liquidation if is_liquidation else pair.borrow) / BPS_ONE

    def discount_at(self, terms: EulerTerms, debt: AssetId, health: Wad) -> Wad:
        """Return what health lacks of one, within the debt's bound."""
        return min(WAD - health, WAD * terms.by_asset[debt].most_discount // BPS_ONE)

    def _assets(self, reading: Reading, precision: Precision) -> int:
        return reading.cash + div_up(reading.owed, precision.debt) + VIRTUAL


RULES = V2()
