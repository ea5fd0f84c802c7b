"""From positions to float columns: what the screening and the position ladder read, in bulk.

Untouched populations are converted column by column, touched accounts one by one. A weight is shares in whole units times the
account's own threshold (its e-mode's where that applies); assets that are no collateral have none.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.assets import Asset
from sim.lending.aave.reserve import Indices
from sim.lending.aave.terms import Limits, PoolTerms
from sim.lending.groups import Floats, Rows, Values
from sim.lending.positions import Account, Population, Positions
from sim.units import BPS_ONE, RAY, AssetId, Party, Price, Units


class Side(Protocol):
    """An asset that can be on either side of a position."""

    @property
    def asset(self) -> Asset:
        """Which."""
        ...


class Sides(Protocol):
    """What makes columns of positions: the terms of a lending pool, or the two assets of a pool of vaults."""

    @property
    def reserves(self) -> Sequence[Side]:
        """Every asset, by its place."""
        ...

    @property
    def units(self) -> Mapping[AssetId, Units]:
        """Units in one whole of each."""
        ...

    def limits(self, asset: AssetId, e_mode: int) -> Limits:
        """Return the terms of a collateral."""
        ...


def values_of(terms: PoolTerms, prices: Mapping[AssetId, Price], indices: Mapping[AssetId, Indices]) -> Values:
    """Return what a share of each asset is worth, in the sequence of the reserves. Every price must be above 0."""
    collateral, debt, step = [], [], []
    for each in terms.reserves:
        asset = each.asset
        price, index = prices[asset.id], indices[asset.id]
        collateral.append(price * (index.supply / RAY))
        debt.append(price * (index.debt / RAY))
        step.append(1.0 + price / asset.unit)
    return Values(np.array(collateral), np.array(debt), np.array(step))


def rows_of(terms: Sides, positions: Positions, parties: Sequence[Party]) -> Rows:
    """Return the columns of some accounts. Cost: a few microseconds each."""
    places = {each.asset.id: place for place, each in enumerate(terms.reserves)}
    weights: dict[int, Floats] = {}
    owed: dict[int, Floats] = {}
    for row, party in enumerate(parties):
        account = positions.peek(party)
        for asset, weight in account_weights(terms, account):
            weights.setdefault(places[asset], np.zeros(len(parties)))[row] = weight
        for asset, shares in account.debts.items():
            owed.setdefault(places[asset], np.zeros(len(parties)))[row] = shares / terms.units[asset]
    return Rows(np.array(parties, np.int64), weights, owed)


def account_weights(terms: Sides, account: Account) -> list[tuple[AssetId, float]]:
    """Return an account's weight in each of its collaterals."""
    found = []
    for asset, shares in account.collaterals.items():
        threshold = terms.limits(asset, account.e_mode).threshold
        if threshold:
            found.append((asset, shares / terms.units[asset] * threshold / BPS_ONE))
    return found


def rows_of_population(terms: Sides, population: Population) -> Rows:
    """Return the columns of a whole population as it was opened."""
    places = {each.asset.id: place for place, each in enumerate(terms.reserves)}
    weights: dict[int, Floats] = {}
    owed: dict[int, Floats] = {}
    for column in population.columns:
        line: Floats = column.amounts.astype(np.float64) * (column.quantum / terms.units[column.asset])
        if not column.is_debt:
            line = line * _thresholds(terms, column.asset, population)
        target, place = owed if column.is_debt else weights, places[column.asset]
        target[place] = target[place] + line if place in target else line
    parties = np.arange(population.first, population.first + population.count, dtype=np.int64)
    return Rows(parties, weights, owed)


def rows_of_all(terms: Sides, positions: Positions) -> Rows:
    """Return the columns of every account; populations somebody touched are corrected row by row."""
    alone = [party for party in positions.parties() if positions.population_of(party) is None] if positions.accounts else []
    parts = [_corrected(terms, positions, population) for population in positions.populations]
    return _stacked([*parts, rows_of(terms, positions, alone)])


def _corrected(terms: Sides, positions: Positions, population: Population) -> Rows:
    rows = rows_of_population(terms, population)
    touched = [party for party in positions.accounts if 0 <= party - population.first < population.count]
    own = rows_of(terms, positions, touched)
    places = np.array(touched, np.int64) - population.first
    for columns, replaced in ((rows.weights, own.weights), (rows.owed, own.owed)):
        for column in columns.values():
            column[places] = 0.0
        for place, line in replaced.items():
            columns.setdefault(place, np.zeros(population.count))[places] = line
    return rows


def _stacked(parts: list[Rows]) -> Rows:
    return Rows(
        np.concatenate([part.parties for part in parts]),
        _stacked_columns([(len(part.parties), part.weights) for part in parts]),
        _stacked_columns([(len(part.parties), part.owed) for part in parts]),
    )


def _stacked_columns(parts: list[tuple[int, dict[int, Floats]]]) -> dict[int, Floats]:
    places = sorted({place for _, columns in parts for place in columns})
    return {place: np.concatenate([columns.get(place, np.zeros(count)) for count, columns in parts]) for place in places}


def _thresholds(terms: Sides, asset: AssetId, population: Population) -> Floats:
    if population.e_modes is None:
        return np.full(population.count, terms.limits(asset, 0).threshold / BPS_ONE)
    modes: NDArray[np.int8] = population.e_modes
    found = np.zeros(population.count)
    for mode in np.unique(modes).tolist():
        found[modes == mode] = terms.limits(asset, mode).threshold / BPS_ONE
    return found
