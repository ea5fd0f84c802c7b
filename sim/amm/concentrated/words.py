"""Which log ticks have liquidity begin or end at them: bits in words of 256 ticks of the spacing.

A swap looks no further than the word it stands in; where that has no such tick, its step ends at the word's edge. As every step
rounds, the edges are part of the price. Source: TickBitmap.sol [Uniswap/v3-core d8b1c63].
"""

from collections.abc import Mapping
from typing import NamedTuple

BITS = 256


class Stop(NamedTuple):
    """Where a step may lead."""

    tick: int
    is_initialised: bool
    """Liquidity begins or ends there."""


def place_of(tick: int, spacing: int) -> tuple[int, int]:
    """Return the word and the bit of a tick, taken down to the spacing."""
    return divmod(tick // spacing, BITS)


def flipped(words: Mapping[int, int], tick: int, spacing: int) -> tuple[int, int]:
    """Return which word a tick is in, and that word with the tick's bit turned over."""
    word, bit = place_of(tick, spacing)
    return word, words.get(word, 0) ^ 1 << bit


def next_stop(words: Mapping[int, int], tick: int, spacing: int, is_down: bool) -> Stop:
    """Return the nearest initialised tick of a word, else the word's edge: at or below a tick, or above it."""
    if is_down:
        word, bit = place_of(tick, spacing)
        found = words.get(word, 0) & (2 << bit) - 1
        reached = found.bit_length() - 1 if found else 0
    else:
        word, bit = divmod(tick // spacing + 1, BITS)
        found = words.get(word, 0) >> bit << bit
        reached = (found & -found).bit_length() - 1 if found else BITS - 1
    return Stop((word * BITS + reached) * spacing, bool(found))
