"""How an account stands: the value of what it has and owes, and its health. Pure and exact; about five microseconds."""

from collections.abc import Mapping
from typing import NamedTuple

from sim.errors import Revert
from sim.lending.aave.reserve import Indices
from sim.lending.aave.terms import PoolTerms
from sim.lending.positions import Account
from sim.units import AssetId, Bps, Price, Units, Wad
from sim.vocabulary import Refusal


class Standing(NamedTuple):
    """One account, valued."""

    collateral: Units
    """Value of all collateral, 8 decimals."""
    debt: Units
    max_ltv: Bps
    """Average over the collateral, in whole bps."""
    health: Wad


def standing(terms: PoolTerms, account: Account, prices: Mapping[AssetId, Price], indices: Mapping[AssetId, Indices]) -> Standing:
    """Return how an account stands. Reverts with NOTHING_POSTED where an asset it needs has no price: Aave checks no age, only > 0."""
    rules = terms.rules
    weighted: list[tuple[Units, Bps]] = []
    debt = collateral = borrowable = 0
    for asset, shares in account.collaterals.items():
        limits = terms.limits(asset, account.e_mode)
        if limits.threshold:
            units = rules.collateral_units(shares, indices[asset].supply)
            value = rules.collateral_value(units, posted(prices, asset), terms.units[asset])
            weighted.append((value, limits.threshold))
            collateral += value
            borrowable += value * limits.max_ltv
    for asset, shares in account.debts.items():
        units = rules.debt_units(shares, indices[asset].debt)
        debt += rules.debt_value(units, posted(prices, asset), terms.units[asset])
    return Standing(collateral, debt, borrowable // collateral if collateral else 0, rules.health(weighted, debt))


def posted(prices: Mapping[AssetId, Price], asset: AssetId) -> Price:
    """Return an asset's price. Reverts with NOTHING_POSTED where there is none."""
    price = prices[asset]
    if price <= 0:
        raise Revert(Refusal.NOTHING_POSTED)
    return price
