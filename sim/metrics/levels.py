"""How long a price has been at or below each of many levels without a break: the longest such time of every level.

Levels ascend, so those at or below which the price is are the last rows; a change of the price touches the rows it passes and no others.
Times of no length are none: a price that comes back within one instant was not there.
"""

from __future__ import annotations

from typing import Any, Self

import attrs
import numpy as np
import numpy.typing as npt

from sim.metrics.fold import Floats, Integers
from sim.metrics.trail import Moment
from sim.units import Party

_COLUMNS = ("levels", "parties", "debts", "begun", "longest", "gone")


@attrs.frozen
class Spell:
    """One unbroken time."""

    since: Moment
    until: Moment
    end: str
    debt: float
    """Of the account, in the pool's base currency (8 decimals)."""

    @property
    def length(self) -> int:
        """Nanoseconds."""
        return self.until[0] - self.since[0]


@attrs.define(eq=False, repr=False)
class Levels:
    """Accounts by level. Cost of a change: the rows passed; of a row more or less: all rows, so put new ones where few are."""

    levels: Floats
    parties: Integers
    debts: Floats
    begun: Integers
    """Instant and block at which the price came there, of rows where it is."""
    longest: Integers
    """Instant and block of the beginning and of the end."""
    gone: npt.NDArray[np.bool_]
    """Rows that are kept for their place alone."""
    reach: int
    """The first row that the price is at or below."""
    _order: Integers | None = None
    """Rows by party, once somebody was looked for."""

    @classmethod
    def of(cls, levels: Floats, parties: Integers, debts: Floats) -> Self:
        """Return accounts in the sequence of their levels."""
        order = np.argsort(levels, kind="stable")
        count = len(order)
        begun, longest, gone = np.zeros((count, 2), np.int64), np.zeros((count, 4), np.int64), np.zeros(count, bool)
        return cls(levels[order], parties[order], debts[order], begun, longest, gone, count)

    @classmethod
    def nobody(cls) -> Self:
        """Return no accounts."""
        return cls.of(np.zeros(0), np.zeros(0, np.int64), np.zeros(0))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.levels)

    def follow(self, instants: Integers, blocks: Integers, prices: Floats) -> None:
        """Take the next prices."""
        reaches = np.searchsorted(self.levels, prices, side="left")
        changed = np.flatnonzero(np.diff(reaches, prepend=self.reach))
        for at, block, reach in zip(instants[changed].tolist(), blocks[changed].tolist(), reaches[changed].tolist(), strict=True):
            if reach < self.reach:
                self.begun[reach : self.reach] = at, block
            else:
                _lengthen(self.longest[self.reach : reach], self.begun[self.reach : reach], (at, block))
            self.reach = reach

    def row(self, party: Party) -> int | None:
        """Return where an account is; None if it is not. Cost: all rows the first time."""
        if self._order is None:
            self._order = np.argsort(self.parties, kind="stable")
        place = int(np.searchsorted(self.parties, party, sorter=self._order))
        if place == len(self.parties) or self.parties[self._order[place]] != party:
            return None
        return int(self._order[place])

    def since(self, row: int) -> Moment | None:
        """Return since when the price has been at or below a row's level; None if it is not."""
        return (int(self.begun[row, 0]), int(self.begun[row, 1])) if row >= self.reach else None

    def known(self, row: int, end: str) -> Spell:
        """Return a row's longest time of those that are over."""
        since, since_block, until, until_block = self.longest[row].tolist()
        return Spell((since, since_block), (until, until_block), end, float(self.debts[row]))

    def add(self, level: float, party: Party, debt: float, since: Moment | None) -> None:
        """Take in an account; ``since`` when the price has been there, None if it is not."""
        row = int(np.searchsorted(self.levels, level, side="left" if since is None else "right"))
        new: tuple[Any, ...] = (level, party, debt, since or (0, 0), (0, 0, 0, 0), False)
        for column, value in zip(_COLUMNS, new, strict=True):
            setattr(self, column, np.insert(getattr(self, column), row, value, axis=0))
        self.reach += since is None
        self._order = None

    def leave(self, row: int) -> None:
        """Let an account go; its row stays. Cost: constant."""
        self.gone[row] = True

    def remove(self, row: int) -> None:
        """Let an account go with its row."""
        for column in _COLUMNS:
            setattr(self, column, np.delete(getattr(self, column), row, axis=0))
        self.reach -= row < self.reach
        self._order = None

    def spells(self, now: Moment, back: str, still: str) -> dict[Party, Spell]:
        """Return every account's longest time, those that go on cut off now."""
        longest = self.longest.copy()
        _lengthen(longest[self.reach :], self.begun[self.reach :], now)
        goes_on = (np.arange(len(longest)) >= self.reach) & (longest[:, :2] == self.begun).all(axis=1)
        found = {}
        for row in np.flatnonzero((longest[:, 2] > longest[:, 0]) & ~self.gone).tolist():
            since, since_block, until, until_block = longest[row].tolist()
            end = still if goes_on[row] else back
            found[int(self.parties[row])] = Spell((since, since_block), (until, until_block), end, float(self.debts[row]))
        return found


def _lengthen(longest: Integers, begun: Integers, now: Moment) -> None:
    longer = now[0] - begun[:, 0] > longest[:, 2] - longest[:, 0]
    longest[longer, :2] = begun[longer]
    longest[longer, 2:] = now
