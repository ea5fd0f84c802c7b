"""Finding the accounts a price has made unhealthy, at a cost that follows those near it and not the size of the world.

Accounts stand in groups that share assets (``sim.lending.groups``). A group keeps, at reference prices, everybody's health in
floats, sorted. When prices move, rho = (least factor by which any of its collaterals moved) / (largest by which any of its debts
did) bounds every member from below: health now >= rho * health then, for any non-negative mix; turned round it bounds them from
above. So only the prefix below (1 + eps) / rho can be near one, and the deepest part of it is surely below; what lies between is
computed in floats, and who may have changed sides is handed over to be decided in exact integers. Nothing is decided here, so floats
can cost time but never miss: eps and a base unit per asset cover every rounding of the contract.

An account that changed is struck from its group and handed over at every screening (the side list) until there are ``FLUSH`` such;
then they become a group, and eight groups of a size become one. A group whose prefix outgrows 2 % is sorted anew where that helps.
Known-unhealthy accounts are handed over only when they may have recovered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from sim.lending.groups import DEAD, HAIR, HEALTHY, SLACK_SPREAD, UNHEALTHY, Group, Rows, Values, merge, partition
from sim.units import Bps, Party

FLUSH = 16
"""Changed accounts that make a group. Each of them is judged at every screening: 64 cost twice as much where a few change in a block, and
no less where a hundred do."""
FAN = 8
"""Groups of one level that make one of the next."""
SMALL = 4_096
"""Rows that are not worth sorting anew."""
_HUGE = 1e300
"""Stands for the bound of a group without collateral, whose health is zero whatever happens."""

Floats = NDArray[np.float64]
Extract = Callable[[Sequence[Party]], Rows]
"""The float columns of accounts: how the owner of the positions shows them."""


@attrs.define(eq=False, repr=False)
class Screening:
    """The screen of one pool. Its answers do not depend on how accounts are grouped."""

    slack: float
    """Relative: eps."""
    small: int = SMALL
    """Groups up to this size are never sorted anew for their prefix."""
    groups: dict[int, Group] = attrs.field(factory=dict)
    levels: list[list[int]] = attrs.field(factory=list)
    """Groups made of changed accounts, by size."""
    side: dict[Party, None] = attrs.field(factory=dict)
    places: dict[Party, tuple[int, int]] = attrs.field(factory=dict)
    """Group and row of accounts outside the first block."""
    first: Party = 0
    block_groups: NDArray[np.int32] = attrs.field(factory=lambda: np.zeros(0, np.int32))
    block_rows: NDArray[np.int32] = attrs.field(factory=lambda: np.zeros(0, np.int32))
    exact: int = 0
    """Accounts handed over so far: what the tests count instead of time."""
    _next: int = 1
    _table: _Table | None = None
    _stale: dict[int, None] = attrs.field(factory=dict)
    """Groups whose bounds in the table are to be taken anew."""

    def open(self, rows: Rows, values: Values) -> None:
        """Take in many accounts at once, at the prices of now."""
        if len(rows.parties):
            self._make_room(rows.parties)
            for part in partition(rows, values):
                self._add(Group.of(part, values))

    def mark(self, parties: Iterable[Party]) -> None:
        """Note that accounts changed or are new."""
        for party in parties:
            if party not in self.side:
                self._strike(party)
                self.side[party] = None

    def near(self, values: Values, extract: Extract) -> list[Party]:
        """Return, by id, every account whose state may not be what was last told by ``tell``; most of them turn out unchanged."""
        found = dict.fromkeys(self.side)
        if len(found) > FLUSH:
            # Handed over all the same: as a group they count as healthy until told otherwise, and some were last told to be unhealthy.
            self._flush(values, extract)
        if self.groups:
            found |= dict.fromkeys(self._near_groups(values))
        self.exact += len(found)
        return sorted(found)

    def below(self, values: Values, health: float) -> list[Party]:
        """Return, by id, everybody whose health may be below a bound, and who changed lately. Changes nothing. Cost: all accounts."""
        found = [party for group in self.groups.values() for party in group.below(values, health)]
        return sorted({**dict.fromkeys(self.side), **dict.fromkeys(found)})

    def forget(self, party: Party) -> None:
        """Note that an account owes nothing: there is nothing to watch until it changes again."""
        self._strike(party)
        self.side.pop(party, None)

    def tell(self, party: Party, is_unhealthy: bool) -> None:
        """Take the exact answer for one account."""
        group_id, row = self._place(party)
        if group_id:
            self.groups[group_id].set_state(row, UNHEALTHY if is_unhealthy else HEALTHY)
            self._stale[group_id] = None

    def _near_groups(self, values: Values) -> list[Party]:
        if self._table is None:
            self._table = _Table.of(self.groups)
        table = self._table
        table.note(self.groups, self._stale)
        self._stale = {}
        moved = table.moves(values)
        limit, brink = 1.0 + self.slack, 1.0 - HAIR
        is_hot = (table.firsts * moved.least < limit) | table.has_unhealthy | (moved.spread > SLACK_SPREAD)
        found: list[Party] = []
        for place in np.nonzero(is_hot)[0].tolist():
            group_id = table.ids[place]
            cut, sure_cut = limit / float(moved.least[place]), brink / float(moved.most[place])
            if moved.spread[place] > SLACK_SPREAD:
                # Its order no longer bounds anything: sort first, look then.
                group_id, cut, sure_cut = self._replace([group_id], values), limit, brink
                if not group_id:
                    continue
            group = self.groups[group_id]
            found += group.near(values, cut, sure_cut, self.slack)
            if len(group) > self.small and group.would_gain_by_sorting():
                self._replace([group_id], values)
        return found

    def _flush(self, values: Values, extract: Extract) -> None:
        """Make the side list a group, and groups of a full level one of the next."""
        parties = sorted(self.side)
        rows = extract(parties)
        owing = rows.owing()
        self.side = {}
        if len(owing.parties) > SMALL:
            self.open(owing, values)
        elif len(owing.parties):
            self._lift(self._add(Group.of(owing, values)), 0, values)

    def _lift(self, group_id: int, level: int, values: Values) -> None:
        while len(self.levels) <= level:
            self.levels.append([])
        self.levels[level].append(group_id)
        if len(self.levels[level]) == FAN:
            members, self.levels[level] = self.levels[level], []
            merged = self._replace(members, values)
            if merged:
                self._lift(merged, level + 1, values)

    def _replace(self, group_ids: list[int], values: Values) -> int:
        """Put the living rows of groups into one, sorted at the prices of now; return its id, 0 if nobody lives."""
        rows, states = merge([self.groups[each] for each in group_ids])
        for each in group_ids:
            del self.groups[each]
        self._table = None
        new = self._add(Group.of(rows, values, states), group_ids[0] if len(group_ids) == 1 else 0) if len(rows.parties) else 0
        if not new:
            self.levels = [[each for each in level if each in self.groups] for level in self.levels]
        return new

    def _add(self, group: Group, group_id: int = 0) -> int:
        if not group_id:
            group_id, self._next = self._next, self._next + 1
        self.groups[group_id] = group
        self._table = None
        offsets = group.parties - self.first
        inside = (offsets >= 0) & (offsets < len(self.block_groups))
        self.block_groups[offsets[inside]] = group_id
        self.block_rows[offsets[inside]] = np.nonzero(inside)[0]
        for row in np.nonzero(~inside)[0].tolist():
            self.places[int(group.parties[row])] = (group_id, row)
        return group_id

    def _make_room(self, parties: NDArray[np.int64]) -> None:
        """Keep places of the first large block in arrays; everybody else's go into a dict."""
        if not len(self.block_groups):
            self.first, last = int(parties.min()), int(parties.max())
            if last - self.first < 4 * len(parties):
                self.block_groups = np.zeros(last - self.first + 1, np.int32)
                self.block_rows = np.zeros(last - self.first + 1, np.int32)
                for party in [each for each in self.places if self.first <= each <= last]:
                    place = self.places.pop(party)
                    self.block_groups[party - self.first], self.block_rows[party - self.first] = place

    def _place(self, party: Party) -> tuple[int, int]:
        """Return an account's group and row; group 0 for whoever is on the side list or unknown."""
        offset = party - self.first
        if 0 <= offset < len(self.block_groups):
            return int(self.block_groups[offset]), int(self.block_rows[offset])
        return self.places.get(party, (0, 0))

    def _strike(self, party: Party) -> None:
        group_id, row = self._place(party)
        if not group_id:
            return
        self.groups[group_id].set_state(row, DEAD)
        self._stale[group_id] = None
        if 0 <= party - self.first < len(self.block_groups):
            self.block_groups[party - self.first] = 0
        else:
            del self.places[party]

    def _check(self) -> None:
        """Assert that every account has one place and knows it, and that groups are sorted."""
        for group_id, group in self.groups.items():
            group._check()
            for row in np.nonzero(group.states != DEAD)[0].tolist():
                party = int(group.parties[row])
                assert self._place(party) == (group_id, row)
                assert party not in self.side
        listed = [each for level in self.levels for each in level]
        assert len(listed) == len(set(listed))
        assert all(each in self.groups for each in listed)


