"""A Comet's accounts as float columns, for the screening: the base asset first, then the collaterals. Nothing here decides anything."""

from collections.abc import Sequence

import numpy as np

from sim.lending.comet.rules import INDEX
from sim.lending.comet.state import CometState, Moment
from sim.lending.groups import Floats, Rows, Values
from sim.units import WAD, Party

UNUSED = 10.0**8
"""Stands for what no account has on that side."""


def values_of(state: CometState, moment: Moment) -> Values:
    """Return what a unit of each collateral, and a principal of debt, is worth. Every price must be above 0."""
    terms, prices = state.terms, moment.prices
    collateral = [UNUSED, *(float(prices[asset]) for asset in terms.by_asset)]
    debt = [prices[state.base] * (moment.indices.debt / INDEX), *(UNUSED for _ in terms.by_asset)]
    assets = (terms.base, *(each.asset for each in terms.collaterals))
    step = [2.0 + prices[asset.id] / asset.unit for asset in assets]
    return Values(np.array(collateral), np.array(debt), np.array(step))


def rows_of(state: CometState, parties: Sequence[Party]) -> Rows:
    """Return the columns of some accounts: collateral times its threshold, principal owed."""
    places = {asset: place for place, asset in enumerate(state.terms.by_asset, start=1)}
    weights: dict[int, Floats] = {}
    owed: dict[int, Floats] = {}
    for row, party in enumerate(parties):
        account = state.positions.peek(party)
        for asset, units in account.collaterals.items():
            terms = state.terms.by_asset[asset]
            weights.setdefault(places[asset], np.zeros(len(parties)))[row] = units / terms.asset.unit * (terms.threshold / WAD)
        if state.base in account.debts:
            owed.setdefault(0, np.zeros(len(parties)))[row] = account.debts[state.base] / state.terms.base.unit
    return Rows(np.array(parties, np.int64), weights, owed)
