"""Whose market moves which posted price, and what a market takes: how falls reach a lender, and how sales make falls.

A feed follows the venues it reads by their weights, feeds it reads likewise, and the outside price of what it prices by the rest. A shock
is a fall of market and outside price together; a forced sale moves venues alone, so it reaches a lender by the share of venues only.
Products follow each of their factors; of a median, a bound or any other choice each input counts alike, since which one will count is
not known before.

Left out: delays, deviations, an amm's curve (an amm that a feed reads moves as its base asset does).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.facts import Facts, FeedFacts
from sim.records import DepthSampled
from sim.storage.reading import Entry, RecordName
from sim.units import MINUTE, AssetId, Nanos, Place, Seq

Floats = npt.NDArray[np.float64]
Follows = dict[AssetId, float]
"""By asset whose market moves: by how much of it a price moves."""
OPENING: Nanos = 5 * MINUTE
"""How long makers may take to put up their first book."""
_PERCENT = 0.01
_PRICE = 10**8


def follows(facts: Facts, feed: Place, with_outside: bool) -> Follows:
    """Return what a feed follows; ``with_outside``: when the outside price moves along with the markets."""
    found: Follows = {}
    feeds = {each.place: each for each in facts.feeds}
    _follow(feeds[feed], 1.0, feeds, {each.place: each.base for each in facts.venues}, facts.outside if not with_outside else 0, found)
    return found


def feeds_of(facts: Facts, lender: Place) -> dict[AssetId, Place]:
    """Return the feed by which a lender prices each asset; nothing of those whose price is fixed."""
    pools = {each.place: {asset: feed for asset, feed in each.feeds.items() if feed} for each in facts.pools}
    vaults = {each.place: {each.collateral: each.feed} for each in facts.vaults}
    return (pools | vaults).get(lender, {})


def posted_falls(facts: Facts, lender: Place, assets: tuple[AssetId, ...], with_outside: bool) -> Floats:
    """Return (k, all assets) by how much of a market's fall (columns, as in ``facts.assets``) a lender's price of each asset falls."""
    places = {each.id: place for place, each in enumerate(facts.assets)}
    found = np.zeros((len(assets), len(places)))
    known = {each.place for each in facts.feeds}
    for row, asset in enumerate(assets):
        feed = feeds_of(facts, lender).get(asset, 0)
        for moved, share in (follows(facts, feed, with_outside) if feed in known else {}).items():
            found[row, places[moved]] += share
    return found


def absorbed(facts: Facts) -> dict[AssetId, float]:
    """Return what the venues of an asset take while its price falls by 1 %, in money; nothing of assets of which nobody says it."""
    prices = opening_prices(facts)
    found: dict[AssetId, float] = {}
    for venue in facts.venues:
        if venue.absorbs_per_percent:
            found[venue.base] = found.get(venue.base, 0.0) + venue.absorbs_per_percent * prices.get(venue.quote, 1.0)
    return found


class Tape(Protocol):
    """A run, or a tape in memory."""

    def entries(self, first: Seq = 1, last: Seq | None = None, records: Iterable[RecordName] | None = None) -> Iterator[Entry]:
        """Yield entries in sequence."""
        ...


def taken_before(facts: Facts, tape: Tape) -> dict[AssetId, float]:
    """Return what ``absorbed`` does, and where nobody says anything what bids within 1 % add up to in the first book that has any.

    In money. A book alone counts no one who would come. InputError where the tape was kept without depth.
    """
    silent = {each.place: each for each in facts.venues if not each.absorbs_per_percent}
    prices, found = opening_prices(facts), absorbed(facts)
    units = {each.id: 10.0**each.decimals for each in facts.assets}
    for entry in tape.entries(records=[DepthSampled]) if silent else ():
        if entry.at > OPENING or not silent:
            break
        bids = entry.record.bid_1 if isinstance(entry.record, DepthSampled) else 0
        if bids and (venue := silent.pop(entry.place, None)):
            price = prices.get(venue.base, 0.0)
            found[venue.base] = found.get(venue.base, 0.0) + float(bids) * float(venue.lot) / units[venue.base] * price
    return found


def price_impacts(facts: Facts, taken: Mapping[AssetId, float]) -> Floats:
    """Return (all assets) the share of its market's price lost per unit of money sold of each; 0 where nobody says what is taken."""
    return np.array([_PERCENT / taken[each.id] if taken.get(each.id) else 0.0 for each in facts.assets])


def opening_prices(facts: Facts) -> dict[AssetId, float]:
    """Return the price of each asset in money at the opening, as the first lender that has one sees it."""
    found: dict[AssetId, float] = {}
    for sheet in facts.sheets:
        for terms in sheet.terms:
            if terms.price:
                found.setdefault(terms.asset, terms.price / _PRICE)
    return found


def _follow(
    feed: FeedFacts, share: float, feeds: Mapping[Place, FeedFacts], venues: Mapping[Place, AssetId], still: Place, found: Follows
) -> None:
    whole = sum(feed.sources.values())
    for source, weight in feed.sources.items():
        part = share if feed.kind == "product" else share * weight / whole
        if source in feeds:
            _follow(feeds[source], part, feeds, venues, still, found)
        elif source != still:
            base = venues.get(source, feed.base)
            found[base] = found.get(base, 0.0) + part
