"""Which liquidation the units were from that a keeper sold: first in, first out, each lot with what it was worth when it came.

An *item* is one liquidation or purchase. Units that came with it stand open until units of the same asset go, the oldest first; the
difference between what they were worth then and when they came is the item's inventory drift. It works the other way round too: a debt
asset given away is open until as much of it comes. What belongs to no item (a hedge, gas bought) is nobody's.

Promised: drift of all items and of nobody sum to the drift of the whole inventory, in rationals.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import TypeAlias

import attrs

from sim.metrics.marks import Marks
from sim.metrics.profit import PARTS
from sim.units import AssetId, Nanos, Place, Seq, Units

ZERO = Fraction(0)
GAS = ("gas", "tips", "reverted_gas")


@attrs.define(eq=False, repr=False)
class Item:
    """One liquidation, purchase or redemption, and what became of its bonus so far. Values are rationals in quote units."""

    seq: Seq
    kind: int
    """Of the record that told it."""
    at: Nanos
    place: Place
    cause: Seq
    """Its tx."""
    keeper: str
    quote: AssetId
    parts: dict[str, Fraction] = attrs.field(factory=lambda: dict.fromkeys(PARTS, ZERO))
    cash: Fraction = ZERO
    """Quote units that came of it less those that went, gas left out; units handed to another item count at their worth then."""

    def add(self, part: str, value: Fraction | int) -> None:
        """Add to a part."""
        self.parts[part] += value


Shares: TypeAlias = list[tuple[Item | None, Fraction]]
"""Of some units: whose they were."""


@attrs.define
class Lot:
    """Units that came (negative: went) together."""

    item: Item | None
    units: Units
    price: Fraction
    """Worth of a unit when they did."""


@attrs.define
class Lots:
    """What of one keeper's inventory is open."""

    open: dict[AssetId, deque[Lot]] = attrs.field(factory=dict)
    drift_of_nobody: Fraction = ZERO

    def move(self, item: Item | None, asset: AssetId, units: Units, value: Fraction) -> Shares:
        """Book units that came (negative: went) and their worth; return whose they were. Cost: that of the lots they close."""
        queue, left, price = self.open.setdefault(asset, deque()), units, value / units
        shares: Shares = []
        while left and queue and (queue[0].units > 0) != (left > 0):
            first = queue[0]
            matched = min(abs(left), abs(first.units)) * (1 if left > 0 else -1)
            self._drifted(first.item, matched * (first.price - price))
            for each, worth in ((first.item, -matched * price), (item, matched * price)):
                if each is not None:
                    each.cash += worth
            shares.append((first.item, Fraction(matched, units)))
            left, first.units = left - matched, first.units + matched
            if not first.units:
                queue.popleft()
        if left:
            queue.append(Lot(item, left, price))
            shares.append((item, Fraction(left, units)))
        return shares

    def drifts(self, marks: Marks, quote: AssetId) -> dict[Seq, Fraction]:
        """Return what the last mid makes of units that are still open, by the item they came with; 0 for nobody's."""
        found: dict[Seq, Fraction] = {}
        for asset, queue in self.open.items():
            for lot in queue:
                value = marks.last_value(asset, quote, lot.units)
                key = lot.item.seq if lot.item else 0
                found[key] = found.get(key, ZERO) + (ZERO if value is None else value - lot.units * lot.price)
        return found

    def marked(self, item: Item, marks: Marks) -> Fraction:
        """Return what an item's open units are worth at the last mid."""
        total = ZERO
        for asset, queue in self.open.items():
            for lot in queue:
                if lot.item is item:
                    value = marks.last_value(asset, item.quote, lot.units)
                    total += lot.units * lot.price if value is None else value
        return total

    def _drifted(self, item: Item | None, value: Fraction) -> None:
        """Book drift to an item, or to nobody."""
        if item is None:
            self.drift_of_nobody += value
        else:
            item.add("inventory_drift", value)
