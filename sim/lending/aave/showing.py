"""Making the views of ``views`` out of a pool's state."""

from collections.abc import Mapping

from sim.lending.aave.reserve import Indices
from sim.lending.aave.standing import posted
from sim.lending.aave.state import PoolState
from sim.lending.aave.views import AccountView, CollateralView, DebtView, ReserveView
from sim.units import AssetId, Party, Price, Seconds, Seq


def reserve_view(state: PoolState, asset: AssetId, price: Price, indices: Indices) -> ReserveView:
    """Return one reserve as it is at an instant."""
    reserve = state.reserves[asset]
    terms, rules = reserve.terms, state.terms.rules
    lent, put_in = rules.debt_units(reserve.debt_shares, indices.debt), rules.collateral_units(reserve.supply_shares, indices.supply)
    return ReserveView(
        asset=asset,
        price=price,
        unit=terms.asset.unit,
        liquidity=state.liquidity(asset),
        supply_index=indices.supply,
        debt_index=indices.debt,
        debt_rate=reserve.debt_rate,
        max_ltv=terms.max_ltv,
        threshold=terms.threshold,
        bonus=terms.bonus,
        protocol_fee=terms.protocol_fee,
        borrowed=lent,
        supply_room=None if terms.supply_cap is None else max(0, terms.supply_cap - put_in),
        borrow_room=None if terms.borrow_cap is None else max(0, terms.borrow_cap - lent),
    )


def account_view(state: PoolState, party: Party, timestamp: Seconds, fell: Seq) -> AccountView:
    """Return one account as it is at an instant."""
    return shown_at(state, party, state.posted_prices(), state.indices(timestamp), fell)


def shown_at(state: PoolState, party: Party, prices: Mapping[AssetId, Price], indices: Mapping[AssetId, Indices], fell: Seq) -> AccountView:
    """Return one account at given prices and indices: for many accounts of one instant, which share them."""
    account, terms = state.positions.peek(party), state.terms
    rules = terms.rules
    collaterals, weighted, worth = [], [], 0
    for asset, shares in account.collaterals.items():
        limits = terms.limits(asset, account.e_mode)
        if limits.threshold:
            units = rules.collateral_units(shares, indices[asset].supply)
            value = rules.collateral_value(units, posted(prices, asset), terms.units[asset])
            weighted.append((value, limits.threshold))
            worth += value
            collaterals.append(CollateralView(asset, units, limits.threshold, limits.bonus, shares))
    debts, owed = [], 0
    for asset, shares in account.debts.items():
        units = rules.debt_units(shares, indices[asset].debt)
        owed += rules.debt_value(units, posted(prices, asset), terms.units[asset])
        debts.append(DebtView(asset, units, shares))
    return AccountView(party, rules.health(weighted, owed), worth, owed, tuple(collaterals), tuple(debts), fell)
