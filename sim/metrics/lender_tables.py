"""A lender's accounts as arrays, brought up to date when somebody looks: what samples of a whole pool are worked out of."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
import numpy.typing as npt

from sim.facts import Facts, SheetFacts
from sim.lending.positions import Account, Population
from sim.metrics.accounts import Accounts, Listed
from sim.metrics.fold import Floats
from sim.metrics.stress import Sheet
from sim.units import BPS_ONE, AssetId, Party, Price, Units


@attrs.define(eq=False, repr=False)
class LenderTable:
    """One lender's accounts, shares by column. Cost of a look: accounts that changed since the last, and a sum over all."""

    accounts: Accounts
    units: Mapping[AssetId, Units]
    """In a whole of each asset."""
    posted: dict[AssetId, Price] = attrs.field(init=False)
    """What the lender reads, 8 decimals."""
    parties: list[Party] = attrs.field(factory=list)
    """Of rows after those of populations."""
    _rows: dict[Party, int] = attrs.field(factory=dict)
    _held: dict[AssetId, Floats] = attrs.field(factory=dict)
    _owed: dict[AssetId, Floats] = attrs.field(factory=dict)
    _limits: dict[AssetId, Floats] = attrs.field(factory=dict)
    _in_bulk: int = 0
    _terms: _Limits = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with opening prices and no rows."""
        sheet = self.accounts.sheet
        self.posted = {each.asset: each.price for each in sheet.terms}
        self._terms = _Limits.of(sheet)
        for each in sheet.terms:
            self._held[each.asset] = self._owed[each.asset] = self._limits[each.asset] = np.zeros(0)

    def open(self, listed: Listed | None, symbols: Mapping[str, AssetId]) -> None:
        """Take in what came in bulk."""
        self.accounts.open(listed, symbols)
        populations = self.accounts.positions.populations
        self._in_bulk = sum(each.count for each in populations)
        for asset in self._held:
            for columns, is_debt in ((self._held, False), (self._owed, True)):
                columns[asset] = np.concatenate([np.zeros(0), *(_shares(each, asset, is_debt) for each in populations)])
            self._limits[asset] = np.concatenate([np.zeros(0), *(self._limits_of(each, asset) for each in populations)])

    @property
    def prices(self) -> dict[AssetId, float]:
        """Posted prices in whole base currency."""
        return {asset: price / 10**8 for asset, price in self.posted.items()}

    def sheet(self) -> Sheet:
        """Return the accounts that owe, as they stand."""
        self._refresh()
        count = len(next(iter(self._owed.values()), ()))
        owing = np.zeros(count, bool)
        owed = {asset: column for asset, column in self._owed.items() if column.any()}
        for column in owed.values():
            owing |= column > 0
        chosen = slice(None) if owing.all() else owing
        held = {asset: column[chosen] for asset, column in self._held.items() if column.any()}
        limits = {asset: self._limits[asset][chosen] for asset in held}
        return Sheet(
            {asset: column * np.where(limits[asset] > 0, self._per_share(asset, False), 0.0) for asset, column in held.items()},
            {asset: column[chosen] * self._per_share(asset, True) for asset, column in owed.items()},
            limits,
        )

    def _per_share(self, asset: AssetId, is_debt: bool) -> float:
        """Return how many wholes a share is worth."""
        return self.accounts.per_share(asset, is_debt) / self.units[asset]

    def limit(self, asset: AssetId, account: Account) -> float:
        """Return how much of a collateral's value an account may owe: 0 where it does not count for what the account owes."""
        return self._terms.limit(asset, account.e_mode, next(iter(account.debts), 0))

    def who_owes(self) -> npt.NDArray[np.int64]:
        """Return the parties of ``sheet``'s rows, in its sequence."""
        self._refresh()
        in_bulk = [np.arange(each.first, each.first + each.count) for each in self.accounts.positions.populations]
        parties = np.concatenate([np.empty(0, np.int64), *in_bulk, np.array(self.parties, np.int64)])
        owing = np.zeros(len(parties), bool)
        for column in self._owed.values():
            owing |= column > 0
        return parties[owing]

    def _refresh(self) -> None:
        """Write down again who changed."""
        positions = self.accounts.positions
        if not positions.changed:
            return
        new = [party for party in positions.changed if party not in self._rows and positions.population_of(party) is None]
        if new:
            start = self._in_bulk + len(self.parties)
            self._rows |= {party: start + number for number, party in enumerate(new)}
            self.parties += new
            for columns in (self._held, self._owed, self._limits):
                for asset, column in columns.items():
                    columns[asset] = np.concatenate([column, np.zeros(len(new))])
        for party in positions.changed:
            self._write(self._row(party), positions.peek(party))
        positions.changed.clear()

    def _write(self, row: int, account: Account) -> None:
        for asset in self._held:
            self._held[asset][row] = account.collaterals.get(asset, 0)
            self._owed[asset][row] = account.debts.get(asset, 0)
            self._limits[asset][row] = self.limit(asset, account)

    def _row(self, party: Party) -> int:
        if (row := self._rows.get(party)) is not None:
            return row
        before = 0
        for each in self.accounts.positions.populations:
            if 0 <= party - each.first < each.count:
                return before + party - each.first
            before += each.count
        raise AssertionError(f"nobody knows party {party}")

    def _limits_of(self, population: Population, asset: AssetId) -> Floats:
        found = np.full(population.count, self._terms.limit(asset, 0, 0))
        if population.e_modes is not None:
            for mode in np.unique(population.e_modes).tolist():
                found[population.e_modes == mode] = self._terms.limit(asset, mode, 0)
        if self.accounts.sheet.pairs:
            for owed in self._owed:
                found[_shares(population, owed, True) > 0] = self._terms.limit(asset, 0, owed)
        return found


@attrs.frozen
class _Limits:
    """Thresholds as parts."""

    own: Mapping[AssetId, float]
    modes: Mapping[tuple[AssetId, int], float]
    pairs: Mapping[tuple[AssetId, AssetId], float]
    is_paired: bool

    @classmethod
    def of(cls, sheet: SheetFacts) -> _Limits:
        own = {each.asset: each.threshold / BPS_ONE for each in sheet.terms}
        if sheet.family == "llamma":
            own = dict.fromkeys(own, max(own.values()))  # Money in the bands stands behind the debt like collateral.
        modes = {(asset, each.mode): each.threshold / BPS_ONE for each in sheet.modes for asset in each.assets}
        pairs = {(each.debt, each.collateral): each.threshold / BPS_ONE for each in sheet.pairs}
        return cls(own, modes, pairs, sheet.family == "euler")

    def limit(self, asset: AssetId, mode: int, owed: AssetId) -> float:
        """Return how much of a collateral's value may be owed."""
        if self.is_paired and owed:
            return self.pairs.get((owed, asset), 0.0)
        return self.modes.get((asset, mode), self.own.get(asset, 0.0))


def lender_tables(facts: Facts) -> list[LenderTable]:
    """Return every lender's table, without what came in bulk."""
    units = {each.id: 10**each.decimals for each in facts.assets}
    return [LenderTable(Accounts(sheet), units) for sheet in facts.sheets]


def _shares(population: Population, asset: AssetId, is_debt: bool) -> npt.NDArray[np.float64]:
    for column in population.columns:
        if column.asset == asset and column.is_debt == is_debt:
            return column.amounts.astype(np.float64) * column.quantum
    return np.zeros(population.count)
