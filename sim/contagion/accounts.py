"""A lender's accounts before the shock, as columns of money: who is called by which falls, what is sold of it, what it pays.

From the facts and from the lists of accounts opened in bulk. Money is whole units of the base currency, as floats: nothing is decided
here. Health is what thresholds make of it, the same sum for every family: collateral at its threshold over debt. Where a family has a
rule beside it (a delay, a minimum, soft liquidation) it is not in here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

import attrs
import numpy as np
import numpy.typing as npt

from sim.facts import Facts, SheetFacts
from sim.storage.population import Values, amounts_of
from sim.units import BPS_ONE, AssetId

Floats = npt.NDArray[np.float64]
Lists = Callable[[str], Mapping[str, Values]]
"""Columns of accounts opened in bulk, by file: ``Run.population``."""
_PRICE = 10**8


@attrs.frozen(eq=False, slots=False)
class Accounts:
    """The n accounts of one lender that owe something; k assets."""

    sheet: SheetFacts
    assets: tuple[AssetId, ...]
    held: Floats
    """(n, k): collateral, in money."""
    owed: Floats
    """(n, k): debt, in money."""
    thresholds: Floats
    """(n, k): share of its value that collateral counts for."""

    @cached_property
    def debt(self) -> float:
        """What all owe."""
        return float(self.owed.sum())

    @cached_property
    def collateral(self) -> Floats:
        """(k): what all hold."""
        found: Floats = self.held.sum(axis=0)
        return found

    @property
    def equity(self) -> float:
        """What all have beyond what they owe: the first to lose."""
        return float(np.maximum(self.held.sum(axis=1) - self.owed.sum(axis=1), 0.0).sum())

    @cached_property
    def bonus(self) -> float:
        """What whoever liquidates gets above the debt, as a share of it: the mean over assets, weighed by collateral."""
        worth = float(self.collateral.sum())
        told = np.array([terms.bonus / BPS_ONE for terms in self.sheet.terms])
        return float((told * self.collateral).sum() / worth) if worth else 0.0

    @property
    def sold_per_debt(self) -> float:
        """Value of collateral that goes to the market per unit of debt called: close factor, and the bonus on top.

        None of Liquity: what it takes goes to the stability pool's depositors or to the other troves.
        """
        return 0.0 if self.sheet.family == "liquity" else self.sheet.close_factor / BPS_ONE * (1 + self.bonus)

    def triggers(self, falls: Floats) -> Floats:
        """Return (n) at which multiple of falls (k, shares) each is called; -1 for who is called already, infinity for never."""
        room = (self.held * self.thresholds).sum(axis=1) - self.owed.sum(axis=1)
        lost = (self.held * self.thresholds - self.owed) @ falls
        found = np.full(len(room), np.inf)
        np.divide(room, lost, out=found, where=lost > 0)
        found[room < 0] = -1.0
        return found

    def called(self, falls: Floats) -> float:
        """Return the debt of accounts that are healthy now and would not be after these falls, at opening prices."""
        within = self.triggers(falls)
        return float(self.owed[(within >= 0) & (within <= 1)].sum())

    def first_called(self, falls: Floats) -> float:
        """Return at which multiple of these falls the first healthy account is called; infinity for none."""
        within = self.triggers(falls)
        return float(within[within >= 0].min(initial=np.inf))

    def paying(self, falls: Floats, coins: Collection[AssetId] = ()) -> Paying:
        """Return what accounts owe after these falls (k), and what they have for it if each is liquidated in full, the bonus taken off.

        Who pledges any of ``coins`` stands apart: what these are worth is for others to say.
        """
        owed, worth = (self.owed * (1 - falls)).sum(axis=1), self.held * (1 - falls) / (1 + self.bonus)
        at = [place for place, asset in enumerate(self.assets) if asset in coins]
        pledges = (worth[:, at] > 0).any(axis=1)
        others = worth.sum(axis=1) - worth[:, at].sum(axis=1)
        return Paying(
            owed=float(owed[~pledges].sum()),
            paid=float(np.minimum(owed, others)[~pledges].sum()),
            owed_by_pledgers=float(owed[pledges].sum()),
            others_of_pledgers=float(others[pledges].sum()),
            pledged={self.assets[place]: float(worth[:, place].sum()) for place in at},
        )


@attrs.frozen
class Paying:
    """What a lender's accounts owe and have after a fall, in money."""

    owed: float
    """By who pledges no coin of another lender."""
    paid: float
    """Of it, by what they have: each up to its own debt."""
    owed_by_pledgers: float
    others_of_pledgers: float
    """What these have besides such coins."""
    pledged: dict[AssetId, float]
    """What such coins are worth as long as their issuers pay."""