class _Moves(NamedTuple):
    """By what factor health may have moved since a group was sorted, and how far its prices moved apart or from one."""

    least: Floats
    most: Floats
    spread: Floats


@attrs.define(eq=False, repr=False)
class _Table:
    """All groups' bounds in one place, so that one post is a handful of array operations."""

    ids: list[int]
    places: dict[int, int]
    firsts: Floats
    """Lowest health at reference prices among the living."""
    has_unhealthy: NDArray[np.bool_]
    collateral: Floats
    """1 / reference price by group and asset; infinite where the group has no such collateral."""
    collateral_own: Floats
    """The same with 0 in place of infinite; so for debts."""
    debt: Floats
    debt_own: Floats

    @classmethod
    def of(cls, groups: dict[int, Group]) -> _Table:
        """Return the table of groups."""
        all_groups = list(groups.values())
        own = np.stack([group.inverse_references(is_debt=False) for group in all_groups])
        debt_own = np.stack([group.inverse_references(is_debt=True) for group in all_groups])
        table = cls(
            ids=list(groups),
            places={each: place for place, each in enumerate(groups)},
            firsts=np.zeros(len(groups)),
            has_unhealthy=np.zeros(len(groups), bool),
            collateral=np.where(own > 0, own, np.inf),
            collateral_own=own,
            debt=np.where(debt_own > 0, debt_own, np.inf),
            debt_own=debt_own,
        )
        table.note(groups, groups)
        return table

    def note(self, groups: dict[int, Group], stale: Iterable[int]) -> None:
        """Take anew what changes between posts."""
        for each in stale:
            group = groups.get(each)
            if group is not None:
                self.firsts[self.places[each]] = group.lowest()
                self.has_unhealthy[self.places[each]] = bool(group.unhealthy)

    def moves(self, values: Values) -> _Moves:
        """Return how far health can have moved in every group since it was sorted."""
        least = np.minimum((self.collateral * values.collateral).min(axis=1), _HUGE)
        most = (self.collateral_own * values.collateral).max(axis=1)
        debt_least, debt_most = (self.debt * values.debt).min(axis=1), (self.debt_own * values.debt).max(axis=1)
        spread = np.maximum(np.maximum(most, 1.0) / np.minimum(least, 1.0), np.maximum(debt_most, 1.0) / np.minimum(debt_least, 1.0))
        return _Moves(least / debt_most, np.maximum(most, 1.0 / _HUGE) / debt_least, spread)


def slack_of(lowest_threshold: Bps, floors_threshold: bool) -> float:
    """Return eps: what the contract's cut of the average threshold to whole bps can take off health, or a hair."""
    return 1.0 / lowest_threshold + 1e-9 if floors_threshold else 1e-9
