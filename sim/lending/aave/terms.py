"""What governance fixes: the terms of each reserve, the e-mode categories, and which rule book reads them.

Shares of value are in bps, bonuses above nothing (500 is five percent), caps in units (None: no cap). Mistakes are refused all at
once. Left out: isolation mode, siloed assets, debt ceilings, frozen reserves, and that a collateral whose max LTV was set to nothing must
be withdrawn before others (v3). Unlike the real configurator we accept a threshold
times one plus bonus above one: where every liquidation makes things worse is among the things to be studied.
"""

from collections.abc import Iterator
from typing import NamedTuple

import attrs

from sim.assets import Asset
from sim.errors import InputError
from sim.lending.aave.rules import Rules
from sim.lending.interest import KinkedRate, RateModel
from sim.units import BPS_ONE, RAY, AssetId, Bps, Units


@attrs.frozen
class ReserveTerms:
    """The terms of one asset."""

    asset: Asset
    max_ltv: Bps
    threshold: Bps
    """Liquidation threshold; 0: not a collateral."""
    bonus: Bps = 0
    protocol_fee: Bps = 0
    """Share of the bonus."""
    reserve_factor: Bps = 0
    """Share of interest that goes to the treasury."""
    rate: RateModel = KinkedRate(optimal=8 * RAY // 10)  # noqa: RUF009 - frozen
    supply_cap: Units | None = None
    borrow_cap: Units | None = None
    can_borrow: bool = True


@attrs.frozen
class EMode:
    """A category of assets that move together: those who opt in get better terms among them."""

    id: int
    collaterals: tuple[AssetId, ...]
    borrowables: tuple[AssetId, ...]
    max_ltv: Bps
    threshold: Bps
    bonus: Bps


class Limits(NamedTuple):
    """The terms of one collateral for one account."""

    max_ltv: Bps
    threshold: Bps
    bonus: Bps


def _flash_premium(terms: "PoolTerms") -> Bps:
    return terms.rules.flash_premium


@attrs.frozen
class PoolTerms:
    """The terms of a pool."""

    rules: Rules
    reserves: tuple[ReserveTerms, ...]
    e_modes: tuple[EMode, ...] = ()
    flash_premium: Bps = attrs.field(default=attrs.Factory(_flash_premium, takes_self=True))
    """Of what a flash loan lends."""
    by_asset: dict[AssetId, ReserveTerms] = attrs.field(init=False, repr=False)
    units: dict[AssetId, Units] = attrs.field(init=False, repr=False)
    """Units in one whole of each asset."""
    _limits: dict[tuple[AssetId, int], Limits] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse terms that contradict themselves or their version; prepare look-ups."""
        mistakes = [mistake for reserve in self.reserves for mistake in _mistakes(reserve, self.rules)]
        mistakes += [mistake for each in self.e_modes for mistake in _mode_mistakes(each, self.rules)]
        if not 0 <= self.flash_premium <= BPS_ONE:
            mistakes.append(f"flash_premium is {self.flash_premium} bps; it is a share from 0 to 10000")
        if mistakes:
            raise InputError("\n".join(mistakes))
        object.__setattr__(self, "by_asset", {each.asset.id: each for each in self.reserves})
        object.__setattr__(self, "units", {each.asset.id: each.asset.unit for each in self.reserves})
        limits = {(each.asset.id, 0): Limits(each.max_ltv, each.threshold, each.bonus) for each in self.reserves}
        limits.update(_mode_limits(self.reserves, self.e_modes))
        object.__setattr__(self, "_limits", limits)

    def limits(self, asset: AssetId, e_mode: int) -> Limits:
        """Return the terms of a collateral for accounts of a category (0: none)."""
        return self._limits[asset, e_mode]

    def can_borrow(self, asset: AssetId, e_mode: int) -> bool:
        """Say whether accounts of a category may borrow an asset."""
        return not e_mode or any(each.id == e_mode and asset in each.borrowables for each in self.e_modes)

    @property
    def lowest_threshold(self) -> Bps:
        """The lowest threshold any collateral can have; 1 if there is no collateral."""
        return min((each.threshold for each in self._limits.values() if each.threshold), default=1)


def _mode_limits(reserves: tuple[ReserveTerms, ...], e_modes: tuple[EMode, ...]) -> Iterator[tuple[tuple[AssetId, int], Limits]]:
    for mode in e_modes:
        for each in reserves:
            # As Aave: an asset that is no collateral at all stays none in a category.
            better = each.asset.id in mode.collaterals and each.threshold
            yield (each.asset.id, mode.id), Limits(mode.max_ltv, mode.threshold, mode.bonus) if better else _own(each)


def _own(each: ReserveTerms) -> Limits:
    return Limits(each.max_ltv, each.threshold, each.bonus)


def _mistakes(each: ReserveTerms, rules: Rules) -> Iterator[str]:
    name = each.asset.symbol
    if not 0 <= each.max_ltv <= each.threshold <= BPS_ONE:
        yield f"{name}: max_ltv is {each.max_ltv} bps and threshold {each.threshold}; they must rise from 0 to 10000"
    if each.bonus < 0 or not 0 <= each.protocol_fee <= BPS_ONE or not 0 <= each.reserve_factor <= BPS_ONE:
        yield f"{name}: bonus, protocol_fee and reserve_factor are shares from 0 bps, fees up to 10000"
    if not rules.has_caps and (each.supply_cap is not None or each.borrow_cap is not None):
        yield f"{name}: {rules.name} has no caps; leave supply_cap and borrow_cap away or take a later version"
    if rules.name == "v2" and each.protocol_fee:
        yield f"{name}: v2 takes no protocol_fee out of the bonus; leave it away or take a later version"


def _mode_mistakes(each: EMode, rules: Rules) -> Iterator[str]:
    if not rules.has_e_modes:
        yield f"e-mode {each.id}: {rules.name} has no e-modes; leave it away or take a later version"
    if each.id <= 0 or not 0 < each.max_ltv <= each.threshold <= BPS_ONE or each.bonus < 0:
        yield f"e-mode {each.id}: ids count from 1, and max_ltv and threshold must rise from above 0 to 10000 bps"
