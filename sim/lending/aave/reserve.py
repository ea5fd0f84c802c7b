"""One asset's reserve: indices, rates, totals. What accounts hold of it stands in ``positions``.

Indices and rates change only through ``accrue`` and ``refresh``, all through the journal. A reserve nobody touches is projected
(``indices_at``), never stored: projecting to an instant and accruing at it give the same indices.
"""

from typing import NamedTuple

import attrs

from sim.fixed import ray_mul
from sim.journal import Journal
from sim.lending.aave.maths import percent_mul
from sim.lending.aave.rules import Rules
from sim.lending.aave.terms import ReserveTerms
from sim.lending.interest import linear_growth, rates
from sim.units import RAY, Ray, Seconds, Units


class Indices(NamedTuple):
    """Units per share, in ray."""

    supply: Ray
    debt: Ray


@attrs.define(eq=False, repr=False)
class Reserve:
    """The state of one asset in a pool."""

    terms: ReserveTerms
    updated_at: Seconds
    supply_index: Ray = RAY
    debt_index: Ray = RAY
    supply_rate: Ray = 0
    debt_rate: Ray = 0
    supply_shares: int = 0
    """All accounts' and the treasury's."""
    debt_shares: int = 0
    treasury_shares: int = 0
    deficit: Units = 0
    """Debt that was written off."""
    cash: Units = 0
    """What was paid in and not paid out again. The purse may have more: what somebody merely sent to it, which is nobody's."""
    booked: int = 0
    """What the pool's flows left over for it, in 10^-27 units: what came in and what is owed more, less what went out and what is
    promised more. Roundings, and interest that suppliers and treasury were not given."""


def indices_at(rules: Rules, reserve: Reserve, timestamp: Seconds) -> Indices:
    """Return a reserve's indices at an instant not before its last touch."""
    seconds = timestamp - reserve.updated_at
    assert seconds >= 0
    supply, debt = reserve.supply_index, reserve.debt_index
    if seconds and reserve.supply_rate:
        supply = ray_mul(linear_growth(reserve.supply_rate, seconds), supply)
    if seconds and reserve.debt_shares:
        debt = ray_mul(rules.debt_growth(reserve.debt_rate, seconds), debt)
    return Indices(supply, debt)


def accrue(rules: Rules, reserve: Reserve, journal: Journal, timestamp: Seconds) -> bool:
    """Bring a reserve to an instant; say whether an index moved. The treasury gets its share of the interest as new shares."""
    if timestamp == reserve.updated_at:
        return False
    before = Indices(reserve.supply_index, reserve.debt_index)
    now = indices_at(rules, reserve, timestamp)
    interest = rules.new_debt(reserve.debt_shares, before.debt, now.debt)
    kept = rules.supply_shares(percent_mul(interest, reserve.terms.reserve_factor), now.supply)
    owed, promised = reserve.debt_shares * (now.debt - before.debt), reserve.supply_shares * (now.supply - before.supply)
    journal.put(reserve, "booked", reserve.booked + owed - promised - kept * now.supply)
    journal.put(reserve, "supply_index", now.supply)
    journal.put(reserve, "debt_index", now.debt)
    journal.put(reserve, "updated_at", timestamp)
    if kept:
        journal.put(reserve, "treasury_shares", reserve.treasury_shares + kept)
        journal.put(reserve, "supply_shares", reserve.supply_shares + kept)
    return now != before


def refresh(rules: Rules, reserve: Reserve, journal: Journal, liquidity: Units) -> None:
    """Set the rates that hold from now on, given what the pool has of the asset after all moves."""
    debt = rules.debt_units(reserve.debt_shares, reserve.debt_index)
    new = rates(reserve.terms.rate, liquidity, debt, reserve.deficit, reserve.terms.reserve_factor)
    journal.put(reserve, "supply_rate", new.supply)
    journal.put(reserve, "debt_rate", new.debt)
