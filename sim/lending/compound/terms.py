"""What governance fixes for a Compound v2 pool: the terms of each market, the close factor, the incentive.

Ratios are mantissas (wad). Mistakes are refused all at once. Left out: pauses of single markets, the reward token, deprecated
markets (whose debts may be repaid by anybody in full).
"""

from collections.abc import Iterator

import attrs

from sim.assets import Asset
from sim.errors import InputError
from sim.lending.compound.rules import PRICE_DIGITS, JumpRate
from sim.units import WAD, AssetId, Units, Wad

SEIZE_SHARE: Wad = 28 * WAD // 1_000
"""Part of seized shares that the protocol keeps: a constant of the contract, 2.8 %."""
LEAST_CLOSE: Wad = WAD // 20
MOST_CLOSE: Wad = 9 * WAD // 10
MOST_FACTOR: Wad = 9 * WAD // 10


@attrs.frozen
class MarketTerms:
    """The terms of one asset."""

    asset: Asset
    factor: Wad = 0
    """Collateral factor: for borrowing and for liquidation alike. 0: not a collateral."""
    reserve_factor: Wad = 0
    """Part of interest that goes to the reserves."""
    rate: JumpRate = JumpRate(8 * WAD // 10)  # noqa: RUF009 - frozen
    initial_exchange_rate: Wad = 0
    """Units per share while there are no shares, as a mantissa; 0: what the real markets opened with, 0.02 wholes for a whole share
    of 8 decimals."""
    borrow_cap: Units | None = None
    """Debt must stay below it."""
    can_borrow: bool = True

    @property
    def opening_rate(self) -> Wad:
        """The exchange rate while there are no shares."""
        return self.initial_exchange_rate or 2 * self.asset.unit * 10**8


@attrs.frozen
class CompoundTerms:
    """The terms of a pool."""

    markets: tuple[MarketTerms, ...]
    close_factor: Wad = WAD // 2
    """Largest part of one debt that one liquidation may repay."""
    incentive: Wad = 108 * WAD // 100
    """What a liquidator gets for a unit's worth of debt."""
    seize_share: Wad = SEIZE_SHARE
    by_asset: dict[AssetId, MarketTerms] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse terms that the contracts could not hold; prepare look-ups."""
        mistakes = [mistake for each in self.markets for mistake in _mistakes(each)]
        if not LEAST_CLOSE <= self.close_factor <= MOST_CLOSE:
            mistakes.append(f"close_factor is {self.close_factor / WAD:.0%}; give 5 % to 90 %")
        if self.incentive < WAD or not 0 <= self.seize_share <= WAD:
            mistakes.append("the incentive is 1 or more, and the seize share 0 to 1")
        if mistakes:
            raise InputError("\n".join(mistakes))
        object.__setattr__(self, "by_asset", {each.asset.id: each for each in self.markets})


def _mistakes(each: MarketTerms) -> Iterator[str]:
    name = each.asset.symbol
    if not 0 <= each.factor <= MOST_FACTOR:
        yield f"{name}: the collateral factor is {each.factor / WAD:.0%}; give 0 % to 90 %"
    if not 0 <= each.reserve_factor <= WAD:
        yield f"{name}: the reserve factor is {each.reserve_factor / WAD:.0%}; give 0 % to 100 %"
    if not 0 < each.rate.kink <= WAD or min(each.rate.base, each.rate.multiplier, each.rate.jump) < 0:
        yield f"{name}: the kink is above 0 % and up to 100 %, and rates are 0 or more"
    if each.asset.decimals > PRICE_DIGITS:
        yield f"{name} has {each.asset.decimals} decimals; Compound v2 prices assets of up to {PRICE_DIGITS}"
    if each.initial_exchange_rate < 0:
        yield f"{name}: the initial exchange rate is {each.initial_exchange_rate}; give more than 0"