def accounts_of(facts: Facts, sheet: SheetFacts, lists: Lists) -> Accounts:
    """Return the accounts of one lender. Cost: all its accounts."""
    assets = tuple(terms.asset for terms in sheet.terms)
    scale = [terms.price / _PRICE / 10**decimals for terms, decimals in zip(sheet.terms, _decimals(facts, assets), strict=True)]
    parts = [_alone(sheet, assets), *(_in_bulk(facts, assets, each.file, each.who, lists) for each in sheet.populations)]
    held, owed = (np.concatenate([part[side] for part in parts]) * np.array(scale) for side in (0, 1))
    modes = np.concatenate([part[2] for part in parts])
    owing = owed.sum(axis=1) > 0
    thresholds = _thresholds(sheet, assets, owed, modes)
    return Accounts(sheet, assets, held[owing], owed[owing], thresholds[owing])


def _decimals(facts: Facts, assets: tuple[AssetId, ...]) -> list[int]:
    by_asset = {each.id: each.decimals for each in facts.assets}
    return [by_asset[asset] for asset in assets]


def _alone(sheet: SheetFacts, assets: tuple[AssetId, ...]) -> tuple[Floats, Floats, Floats]:
    """Return units held, units owed and e-modes of accounts that came alone."""
    sides = ([each.collateral for each in sheet.accounts], [each.debt for each in sheet.accounts])
    held, owed = (np.array([[float(each.get(asset, 0)) for asset in assets] for each in side]).reshape(-1, len(assets)) for side in sides)
    return held, owed, np.array([float(each.mode) for each in sheet.accounts])


def _in_bulk(facts: Facts, assets: tuple[AssetId, ...], file: str, who: str, lists: Lists) -> tuple[Floats, Floats, Floats]:
    """Return the same of accounts in a list."""
    columns = lists(file)
    count = len(next(iter(columns.values())))
    symbols = {each.symbol: each.id for each in facts.assets}
    held, owed = np.zeros((count, len(assets))), np.zeros((count, len(assets)))
    for each in amounts_of(columns):
        if symbols.get(each.symbol) in assets:
            into = owed if each.is_debt else held
            into[:, assets.index(symbols[each.symbol])] += np.asarray(each.values, np.float64) * float(each.quantum)
    return held, owed, np.asarray(lists(who)["mode"], np.float64) if who else np.zeros(count)


def _thresholds(sheet: SheetFacts, assets: tuple[AssetId, ...], owed: Floats, modes: Floats) -> Floats:
    """Return how much collateral counts, by account: by asset, by e-mode, or by the pair with the asset owed most."""
    found = np.tile(np.array([terms.threshold / BPS_ONE for terms in sheet.terms]), (len(owed), 1))
    for mode in sheet.modes:
        counts = [place for place, asset in enumerate(assets) if asset in mode.assets]
        found[np.ix_(modes == mode.mode, counts)] = mode.threshold / BPS_ONE
    if sheet.pairs:
        table = np.zeros((len(assets), len(assets)))
        for pair in sheet.pairs:
            table[assets.index(pair.debt), assets.index(pair.collateral)] = pair.threshold / BPS_ONE
        found = table[owed.argmax(axis=1)]
    return found
