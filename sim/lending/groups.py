"""Float columns of accounts, and groups of them sorted by health: what the screening is made of.

Scales: a weight is whole units of a collateral times its threshold (0 to 1), owed is whole units of a debt, both in shares at index
one; a value is price (8 decimals) times index. So weight times value is in base units of the pool's currency, and a rounding of
the contract is at most one of those, or one smallest unit of the asset: ``step`` is their sum. All of it is screening: it may be
wrong by its last bits and by ``step``, and bounds are taken so that this never hides an account.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from sim.units import Party

Floats = NDArray[np.float64]
DEAD, HEALTHY, UNHEALTHY = 0, 1, 2
"""States of a row; dead: the account changed and stands elsewhere."""
MOST_POPULAR = 96
"""Exact sets of assets that get a group of their own."""
POPULAR_SHARE = 200
"""One in so many accounts must have a set for it to be popular."""
MOST_MAIN = 31
"""Groups by main collateral for everybody else; the smallest share the last."""
SLACK_SPREAD = 64.0
"""How far prices may move before a group's slack no longer covers; the screening sorts anew by then."""
HAIR = 1e-9


class Values(NamedTuple):
    """What one share's worth of each asset is at one instant, by the asset's place in the pool."""

    collateral: Floats
    debt: Floats
    step: Floats
    """Largest rounding of one balance and its value."""


class Rows(NamedTuple):
    """Accounts by column; an asset nobody of them has need not be there."""

    parties: NDArray[np.int64]
    weights: dict[int, Floats]
    owed: dict[int, Floats]

    def take(self, chosen: NDArray[np.int64]) -> Rows:
        """Return some of the rows, without columns that became empty."""
        return Rows(self.parties[chosen], _take(self.weights, chosen), _take(self.owed, chosen))

    def owing(self) -> Rows:
        """Return the rows that owe anything."""
        owes = np.zeros(len(self.parties), bool)
        for column in self.owed.values():
            owes |= column > 0
        return self.take(np.nonzero(owes)[0])


