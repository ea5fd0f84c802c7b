"""Makers who pull after a forced sale: kept as origins of their own, and told afterwards in either of two ways.

A maker's cancel that answers what a forced sale made public (a trade, a quote) has the origin ``(WITHDRAWAL, that entry)``; where it
pulls from one venue for what it saw on another, ``(ELSEWHERE, that entry)``. *Acting* of its own accord it is market making, and
descent stops there; *inheriting*, it counts to a stated part as done by the sale; *carrying*, only where it answers another venue does it
count so. One pass over the tape serves all, since shares stay exact whichever name a part of them has.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from sim.cascade.origin import ELSEWHERE, MOTIVE, PARENTS, WITHDRAWAL, WITHDRAWALS, Origin, Parts, add_shares, apportion
from sim.units import BPS_ONE, Bps, Place, Seq
from sim.vocabulary import Motive

MAKING: Origin = (MOTIVE, Motive.MARKET_MAKING)


@attrs.define
class Withdrawals:
    """What makers answered. Memory: what forced sales made public."""

    inherited_bps: Bps = BPS_ONE
    """How much of a maker's cancel counts as done by the forced sale whose trade or quote was the news it answers."""
    news: dict[Seq, Parts] = attrs.field(factory=dict)
    """What forced sales made public, with its origins, inheriting."""
    answers: dict[Seq, Parts] = attrs.field(factory=dict)
    """By news that a maker answered: the origins of its answer, inheriting."""
    places: dict[Seq, Place] = attrs.field(factory=dict)
    """By news: the venue it is of."""

    def tell(self, place: Place, seqs: list[Seq], parts: Parts) -> None:
        """Take note of what a command made public."""
        if not self.inherited_bps:
            return
        if parts[0][0][0] in WITHDRAWALS:  # Such an answer has no other part.
            parts = self.answers[parts[0][0][1]]
        if any(origin[0] in PARENTS for origin, _ in parts):
            for seq in seqs:
                self.news[seq] = parts
                self.places[seq] = place

    def answering(self, place: Place, cause: Seq) -> Parts | None:
        """Return the origins of a maker's cancel on a venue; None if it answers no forced sale."""
        forced = self.news.get(cause)
        if forced is None:
            return None
        if cause not in self.answers:
            own = sum(units for _, units in forced) * (BPS_ONE - self.inherited_bps)
            inherited = [(origin, units * self.inherited_bps) for origin, units in forced]
            self.answers[cause] = [*inherited, (MAKING, own)] if own else inherited
        return [((WITHDRAWAL if place == self.places[cause] else ELSEWHERE, cause), 1)]

    def acting(self, shares: Mapping[Origin, int]) -> dict[Origin, int]:
        """Return shares with makers acting of their own accord."""
        found: dict[Origin, int] = {}
        for origin, share in shares.items():
            named = MAKING if origin[0] in WITHDRAWALS else origin
            found[named] = found.get(named, 0) + share
        return found

    def inheriting(self, shares: Mapping[Origin, int]) -> dict[Origin, int]:
        """Return shares with what makers inherit given to the sales they answer; they sum to the same."""
        return self._renamed(shares, WITHDRAWALS)

    def carrying(self, shares: Mapping[Origin, int]) -> dict[Origin, int]:
        """Return shares with what makers carry from venue to venue given to the sales they answer; the rest is their own."""
        return self._renamed(shares, (ELSEWHERE,))

    def _renamed(self, shares: Mapping[Origin, int], given: tuple[int, ...]) -> dict[Origin, int]:
        found: dict[Origin, int] = {}
        for origin, share in shares.items():
            if origin[0] in given:
                add_shares(found, apportion(share, self.answers[origin[1]]))
            else:
                named = MAKING if origin[0] in WITHDRAWALS else origin
                found[named] = found.get(named, 0) + share
        return found
