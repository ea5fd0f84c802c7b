"""Why lots changed hands: volume by the motive of the order that came, and of the order that rested.

Motives are those of ``OrderAccepted``. Kept from stretch to stretch: the motives of orders that nobody has cancelled and that are not
voluntary, 9 bytes each; those that filled wholly are among them.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from sim.metrics.fold import Integers, at_place
from sim.metrics.quality.reading import Look
from sim.records.market import OrderAccepted, OrderCancelled
from sim.vocabulary import CancelReason, Motive


@attrs.define
class Motives:
    """One venue's volume."""

    whole: float
    """Whole base units in a lot."""
    _orders: Integers = attrs.field(factory=lambda: np.empty(0, np.int64))
    """Sorted."""
    _motives: np.ndarray = attrs.field(factory=lambda: np.empty(0, np.int8))
    _came: np.ndarray = attrs.field(factory=lambda: np.zeros(len(Motive)))
    _rested: np.ndarray = attrs.field(factory=lambda: np.zeros(len(Motive)))

    def take(self, look: Look) -> None:
        """Read the next orders and trades."""
        orders, motives = at_place(look.stretch.columns(OrderAccepted), look.venue.place, "order", "motive")
        told = motives != Motive.VOLUNTARY
        self._learn(orders[told], motives[told])
        trades = look.trades
        for sums, each in ((self._came, trades.taker_orders), (self._rested, trades.maker_orders)):
            sums += np.bincount(self._of(each), weights=trades.lots, minlength=len(Motive))
        self._forget(look)

    def rows(self) -> list[tuple[Any, ...]]:
        """Return by motive: its word, what came and its share, what rested and its share; motives that never traded are left out."""
        total = max(float(self._came.sum()), 1.0)
        return [
            (motive.name.lower(), came * self.whole, round(came / total, 6), rested * self.whole, round(rested / total, 6))
            for motive, came, rested in zip(Motive, self._came.tolist(), self._rested.tolist(), strict=True)
            if came or rested
        ]

    def _learn(self, orders: Integers, motives: Integers) -> None:
        both = np.concatenate([self._orders, orders])
        self._orders, places = np.unique(both, return_index=True)
        self._motives = np.concatenate([self._motives, motives.astype(np.int8)])[places]

    def _of(self, orders: Integers) -> Integers:
        if not len(self._orders):
            return np.zeros(len(orders), np.int64)
        places = np.minimum(np.searchsorted(self._orders, orders), len(self._orders) - 1)
        return np.where(self._orders[places] == orders, self._motives[places], 0).astype(np.int64)

    def _forget(self, look: Look) -> None:
        """Forget orders that left the book, but for repriced ones: they come back at once, and do not say their motive again."""
        gone, reasons = at_place(look.stretch.columns(OrderCancelled), look.venue.place, "order", "reason")
        keep = ~np.isin(self._orders, gone[reasons != CancelReason.REPRICED])
        self._orders, self._motives = self._orders[keep], self._motives[keep]
