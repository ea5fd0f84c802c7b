"""What a pool holds when the run begins: suppliers' units, single accounts, whole populations.

Supplies are minted into the pool's purse. Debt is taken out of it and leaves the world: what borrowers did with it happened before the
run. So suppliers come first, borrowers after. All of it happens outside of any tx, before interest accrues, when a claim is a unit.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.fixed import ceil_to_int, floor_to_int
from sim.lending.euler.columns import rows_of_population, values_of
from sim.lending.euler.pool import EulerPool
from sim.lending.population import MOST_DIGITS, Draws, HealthModel, SizeModel, draws_of
from sim.lending.positions import Column, Population, column_total
from sim.streams import Stream
from sim.units import INT64_MAX, RAY, AssetId, Party, Units

HAIR = 1e-9
"""How far above one whoever is drawn stands at least: more than floats can be wrong by."""


class Loan(NamedTuple):
    """One kind of borrower: what it locks, what it owes, how common it is."""

    weight: float
    collateral: AssetId
    debt: AssetId


def open_supply(pool: EulerPool, party: Party, asset: AssetId, units: Units) -> None:
    """Mint units into the pool as an account's supply."""
    state, scaler = pool.state, pool.state.books[asset].precision.scaler
    _fresh(pool, asset)
    state.add_shares(party, asset, units * scaler)
    _bring(pool, asset, units)
    state.refresh(asset)


def open_account(pool: EulerPool, party: Party, collaterals: Mapping[AssetId, Units], debts: Mapping[AssetId, Units]) -> None:
    """Open one account, healthy or not. Refuses, with InputError, debt that the suppliers do not cover or that an account may not have."""
    state = pool.state
    owing = {**state.positions.peek(party).debts, **debts}
    if state.rules.has_one_debt and len(owing) > 1:
        raise InputError(f"an account of {state.rules.name} owes one asset only; give it one debt of those it has ({len(owing)})")
    for asset, units in collaterals.items():
        open_supply(pool, party, asset, units)
    for asset, units in debts.items():
        _fresh(pool, asset)
        _lend(pool, asset, units)
        state.add_debt(party, asset, units * state.books[asset].precision.scaler)
        state.refresh(asset)


def open_population(
    pool: EulerPool, first: Party, count: int, sizes: SizeModel, health: HealthModel, loans: Sequence[Loan], stream: Stream
) -> dict[str, list[int]]:
    """Open accounts drawn from a stream, with the ids from ``first`` on, all of them healthy; return the columns by name.

    Sizes are debts in whole units of what prices are in; each account has one collateral and one debt. The dice are those of other
    populations: the same five for every account. Raises InputError without a price, for debt that the suppliers do not cover, for a
    collateral that carries nothing, or for an account too large for a column.
    """
    _refuse_mistakes(pool, loans)
    amounts: dict[tuple[AssetId, bool], list[int]] = {}
    for loan in loans:
        for key in ((loan.collateral, False), (loan.debt, True)):
            amounts.setdefault(key, [0] * count)
    for number in range(count):
        draws = draws_of(stream)
        loan = _loan(loans, draws)
        owed, held = _amounts(pool, loan, sizes.size(draws), max(health.health(draws), 1.0 + HAIR))
        amounts[loan.debt, True][number] = owed
        amounts[loan.collateral, False][number] = held
    named = {}
    for (asset, is_debt), column in sorted(amounts.items()):
        symbol = pool.state.terms.by_asset[asset].asset.symbol
        name = f"{symbol}_{'debt' if is_debt else 'collateral'}_{_quantum(pool, asset)}"
        if max(column, default=0) > INT64_MAX:
            raise InputError(f"{name}: an account was drawn with {max(column)} steps; bound sizes by `most`")
        named[name] = column
    _open(pool, first, count, amounts)
    return named


