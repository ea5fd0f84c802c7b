"""Who has how many shares in one pool: accounts as objects where somebody touched them, as columns where nobody has yet.

A population of a million is two or three integer arrays; an account becomes an object when it is first written to. All writes go
through the journal, and whoever was written to is remembered in ``changed`` until somebody (the screening) has taken note: a tx
that is rolled back leaves its accounts there, which costs a look and nothing else.

Shares are scaled balances, always above zero where present. A supplied asset either counts as collateral or lies ``idle``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from sim.journal import Journal
from sim.units import AssetId, Party

Shares = dict[AssetId, int]


@attrs.define
class Account:
    """One owner's shares in a pool."""

    collaterals: Shares = attrs.field(factory=dict)
    idle: Shares = attrs.field(factory=dict)
    """Supplied, but not as collateral."""
    debts: Shares = attrs.field(factory=dict)
    e_mode: int = 0
    """Category, 0 for none."""


@attrs.frozen(eq=False)
class Column:
    """One asset's shares over a population: as collateral or as debt."""

    asset: AssetId
    is_debt: bool
    amounts: NDArray[np.int64]
    quantum: int = 1
    """Shares in one of the amounts: 10^9 lets 18 decimals fit 63 bits."""


@attrs.frozen(eq=False)
class Population:
    """Accounts in a row, by column. Never written to, so a copy of the world shares it."""

    first: Party
    count: int
    columns: tuple[Column, ...]
    e_modes: NDArray[np.int8] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Population:
        return self

    def account(self, party: Party) -> Account:
        """Return one account as it was opened."""
        row = party - self.first
        account = Account(e_mode=0 if self.e_modes is None else int(self.e_modes[row]))
        for column in self.columns:
            shares = int(column.amounts[row]) * column.quantum
            if shares:
                (account.debts if column.is_debt else account.collaterals)[column.asset] = shares
        return account


@attrs.define(eq=False, repr=False)
class Positions:
    """All accounts of one pool. Reading an untouched one costs a few microseconds, a touched one a dict look-up."""

    journal: Journal
    accounts: dict[Party, Account] = attrs.field(factory=dict)
    """Those that were written to."""
    populations: list[Population] = attrs.field(factory=list)
    changed: dict[Party, None] = attrs.field(factory=dict)

    def __len__(self) -> int:
        """Return how many accounts there are. Cost: the touched ones."""
        own = sum(self.population_of(party) is None for party in self.accounts)
        return own + sum(population.count for population in self.populations)

    def population_of(self, party: Party) -> Population | None:
        """Return the population an account belongs to, None if it came alone."""
        for population in self.populations:
            if 0 <= party - population.first < population.count:
                return population
        return None

    def peek(self, party: Party) -> Account:
        """Return an account for reading only; an empty one for whoever has none."""
        account = self.accounts.get(party)
        if account is not None:
            return account
        population = self.population_of(party)
        return Account() if population is None else population.account(party)

    def touch(self, party: Party) -> Account:
        """Return an account for writing to by ``put`` and ``drop``; opened if it was not there."""
        self.changed[party] = None
        account = self.accounts.get(party)
        if account is None:
            account = self.peek(party)
            self.journal.write(self.accounts, party, account)
        return account

    def put(self, shares: Shares, asset: AssetId, amount: int) -> None:
        """Set one of a touched account's shares; at zero the entry goes."""
        assert amount >= 0
        if amount:
            self.journal.write(shares, asset, amount)
        elif asset in shares:
            self.journal.erase(shares, asset)

    def add_population(self, population: Population) -> None:
        """Add accounts by column; their ids must be free."""
        assert all(not 0 <= party - population.first < population.count for party in self.accounts)
        for other in self.populations:
            assert population.first + population.count <= other.first or other.first + other.count <= population.first
        for column in population.columns:
            assert len(column.amounts) == population.count
            assert column.amounts.min(initial=0) >= 0
            column.amounts.setflags(write=False)
        self.populations.append(population)

    def parties(self) -> Iterator[Party]:
        """Yield every account's id: populations first, then those that came alone, each in the sequence of opening."""
        for population in self.populations:
            yield from range(population.first, population.first + population.count)
        for party in self.accounts:
            if self.population_of(party) is None:
                yield party

    def total(self, asset: AssetId, is_debt: bool) -> int:
        """Return all accounts' shares of an asset, owed or supplied. Cost: all accounts."""
        total = sum(column_total(column) for each in self.populations for column in each.columns if _is(column, asset, is_debt))
        for party, account in self.accounts.items():
            population = self.population_of(party)
            if population is not None:
                total -= _held(population.account(party), asset, is_debt)
            total += _held(account, asset, is_debt)
        return total

    def _check(self) -> None:
        """Assert that no account holds nothing of something, nor one asset both as collateral and idle."""
        for account in self.accounts.values():
            assert all(amount > 0 for shares in (account.collaterals, account.idle, account.debts) for amount in shares.values())
            assert not account.collaterals.keys() & account.idle.keys()


def column_total(column: Column) -> int:
    """Return the sum of a column in shares, exactly: halves of the words are summed apart, so that nothing overflows."""
    amounts = column.amounts
    low, high = int((amounts & 0xFFFFFFFF).sum()), int((amounts >> 32).sum())
    return ((high << 32) + low) * column.quantum


def _is(column: Column, asset: AssetId, is_debt: bool) -> bool:
    return column.asset == asset and column.is_debt == is_debt


def _held(account: Account, asset: AssetId, is_debt: bool) -> int:
    if is_debt:
        return account.debts.get(asset, 0)
    return account.collaterals.get(asset, 0) + account.idle.get(asset, 0)
