"""What a feed's venues say between them, change by change: their mids, weighted as the feed weighs them."""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts, FeedFacts, VenueFacts
from sim.metrics.fold import Prices, mids
from sim.metrics.oracle import venues_of


@attrs.define
class MarketPrice:
    """One feed's market, in the scale of a posted price."""

    facts: Facts
    feed: FeedFacts
    venues: list[tuple[VenueFacts, float]] = attrs.field(init=False)
    _last: list[float] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin without prices."""
        self.venues = venues_of(self.facts, self.feed)
        self._last = [0.0] * len(self.venues)

    def take(self, stretch: Stretch) -> Prices:
        """Return its changes in the next stretch; none until a venue has a mid."""
        quoted = [mids(stretch, self.facts, venue) for venue, _ in self.venues]
        seqs = np.concatenate([np.empty(0, np.int64), *(each.seqs for each in quoted)])
        instants = np.concatenate([np.empty(0, np.int64), *(each.instants for each in quoted)])
        order = np.argsort(seqs, kind="stable")
        seqs, instants = seqs[order], instants[order]
        total, weights = np.zeros(len(seqs)), np.zeros(len(seqs))
        for number, (each, (_, weight)) in enumerate(zip(quoted, self.venues, strict=True)):
            price = each.at(seqs, self._last[number])
            total += np.where(price > 0, price * weight, 0.0)
            weights += np.where(price > 0, weight, 0.0)
            self._last[number] = each.last(self._last[number])
        return Prices(seqs, instants, total / np.maximum(weights, 1.0))