def _amounts(pool: EulerPool, loan: Loan, size: float, health: float) -> tuple[int, int]:
    """Return debt and collateral in steps of each asset's quantum: debt down, collateral up and by two more for what is rounded."""
    terms, prices = pool.state.terms, pool.state.posted_prices()
    factor = terms.rules.factor(terms, loan.debt, loan.collateral, True)
    per_debt, per_collateral = _per_value(pool, loan.debt, prices[loan.debt]), _per_value(pool, loan.collateral, prices[loan.collateral])
    owed = floor_to_int(size * per_debt)
    return owed, ceil_to_int((owed + 1) / per_debt * health / factor * per_collateral) + 2


def _per_value(pool: EulerPool, asset: AssetId, price: int) -> float:
    """Return how many steps of an asset one whole of what prices are in buys."""
    return pool.state.terms.by_asset[asset].asset.unit / _quantum(pool, asset) * 10**8 / price


def _quantum(pool: EulerPool, asset: AssetId) -> int:
    return int(10 ** max(0, pool.state.terms.by_asset[asset].asset.decimals - MOST_DIGITS))


def _loan(loans: Sequence[Loan], draws: Draws) -> Loan:
    """Return the loan that a uniform draw falls on."""
    left = draws.mix * sum(loan.weight for loan in loans)
    for loan in loans:
        left -= loan.weight
        if left < 0:
            return loan
    return loans[-1]


def _open(pool: EulerPool, first: Party, count: int, amounts: Mapping[tuple[AssetId, bool], list[int]]) -> None:
    """Take a population in: nobody becomes an object before it is touched."""
    state = pool.state
    columns = []
    for (asset, is_debt), column in sorted(amounts.items(), key=lambda each: (each[0][1], each[0][0])):
        precision, quantum = state.books[asset].precision, _quantum(pool, asset)
        scale = precision.per_unit if is_debt else precision.scaler
        columns.append(Column(asset, is_debt, np.array(column, np.int64), quantum * scale))
    population = Population(first, count, tuple(columns))
    state.positions.add_population(population)
    for each in columns:
        _fresh(pool, each.asset)
        book, total = state.books[each.asset], column_total(each)
        if each.is_debt:
            _lend(pool, each.asset, total // book.precision.per_unit)
            book.owed += total
        else:
            book.shares += total
            _bring(pool, each.asset, total // book.precision.scaler)
    state.refresh(*state.books)
    opened_at = next(iter(state.books.values())).updated_at
    pool.watch.screening.open(rows_of_population(state, population), values_of(state, state.at(opened_at)))


def _refuse_mistakes(pool: EulerPool, loans: Sequence[Loan]) -> None:
    terms, prices = pool.state.terms, pool.state.posted_prices()
    mistakes = [] if loans and sum(loan.weight for loan in loans) > 0 else ["there are no loans to draw; give one with a weight above 0"]
    for loan in loans:
        debt, collateral = terms.by_asset[loan.debt].asset.symbol, terms.by_asset[loan.collateral].asset.symbol
        if not terms.rules.factor(terms, loan.debt, loan.collateral, True) or loan.debt == loan.collateral:
            mistakes.append(f"{collateral} carries no debt of {debt}; take a pair that has terms")
        if min(prices[loan.debt], prices[loan.collateral]) <= 0:
            mistakes.append(f"accounts of {collateral} and {debt} cannot be drawn before both have a price; give it one at the start")
    if mistakes:
        raise InputError("\n".join(mistakes))


def _bring(pool: EulerPool, asset: AssetId, units: Units) -> None:
    """Bring units into the world and the pool; somebody has claims for them."""
    state = pool.state
    state.ledger.mint(asset, state.purse, units)
    state.books[asset].held += units
    state.promise(asset, units)


def _lend(pool: EulerPool, asset: AssetId, units: Units) -> None:
    """Take borrowed units out of the pool and of the world."""
    state, book = pool.state, pool.state.books[asset]
    if units > book.held:
        known = book.terms.asset
        raise InputError(
            f"borrowers owe {known.amount(units)} at the opening, the pool has {known.amount(book.held)}; open more supply of it first"
        )
    state.ledger.burn(asset, state.purse, units)
    book.held -= units


def _fresh(pool: EulerPool, asset: AssetId) -> None:
    assert pool.state.books[asset].accumulator == RAY, "positions are opened before interest accrues"
