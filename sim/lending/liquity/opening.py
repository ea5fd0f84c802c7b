"""What a system holds when the run begins: single troves, whole populations, deposits.

Collateral is minted into the system's purse, and so is each trove's reserve for gas; the rest of what was drawn was spent before the run.
All of it happens outside of any tx.
"""

from sim.errors import InputError
from sim.fixed import ceil_to_int, floor_to_int
from sim.lending.liquity import rules
from sim.lending.liquity.system import Liquity
from sim.lending.population import MOST_DIGITS, HealthModel, SizeModel, draws_of
from sim.streams import Stream
from sim.units import INT64_MAX, AssetId, Party, Seconds, Units

HAIR = 1e-9
"""How far above its limit whoever is drawn stands at least: more than floats can be wrong by."""
QUANTUM = 10 ** (18 - MOST_DIGITS)
"""Units in a step of drawn collateral and debt."""
STEPS = 10**MOST_DIGITS
"""In one whole."""


def open_account(system: Liquity, party: Party, collateral: Units, debt: Units) -> None:
    """Open a trove with all it owes, the reserve for gas included. Nothing is refused: it may be risky or small from the start.

    Raises InputError for somebody who has one already, or for a debt of nothing.
    """
    if system.book.has(party):
        raise InputError(f"party {party} has a trove already, and may have one only")
    if debt <= 0:
        raise InputError("a trove owes at least the reserve for gas; give it a debt")
    system.book.open(party, collateral, debt)
    _bring(system, system.terms.collateral.id, collateral)
    _issue(system, debt, 1)


def open_deposit(system: Liquity, party: Party, units: Units) -> None:
    """Mint money into the stability pool as somebody's deposit, which may be added to before anything is liquidated."""
    pool = system.stability
    _bring(system, system.terms.money.id, units)
    pool.add(units)
    pool.set_deposit(party, pool.compounded(party) + units)


def open_population(
    system: Liquity, first: Party, count: int, sizes: SizeModel, health: HealthModel, stream: Stream, timestamp: Seconds
) -> dict[str, list[int]]:
    """Open troves drawn from a stream, with the ids from ``first`` on, all of them healthy; return the columns by name.

    Sizes are debts in whole money, raised to the least a trove may owe; a health of one is the minimum ratio. The dice are those of other
    populations: the same five for every account. Raises InputError without a price, or for an account too large for a column.
    """
    price = system.price_or_none(timestamp)
    if not price:
        raise InputError("troves cannot be drawn before their feed has a price; give it one at the start")
    assert not system.book.stakes_then, "troves are drawn before anything is liquidated"
    least = (rules.GAS_RESERVE + rules.LEAST_NET_DEBT) // QUANTUM
    per_debt = rules.MINIMUM_RATIO / price
    held, owed = [], []
    for _ in range(count):
        draws = draws_of(stream)
        debt = max(floor_to_int(sizes.size(draws) * STEPS), least)
        owed.append(debt)
        held.append(ceil_to_int(max(health.health(draws), 1.0 + HAIR) * debt * per_debt) + 1)
    terms = system.terms
    columns = {f"{terms.collateral.symbol}_collateral_{QUANTUM}": held, f"{terms.money.symbol}_debt_{QUANTUM}": owed}
    for name, column in columns.items():
        if max(column, default=0) > INT64_MAX:
            raise InputError(f"{name}: an account was drawn with {max(column) * QUANTUM} units; bound sizes by `most`")
    _open(system, first, held, owed)
    return columns


def _open(system: Liquity, first: Party, held: list[int], owed: list[int]) -> None:
    pairs = {first + row: (units * QUANTUM, debt * QUANTUM) for row, (units, debt) in enumerate(zip(held, owed, strict=True))}
    system.book.open_many(pairs)
    _bring(system, system.terms.collateral.id, sum(held) * QUANTUM)
    _issue(system, sum(owed) * QUANTUM, len(held))


def _issue(system: Liquity, debt: Units, troves: int) -> None:
    """Count debt as issued, and mint the reserves for gas."""
    reserves = rules.GAS_RESERVE * troves
    system.issued += debt
    system.gas_reserve += reserves
    _bring(system, system.terms.money.id, reserves)


def _bring(system: Liquity, asset: AssetId, units: Units) -> None:
    """Bring units into the world and the system."""
    system.ledger.mint(asset, system.purse, units)
    system.note_held(asset, units)
