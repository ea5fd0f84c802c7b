"""What venues say of themselves at an instant: their mids and the depth of both sides, as last published."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts, VenueFacts
from sim.metrics.fold import Prices, asset_of, at_place, mids
from sim.metrics.walking import Depth, added
from sim.records.market import DepthSampled
from sim.units import AssetId, Nanos, Place, Seq

SIDES = ("bid", "ask")


@attrs.frozen(eq=False, repr=False)
class _Depths:
    instants: np.ndarray
    lots: np.ndarray
    """Rows by instant: bids within 1, 2 and 5 %, asks likewise."""


@attrs.define
class SampledBooks:
    """All venues, at whatever instant or entry of the stretch they are looked at, later and later."""

    facts: Facts
    mids: dict[Place, float] = attrs.field(factory=dict)
    """In whole quote."""
    depths: dict[Place, tuple[Depth, Depth]] = attrs.field(factory=dict)
    """Bids and asks in whole base."""
    _prices: dict[Place, Prices] = attrs.field(factory=dict)
    _sampled: dict[Place, _Depths] = attrs.field(factory=dict)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        for venue in self.facts.venues:
            self._prices[venue.place] = mids(stretch, self.facts, venue)
            names = [f"{side}_{percent}" for side in SIDES for percent in (1, 2, 5)]
            instants, *lots = at_place(stretch.columns(DepthSampled), venue.place, "at_ns", *names)
            self._sampled[venue.place] = _Depths(instants, np.stack(lots, axis=1) if len(instants) else np.zeros((0, 6)))

    def look(self, at: Nanos) -> None:
        """Bring everything to an instant, what happened at it included."""
        for venue in self.facts.venues:
            quoted, sampled = self._prices.get(venue.place), self._sampled.get(venue.place)
            if quoted is not None and sampled is not None:
                self._show(venue, int(np.searchsorted(quoted.instants, at, "right")), int(np.searchsorted(sampled.instants, at, "right")))

    def look_at(self, seq: Seq) -> None:
        """Bring mids to an entry; depths stay where they were."""
        for venue in self.facts.venues:
            quoted = self._prices.get(venue.place)
            if quoted is not None:
                self._show(venue, int(np.searchsorted(quoted.seqs, seq)), 0)

    def _show(self, venue: VenueFacts, quotes: int, depths: int) -> None:
        """Take the last of so many quotes and samples."""
        if quotes:
            self.mids[venue.place] = float(self._prices[venue.place].values[quotes - 1]) / 10**8
        if depths:
            self.depths[venue.place] = _depth(self.facts, venue, self._sampled[venue.place].lots[depths - 1].tolist())

    def forget(self) -> None:
        """Let go of the stretch; what was last looked at stays."""
        self._prices, self._sampled = {}, {}

    def mark(self, asset: AssetId, posted: Mapping[AssetId, float]) -> float:
        """Return an asset's worth in base currency: the mean of the mids of its venues, their quote at what is posted (or its own mark).

        Where no venue trades it, or none has a mid yet, it is what is posted.
        """
        found = [
            self.mids[venue.place] * self._quote(venue, posted)
            for venue in self.facts.venues
            if venue.base == asset and venue.place in self.mids
        ]
        return sum(found) / len(found) if found else posted.get(asset, 0.0)

    def bids(self) -> dict[AssetId, Depth]:
        """Return the depth that sales of each asset meet, all its venues added; none for what no venue trades."""
        found: dict[AssetId, list[Depth]] = {}
        for venue in self.facts.venues:
            if venue.place in self.depths:
                found.setdefault(venue.base, []).append(self.depths[venue.place][0])
        return {asset: added(depths) for asset, depths in found.items()}

    def _quote(self, venue: VenueFacts, posted: Mapping[AssetId, float]) -> float:
        for other in self.facts.venues:
            if other.base == venue.quote and other.quote != venue.base and other.place in self.mids:
                return self.mids[other.place] * posted.get(other.quote, 1.0)
        return posted.get(venue.quote, 1.0)


def _depth(facts: Facts, venue: VenueFacts, lots: list[int]) -> tuple[Depth, Depth]:
    whole = venue.lot / asset_of(facts, venue.base).unit
    within = [each * whole for each in lots]
    return Depth(tuple(within[:3])), Depth(tuple(within[3:]))
