"""What is fixed for a market when it is created, and where it reads its price."""

from typing import Protocol

import attrs

from sim.assets import Asset
from sim.errors import InputError, Revert
from sim.fixed import mul_div_down
from sim.lending.morpho.rates import AdaptiveCurve, RateModel
from sim.lending.morpho.rules import ORACLE_SCALE, incentive
from sim.lending.prices import PriceReader
from sim.units import BPS_ONE, NOBODY, WAD, AssetId, Bps, Party, Price, Wad
from sim.vocabulary import Refusal

MOST_FEE: Wad = WAD // 4


@attrs.frozen
class MarketTerms:
    """What is fixed for a market."""

    collateral: Asset
    loan: Asset
    lltv: Wad
    """Debt over collateral above which an account may be liquidated; also the most that may be borrowed."""
    rate: RateModel = AdaptiveCurve()  # noqa: RUF009 - frozen
    fee: Wad = 0
    """Share of the interest."""
    fee_recipient: Party = NOBODY

    def __attrs_post_init__(self) -> None:
        """Refuse what could not be created."""
        name = f"{self.collateral.symbol}/{self.loan.symbol}"
        mistakes = []
        if self.collateral.id == self.loan.id:
            mistakes.append(f"{name}: collateral and loan are the same; take two assets")
        if not 0 <= self.lltv <= WAD:
            mistakes.append(f"{name}: lltv is {self.lltv}; give 0 to {WAD}")
        if not 0 <= self.fee <= MOST_FEE:
            mistakes.append(f"{name}: fee is {self.fee}; give 0 to a quarter, {MOST_FEE}")
        if self.fee and not self.fee_recipient:
            mistakes.append(f"{name}: somebody must get the fee; name a fee_recipient")
        if mistakes:
            raise InputError("\n".join(mistakes))

    @property
    def incentive(self) -> Wad:
        """What a liquidator gets for a unit repaid, in wad."""
        return incentive(self.lltv)

    @property
    def threshold(self) -> Bps:
        """The lltv, rounded down."""
        return self.lltv * BPS_ONE // WAD

    @property
    def bonus(self) -> Bps:
        """The incentive above one, rounded down."""
        return (self.incentive - WAD) * BPS_ONE // WAD


class Oracle(Protocol):
    """Where a market reads its price: fixed for ever when it is created."""

    def price(self) -> int:
        """Return loan units per unit of collateral, times 10^36. Reverts with NOTHING_POSTED where there is none."""
        ...

    def posted(self, asset: AssetId) -> Price:
        """Return what a whole of either asset is worth, 8 decimals; 0 when nothing is posted."""
        ...


@attrs.frozen(eq=False)
class PairOracle:
    """The price of a pair out of two posted prices; rounded down, no matter how old (as MorphoChainlinkOracleV2 without vaults)."""

    prices: PriceReader
    collateral: Asset
    loan: Asset

    def price(self) -> int:
        """Return loan units per unit of collateral, times 10^36. Reverts with NOTHING_POSTED while either price is not above 0."""
        base, quote = self.prices.price(self.collateral.id), self.prices.price(self.loan.id)
        if min(base, quote) <= 0:
            raise Revert(Refusal.NOTHING_POSTED)
        return mul_div_down(base * ORACLE_SCALE, self.loan.unit, quote * self.collateral.unit)

    def posted(self, asset: AssetId) -> Price:
        """Return an asset's posted price."""
        return self.prices.price(asset)
