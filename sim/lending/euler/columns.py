"""Euler accounts as float columns, for the screening: weights are claims times what their value may carry, owed is debt at no interest.

A collateral's part depends on the debt it stands behind (v2), so an account's columns are its own; a debt of v1 weighs more by its
borrow factor. Where one asset is on both sides (v1) health is no straight line; such accounts are judged at every screening.
"""

from collections.abc import Sequence

import numpy as np

from sim.lending.euler.rules import Books
from sim.lending.euler.state import EulerState
from sim.lending.groups import Floats, Rows, Values
from sim.lending.positions import Population
from sim.units import BPS_ONE, RAY, AssetId, Party

MOST_FACTOR = 10.0**6
"""How much heavier a debt may weigh than it is."""


def values_of(state: EulerState, books: Books) -> Values:
    """Return what a whole of claims, and of debt at no interest, is worth, by the sequence of the assets. Prices must be above 0."""
    collateral, debt, step = [], [], []
    for asset, reading in books.readings.items():
        terms, price = books.terms.by_asset[asset], books.prices[asset]
        per_share = state.rules.assets_down(reading, books.precisions[asset], RAY) / RAY
        collateral.append(price * max(per_share, 1e-18))
        debt.append(price * (reading.accumulator / RAY))
        step.append(1.0 + (1.0 + price / terms.asset.unit) * _heaviness(state, asset))
    return Values(np.array(collateral), np.array(debt), np.array(step))


def rows_of(state: EulerState, parties: Sequence[Party]) -> Rows:
    """Return the columns of some accounts. Cost: a few microseconds each."""
    places = {asset: place for place, asset in enumerate(state.books)}
    weights: dict[int, Floats] = {}
    owed: dict[int, Floats] = {}
    for row, party in enumerate(parties):
        account = state.positions.peek(party)
        for asset, shares in account.collaterals.items():
            weight = shares / _whole(state, asset) * _part(state, asset, account.debts)
            if weight:
                weights.setdefault(places[asset], np.zeros(len(parties)))[row] = weight
        for asset, steps in account.debts.items():
            book = state.books[asset]
            grown = book.snapshots.get(party, RAY) / RAY
            whole = book.terms.asset.unit * book.precision.per_unit
            owed.setdefault(places[asset], np.zeros(len(parties)))[row] = steps / whole / grown * _heaviness(state, asset)
    return Rows(np.array(parties, np.int64), weights, owed)


def rows_of_population(state: EulerState, population: Population) -> Rows:
    """Return the columns of a population as it was opened: every account of one collateral and one debt."""
    places = {asset: place for place, asset in enumerate(state.books)}
    weights: dict[int, Floats] = {}
    owed: dict[int, Floats] = {}
    debts = [column for column in population.columns if column.is_debt]
    for column in population.columns:
        asset = column.asset
        amounts: Floats = column.amounts.astype(np.float64) * column.quantum
        if column.is_debt:
            book = state.books[asset]
            whole = book.terms.asset.unit * book.precision.per_unit
            owed[places[asset]] = amounts / whole * _heaviness(state, asset)
            continue
        parts = np.zeros(population.count)
        for debt in debts:
            parts[debt.amounts > 0] = _part(state, asset, (debt.asset,))
        weights[places[asset]] = amounts / _whole(state, asset) * parts
    return Rows(np.arange(population.first, population.first + population.count, dtype=np.int64), weights, owed)


def is_doubled(state: EulerState, party: Party) -> bool:
    """Say whether an account has one asset on both sides, where that counts (v1)."""
    account = state.positions.peek(party)
    return state.rules.name == "v1" and any(asset in account.debts for asset in account.collaterals)


def _whole(state: EulerState, asset: AssetId) -> int:
    """Return the claims that make a whole at the start."""
    book = state.books[asset]
    return book.terms.asset.unit * book.precision.scaler


def _part(state: EulerState, asset: AssetId, debts: Sequence[AssetId] | dict[AssetId, int]) -> float:
    """Return the part of a collateral's value that counts: by the debt behind which it stands in v2, by its own factor in v1."""
    if state.rules.name == "v1":
        return state.terms.by_asset[asset].collateral_factor / BPS_ONE
    return next((state.rules.factor(state.terms, debt, asset, True) for debt in debts), 0.0)


def _heaviness(state: EulerState, asset: AssetId) -> float:
    """Return how much more a debt weighs than it is."""
    if state.rules.name != "v1":
        return 1.0
    factor = state.terms.by_asset[asset].borrow_factor
    return BPS_ONE / factor if factor else MOST_FACTOR
