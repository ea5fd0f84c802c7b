"""How far apart the venues of one pair stood: the highest mid less the lowest, over their mean, weighted by time.

Venues of one pair trade the same base for the same quote asset: between a dollar and another there may be a price of its own, which would
not be dispersion. A venue without a quoted side counts with its last mid; time in which fewer than two had one is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from sim.facts import VenueFacts
from sim.metrics.fold import Figures, Floats, bps
from sim.metrics.quality.reading import Look, TimeMean
from sim.units import AssetId, Place


@attrs.define
class Dispersion:
    """The venues of one pair."""

    venues: tuple[VenueFacts, ...]
    _time: TimeMean = attrs.field(factory=TimeMean)
    _mids: list[float] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin without prices."""
        self._mids = [0.0] * len(self.venues)

    def take(self, looks: dict[Place, Look]) -> None:
        """Read the next quotes of all of them."""
        quoted = [looks[venue.place] for venue in self.venues]
        seqs = np.concatenate([look.mids.seqs for look in quoted])
        instants = np.concatenate([look.mids.instants for look in quoted])
        order = np.argsort(seqs, kind="stable")
        prices = np.stack([look.mids.at(seqs[order], before) for look, before in zip(quoted, self._mids, strict=True)])
        self._time.take(instants[order], _spread(prices), quoted[0].until)
        self._mids = [look.mids.last(before) for look, before in zip(quoted, self._mids, strict=True)]

    def figures(self) -> Figures:
        """Return mean and widest in bps; None if two never had a mid at once."""
        mean = self._time.mean
        return {
            "venues": ", ".join(venue.name for venue in self.venues),
            "mean_bps": None if mean is None else bps(mean),
            "widest_bps": None if mean is None else bps(self._time.worst),
        }


def same_pair(venues: Sequence[VenueFacts]) -> list[tuple[VenueFacts, ...]]:
    """Return the pairs that are traded on several venues, with these."""
    pairs: dict[tuple[AssetId, AssetId], list[VenueFacts]] = {}
    for venue in venues:
        pairs.setdefault((venue.base, venue.quote), []).append(venue)
    return [tuple(found) for found in pairs.values() if len(found) > 1]


def _spread(prices: Floats) -> Floats:
    """Return highest less lowest over the mean, column by column; nan where fewer than two are known."""
    known = prices > 0
    highest = np.where(known, prices, 0.0).max(axis=0)
    lowest = np.where(known, prices, np.inf).min(axis=0)
    counts = known.sum(axis=0)
    mean = prices.sum(axis=0) / np.maximum(counts, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(counts > 1, (highest - lowest) / mean, np.nan)
    return found
