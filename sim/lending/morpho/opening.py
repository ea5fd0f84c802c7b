"""What a market holds when the run begins: suppliers' units, single accounts, whole populations.

Collateral is minted into the market's purse. Debt is taken out of it and leaves the world: what borrowers did with it happened before
the run. So suppliers come first, borrowers after. All of it happens outside of any tx, before interest accrues.
"""

import numpy as np

from sim.errors import InputError, Revert
from sim.fixed import ceil_to_int, floor_to_int
from sim.lending.groups import Rows
from sim.lending.morpho import rules
from sim.lending.morpho.market import COLLATERAL, LOAN, MorphoMarket
from sim.lending.population import MOST_DIGITS, HealthModel, SizeModel, draws_of
from sim.lending.positions import Column, Population, column_total
from sim.streams import Stream
from sim.units import INT64_MAX, WAD, AssetId, Party, Units

HAIR = 1e-9
"""How far above its limit whoever is drawn stands at least: more than floats can be wrong by."""


def open_supply(market: MorphoMarket, party: Party, units: Units) -> None:
    """Mint units of the loan asset into the market as somebody's supply."""
    totals = market.totals
    shares = rules.to_shares_down(units, totals.supply_assets, totals.supply_shares)
    market.add_supply(party, shares)
    market.set_totals(totals.with_supply(units, shares))
    _bring(market, market.terms.loan.id, units)


def open_account(market: MorphoMarket, party: Party, collateral: Units, debt: Units) -> None:
    """Open an account, or add to one. Nothing is refused but, with InputError, debt that the suppliers do not cover."""
    totals = market.totals
    shares = rules.to_shares_up(debt, totals.borrow_assets, totals.borrow_shares)
    market.add_collateral(party, collateral)
    market.add_debt(party, shares)
    market.set_totals(totals.with_debt(debt, shares))
    _bring(market, market.terms.collateral.id, collateral)
    _lend(market, debt)


def open_population(
    market: MorphoMarket, first: Party, count: int, sizes: SizeModel, health: HealthModel, stream: Stream
) -> dict[str, list[int]]:
    """Open accounts drawn from a stream, with the ids from ``first`` on, all of them healthy; return the columns by name.

    Sizes are debts in whole units of what prices are in. The dice are those of other populations: the same five for every account.
    Raises InputError without a price, for debt that the suppliers do not cover, or for an account too large for a column.
    """
    terms = market.terms
    try:
        price = market.oracle.price()
    except Revert:
        raise InputError(
            f"accounts of {terms.collateral.symbol}/{terms.loan.symbol} cannot be drawn before both have a price; give it one at the start"
        ) from None
    assert not market.totals.borrow_shares, "a population comes before single borrowers, while shares are units"
    quanta = quantum_of(terms.collateral.decimals), quantum_of(terms.loan.decimals)
    per_value = terms.loan.unit / quanta[1] * 10**8 / market.oracle.posted(terms.loan.id)
    per_debt = quanta[1] / quanta[0] * rules.ORACLE_SCALE / price * WAD / terms.lltv
    held, owed = [], []
    for _ in range(count):
        draws = draws_of(stream)
        debt = floor_to_int(sizes.size(draws) * per_value)
        owed.append(debt)
        # Two units of the loan asset, and one of collateral, for what the contract rounds off.
        held.append(ceil_to_int((debt + 2 / quanta[1]) * max(health.health(draws), 1.0 + HAIR) * per_debt) + 1)
    columns = {f"{terms.collateral.symbol}_collateral_{quanta[0]}": held, f"{terms.loan.symbol}_debt_{quanta[1]}": owed}
    for name, column in columns.items():
        if max(column, default=0) > INT64_MAX:
            raise InputError(f"{name}: an account was drawn with {max(column)} steps; bound sizes by `most`")
    _open(market, first, held, owed, quanta)
    return columns


def quantum_of(decimals: int) -> int:
    """Return the units in one step of a column."""
    return int(10 ** max(0, decimals - MOST_DIGITS))


def _open(market: MorphoMarket, first: Party, held: list[int], owed: list[int], quanta: tuple[int, int]) -> None:
    """Take a population in: nobody becomes an object before it is touched."""
    collateral, loan = market.terms.collateral, market.terms.loan
    columns = (
        Column(collateral.id, False, np.array(held, np.int64), quanta[0]),
        Column(loan.id, True, np.array(owed, np.int64), quanta[1] * rules.VIRTUAL_SHARES),
    )
    market.positions.add_population(Population(first, len(held), columns))
    units, shares = (column_total(column) for column in columns)
    debt = shares // rules.VIRTUAL_SHARES
    market.collateral += units
    market.set_totals(market.totals.with_debt(debt, shares))
    _bring(market, collateral.id, units)
    _lend(market, debt)
    amounts = [column.amounts.astype(np.float64) * (column.quantum / unit) for column, unit in zip(columns, _wholes(market), strict=True)]
    weights = {COLLATERAL: amounts[0] * (market.terms.lltv / WAD)}
    parties = np.arange(first, first + len(held), dtype=np.int64)
    market.watch.screening.open(Rows(parties, weights, {LOAN: amounts[1]}), market.values(market.totals, market.oracle.price()))


def _wholes(market: MorphoMarket) -> tuple[int, int]:
    """Return what makes a whole of collateral, and of debt shares."""
    return market.terms.collateral.unit, market.terms.loan.unit * rules.VIRTUAL_SHARES


def _bring(market: MorphoMarket, asset: AssetId, units: Units) -> None:
    """Bring units into the world and the market."""
    market.ledger.mint(asset, market.purse, units)
    market.note_held(asset, units)


def _lend(market: MorphoMarket, units: Units) -> None:
    """Take borrowed units out of the market and of the world."""
    asset = market.terms.loan
    held = market.held_of(asset.id)
    if units > held:
        raise InputError(
            f"borrowers owe {asset.amount(units)} at the opening, the market has {asset.amount(held)}; open more supply of it first"
        )
    market.ledger.burn(asset.id, market.purse, units)
    market.note_held(asset.id, -units)
