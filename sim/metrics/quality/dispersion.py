"""How far apart the venues of one asset stood: the highest mid less the lowest, over their mean, weighted by time.

Where they quote in one asset, mids themselves are compared. Where they quote in several (a dollar and another), what is compared is how
far each has come since it stood a minute after the beginning: then the price of one money in the other is in it, as it moved since. A
venue without a quoted side counts with its last mid; time in which fewer than two had one is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from sim.facts import Facts, VenueFacts
from sim.metrics.fold import Figures, Floats, asset_of, bps
from sim.metrics.quality.reading import Look, TimeMean
from sim.units import MINUTE, AssetId, Nanos, Place

SINCE: Nanos = MINUTE
"""From where venues of several quote assets are compared."""


@attrs.define
class Dispersion:
    """Venues of one base asset."""

    facts: Facts
    venues: tuple[VenueFacts, ...]
    _time: TimeMean = attrs.field(factory=TimeMean)
    _mids: list[float] = attrs.field(init=False)
    _references: list[float] = attrs.field(init=False)
    """What a mid is divided by; 0 while that is not known."""

    def __attrs_post_init__(self) -> None:
        """Begin without prices."""
        self._mids = [0.0] * len(self.venues)
        self._references = [1.0 if self.is_of_one_quote else 0.0] * len(self.venues)

    @property
    def is_of_one_quote(self) -> bool:
        """All of them quote in the same asset."""
        return len({venue.quote for venue in self.venues}) == 1

    def take(self, looks: dict[Place, Look]) -> None:
        """Read the next quotes of all of them."""
        quoted = [looks[venue.place] for venue in self.venues]
        self._references = [
            known or _reference(look, before) for look, before, known in zip(quoted, self._mids, self._references, strict=True)
        ]
        seqs = np.concatenate([look.mids.seqs for look in quoted])
        instants = np.concatenate([look.mids.instants for look in quoted])
        order = np.argsort(seqs, kind="stable")
        instants = instants[order]
        prices = np.stack([look.mids.at(seqs[order], before) for look, before in zip(quoted, self._mids, strict=True)])
        references = np.array(self._references)[:, None]
        prices = np.where(references > 0, prices / np.where(references > 0, references, 1.0), 0.0)
        if not self.is_of_one_quote:
            prices[:, instants <= SINCE] = 0.0
        self._time.take(instants, _spread(prices), quoted[0].until)
        self._mids = [look.mids.last(before) for look, before in zip(quoted, self._mids, strict=True)]

    def figures(self) -> Figures:
        """Return mean and widest in bps; None if two never had a mid at once."""
        mean = self._time.mean
        quotes = dict.fromkeys(asset_of(self.facts, venue.quote).symbol for venue in self.venues)
        return {
            "venues": ", ".join(venue.name for venue in self.venues),
            "quotes": ", ".join(quotes),
            "mean_bps": None if mean is None else bps(mean),
            "widest_bps": None if mean is None else bps(self._time.worst),
        }


def groups(venues: Sequence[VenueFacts]) -> list[tuple[VenueFacts, ...]]:
    """Return the pairs that are traded on several venues, and the assets that are traded for several others."""
    pairs: dict[tuple[AssetId, AssetId], list[VenueFacts]] = {}
    bases: dict[AssetId, list[VenueFacts]] = {}
    for venue in venues:
        pairs.setdefault((venue.base, venue.quote), []).append(venue)
        bases.setdefault(venue.base, []).append(venue)
    several = [found for found in bases.values() if len({venue.quote for venue in found}) > 1]
    return [tuple(found) for found in (*(each for each in pairs.values() if len(each) > 1), *several)]


def _reference(look: Look, before: float) -> float:
    """Return the mid a minute after the beginning, or the first there was later; 0 if that is still to come."""
    if look.until <= SINCE:
        return 0.0
    place = int(np.searchsorted(look.mids.instants, SINCE, side="right"))
    stood = float(look.mids.values[place - 1]) if place else before
    return stood or (float(look.mids.values[place]) if place < len(look.mids.values) else 0.0)


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
