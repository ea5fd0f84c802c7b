"""Origins gathered under the words people ask by: sales of seized units, makers, arbitrage, the price outside."""

from __future__ import annotations

from collections.abc import Iterable

from sim.cascade.origin import Origin, OriginKind
from sim.vocabulary import Motive

FORCED_GROUPS = ("seized_units", "hedges", "stops_and_close_outs")
"""Groups of what nobody chose to do now."""
_KINDS = {
    OriginKind.LIQUIDATION: "seized_units",
    OriginKind.HEDGE: "hedges",
    OriginKind.TRIGGER: "stops_and_close_outs",
    OriginKind.OUTSIDE: "outside",
    OriginKind.REPORTER: "another_reporter",
    OriginKind.OFFSET: "offset_and_rounding",
    OriginKind.START: "start",
    OriginKind.SWAP: "swaps",
    OriginKind.LIQUIDITY: "liquidity",
    OriginKind.WITHDRAWAL: "market_making",
    OriginKind.WITHDRAWAL_ELSEWHERE: "market_making",
}


def group_of(origin: Origin) -> str:
    """Return the group of an origin; that of a motive is the motive."""
    kind = OriginKind(origin[0])
    return _KINDS.get(kind) or Motive(origin[1]).name.lower()


def grouped(shares: Iterable[tuple[Origin, int]]) -> dict[str, int]:
    """Return the sum of each group, the largest first."""
    found: dict[str, int] = {}
    for origin, share in shares:
        group = group_of(origin)
        found[group] = found.get(group, 0) + share
    return dict(sorted(found.items(), key=lambda each: -abs(each[1])))