@attrs.define(eq=False)
class Group:
    """Accounts over one union of assets, sorted by a lower bound of their health at reference prices."""

    parties: NDArray[np.int64]
    health: Floats
    states: NDArray[np.int8]
    collaterals: NDArray[np.int64]
    weights: Floats
    """One line per collateral."""
    debts: NDArray[np.int64]
    owed: Floats
    references: Values
    unhealthy: dict[int, None] = attrs.field(factory=dict)
    """Rows known to be unhealthy."""
    start: int = 0
    """Rows before it are dead."""
    prefix: int = 0
    """Rows looked at last time."""
    hot: int = 0
    """Those of them that were near or below one."""
    _rows: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, rows: Rows, values: Values, states: NDArray[np.int8] | None = None) -> Group:
        """Return a group sorted at the values of now."""
        collaterals, debts = sorted(rows.weights), sorted(rows.owed)
        weights, owed = _lines(rows.weights, collaterals, len(rows.parties)), _lines(rows.owed, debts, len(rows.parties))
        group = cls(rows.parties, np.zeros(0), np.zeros(0, np.int8), _places(collaterals), weights, _places(debts), owed, values)
        health = group._bound(values, slice(None), SLACK_SPREAD)
        order = np.argsort(health, kind="stable")
        group.parties, group.health = rows.parties[order], health[order]
        group.weights, group.owed = weights[:, order], owed[:, order]
        group.states = np.full(len(order), HEALTHY, np.int8) if states is None else states[order]
        group.unhealthy = dict.fromkeys(np.nonzero(group.states == UNHEALTHY)[0].tolist())
        return group

    def __len__(self) -> int:
        """Return how many rows there are, dead ones included."""
        return len(self.parties)

    def lowest(self) -> float:
        """Return the lowest health at reference prices that may count; infinite when all are dead."""
        states, start = self.states, self.start
        while start < len(states) and states[start] == DEAD:
            start += 1
        self.start = start
        return float(self.health[start]) if start < len(states) else np.inf

    def set_state(self, row: int, state: int) -> None:
        """Note what is known of a row."""
        if self.states[row] == state:
            return
        if self.states[row] == UNHEALTHY:
            del self.unhealthy[row]
        if state == UNHEALTHY:
            self.unhealthy[row] = None
        self.states[row] = state
        self._rows = None

    def near(self, values: Values, cut: float, slack: float) -> list[Party]:
        """Return who may have changed sides: healthy rows before ``cut`` that may be below one, unhealthy ones that may not be."""
        end = int(np.searchsorted(self.health, cut))
        self.prefix, self.hot = max(end - self.start, 0), 0
        found: list[Party] = []
        if self.prefix:
            rows = slice(self.start, end)
            is_low = self._bound(values, rows, 1.0) < 1.0 + slack
            self.hot = int(np.count_nonzero(is_low))
            found += self.parties[rows][is_low & (self.states[rows] == HEALTHY)].tolist()
        if self.unhealthy:
            if self._rows is None:
                self._rows = np.fromiter(self.unhealthy, np.int64, len(self.unhealthy))
            found += self.parties[self._rows][self._may_be_healthy(values, self._rows)].tolist()
        return found

    def would_gain_by_sorting(self) -> bool:
        """Say whether the prefix has outgrown 2 % of the group and most of it was looked at in vain."""
        return 50 * self.prefix > len(self) and 2 * self.hot < self.prefix

    def inverse_references(self, is_debt: bool) -> Floats:
        """Return 1 / reference value by asset, 0 where the group has none."""
        places, values = (self.debts, self.references.debt) if is_debt else (self.collaterals, self.references.collateral)
        inverse = np.zeros(len(values))
        inverse[places] = 1.0 / values[places]
        return inverse

    def _bound(self, values: Values, rows: slice, spread: float) -> Floats:
        """Return health at the least that any rounding can make of it."""
        worth, owed = self._sums(values, rows)
        bound: Floats = (worth - spread * self._step(values, self.collaterals)) / (owed + spread * self._step(values, self.debts))
        return bound

    def _may_be_healthy(self, values: Values, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        worth, owed = self._sums(values, rows)
        most, least = worth + self._step(values, self.collaterals), owed - self._step(values, self.debts)
        may: NDArray[np.bool_] = most >= least * (1.0 - HAIR)
        return may

    def _sums(self, values: Values, rows: slice | NDArray[np.int64]) -> tuple[Floats, Floats]:
        return values.collateral[self.collaterals] @ self.weights[:, rows], values.debt[self.debts] @ self.owed[:, rows]

    @staticmethod
    def _step(values: Values, places: NDArray[np.int64]) -> float:
        return float(values.step[places].sum()) + 1.0

    def _check(self) -> None:
        """Assert that rows are sorted and states and the list of unhealthy rows agree."""
        assert bool(np.all(np.diff(self.health) >= 0))
        assert sorted(self.unhealthy) == np.nonzero(self.states == UNHEALTHY)[0].tolist()
        assert bool(np.all(self.states[: self.start] == DEAD))


def merge(groups: Sequence[Group]) -> tuple[Rows, NDArray[np.int8]]:
    """Return the living rows of groups as one, with their states."""
    alive = [np.nonzero(group.states != DEAD)[0] for group in groups]
    counts = [len(each) for each in alive]
    ends = np.cumsum([0, *counts]).tolist()
    weights: dict[int, Floats] = {}
    owed: dict[int, Floats] = {}
    for group, chosen, begin in zip(groups, alive, ends[:-1], strict=True):
        for target, places, lines in ((weights, group.collaterals, group.weights), (owed, group.debts, group.owed)):
            for place, line in zip(places.tolist(), lines, strict=True):
                column = target.setdefault(place, np.zeros(ends[-1]))
                column[begin : begin + len(chosen)] = line[chosen]
    parties = np.concatenate([group.parties[chosen] for group, chosen in zip(groups, alive, strict=True)])
    states = np.concatenate([group.states[chosen] for group, chosen in zip(groups, alive, strict=True)])
    return Rows(parties, weights, owed), states


def partition(rows: Rows, values: Values) -> list[Rows]:
    """Return debtors in at most 128 parts: popular sets of assets alone, the rest by main collateral."""
    rows = rows.owing()
    if not len(rows.parties):
        return []
    sets = _sets(rows)
    found, which, counts = np.unique(sets, return_inverse=True, return_counts=True)
    popular = np.argsort(-counts, kind="stable")[:MOST_POPULAR]
    popular = popular[counts[popular] * POPULAR_SHARE >= len(rows.parties)]
    part = np.full(len(found), -1)
    part[popular] = np.arange(len(popular))
    label = part[which.reshape(-1)]
    rest = label < 0
    if rest.any():
        label[rest] = len(popular) + np.minimum(_main(rows, values)[rest], MOST_MAIN)
    return [rows.take(np.nonzero(label == each)[0]) for each in np.unique(label).tolist()]


def _sets(rows: Rows) -> NDArray[np.int64]:
    """Return a number for each row's set of assets, the same for the same set."""
    columns = [*rows.weights.values(), *rows.owed.values()]
    number = np.zeros(len(rows.parties), np.int64)
    for column in columns:
        # Numbered anew after each column, so that any number of assets fits.
        number = np.unique(2 * number + (column > 0), return_inverse=True)[1].reshape(-1)
    return number


def _main(rows: Rows, values: Values) -> NDArray[np.int64]:
    """Return the rank (by how many have it) of each row's most valuable collateral."""
    places = sorted(rows.weights)
    if not places:
        return np.zeros(len(rows.parties), np.int64)
    main = np.argmax(np.stack([rows.weights[place] * values.collateral[place] for place in places]), axis=0)
    rank = np.empty(len(places), np.int64)
    rank[np.argsort(-np.bincount(main, minlength=len(places)), kind="stable")] = np.arange(len(places))
    ranks: NDArray[np.int64] = rank[main]
    return ranks


def _take(columns: dict[int, Floats], chosen: NDArray[np.int64]) -> dict[int, Floats]:
    taken = {place: column[chosen] for place, column in columns.items()}
    return {place: column for place, column in taken.items() if column.any()}


def _lines(columns: dict[int, Floats], places: list[int], count: int) -> Floats:
    return np.stack([columns[place] for place in places]) if places else np.zeros((0, count))


def _places(places: list[int]) -> NDArray[np.int64]:
    return np.array(places, np.int64)
