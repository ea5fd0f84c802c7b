"""What a pool holds when the run begins: lenders' supply, single accounts, whole populations.

Collateral is minted into the pool's purse. Debt is taken out of it and leaves the world: what borrowers did with it happened before
the run. So lenders come first, borrowers after. All of it happens outside of any tx, at the pool's opening instant, when shares and
units are still the same.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.lending.aave.pool import Pool
from sim.lending.columns import rows_of_population, values_of
from sim.lending.positions import Column, Population, column_total
from sim.units import RAY, AssetId, Party, Units


def open_supply(pool: Pool, lender: Party, asset: AssetId, units: Units) -> None:
    """Mint units into the pool as a lender's supply; it does not count as collateral."""
    state = pool.state
    _fresh(pool, asset)
    account, reserve = state.positions.touch(lender), state.reserves[asset]
    state.positions.put(account.idle, asset, account.idle.get(asset, 0) + units)
    reserve.supply_shares += units
    state.book(asset, -units * RAY)
    _bring(pool, asset, units)
    _settle(pool, asset)


def open_account(pool: Pool, party: Party, collaterals: Mapping[AssetId, Units], debts: Mapping[AssetId, Units], e_mode: int = 0) -> None:
    """Open one account with collateral and debt. Refuses, with InputError, debt that the lenders' supply does not cover."""
    state = pool.state
    account = state.positions.touch(party)
    account.e_mode = e_mode
    for asset, units in collaterals.items():
        _fresh(pool, asset)
        _bring(pool, asset, units)
        state.add_supply(party, asset, units)
    for asset, units in debts.items():
        _fresh(pool, asset)
        _lend(pool, asset, units)
        state.change_debt(party, asset, units)
    _settle(pool, *collaterals, *debts)


def open_population(
    pool: Pool, first: Party, columns: tuple[Column, ...], count: int, e_modes: NDArray[np.int8] | None = None
) -> Population:
    """Open many accounts by column, with the ids from ``first`` on; none of them becomes an object before it is touched.

    Every asset must have a price by now: the accounts are sorted by health at once. Refuses, with InputError, debt that the lenders'
    supply does not cover.
    """
    state = pool.state
    population = Population(first, count, columns, e_modes)
    state.positions.add_population(population)
    for column in sorted(columns, key=lambda each: each.is_debt):
        _fresh(pool, column.asset)
        total, reserve = column_total(column), state.reserves[column.asset]
        if column.is_debt:
            _lend(pool, column.asset, total)
            reserve.debt_shares += total
            state.book(column.asset, total * RAY)
        else:
            _bring(pool, column.asset, total)
            reserve.supply_shares += total
            state.book(column.asset, -total * RAY)
    _settle(pool, *state.reserves)
    opened_at = next(iter(state.reserves.values())).updated_at
    values = values_of(state.terms, state.posted_prices(), state.indices(opened_at))
    pool.screening.open(rows_of_population(state.terms, population), values)
    return population


def _bring(pool: Pool, asset: AssetId, units: Units) -> None:
    """Bring units into the world and the pool."""
    pool.state.ledger.mint(asset, pool.state.purse, units)
    pool.state.count(asset, units)


def _lend(pool: Pool, asset: AssetId, units: Units) -> None:
    """Take borrowed units out of the pool and of the world."""
    state = pool.state
    held = state.liquidity(asset)
    if units > held:
        known = state.terms.by_asset[asset].asset
        raise InputError(
            f"borrowers owe {known.amount(units)} at the opening, the pool has {known.amount(held)}; open more supply of it first"
        )
    state.ledger.burn(asset, state.purse, units)
    state.count(asset, -units)


def _fresh(pool: Pool, asset: AssetId) -> None:
    reserve = pool.state.reserves[asset]
    assert reserve.supply_index == reserve.debt_index == RAY, "positions are opened before interest accrues"


def _settle(pool: Pool, *assets: AssetId) -> None:
    pool.state.forget_projections()
    pool.state.refresh(*assets)
