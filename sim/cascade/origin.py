"""Whose doing it was: the names under which shares of a move are kept, and how a move is shared out.

An origin is a pair ``(kind, id)``: the liquidation whose units were sold, the outside price, a motive. Shares are whole numbers,
``SHARE`` to a unit of what moved (a half tick, a unit of the posted price), so that they sum to the move exactly. A share that is
no whole number is rounded at 10^-9 of that unit, by cumulative rounding: no remainder is lost or made.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import TypeAlias

from sim.vocabulary import Motive, Side

SHARE = 10**9
"""Shares in one unit of what moved."""


class OriginKind(IntEnum):
    """What an origin's id means."""

    LIQUIDATION = 0
    """A sale of units that the ``Liquidated`` of this seq seized, or that the auction of this ``AuctionStarted`` sold."""
    HEDGE = 1
    """A sale ahead of its liquidation; the id is the ``HealthFell`` it answers."""
    TRIGGER = 2
    """A stop or a close-out; the id is the entry that triggered it."""
    MOTIVE = 3
    """Any other command; the id is its ``Motive``. Descent stops here."""
    OUTSIDE = 4
    """The price in the outside world moved; the id is its path."""
    REPORTER = 5
    """Another reporter's view, or other weights, were posted: no market moved."""
    OFFSET = 6
    """A reporter's own offset, its rounding or a fault."""
    START = 7
    """What stood before there was anything to compare with."""
    SWAP = 8
    """A swap of one's own units on an amm; the id is the amm. Descent stops here."""
    LIQUIDITY = 9
    """Somebody put liquidity into an amm or took it out, or used a pair's own door; the id is the amm."""
    WITHDRAWAL = 10
    """A maker's cancel that answers a forced sale; the id is the entry it answers. Told as one of two others (``withdrawals``)."""
    WITHDRAWAL_ELSEWHERE = 11
    """The same where the entry it answers is of another venue: who quotes on both carries it over."""


Origin: TypeAlias = tuple[int, int]
"""``(OriginKind, id)``."""
Shares: TypeAlias = Sequence[tuple[Origin, int]]
"""Signed shares by origin."""
Parts: TypeAlias = list[tuple[Origin, int]]
"""Origins in proportion."""

LIQUIDATION, HEDGE = int(OriginKind.LIQUIDATION), int(OriginKind.HEDGE)
TRIGGER, MOTIVE = int(OriginKind.TRIGGER), int(OriginKind.MOTIVE)
SWAP, LIQUIDITY, WITHDRAWAL = int(OriginKind.SWAP), int(OriginKind.LIQUIDITY), int(OriginKind.WITHDRAWAL)
ELSEWHERE = int(OriginKind.WITHDRAWAL_ELSEWHERE)
WITHDRAWALS = (WITHDRAWAL, ELSEWHERE)
REPORTER: Origin = (OriginKind.REPORTER, 0)
OFFSET: Origin = (OriginKind.OFFSET, 0)
START: Origin = (OriginKind.START, 0)
PARENTS = (LIQUIDATION, HEDGE)
"""Kinds through which a liquidation descends from another."""
SALES = (Motive.LIQUIDATION_SALE, Motive.HEDGE)
"""Motives of sales that a liquidation is behind, after it or ahead of it."""
FORCED = (Motive.LIQUIDATION_SALE, Motive.HEDGE, Motive.STOP, Motive.CLOSE_OUT, Motive.DELEVERAGE)
"""Motives of commands that nobody chose to send now."""
_FORCED = frozenset(map(int, FORCED))


def apportion(amount: int, shares: Shares) -> list[tuple[Origin, int]]:
    """Split an amount in proportion to shares (which must not sum to zero); the parts sum to it exactly."""
    if len(shares) == 1:
        return [(shares[0][0], amount)]
    total = sum(share for _, share in shares)
    parts, reached, given = [], 0, 0
    for origin, share in shares:
        reached += share
        upto = amount * reached // total
        parts.append((origin, upto - given))
        given = upto
    return parts


def add_shares(sums: dict[Origin, int], shares: Iterable[tuple[Origin, int]]) -> None:
    """Add shares to sums by origin."""
    for origin, share in shares:
        sums[origin] = sums.get(origin, 0) + share


def is_forced(motive: int) -> bool:
    """Tell whether a command of this motive was forced."""
    return motive in _FORCED


def asset_sold(side: int, base: int, quote: int) -> int:
    """Return which asset an order of this side gives away."""
    return base if side == Side.SELL else quote
