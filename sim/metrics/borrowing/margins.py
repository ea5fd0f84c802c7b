"""How near to their triggers borrowers were when the run began, and who of them was liquidated.

*Utilisation* is debt over what the collateral may carry at its threshold, both at the lender's own opening prices: one over health. The
*buffer* is one less that: the fall of all collateral, the debt standing still, that makes the account unhealthy. Accounts opened later are
not in it; accounts that came in bulk are, where their lists are to be had (a run folder, or the result of a run).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts
from sim.metrics.accounts import Listed
from sim.metrics.fold import Floats, Integers
from sim.metrics.lender_tables import LenderTable
from sim.metrics.stress import carried, worth
from sim.records.auctions import AuctionStarted
from sim.records.comet import Absorbed
from sim.records.lending import Liquidated
from sim.units import Party, Place

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Of buckets of utilisation; the last is open."""
QUANTILES = (5, 25, 50, 75, 95)


@attrs.frozen(eq=False, repr=False)
class Margin:
    """One lender's borrowers at the opening."""

    parties: Integers
    debt: Floats
    """In whole base currency."""
    utilisation: Floats


@attrs.define
class Margins:
    """All lenders'."""

    facts: Facts
    of_lender: dict[Place, Margin] = attrs.field(factory=dict)
    left_out: int = 0
    _lenders: dict[Place, LenderTable] = attrs.field(factory=dict)
    _struck: dict[Place, dict[Party, None]] = attrs.field(factory=dict)
    """Accounts that were liquidated, by lender."""
    _houses: dict[Place, Place] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Know whose auctions are whose."""
        self._houses = {vault.house: vault.place for vault in self.facts.vaults}

    def open(self, lenders: Sequence[LenderTable], listed: Listed | None) -> None:
        """Take what everybody has and owes."""
        symbols = {each.symbol: each.id for each in self.facts.assets}
        for lender in lenders:
            lender.open(listed, symbols)
            self.left_out += lender.accounts.left_out
            sheet = lender.sheet()
            debt, carry = worth(sheet.owed, lender.prices, len(sheet)), carried(sheet, lender.prices)
            known = (debt > 0) & (carry > 0)
            self.of_lender[lender.accounts.sheet.place] = Margin(lender.who_owes()[known], debt[known], debt[known] / carry[known])

    def take(self, stretch: Stretch) -> None:
        """Read who was liquidated."""
        for record in (Liquidated, Absorbed, AuctionStarted):
            columns = stretch.columns(record)
            for place in np.unique(columns["place"]).tolist():
                struck = columns["account"][columns["place"] == place].tolist()
                self._struck.setdefault(self._houses.get(place, place), {}).update(dict.fromkeys(struck))

    def rows(self) -> list[dict[str, Any]]:
        """Return by lender and bucket (``None``: of all lenders together): accounts, debt, and how many of them were liquidated."""
        lenders = [(place, margin, np.isin(margin.parties, list(self._struck.get(place, {})))) for place, margin in self.of_lender.items()]
        rows = [row for place, margin, struck in lenders for row in _buckets(place, margin, struck)]
        if not lenders:
            return rows
        together = Margin(
            np.concatenate([each.parties for _, each, _ in lenders]),
            np.concatenate([each.debt for _, each, _ in lenders]),
            np.concatenate([each.utilisation for _, each, _ in lenders]),
        )
        return [*_buckets(None, together, np.concatenate([struck for _, _, struck in lenders])), *rows]

    def quantiles(self) -> list[dict[str, Any]]:
        """Return utilisation and buffer by quantile, of all borrowers of all lenders."""
        values = np.sort(np.concatenate([np.empty(0), *(each.utilisation for each in self.of_lender.values())]))
        found = []
        for percent in QUANTILES if len(values) else ():
            at = float(values[max(1, -(-percent * len(values) // 100)) - 1])
            found.append({"percent": percent, "utilisation": round(at, 6), "buffer": round(1 - at, 6)})
        return found


def _buckets(place: Place | None, margin: Margin, struck: np.ndarray) -> list[dict[str, Any]]:
    rows = []
    total = float(margin.debt.sum())
    for low, high in zip(EDGES, (*EDGES[1:], np.inf), strict=True):
        here = (margin.utilisation >= low) & (margin.utilisation < high)
        count, debt = int(here.sum()), float(margin.debt[here].sum())
        hit, hit_debt = int((here & struck).sum()), float(margin.debt[here & struck].sum())
        rows.append(
            {
                "place": place,
                "from": low,
                "to": high if high < np.inf else None,
                "accounts": count,
                "debt": round(debt, 2),
                "share_of_debt": round(debt / total, 6) if total else None,
                "liquidated": hit,
                "p_liquidated": round(hit / count, 6) if count else None,
                "p_liquidated_by_debt": round(hit_debt / debt, 6) if debt else None,
            }
        )
    return rows
