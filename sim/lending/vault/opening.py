"""Whose vaults there are when the run begins: single ones, whole populations.

Collateral is minted into the engine. What was drawn was spent before the run: it is made as internal money that circulates outside.
All of it happens outside of any tx, at the price the pool read when it was built.
"""

import math

import numpy as np

from sim.errors import InputError
from sim.fixed import ceil_to_int, floor_to_int
from sim.lending.columns import rows_of_population
from sim.lending.population import MOST_DIGITS, HealthModel, SizeModel, draws_of
from sim.lending.positions import Column, Population, column_total
from sim.lending.vault import rules
from sim.lending.vault.columns import values_of_vaults
from sim.lending.vault.pool import VaultPool
from sim.streams import Stream
from sim.units import INT64_MAX, RAD, RAY, Party, Units

HAIR = 1e-9
"""How far above its margin whoever is drawn stands at least: more than floats can be wrong by."""
QUANTUM = 10 ** (18 - MOST_DIGITS)
"""Units in a step of drawn collateral and debt."""
STEPS = 10**MOST_DIGITS
"""In one whole."""


def open_vault(pool: VaultPool, party: Party, collateral: Units, debt: Units) -> None:
    """Open a vault, or add to one: collateral comes into the world, debt (money, rounded up to whole shares) has left it.

    Nothing is refused: a vault may be unsafe or dusty from the start.
    """
    shares = rules.shares_to_draw(debt, pool.index)
    pool.add(party, collateral, shares)
    engine = pool.engine
    engine.ledger.mint(pool.collateral, engine.purse(engine.place), collateral)
    engine.issue(engine.place, shares * pool.index)


def open_vault_population(
    pool: VaultPool, first: Party, count: int, sizes: SizeModel, health: HealthModel, stream: Stream
) -> dict[str, list[Units]]:
    """Open vaults drawn from a stream, with the ids from ``first`` on, all of them safe; return the columns by name.

    Sizes are debts in whole money, raised to the least debt a vault may have; a health of one is the margin. The dice are those of
    other populations: the same five for every account. Raises InputError without a price, or for an account too large for a column.
    """
    if not pool.margin_price:
        raise InputError("vaults cannot be drawn before their feed has a price; give it one at the start")
    assert pool.index == RAY, "vaults are drawn before a fee accrues"
    least = math.ceil(pool.terms.min_debt / RAD * STEPS)
    inks, arts = [], []
    for _ in range(count):
        draws = draws_of(stream)
        wanted = sizes.size(draws)
        art = max(floor_to_int(wanted * STEPS), least)
        worth = max(health.health(draws), 1.0 + HAIR) * art
        inks.append(ceil_to_int(worth * (RAY / pool.margin_price)))
        arts.append(art)
    columns = {f"{_symbol(pool, pool.collateral)}_collateral_{QUANTUM}": inks, f"{_symbol(pool, pool.money)}_debt_{QUANTUM}": arts}
    for name, column in columns.items():
        if max(column, default=0) > INT64_MAX:
            raise InputError(f"{name}: an account was drawn with {max(column) * QUANTUM} units; bound sizes by `most`")
    _open(pool, Population(first, count, (_column(pool.collateral, False, inks), _column(pool.money, True, arts))))
    return columns


def _column(asset: int, is_debt: bool, amounts: list[int]) -> Column:
    return Column(asset, is_debt, np.array(amounts, np.int64), QUANTUM)


def _open(pool: VaultPool, population: Population) -> None:
    """Take a population in: nobody becomes an object before it is touched."""
    engine = pool.engine
    pool.positions.add_population(population)
    collateral, debt = (column_total(column) for column in population.columns)
    engine.ledger.mint(pool.collateral, engine.purse(engine.place), collateral)
    engine.issue(engine.place, debt * pool.index)
    pool.total_shares += debt
    pool.screening.open(rows_of_population(pool.sides, population), values_of_vaults(pool.margin_price, pool.index))


def _symbol(pool: VaultPool, asset: int) -> str:
    return pool.engine.ledger.assets[asset].symbol
