"""One sample of all lenders: their accounts, the prices they count at, the books there were, and the lines worked out of them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from sim.metrics.stress import Sheet, carried, sold, standing, worth
from sim.metrics.walking import Depth, beyond
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
    totals: Mapping[AssetId, float],
    books: Mapping[AssetId, Depth],
    besides: dict[str, float],
) -> dict[str, float]:
    """Return a lender's line: counts and sums of its accounts at mark, at oracle and at what selling totals fetches."""
    count = len(sheet)
    owed, posted = worth(sheet.owed, mark, count), worth(sheet.owed, oracle, count)
    at_mark = standing(owed, worth(sheet.held, mark, count))
    at_oracle = standing(posted, worth(sheet.held, oracle, count))
    at_sale = standing(owed, worth(sheet.held, sold(mark, totals, books), count))
    sale = {asset: sheet.total(asset) * mark.get(asset, 0.0) for asset in books}
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
        "sale": sum(sale.values(), 0.0),
        "sale_beyond_depth": sum((value * beyond(books[asset], totals.get(asset, 0.0)) for asset, value in sale.items()), 0.0),
    }


def beyond_depth(line: Mapping[str, float]) -> float | None:
    """Return the share of the sale of all collateral that lies beyond the sampled depth; None where there is nothing to sell into books."""
    return line["sale_beyond_depth"] / line["sale"] if line["sale"] else None


def nothing() -> dict[str, float]:
    """Return the line of nobody."""
    return line_of(Sheet({}, {}, {}), {}, {}, {}, {}, {})
