"""What a source's price was, entry by entry, and whose doing each change was: as far back as any reporter may still be looking."""

from __future__ import annotations

from bisect import bisect_right

import attrs

from sim.cascade.origin import Shares
from sim.units import Price, Seconds, Seq

_KEEP = 1_024
"""Changes kept whatever is forgotten, so that forgetting costs nothing a change."""


@attrs.define
class Series:
    """A source's prices with 8 decimals, oldest first. Cost of a look: a bisection."""

    seqs: list[Seq] = attrs.field(factory=list)
    prices: list[Price] = attrs.field(factory=list)
    shares: list[Shares] = attrs.field(factory=list)
    """How each change is divided; the first entry's is meaningless."""

    instants: list[Seconds] = attrs.field(factory=list)
    """Of each change, where means over time are asked for; else empty."""

    def add(self, seq: Seq, price: Price, shares: Shares, at: Seconds | None = None) -> None:
        """Add a change."""
        self.seqs.append(seq)
        self.prices.append(price)
        self.shares.append(shares)
        if at is not None:
            self.instants.append(at)

    def place(self, seq: Seq) -> int:
        """Return the place of the last change at or before an entry; -1 if there is none (any more)."""
        return bisect_right(self.seqs, seq) - 1

    def place_at(self, at: Seconds) -> int:
        """Return the place of the last change at or before an instant; -1 if there is none (any more)."""
        return bisect_right(self.instants, at) - 1

    def forget(self, before: Seq) -> None:
        """Drop changes that nobody at or after an entry can see; the one in force there stays."""
        self._drop(self.place(before))

    def forget_at(self, before: Seconds) -> None:
        """Drop changes that no mean from an instant on can contain; the one in force there stays."""
        self._drop(self.place_at(before))

    def _drop(self, place: int) -> None:
        if place > _KEEP:
            del self.seqs[:place]
            del self.prices[:place]
            del self.shares[:place]
            del self.instants[:place]
