"""The seam between Euler's versions: what a rule book answers, and the words it answers in. Every function is pure and exact.

Values are in the unit of account with 18 decimals: what posted prices (8 decimals) are in. Left out in both: quotes with a spread
between bid and ask, prices of shares by any other way than what they are worth in the asset.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from sim.assets import Asset
from sim.errors import Revert
from sim.fixed import div_up, mul_div_down
from sim.lending.euler.book import Precision, Reading
from sim.lending.euler.terms import EulerTerms
from sim.units import AssetId, Price, Ray, Units, Wad
from sim.vocabulary import Refusal

PRICE_SCALE = 10**10
"""From a posted price's 8 decimals to 18."""


class Holding(NamedTuple):
    """What an account has and owes at an instant."""

    shares: Mapping[AssetId, int]
    owed: Mapping[AssetId, int]
    """Steps."""


class Books(NamedTuple):
    """All of a pool's assets at an instant."""

    terms: EulerTerms
    readings: Mapping[AssetId, Reading]
    precisions: Mapping[AssetId, Precision]
    prices: Mapping[AssetId, Price]

    def price(self, asset: AssetId) -> Price:
        """Return an asset's posted price. Reverts with NOTHING_POSTED where there is none."""
        price = self.prices[asset]
        if price <= 0:
            raise Revert(Refusal.NOTHING_POSTED)
        return price

    def value(self, asset: AssetId, inner: int) -> int:
        """Return what inner units are worth, rounded down. Reverts with NOTHING_POSTED."""
        whole = self.terms.by_asset[asset].asset.unit * self.precisions[asset].scaler
        return mul_div_down(inner * self.price(asset), PRICE_SCALE, whole)

    def assets(self, asset: AssetId, shares: int) -> int:
        """Return what shares are worth in inner units, rounded down."""
        return self.terms.rules.assets_down(self.readings[asset], self.precisions[asset], shares)

    def debt(self, asset: AssetId, steps: int) -> int:
        """Return a debt in inner units: rounded up to whole units of the asset."""
        precision = self.precisions[asset]
        return div_up(steps, precision.per_unit) * precision.scaler


class Weighed(NamedTuple):
    """An account, valued."""

    collateral: int
    """As far as it counts."""
    liability: int
    """As much as it counts."""
    plain_collateral: int
    plain_debt: int
    borrows: int
    """How many assets are owed."""
    is_isolated: bool = False
    """One of them may stand beside no other (v1)."""


class Share(NamedTuple):
    """What one liquidation moves."""

    moved: int
    """Debt of the account that is the liquidator's from now on; inner units."""
    fee: int
    """Debt that the liquidator owes besides; inner units."""
    shares: int
    """Claims that go to the liquidator."""


class Opportunity(Protocol):
    """What a liquidation may do at most."""

    @property
    def repay(self) -> int:
        """The most debt to take over, fee included; inner units."""
        ...

    @property
    def discount(self) -> Wad:
        """At which collateral is counted."""
        ...

    @property
    def health(self) -> Wad:
        """The account's."""
        ...

    @property
    def liability_value(self) -> int:
        """Of the account."""
        ...

    def part(self, desired: int | None, collateral: Reading, precision: Precision) -> Share:
        """Return what taking so much (inner units, None for the most) does. Reverts with EXCESSIVE_REPAY."""
        ...


class Rules(Protocol):
    """A rule book."""

    @property
    def name(self) -> str:
        """``v1`` or ``v2``."""
        ...

    @property
    def most_rate(self) -> Ray:
        """The highest rate per second that is believed."""
        ...

    @property
    def has_one_debt(self) -> bool:
        """An account may owe one asset only."""
        ...

    @property
    def acts_for_others(self) -> bool:
        """One may supply and repay for somebody else."""
        ...

    @property
    def most_units(self) -> int:
        """Inner units that an amount may have."""
        ...

    def precision(self, asset: Asset) -> Precision:
        """Return how finely an asset is counted."""
        ...

    def lent(self, reading: Reading, precision: Precision) -> int:
        """Return the debt that rates go by, in inner units."""
        ...

    def assets_down(self, reading: Reading, precision: Precision, shares: int) -> int:
        """Return what shares are worth in inner units, rounded down."""
        ...

    def shares_down(self, reading: Reading, precision: Precision, inner: int) -> int:
        """Return the shares that inner units are worth, rounded down."""
        ...

    def shares_up(self, reading: Reading, precision: Precision, inner: int) -> int:
        """Return the shares that inner units are worth, rounded up."""
        ...

    def weigh(self, books: Books, holding: Holding, is_liquidation: bool) -> Weighed:
        """Return an account's values: for a liquidation, or for what its owner may do. Reverts with NOTHING_POSTED."""
        ...

    def health(self, weighed: Weighed) -> Wad:
        """Return collateral over liability: below WAD exactly where the account may be liquidated."""
        ...

    def refusal(self, weighed: Weighed) -> Refusal:
        """Say why an account may not be left so by its owner."""
        ...

    def opportunity(self, books: Books, holding: Holding, debt: AssetId, collateral: AssetId, average: Units) -> Opportunity:
        """Return what a liquidation may do at most; ``average`` is the liquidator's own free liquidity (v1)."""
        ...

    def factor(self, terms: EulerTerms, debt: AssetId, collateral: AssetId, is_liquidation: bool) -> float:
        """Return the part of a collateral's value that debt of an asset may fill: for screening and for people, not for deciding."""
        ...

    def discount_at(self, terms: EulerTerms, debt: AssetId, health: Wad) -> Wad:
        """Return the discount at a health below one, for a liquidator without free liquidity: for people, not for deciding."""
        ...
