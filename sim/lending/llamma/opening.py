"""What a market holds when the run begins: money to lend, single loans, whole populations.

Collateral is minted into the bands. Debt is taken out of the money that may be lent and leaves the world: what borrowers did with it
happened before the run. All of it happens outside of any tx, at the oracle's price, before interest accrues.
"""

from sim.errors import InputError, Revert
from sim.fixed import ceil_to_int, floor_to_int
from sim.lending.llamma import rules
from sim.lending.llamma.market import LlammaMarket
from sim.lending.llamma.rules import FEWEST_BANDS, MOST_BANDS
from sim.lending.population import HealthModel, SizeModel, draws_of
from sim.streams import Stream
from sim.units import WAD, Party, Seconds, Units

HAIR = 1e-3
"""How much more collateral than the least whoever is drawn has: a loan's first band must lie below the price, and bands are coarse."""


def open_money(market: LlammaMarket, units: Units) -> None:
    """Make money for the market to lend: its ceiling."""
    market.till.ledger.mint(market.terms.money.id, _purse(market, market.place), units)
    market.funding += units
    market.held += units


def open_loan(market: LlammaMarket, party: Party, collateral: Units, debt: Units, bands: int, timestamp: Seconds) -> None:
    """Open a loan in the bands that its debt asks for. Raises InputError where the contract would refuse it, or money is short."""
    terms, name = market.terms, f"{market.terms.collateral.symbol}/{market.terms.money.symbol}"
    loan = f"{name}: {terms.money.amount(debt)} against {terms.collateral.amount(collateral)} in {bands} bands"
    if not FEWEST_BANDS <= bands <= MOST_BANDS:
        raise InputError(f"{loan}: give {FEWEST_BANDS} to {MOST_BANDS} bands")
    if debt > market.held:
        raise InputError(f"{loan}: the market has {terms.money.amount(market.held)} to lend; open more money first")
    try:
        first = market.first_band(collateral, debt, bands, timestamp)
        market.amm.deposit(party, collateral, first, first + bands - 1)
    except Revert as revert:
        raise InputError(f"{loan} is no loan that can be made ({revert.reason.name}); give more collateral or less debt") from None
    market.put_loan(party, debt, timestamp, terms.liquidation_discount)
    market.till.ledger.mint(terms.collateral.id, _purse(market, market.amm.place), collateral)
    market.till.ledger.burn(terms.money.id, _purse(market, market.place), debt)
    market.held -= debt
    market.total = market.total._replace(initial=market.total.initial + debt)
    market.save_rate(timestamp)


def open_loans(
    market: LlammaMarket, first: Party, count: int, sizes: SizeModel, health: HealthModel, bands: int, stream: Stream, timestamp: Seconds
) -> dict[str, list[Units]]:
    """Open loans drawn from a stream, with the ids from ``first`` on; return the columns by name.

    Sizes are debts in whole money; a health of one is as much debt as may be, one and a half half as much again of collateral. The dice are
    those of other populations: the same five for every account.
    """
    terms = market.terms
    price = market.amm.limited(timestamp).price
    per_whole = rules.effective_collateral(terms.amp, 10**24, bands, terms.loan_discount) / 10**24 * (price / WAD)
    band = terms.a / (terms.a - 1)
    collaterals, debts = [], []
    for number in range(count):
        draws = draws_of(stream)
        whole = sizes.size(draws)
        debt = max(floor_to_int(whole * terms.money.unit), 1)
        wanted = debt / terms.money.unit * max(health.health(draws), 1.0) * (1.0 + HAIR) * band / per_whole
        collaterals.append(ceil_to_int(wanted * terms.collateral.unit) + bands)
        debts.append(debt)
        open_loan(market, first + number, collaterals[-1], debt, bands, timestamp)
    return {f"{terms.collateral.symbol}_collateral_1": collaterals, f"{terms.money.symbol}_debt_1": debts}


def _purse(market: LlammaMarket, place: Party) -> int:
    return market.till.ledger.open(place, market.till.chain)
