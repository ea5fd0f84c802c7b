"""Euler v1 [euler-xyz/euler-contracts 24da0f2]: factors on both sides, a discount that grows as health falls, repayment up to 1.25.

The discount is two percent and what health lacks of one, up to doubled (at most 2.5 points more) for a liquidator whose averaged free
liquidity covers the account's liability, never more than 20 %. Two percent of the repayment are the reserves'. Losses are nobody's:
debt without collateral stays on the books.
"""

from typing import NamedTuple

import attrs

from sim.assets import Asset
from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.aave.rules import NO_DEBT
from sim.lending.euler.book import Precision, Reading
from sim.lending.euler.rules import PRICE_SCALE, Books, Holding, Share, Weighed
from sim.lending.euler.terms import EulerTerms
from sim.units import BPS_ONE, RAY, UINT256_MAX, WAD, AssetId, Ray, Units, Wad
from sim.vocabulary import Refusal

DECIMALS = 18
DEBT_PRECISION = 10**9
FACTOR_SCALE = 4 * 10**9
"""One, as factors are kept."""
PER_BPS = FACTOR_SCALE // BPS_ONE
RESERVES_FEE: Wad = 2 * WAD // 100
MOST_DISCOUNT: Wad = 20 * WAD // 100
BOOSTER_SLOPE: Wad = 2 * WAD
MOST_BOOST: Wad = 25 * WAD // 1_000
TARGET_HEALTH: Wad = 125 * WAD // 100
SELF_FACTOR = 95 * FACTOR_SCALE // 100
"""Part of a debt that a supply of the same asset covers."""
MOST_DEBT = 2**144 - 1
"""What a debt with a borrow factor of 0 counts as."""
MOST_RATE: Ray = 5 * RAY // 31_556_952


class Case(NamedTuple):
    """What a liquidation is computed from. Prices and values have 18 decimals, factors are of 4 x 10^9."""

    collateral_value: int
    liability_value: int
    debt_price: int
    collateral_price: int
    owed: int
    balance: int
    """Of the collateral; inner units."""
    collateral_factor: int
    borrow_factor: int
    average: int
    """The liquidator's averaged free liquidity."""
    is_same_asset: bool = False


