"""A Compound v2 pool's accounts as float columns, for the screening. Nothing here decides anything."""

from collections.abc import Sequence

import numpy as np

from sim.lending.compound.state import CompoundState, Moment
from sim.lending.groups import Floats, Rows, Values
from sim.units import WAD, Party


def values_of(state: CompoundState, moment: Moment) -> Values:
    """Return what an opening share's worth of each asset is now, in the sequence of the markets. Every price must be above 0."""
    collateral, debt, step = [], [], []
    for asset, market in state.markets.items():
        price, now = moment.prices[asset], moment.markets[asset]
        collateral.append(price * (now.exchange_rate / market.terms.opening_rate))
        debt.append(price * (now.debt_index / WAD))
        step.append(1.0 + price / market.terms.asset.unit)
    return Values(np.array(collateral), np.array(debt), np.array(step))


def rows_of(state: CompoundState, parties: Sequence[Party]) -> Rows:
    """Return the columns of some accounts: shares that count, times their factor; debts as if each were written down at the opening."""
    places = {asset: place for place, asset in enumerate(state.markets)}
    weights: dict[int, Floats] = {}
    owed: dict[int, Floats] = {}
    for row, party in enumerate(parties):
        account = state.positions.peek(party)
        for asset, shares in account.collaterals.items():
            terms = state.markets[asset].terms
            if terms.factor:
                weight = shares / WAD * (terms.opening_rate / terms.asset.unit) * (terms.factor / WAD)
                weights.setdefault(places[asset], np.zeros(len(parties)))[row] = weight
        for asset, principal in account.debts.items():
            line = owed.setdefault(places[asset], np.zeros(len(parties)))
            line[row] = principal / state.markets[asset].terms.asset.unit * (WAD / state.since[party, asset])
    return Rows(np.array(parties, np.int64), weights, owed)
