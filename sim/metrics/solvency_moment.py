"""One sample of all lenders: their accounts, the prices they count at, the books there were, and the lines worked out of them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from sim.metrics.stress import Sheet, carried, standing, worth
from sim.metrics.walking import Depth
from sim.units import AssetId, Nanos, Place

BESIDES = ("bad_debt", "auction_debt", "auction_collateral")
"""What a line says that is no account's."""


@attrs.frozen(eq=False, repr=False)
class Moment:
    """One sample."""

    at: Nanos
    lines: dict[Place, dict[str, float]]
    """By lender; 0 for all together."""
    sheets: dict[Place, Sheet]
    marks: dict[Place, dict[AssetId, float]]
    oracles: dict[Place, dict[AssetId, float]]
    bids: dict[AssetId, Depth]
    books: dict[Place, tuple[float, Depth, Depth]]
    """Venues: mid and both sides."""

    @property
    def cover(self) -> float:
        """Collateral over debt of all together, at mark."""
        line = self.lines[0]
        return line["collateral"] / line["debt"] if line["debt"] else float("inf")


def line_of(
    sheet: Sheet,
    oracle: Mapping[AssetId, float],
    mark: Mapping[AssetId, float],
    fetched: Mapping[AssetId, float],
    besides: dict[str, float],
) -> dict[str, float]:
    """Return a lender's line: counts and sums of its accounts at mark, at oracle and at what a sale fetches."""
    count = len(sheet)
    owed, posted = worth(sheet.owed, mark, count), worth(sheet.owed, oracle, count)
    at_mark = standing(owed, worth(sheet.held, mark, count))
    at_oracle = standing(posted, worth(sheet.held, oracle, count))
    at_sale = standing(owed, worth(sheet.held, fetched, count))
    healthy = carried(sheet, oracle) >= posted
    return {
        "accounts": count,
        "healthy": int(healthy.sum()),
        "liquidatable": int((~healthy).sum()),
        "liquidatable_debt": float(posted[~healthy].sum()),
        "debt": at_mark["debt"],
        "collateral": at_mark["collateral"],
        **(besides or dict.fromkeys(BESIDES, 0.0)),
        **{
            f"{key}_{way}": found[key]
            for way, found in (("mark", at_mark), ("oracle", at_oracle), ("liquidation", at_sale))
            for key in ("net", "equity", "uncovered", "insolvent", "insolvent_debt")
        },
    }


def nothing() -> dict[str, float]:
    """Return the line of nobody."""
    return line_of(Sheet({}, {}, {}), {}, {}, {}, {})
