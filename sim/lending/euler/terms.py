"""What governance fixes: the terms of each asset, which collateral counts for which debt, and which rule book reads them.

Shares of value are in bps. v1: a collateral factor and a borrow factor per asset, multiplied; an isolated asset may be no account's
second debt. v2: two loan-to-values per pair of debt and collateral, and per debt asset the largest discount, a cool-off and
whether losses are socialised. Mistakes are refused all at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from sim.assets import Asset
from sim.errors import InputError
from sim.lending.euler.rates import LinearKink
from sim.units import BPS_ONE, AssetId, Bps, Seconds, Units

if TYPE_CHECKING:
    from sim.lending.euler.rules import Rules


@attrs.frozen
class AssetTerms:
    """The terms of one asset."""

    asset: Asset
    rate: LinearKink = LinearKink()  # noqa: RUF009 - frozen
    fee: Bps = 2_300
    """Share of the interest that the reserves get."""
    collateral_factor: Bps = 0
    """v1: part of its value that counts; 0: it is no collateral."""
    borrow_factor: Bps = 2_800
    """v1: part of a limit that a debt of it may fill."""
    is_isolated: bool = False
    """v1: whoever owes it may owe nothing else."""
    most_discount: Bps = 1_500
    """v2: for whoever liquidates a debt of it."""
    cool_off: Seconds = 0
    """v2: after its health was found good an account cannot be liquidated for so long."""
    socialises: bool = True
    """v2: debt that no collateral is left for is taken from the suppliers."""
    supply_cap: Units | None = None
    """v2."""
    borrow_cap: Units | None = None
    """v2."""


@attrs.frozen
class Ltv:
    """v2: how much debt of one asset a collateral may carry."""

    debt: AssetId
    collateral: AssetId
    borrow: Bps
    """Up to which may be borrowed."""
    liquidation: Bps
    """At which an account is liquidated."""


@attrs.frozen
class EulerTerms:
    """The terms of a pool."""

    rules: Rules
    assets: tuple[AssetTerms, ...]
    ltvs: tuple[Ltv, ...] = ()
    by_asset: dict[AssetId, AssetTerms] = attrs.field(init=False, repr=False)
    _pairs: dict[tuple[AssetId, AssetId], Ltv] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse terms that contradict themselves or their version; prepare look-ups."""
        mistakes = [mistake for each in self.assets for mistake in _mistakes(each, self.rules)]
        known = [each.asset.id for each in self.assets]
        mistakes += [mistake for pair in self.ltvs for mistake in _pair_mistakes(pair, known, self.rules)]
        if mistakes:
            raise InputError("\n".join(mistakes))
        object.__setattr__(self, "by_asset", {each.asset.id: each for each in self.assets})
        object.__setattr__(self, "_pairs", {(each.debt, each.collateral): each for each in self.ltvs})

    def pair(self, debt: AssetId, collateral: AssetId) -> Ltv | None:
        """Return how a collateral counts for a debt; None where it does not at all (v2)."""
        return self._pairs.get((debt, collateral))


def _mistakes(each: AssetTerms, rules: Rules) -> Iterator[str]:
    name, shares = each.asset.symbol, (each.fee, each.collateral_factor, each.borrow_factor, each.most_discount)
    if not all(0 <= share <= BPS_ONE for share in shares) or each.most_discount == BPS_ONE or each.cool_off < 0:
        yield f"{name}: fee, factors and most_discount are {shares} bps; give 0 to 10000, a discount below that, a cool-off of 0 or more"
    if rules.name == "v1" and each.asset.decimals > 18:
        yield f"{name} has {each.asset.decimals} decimals; v1 knows at most 18"
    if rules.name == "v1" and (each.supply_cap is not None or each.borrow_cap is not None):
        yield f"{name}: v1 has no caps here; leave supply_cap and borrow_cap away or take v2"
    if rules.name == "v1" and each.cool_off:
        yield f"{name}: v1 knows no cool-off; leave it away or take v2"
    if rules.name == "v2" and (each.collateral_factor or each.is_isolated):
        yield f"{name}: v2 has ltvs per pair; leave collateral_factor and is_isolated away or take v1"


def _pair_mistakes(pair: Ltv, known: list[AssetId], rules: Rules) -> Iterator[str]:
    if rules.name == "v1":
        yield "v1 has factors per asset, no ltvs per pair; leave them away or take v2"
    elif pair.debt == pair.collateral or pair.debt not in known or pair.collateral not in known:
        yield f"an ltv is of {pair.collateral} for debt of {pair.debt}; give two different assets of the pool"
    elif not 0 <= pair.borrow <= pair.liquidation <= BPS_ONE:
        yield f"an ltv is {pair.borrow} bps to borrow and {pair.liquidation} to liquidate; they must rise from 0 to 10000"
