"""What units were worth at a venue's mid, exactly, at any entry of the stretch at hand.

A side that is empty counts at its last price. Values are rationals in quote units, so that sums of them are exact.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts, VenueFacts
from sim.metrics.fold import asset_of, at_place
from sim.records.market import QuoteChanged
from sim.units import AssetId, HalfTicks, Place, Seq, Ticks, Units


@attrs.define
class VenueMarks:
    """One venue's h = bid + ask, change by change."""

    seqs: list[Seq] = attrs.field(factory=list)
    half_ticks: list[HalfTicks] = attrs.field(factory=list)
    opening: HalfTicks = 0
    """The first there was; 0 before."""
    before: HalfTicks = 0
    """At the beginning of the stretch."""
    bid: Ticks = 0
    ask: Ticks = 0

    def take(self, stretch: Stretch, place: Place) -> None:
        """Read the next quotes."""
        self.before = self.last
        seqs, bids, asks = at_place(stretch.columns(QuoteChanged), place, "seq", "bid", "ask")
        bids, asks = _kept(bids, self.bid), _kept(asks, self.ask)
        known = (bids > 0) & (asks > 0)
        self.seqs, self.half_ticks = seqs[known].tolist(), (bids + asks)[known].tolist()
        if len(bids):
            self.bid, self.ask = int(bids[-1]), int(asks[-1])
        self.opening = self.opening or next(iter(self.half_ticks), 0)

    @property
    def last(self) -> HalfTicks:
        """Bid plus ask at the end of the stretch."""
        return self.half_ticks[-1] if self.half_ticks else self.before

    def at(self, seq: Seq) -> HalfTicks:
        """Return h in force at an entry of the stretch; the first there was, if none was yet."""
        place = bisect_right(self.seqs, seq)
        return (self.half_ticks[place - 1] if place else self.before) or self.opening


@attrs.define
class Marks:
    """Every venue's marks."""

    facts: Facts
    venues: dict[Place, VenueFacts] = attrs.field(init=False)
    _marks: dict[Place, VenueMarks] = attrs.field(init=False)
    _units: dict[AssetId, Units] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin without marks."""
        self.venues = {venue.place: venue for venue in self.facts.venues}
        self._marks = {place: VenueMarks() for place in self.venues}
        self._units = {venue.base: asset_of(self.facts, venue.base).unit for venue in self.facts.venues}

    def take(self, stretch: Stretch) -> None:
        """Read the next quotes."""
        for place, marks in self._marks.items():
            marks.take(stretch, place)

    def step(self, venue: VenueFacts) -> Units:
        """Return quote units in one lot times one tick."""
        return venue.lot * venue.tick // self._units[venue.base]

    def at_mid(self, venue: VenueFacts, units: Units, seq: Seq) -> Fraction:
        """Return base units in quote units at a venue's mid as of an entry."""
        return self._of(venue, units, self._marks[venue.place].at(seq))

    def value(self, asset: AssetId, quote: AssetId, units: Units, seq: Seq) -> Fraction | None:
        """Return units in quote units at the mid of the first venue that trades them; None where none does, or did yet."""
        if asset == quote:
            return Fraction(units)
        venue = self._venue(asset, quote)
        half_ticks = self._marks[venue.place].at(seq) if venue else 0
        return self._of(venue, units, half_ticks) if venue and half_ticks else None

    def last_value(self, asset: AssetId, quote: AssetId, units: Units) -> Fraction | None:
        """Return units at the last mid there was."""
        venue = self._venue(asset, quote)
        return self._of(venue, units, self._marks[venue.place].last) if venue and self._marks[venue.place].last else None

    def opening_value(self, asset: AssetId, quote: AssetId, units: Units) -> Fraction | None:
        """Return units at the first mid there was."""
        venue = self._venue(asset, quote)
        return self._of(venue, units, self._marks[venue.place].opening) if venue and self._marks[venue.place].opening else None

    def _venue(self, asset: AssetId, quote: AssetId) -> VenueFacts | None:
        return next((venue for venue in self.facts.venues if (venue.base, venue.quote) == (asset, quote)), None)

    def _of(self, venue: VenueFacts, units: Units, half_ticks: HalfTicks) -> Fraction:
        return Fraction(units * half_ticks * venue.tick, 2 * self._units[venue.base])


def _kept(prices: np.ndarray, before: Ticks) -> np.ndarray:
    """Return prices with zeros replaced by the last price before them."""
    known = np.concatenate([[before], prices])
    places = np.maximum.accumulate(np.where(known > 0, np.arange(len(known)), 0))
    kept: np.ndarray = known[places][1:]
    return kept