@attrs.frozen
class OpportunityV1:
    """What a liquidation may do at most."""

    health: Wad
    liability_value: int
    base_discount: Wad = 0
    discount: Wad = 0
    conversion: Wad = 0
    """Collateral for a unit of debt."""
    moved: int = 0
    """Without the fee."""
    repay: int = 0
    yielded: int = 0
    """Collateral in inner units."""

    def part(self, desired: int | None, collateral: Reading, precision: Precision) -> Share:
        """Return what taking so much does; the fee is what exceeds the amount without it."""
        desired = self.repay if desired is None else desired
        if desired > self.repay:
            raise Revert(Refusal.EXCESSIVE_REPAY)
        moved = self.moved if desired == self.repay else mul_div_down(desired, WAD * WAD // (WAD + RESERVES_FEE), WAD)
        yielded = mul_div_down(moved, self.conversion, WAD)
        return Share(moved, desired - moved, RULES.shares_down(collateral, precision, yielded))


def opportunity(case: Case) -> OpportunityV1:
    """Return what a liquidation may do at most; nothing for an account that owes no more than it may."""
    if not case.liability_value:
        return OpportunityV1(UINT256_MAX, 0)
    health = mul_div_down(case.collateral_value, WAD, case.liability_value)
    if case.collateral_value >= case.liability_value:
        return OpportunityV1(health, case.liability_value)
    base = RESERVES_FEE + WAD - health
    discount = boosted(base, case.average, case.liability_value)
    conversion = mul_div_down(mul_div_down(case.debt_price, WAD, case.collateral_price), WAD, WAD - discount)
    moved = min(to_target(case, discount), case.owed)
    yielded = mul_div_down(moved, conversion, WAD)
    if case.balance < yielded:
        moved, yielded = mul_div_down(case.balance, WAD, conversion), case.balance
    repay = mul_div_down(moved, WAD + RESERVES_FEE, WAD)
    return OpportunityV1(health, case.liability_value, base, discount, conversion, moved, repay, yielded)


def boosted(base: Wad, average: int, liability_value: int) -> Wad:
    """Return a discount, raised by a liquidator's free liquidity, within its bounds."""
    booster = WAD + mul_div_down(min(mul_div_down(average, WAD, liability_value), WAD), BOOSTER_SLOPE - WAD, WAD)
    return min(mul_div_down(base, booster, WAD), base + MOST_BOOST, MOST_DISCOUNT)


def to_target(case: Case, discount: Wad) -> int:
    """Return the repayment that restores a health of 1.25; no bound where none would."""
    if case.is_same_asset:
        return UINT256_MAX
    owing = TARGET_HEALTH * FACTOR_SCALE // case.borrow_factor if case.borrow_factor else MOST_DEBT
    losing = mul_div_down(WAD * case.collateral_factor // FACTOR_SCALE, WAD, WAD - discount)
    if owing <= losing:
        return UINT256_MAX
    missing = mul_div_down(case.liability_value, TARGET_HEALTH, WAD) - case.collateral_value
    return mul_div_down(mul_div_down(missing, WAD, owing - losing), WAD, case.debt_price)


@attrs.frozen
class V1:
    """The rule book."""

    name: str = "v1"
    most_rate: Ray = MOST_RATE
    has_one_debt: bool = False
    acts_for_others: bool = False
    most_units: int = 2**112 - 1

    def precision(self, asset: Asset) -> Precision:
        """Return that everything has 18 decimals, and debt nine more."""
        return Precision(int(10 ** (DECIMALS - asset.decimals)), DEBT_PRECISION, DEBT_PRECISION)

    def lent(self, reading: Reading, precision: Precision) -> int:
        """Return the debt rounded down."""
        return reading.owed // precision.debt

    def exchange_rate(self, reading: Reading, precision: Precision) -> Wad:
        """Return inner units per share, rounded down; one in an empty pool."""
        assets = reading.cash + reading.owed // precision.debt
        return mul_div_down(assets, WAD, reading.shares) if assets and reading.shares else WAD

    def assets_down(self, reading: Reading, precision: Precision, shares: int) -> int:
        """Return shares at the exchange rate."""
        return mul_div_down(shares, self.exchange_rate(reading, precision), WAD)

    def shares_down(self, reading: Reading, precision: Precision, inner: int) -> int:
        """Return inner units at the exchange rate."""
        return mul_div_down(inner, WAD, self._divisor(reading, precision))

    def shares_up(self, reading: Reading, precision: Precision, inner: int) -> int:
        """Return inner units at the exchange rate, rounded up."""
        return mul_div_up(inner, WAD, self._divisor(reading, precision))

    def weigh(self, books: Books, holding: Holding, is_liquidation: bool) -> Weighed:
        """Return values by factors, the same for owners and liquidators. A supply of what is owed covers it at 95 %."""
        total = Weighed(0, 0, 0, 0, 0)
        for asset, shares in holding.shares.items():
            factor = books.terms.by_asset[asset].collateral_factor * PER_BPS
            if shares and factor and not holding.owed.get(asset):
                worth = books.value(asset, books.assets(asset, shares))
                total = _add(total, worth * factor // FACTOR_SCALE, 0, worth, 0)
        for asset, steps in holding.owed.items():
            if steps:
                total = self._owing(total, books, asset, holding.shares.get(asset, 0), steps)
        return total

    def health(self, weighed: Weighed) -> Wad:
        """Return collateral over liability, rounded down."""
        return mul_div_down(weighed.collateral, WAD, weighed.liability) if weighed.liability else NO_DEBT

    def refusal(self, weighed: Weighed) -> Refusal:
        """Say whether an isolated debt has company, or collateral falls short; at equality it does not."""
        if weighed.is_isolated and weighed.borrows != 1:
            return Refusal.ISOLATED_DEBT
        return Refusal.UNHEALTHY if weighed.collateral < weighed.liability else Refusal.NONE

    def opportunity(self, books: Books, holding: Holding, debt: AssetId, collateral: AssetId, average: Units) -> OpportunityV1:
        """Return what a liquidation may do at most."""
        weighed = self.weigh(books, holding, is_liquidation=True)
        case = Case(
            collateral_value=weighed.collateral,
            liability_value=weighed.liability,
            debt_price=books.price(debt) * PRICE_SCALE,
            collateral_price=books.price(collateral) * PRICE_SCALE,
            owed=books.debt(debt, holding.owed.get(debt, 0)),
            balance=books.assets(collateral, holding.shares.get(collateral, 0)),
            collateral_factor=books.terms.by_asset[collateral].collateral_factor * PER_BPS,
            borrow_factor=books.terms.by_asset[debt].borrow_factor * PER_BPS,
            average=average,
            is_same_asset=debt == collateral,
        )
        return opportunity(case)

    def factor(self, terms: EulerTerms, debt: AssetId, collateral: AssetId, is_liquidation: bool) -> float:
        """Return both factors multiplied."""
        return terms.by_asset[collateral].collateral_factor * terms.by_asset[debt].borrow_factor / BPS_ONE**2

    def discount_at(self, terms: EulerTerms, debt: AssetId, health: Wad) -> Wad:
        """Return two percent and what health lacks of one."""
        return min(RESERVES_FEE + WAD - health, MOST_DISCOUNT)

    def _divisor(self, reading: Reading, precision: Precision) -> Wad:
        """Return the exchange rate. Reverts with ARITHMETIC where a share is worth nothing any more."""
        rate = self.exchange_rate(reading, precision)
        if not rate:
            raise Revert(Refusal.ARITHMETIC)
        return rate

    def _owing(self, total: Weighed, books: Books, asset: AssetId, shares: int, steps: int) -> Weighed:
        terms, debt = books.terms.by_asset[asset], books.debt(asset, steps)
        collateral = covered = liability = supply = 0
        if shares:
            supply = books.assets(asset, shares)
            covered, used = debt, debt * FACTOR_SCALE // SELF_FACTOR
            if used > supply:
                covered, used = supply * SELF_FACTOR // FACTOR_SCALE, supply
            free = (supply - used) * terms.collateral_factor * PER_BPS // FACTOR_SCALE
            collateral, liability = books.value(asset, free + covered), books.value(asset, covered)
        rest, factor = books.value(asset, debt - covered), terms.borrow_factor * PER_BPS
        liability += rest * FACTOR_SCALE // factor if factor else MOST_DEBT
        total = _add(total, collateral, liability, books.value(asset, supply), books.value(asset, debt))
        is_isolated = total.is_isolated or terms.is_isolated or shares > 0
        return total._replace(borrows=total.borrows + 1, is_isolated=is_isolated)


def _add(total: Weighed, collateral: int, liability: int, plain_collateral: int, plain_debt: int) -> Weighed:
    return total._replace(
        collateral=total.collateral + collateral,
        liability=total.liability + liability,
        plain_collateral=total.plain_collateral + plain_collateral,
        plain_debt=total.plain_debt + plain_debt,
    )


RULES = V1()
