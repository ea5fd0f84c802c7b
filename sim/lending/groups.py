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
CHUNK = 4_096


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


@attrs.define(eq=False, repr=False)
class Group:
    """Accounts over one union of assets, sorted by a lower bound of their health at reference prices."""

    parties: NDArray[np.int64]
    low: Floats
    """The lower bound, rising."""
    high: Floats
    """An upper bound of the health of every row up to this one, rising."""
    states: NDArray[np.int8]
    collaterals: NDArray[np.int64]
    weights: Floats
    """One line per collateral."""
    debts: NDArray[np.int64]
    owed: Floats
    references: Values
    unhealthy: int = 0
    """How many rows are known to be unhealthy."""
    last_unhealthy: int = -1
    """No row after it is."""
    start: int = 0
    """Rows before it are dead."""
    settled: int = 0
    """Rows before it are dead or unhealthy."""
    looked: int = 0
    """Rows computed last time."""
    hot: int = 0
    """Those of them that were on the brink."""

    @classmethod
    def of(cls, rows: Rows, values: Values, states: NDArray[np.int8] | None = None) -> Group:
        """Return a group sorted at the values of now."""
        collaterals, debts = sorted(rows.weights), sorted(rows.owed)
        weights, owed = _lines(rows.weights, collaterals, len(rows.parties)), _lines(rows.owed, debts, len(rows.parties))
        known = np.full(len(rows.parties), HEALTHY, np.int8) if states is None else states
        group = cls(rows.parties, np.zeros(0), np.zeros(0), known, _places(collaterals), weights, _places(debts), owed, values)
        low, high = group._bounds(values, slice(None), SLACK_SPREAD)
        order = np.argsort(low, kind="stable")
        group.parties, group.low, group.high = rows.parties[order], low[order], np.maximum.accumulate(high[order])
        group.weights, group.owed, group.states = weights[:, order], owed[:, order], known[order]
        flagged = np.nonzero(group.states == UNHEALTHY)[0]
        group.unhealthy, group.last_unhealthy = len(flagged), int(flagged[-1]) if len(flagged) else -1
        return group

    def __len__(self) -> int:
        """Return how many rows there are, dead ones included."""
        return len(self.parties)

    def lowest(self) -> float:
        """Return the lowest health at reference prices among the living; infinite when all are dead."""
        self.start = self._skip(self.start, (DEAD,))
        return float(self.low[self.start]) if self.start < len(self) else np.inf

    def set_state(self, row: int, state: int) -> None:
        """Note what is known of a row."""
        self.unhealthy += (state == UNHEALTHY) - int(self.states[row] == UNHEALTHY)
        self.states[row] = state
        if state == UNHEALTHY:
            self.last_unhealthy = max(self.last_unhealthy, row)
        elif state == HEALTHY:
            self.settled = min(self.settled, row)

    def near(self, values: Values, cut: float, sure_cut: float, slack: float) -> list[Party]:
        """Return who may have changed sides.

        Rows from ``cut`` on are surely healthy, rows before ``sure_cut`` surely not: of these only those not known to be so are told.
        What lies between is computed.
        """
        end = int(np.searchsorted(self.low, cut))
        sure = min(int(np.searchsorted(self.high, sure_cut)), end)
        found: list[Party] = []
        self.settled = self._skip(self.settled, (DEAD, UNHEALTHY))
        if self.settled < sure:
            found += self._in_state(self.settled, sure, HEALTHY)
        self.looked, self.hot = end - sure, 0
        if sure < end:
            found += self._on_the_brink(values, slice(sure, end), slack)
        if self.unhealthy and self.last_unhealthy >= end:
            found += self._in_state(end, self.last_unhealthy + 1, UNHEALTHY)
        return found

    def below(self, values: Values, health: float) -> list[Party]:
        """Return the living whose health may be below a bound. Changes nothing. Cost: all rows, at array speed."""
        low, _ = self._bounds(values, slice(None), 1.0)
        parties: list[Party] = self.parties[(low < health) & (self.states != DEAD)].tolist()
        return parties

    def would_gain_by_sorting(self) -> bool:
        """Say whether what must be computed has outgrown 2 % of the group and most of it was looked at in vain."""
        return 50 * self.looked > len(self) and 2 * self.hot < self.looked

    def inverse_references(self, is_debt: bool) -> Floats:
        """Return 1 / reference value by asset, 0 where the group has none."""
        places, values = (self.debts, self.references.debt) if is_debt else (self.collaterals, self.references.collateral)
        inverse = np.zeros(len(values))
        inverse[places] = 1.0 / values[places]
        return inverse

    def _on_the_brink(self, values: Values, rows: slice, slack: float) -> list[Party]:
        low, high = self._bounds(values, rows, 1.0)
        states = self.states[rows]
        may_be_low, may_be_high = low < 1.0 + slack, high >= 1.0 - HAIR
        self.hot = int(np.count_nonzero(may_be_low & may_be_high))
        changed = (may_be_low & (states == HEALTHY)) | (may_be_high & (states == UNHEALTHY))
        parties: list[Party] = self.parties[rows][changed].tolist()
        return parties

    def _in_state(self, begin: int, end: int, state: int) -> list[Party]:
        parties: list[Party] = self.parties[begin:end][self.states[begin:end] == state].tolist()
        return parties

    def _skip(self, row: int, states: tuple[int, ...]) -> int:
        """Return the first row from here on that is in none of these states."""
        known = self.states
        while row < len(known) and known[row] in states:
            others = np.nonzero(~np.isin(known[row : row + CHUNK], states))[0]
            row += int(others[0]) if len(others) else CHUNK
        return min(row, len(known))

    def _bounds(self, values: Values, rows: slice, spread: float) -> tuple[Floats, Floats]:
        """Return health at the least and at the most that any rounding can make of it."""
        worth = values.collateral[self.collaterals] @ self.weights[:, rows]
        owed = values.debt[self.debts] @ self.owed[:, rows]
        up, down = spread * self._step(values, self.collaterals), spread * self._step(values, self.debts)
        rest = owed - down
        high = np.full(len(owed), np.inf)
        np.divide(worth + up, rest, out=high, where=rest > 0)
        return (worth - up) / (owed + down), high

    @staticmethod
    def _step(values: Values, places: NDArray[np.int64]) -> float:
        return float(values.step[places].sum()) + 1.0

    def _check(self) -> None:
        """Assert that rows are sorted, and that what is remembered of the states is so."""
        assert bool(np.all(self.low[1:] >= self.low[:-1]))
        assert self.unhealthy == int(np.count_nonzero(self.states == UNHEALTHY))
        assert not np.any(self.states[self.last_unhealthy + 1 :] == UNHEALTHY)
        assert bool(np.all(self.states[: self.start] == DEAD))
        assert not np.any(self.states[: self.settled] == HEALTHY)


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
