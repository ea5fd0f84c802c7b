"""One asset's market: what is lent, what is kept, how many shares there are; and the same as it would be at a later instant.

All of it changes through the journal. A market nobody touches is projected, never stored; where the contract could not add interest
(its rate would be absurd) it cannot be used either, and projects to what it is.
"""

from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.journal import Journal
from sim.lending.compound import rules
from sim.lending.compound.rules import MOST_RATE, Books
from sim.lending.compound.terms import MarketTerms
from sim.units import WAD, Seconds, Units, Wad
from sim.vocabulary import Refusal


class Snapshot(NamedTuple):
    """A market at an instant."""

    cash: Units
    borrows: Units
    reserves: Units
    shares: int
    debt_index: Wad
    exchange_rate: Wad


@attrs.define(eq=False, repr=False)
class Market:
    """The state of one asset in a pool."""

    terms: MarketTerms
    accrued_at: Seconds
    borrows: Units = 0
    reserves: Units = 0
    shares: int = 0
    debt_index: Wad = WAD
    claims: Units = 0
    """What suppliers and reserves put in or earned, less what they took out: kept by flows, beside the sums of the contract."""

    def snapshot(self, cash: Units) -> Snapshot:
        """Return the market as it is stored."""
        return self._with(cash, Books(self.borrows, self.reserves, self.debt_index))

    def books_at(self, cash: Units, timestamp: Seconds) -> Books:
        """Return the books with interest up to an instant. Reverts: RATE_TOO_HIGH, ARITHMETIC."""
        books = Books(self.borrows, self.reserves, self.debt_index)
        seconds = timestamp - self.accrued_at
        assert seconds >= 0
        if not seconds:
            return books
        rate = self.rate_per_second(cash)
        if rate > MOST_RATE:
            raise Revert(Refusal.RATE_TOO_HIGH)
        return rules.accrued(books, rate, seconds, self.terms.reserve_factor)

    def projected(self, cash: Units, timestamp: Seconds) -> Snapshot:
        """Return the market as a call at an instant would find it after adding interest."""
        try:
            return self._with(cash, self.books_at(cash, timestamp))
        except Revert:
            return self.snapshot(cash)

    def rate_per_second(self, cash: Units) -> Wad:
        """Return what debt pays a second from the last call on. Reverts with ARITHMETIC."""
        return self.terms.rate.per_second(rules.utilisation(cash, self.borrows, self.reserves))

    def accrue(self, journal: Journal, cash: Units, timestamp: Seconds) -> bool:
        """Add interest up to an instant; say whether the index moved. Reverts: RATE_TOO_HIGH, ARITHMETIC."""
        new, interest_from, index = self.books_at(cash, timestamp), self.borrows, self.debt_index
        if timestamp != self.accrued_at:
            journal.put(self, "accrued_at", timestamp)
        if new.debt_index == index and new.borrows == interest_from:
            return False
        journal.put(self, "claims", self.claims + new.borrows - interest_from)
        journal.put(self, "borrows", new.borrows)
        journal.put(self, "reserves", new.reserves)
        journal.put(self, "debt_index", new.debt_index)
        return True

    def _with(self, cash: Units, books: Books) -> Snapshot:
        rate = rules.exchange_rate(cash, books.borrows, books.reserves, self.shares, self.terms.opening_rate)
        return Snapshot(cash, books.borrows, books.reserves, self.shares, books.debt_index, rate)
