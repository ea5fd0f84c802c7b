"""How far the posted prices stood from the markets they stand for.

The oracle gap is the posted price less the mid of the feed's source venues (weighted as the feed weighs them), now, over that mid;
positive when contracts still believe a higher price. A feed that reads no venue is held against the first venue of its asset.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts, FeedFacts, VenueFacts
from sim.metrics.fold import Figures, Prices, at_place, bps, mids
from sim.records.oracle import PricePosted


@attrs.define
class FeedMetric:
    """One feed."""

    facts: Facts
    feed: FeedFacts
    venues: list[tuple[VenueFacts, float]]
    """With their weights."""
    worst: float = 0.0
    posts: int = 0
    _posted: float = 0.0
    _mids: list[float] = attrs.field(factory=list)

    def take(self, stretch: Stretch) -> None:
        """Look whenever a source's mid or the posted price changed."""
        seqs, instants, values = at_place(stretch.columns(PricePosted), self.feed.place, "seq", "at_ns", "price")
        posted = Prices(seqs, instants, values.astype(float))
        quoted = [mids(stretch, self.facts, venue) for venue, _ in self.venues]
        moments = np.unique(np.concatenate([posted.seqs, *(each.seqs for each in quoted)]))
        mean, weights = np.zeros(len(moments)), np.zeros(len(moments))
        for number, (each, (_, weight)) in enumerate(zip(quoted, self.venues, strict=True)):
            price = each.at(moments, self._mids[number])
            mean += np.where(price > 0, price * weight, 0.0)
            weights += np.where(price > 0, weight, 0.0)
            self._mids[number] = each.last(self._mids[number])
        self._look(posted.at(moments, self._posted), mean, weights)
        self._posted = posted.last(self._posted)
        self.posts += len(seqs)

    def _look(self, posted: np.ndarray, mean: np.ndarray, weights: np.ndarray) -> None:
        known = (posted > 0) & (weights > 0)
        gaps = posted[known] * weights[known] / mean[known] - 1
        if len(gaps):
            widest = float(gaps[np.argmax(np.abs(gaps))])
            self.worst = widest if abs(widest) > abs(self.worst) else self.worst


@attrs.define
class OracleMetric:
    """All feeds."""

    facts: Facts
    feeds: list[FeedMetric] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Hold every feed against its venues."""
        self.feeds = [FeedMetric(self.facts, feed, venues_of(self.facts, feed)) for feed in self.facts.feeds]
        for each in self.feeds:
            each._mids = [0.0] * len(each.venues)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        for feed in self.feeds:
            feed.take(stretch)

    def figures(self) -> Figures:
        """Return the widest gap of any feed, with its sign, and each feed's own if there are several."""
        if not self.feeds:
            return {"oracle_gap_worst_bps": None, "posts": 0}
        widest = max(self.feeds, key=lambda feed: abs(feed.worst))
        figures: Figures = {"oracle_gap_worst_bps": bps(widest.worst), "posts": sum(feed.posts for feed in self.feeds)}
        if len(self.feeds) > 1:
            figures["feeds"] = {each.feed.name: {"oracle_gap_worst_bps": bps(each.worst), "posts": each.posts} for each in self.feeds}
        return figures


def venues_of(facts: Facts, feed: FeedFacts) -> list[tuple[VenueFacts, float]]:
    """Return the venues that a feed stands for, with their weights: those it reads, else the first of its asset."""
    sources = [(venue, float(feed.sources[venue.place])) for venue in facts.venues if feed.sources.get(venue.place)]
    return sources or [(venue, 1.0) for venue in facts.venues if venue.base == feed.base][:1]
