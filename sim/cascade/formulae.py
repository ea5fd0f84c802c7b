"""What feeds that read other feeds make of them, so that a change of theirs can be shared over the moves of what they read.

Prices in, price out: pure, exact, the sums those of the contracts (``sim.oracle.derived``). A weighted mean needs none of this: it is
what a view is by itself. A bound that grows with time, a confidence taken off and a fault are not in here; what they change is an
origin of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import attrs

from sim.facts import FeedFacts
from sim.oracle.derived.rules import bounds_around, is_within_anchor, product_of
from sim.oracle.rules import upper_median
from sim.units import Bps, Place, Price


class Formula(Protocol):
    """How a feed's price comes of those of its inputs."""

    def value(self, prices: Mapping[Place, Price], counted: Mapping[Place, Bps], standing: Price) -> Price:
        """Return the price for inputs' prices, of those that count; ``standing`` is what was posted before."""


@attrs.frozen
class Median:
    """The upper median of those that could be read."""

    def value(self, prices: Mapping[Place, Price], counted: Mapping[Place, Bps], standing: Price) -> Price:
        """Return the price in the middle; what stands, of none."""
        found = [prices[place] for place in counted if place in prices]
        return upper_median(found) if found else standing


@attrs.frozen
class Product:
    """Prices one after another multiplied, in the feed's own sequence."""

    inputs: tuple[Place, ...]

    def value(self, prices: Mapping[Place, Price], counted: Mapping[Place, Bps], standing: Price) -> Price:
        """Return the product; what stands, where an input is not known."""
        if not all(place in prices for place in self.inputs):
            return standing
        return product_of(tuple(prices[place] for place in self.inputs))


@attrs.frozen
class Bounded:
    """A price near an anchor's: moved to the bound beyond it, or left standing (``keeps``)."""

    feed: Place
    anchor: Place | None
    """None: nothing but a growth bounds it."""
    deviation: Bps
    keeps: bool

    def value(self, prices: Mapping[Place, Price], counted: Mapping[Place, Bps], standing: Price) -> Price:
        """Return the price after the bounds."""
        price = prices.get(self.feed, standing)
        if self.anchor is None:
            return price
        if self.feed not in prices or self.anchor not in prices:
            return standing
        anchor = prices[self.anchor]
        if self.keeps:
            return price if is_within_anchor(price, anchor, self.deviation) else standing
        low, high = bounds_around(anchor, self.deviation)
        return min(max(price, low), high)


def formula_of(feed: FeedFacts) -> Formula | None:
    """Return the formula of a feed; None where its price is the weighted mean of what its view says."""
    inputs = tuple(feed.sources)
    if feed.kind == "median":
        return Median()
    if feed.kind == "product":
        return Product(inputs)
    if feed.kind == "bounded":
        anchor = inputs[1] if len(inputs) > 1 else None
        return Bounded(inputs[0], anchor, feed.terms.get("deviation", 0), bool(feed.terms.get("keeps")))
    return None
