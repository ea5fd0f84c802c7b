"""What governance fixes for a Comet: the base asset, two rate curves, the storefront, and the terms of each collateral.

Factors are wads. Mistakes are refused all at once. Left out: rewards, pauses, permissions; the contract's cut of an asset's factors
to four decimals, and of its supply cap to whole assets (give them so); its bound on how many collaterals there are.
"""

from collections.abc import Iterator

import attrs

from sim.assets import Asset
from sim.errors import InputError
from sim.lending.comet.rules import Curve
from sim.units import WAD, AssetId, Units, Wad

LEAST_DECIMALS, MOST_DECIMALS = 6, 18


@attrs.frozen
class CollateralTerms:
    """The terms of one collateral."""

    asset: Asset
    borrow_factor: Wad
    """Most debt over its value when borrowing."""
    threshold: Wad
    """Debt over its value above which the account may be absorbed (liquidate collateral factor)."""
    liquidation_factor: Wad
    """What an absorbed account is credited of its value."""
    supply_cap: Units | None = None


@attrs.frozen
class CometTerms:
    """The terms of a pool."""

    base: Asset
    collaterals: tuple[CollateralTerms, ...]
    supply_curve: Curve = Curve(8 * WAD // 10)  # noqa: RUF009 - frozen
    borrow_curve: Curve = Curve(8 * WAD // 10)  # noqa: RUF009 - frozen
    store_front_factor: Wad = WAD // 2
    """Part of the liquidation penalty that buyers of collateral get as a discount."""
    target_reserves: Units = 0
    """Reserves at which the storefront closes."""
    min_borrow: Units = 0
    """Least debt after borrowing."""
    by_asset: dict[AssetId, CollateralTerms] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse terms that the contract could not hold; prepare look-ups."""
        mistakes = [*self._mistakes(), *(mistake for each in self.collaterals for mistake in _mistakes(each))]
        if mistakes:
            raise InputError("\n".join(mistakes))
        object.__setattr__(self, "by_asset", {each.asset.id: each for each in self.collaterals})

    def _mistakes(self) -> Iterator[str]:
        if not LEAST_DECIMALS <= self.base.decimals <= MOST_DECIMALS:
            yield f"{self.base.symbol} has {self.base.decimals} decimals; what a Comet lends has 6 to 18"
        if not 0 <= self.store_front_factor <= WAD:
            yield f"the storefront's factor is {self.store_front_factor / WAD:.0%}; give 0 % to 100 %"
        if min(self.target_reserves, self.min_borrow) < 0:
            yield "target reserves and the least debt are 0 or more"
        for curve in (self.supply_curve, self.borrow_curve):
            if not 0 <= curve.kink <= WAD or min(curve.base, curve.low, curve.high) < 0:
                yield "the kink of a rate curve is 0 % to 100 %, and its rates are 0 or more"
        if any(each.asset.id == self.base.id for each in self.collaterals):
            yield f"{self.base.symbol} is what is lent; it cannot be a collateral too"


def _mistakes(each: CollateralTerms) -> Iterator[str]:
    if not 0 <= each.borrow_factor < each.threshold <= WAD:
        yield f"{each.asset.symbol}: the borrow factor must be below the threshold, and that 100 % or less"
    if not 0 <= each.liquidation_factor <= WAD:
        yield f"{each.asset.symbol}: the liquidation factor is {each.liquidation_factor / WAD:.0%}; give 0 % to 100 %"
