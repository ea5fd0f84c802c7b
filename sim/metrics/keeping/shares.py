"""Who liquidated how much: a win is a liquidation, an absorption, or a purchase from an auction of collateral.

Debt is what a win repaid, or took off the lender, at the posted price of the debt, with 8 decimals of the base currency; of a purchase the
money paid for it, which counts as a dollar a unit. Everybody who won counts, whatever the role; all accounts of an agent together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.metrics.fold import asset_of
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken
from sim.records.comet import Absorbed
from sim.records.lending import Liquidated
from sim.units import Party, Seq

_READS = (Liquidated, Absorbed, AuctionStarted, AuctionTaken, AuctionClosed)
_A_DOLLAR_OF_RADS = 10**37
"""Units of 10^-45 in 10^-8."""


@attrs.define
class Shares:
    """Wins and debt by agent."""

    facts: Facts
    wins: dict[str, int] = attrs.field(factory=dict)
    debt: dict[str, int] = attrs.field(factory=dict)
    """8 decimals of the base currency."""
    _names: dict[Party, str] = attrs.field(factory=dict)
    _english: set[Seq] = attrs.field(factory=set)
    """Open auctions that are paid for when they close."""

    def take(self, stretch: Stretch) -> None:
        """Read the next wins."""
        for row in stretch.rows(_READS):
            for party, debt in self._won(row):
                name = self.name_of(party)
                self.wins[name] = self.wins.get(name, 0) + 1
                self.debt[name] = self.debt.get(name, 0) + debt

    def name_of(self, party: Party) -> str:
        """Return the agent that a party is an account of; ``party N`` of one that the facts do not name."""
        if party not in self._names:
            own = (each.name for each in self.facts.agents if each.party <= party < each.party + max(1, each.accounts))
            self._names[party] = next(own, f"party {party}")
        return self._names[party]

    def _won(self, row: Row) -> Iterator[tuple[Party, int]]:
        _, kind, _, _, _, party, *said = row
        if kind == Liquidated.kind:
            _, debt, _, _, price, _, repaid, *_ = said
            yield party, repaid * price // asset_of(self.facts, debt).unit
        elif kind == Absorbed.kind:
            _, asset, _, price, debt, *_ = said
            yield party, debt * price // asset_of(self.facts, asset).unit
        elif kind == AuctionTaken.kind:
            yield party, said[6] // _A_DOLLAR_OF_RADS
        elif kind == AuctionStarted.kind:
            if not said[7]:
                self._english.add(row[0])
        elif said[1] in self._english:
            self._english.remove(said[1])
            if said[4]:
                yield party, said[6] // _A_DOLLAR_OF_RADS


def concentration(amounts: Sequence[int]) -> float | None:
    """Return the Herfindahl and Hirschman index: the sum of squared shares, one for a monopoly; None of nothing."""
    total = sum(amounts)
    return round(sum(each * each for each in amounts) / (total * total), 6) if total else None


def top_share(amounts: Sequence[int]) -> float | None:
    """Return the largest share; None of nothing."""
    total = sum(amounts)
    return round(max(amounts) / total, 6) if total else None
