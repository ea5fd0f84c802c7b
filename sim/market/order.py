"""What goes into a book and what comes out: one order seen from outside, and the shapes of outcomes.

Outcomes are plain tuples, because a book answers for every message of a run and a tuple costs a tenth of an object. They say
everything a venue needs to move money and release holds exactly; the venue turns them into records.
"""

from collections.abc import Sequence
from typing import TypeAlias

import attrs

from sim.units import Lots, Party, Ticks
from sim.vocabulary import Refusal, Side

Fill: TypeAlias = tuple[int, Party, Ticks, Lots, Lots]
"""One trade, from the maker's end: (maker order id, maker, price, lots, lots the maker's order has left)."""

Release: TypeAlias = tuple[int, Party, Side, Ticks, Lots, Lots]
"""Lots that left without a trade, by self-trade prevention: (order id, owner, side, its limit, lots gone, lots left).

It may name the arriving order too, whose limit is 0 if it is a market order."""

Outcome: TypeAlias = tuple[Refusal, Lots, Lots, Sequence[Fill], Sequence[Release]]
"""What became of an arriving order: (refusal, lots now resting, lots dropped, fills in sequence, releases in sequence).

Lots asked for = lots filled + lots resting + lots dropped + lots of its own among the releases, unless it was refused."""

Removal: TypeAlias = tuple[Refusal, Side, Ticks, Lots]
"""What a cancel or a reduce took from the book: (refusal, side, limit, lots gone); the last three mean nothing if refused."""

ACCEPTED = Refusal.NONE
"""The first part of every outcome that is not a refusal."""


@attrs.frozen
class Order:
    """An order as it rests in a book now: a copy to look at, which does not follow the book."""

    id: int
    owner: Party
    side: Side
    limit: Ticks
    lots: Lots
    """What is still open of it."""
