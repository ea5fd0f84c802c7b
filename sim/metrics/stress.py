"""How accounts stand at prices: formulae over arrays, for samples and for stress tests.

One row an account. *Owed* and *held* are values in whole base currency. Identity: held = owed + equity of the solvent - the uncovered
part of the insolvent. A stress lets one fall of prices strike all at once, calls what then is below its threshold, sells the collateral
of who is called into a book and sees what of their debt that pays: bonuses and penalties are not taken off first, keepers' purses are not
asked, and nothing happens twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from sim.metrics.fold import Floats
from sim.metrics.walking import Depth, haircut
from sim.units import AssetId

SHOCKS = (0, -5, -10, -15, -20, -25, -30, -35, -40, -50, -60)
"""Percent."""
DEPTHS = (0.25, 0.5, 1.0, 2.0, float("inf"))
"""Multiples of the book that was sampled."""


@attrs.frozen(eq=False, repr=False)
class Sheet:
    """The accounts of one lender that owe, at an instant; amounts in whole assets."""

    held: Mapping[AssetId, Floats]
    """Only what counts as collateral."""
    owed: Mapping[AssetId, Floats]
    limits: Mapping[AssetId, Floats]
    """Threshold of each account's collateral, as a part."""

    def __len__(self) -> int:
        return len(next(iter(self.owed.values()), ()))

    def total(self, asset: AssetId) -> float:
        """Return what all accounts have of a collateral."""
        return float(self.held[asset].sum()) if asset in self.held else 0.0


def worth(columns: Mapping[AssetId, Floats], prices: Mapping[AssetId, float], count: int) -> Floats:
    """Return each account's value at prices."""
    total = np.zeros(count)
    for asset, column in columns.items():
        total += column * prices.get(asset, 0.0)
    return total


def carried(sheet: Sheet, prices: Mapping[AssetId, float]) -> Floats:
    """Return the debt that each account's collateral may carry at prices."""
    total = np.zeros(len(sheet))
    for asset, column in sheet.held.items():
        total += column * sheet.limits[asset] * prices.get(asset, 0.0)
    return total


def standing(owed: Floats, held: Floats) -> dict[str, float]:
    """Return sums over accounts: debt, collateral, equity of the solvent, what is uncovered; how many are insolvent, and what they owe."""
    left = held - owed
    insolvent = left < 0
    return {
        "debt": float(owed.sum()),
        "collateral": float(held.sum()),
        "net": float(left.sum()),
        "equity": float(np.maximum(left, 0.0).sum()),
        "uncovered": float(np.maximum(-left, 0.0).sum()),
        "insolvent": int(insolvent.sum()),
        "insolvent_debt": float(owed[insolvent].sum()),
    }


def sold(prices: Mapping[AssetId, float], totals: Mapping[AssetId, float], books: Mapping[AssetId, Depth]) -> dict[AssetId, float]:
    """Return prices that totals fetch when all of them are sold at once; an asset without a book goes at its price."""
    return {
        asset: price * (1.0 - haircut(books[asset], totals.get(asset, 0.0)) if asset in books else 1.0) for asset, price in prices.items()
    }


def stress(
    sheets: Sequence[Sheet],
    prices: Mapping[AssetId, float],
    books: Mapping[AssetId, Depth],
    falling: Sequence[AssetId],
    cushion: float = 0.0,
    shocks: Sequence[int] = SHOCKS,
    depths: Sequence[float] = DEPTHS,
) -> list[dict[str, Any]]:
    """Return, for each shock (percent) and multiple of depth, what could be liquidated and what would be left unpaid.

    ``coverage`` is the part of the bad debt that a cushion pays; 1 where there is no bad debt.
    """
    rows = []
    for shock in shocks:
        struck = {asset: price * (1 + shock / 100) if asset in falling else price for asset, price in prices.items()}
        called = [_called(sheet, struck) for sheet in sheets]
        totals = {asset: sum(float(each.held[asset].sum()) for each in called if asset in each.held) for asset in prices}
        owed = [worth(each.owed, struck, len(each)) for each in called]
        for depth in depths:
            fetched = sold(struck, totals, {asset: book.times(depth) for asset, book in books.items()})
            unpaid = sum(_unpaid(each, due, fetched) for each, due in zip(called, owed, strict=True))
            rows.append(
                {
                    "shock_percent": shock,
                    "depth_times": depth,
                    "liquidatable_debt": sum(float(due.sum()) for due in owed),
                    "bad_debt": unpaid,
                    "coverage": min(cushion / unpaid, 1.0) if unpaid > 0 else 1.0,
                }
            )
    return rows


def _called(sheet: Sheet, prices: Mapping[AssetId, float]) -> Sheet:
    """Return the accounts that can be liquidated at prices."""
    hit = carried(sheet, prices) < worth(sheet.owed, prices, len(sheet))
    return Sheet(*({asset: column[hit] for asset, column in side.items()} for side in (sheet.held, sheet.owed, sheet.limits)))


def _unpaid(sheet: Sheet, owed: Floats, fetched: Mapping[AssetId, float]) -> float:
    return float(np.maximum(owed - worth(sheet.held, fetched, len(sheet)), 0.0).sum())
