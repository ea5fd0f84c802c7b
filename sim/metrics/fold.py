"""What a metric is, and the few things all of them need: quotes as arrays, what stood when, money as words.

Metrics look at finished entries; no command comes of them, so floats are welcome. Prices are floats with the scale of a posted
price (8 decimals) unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from sim.assets import Asset
from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts, VenueFacts
from sim.records.market import QuoteChanged
from sim.units import RAD, AssetId, Units

Integers: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Figures: TypeAlias = dict[str, Any]
"""By name, ready for JSON."""
Number = TypeVar("Number", int, float)


class Metric(Protocol):
    """A fold over the tape: it takes stretch after stretch and then says its figures."""

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""

    def figures(self) -> Figures:
        """Return what it found, by name."""


@attrs.frozen
class Prices:
    """A price over a stretch, change by change; ``seqs`` are the entries that made it so."""

    seqs: Integers
    instants: Integers
    values: Floats

    def at(self, seqs: Integers, before: float) -> Floats:
        """Return the price in force at entries; ``before`` where the first change lies ahead."""
        known = np.concatenate([[before], self.values])
        found: Floats = known[np.searchsorted(self.seqs, seqs, side="right")]
        return found

    def last(self, before: float) -> float:
        """Return the price at the end; ``before`` if nothing changed."""
        return float(self.values[-1]) if len(self.values) else before


def mids(stretch: Stretch, facts: Facts, venue: VenueFacts) -> Prices:
    """Return a venue's mid wherever both sides are quoted."""
    columns = stretch.columns(QuoteChanged)
    both = (columns["place"] == venue.place) & (columns["bid"] > 0) & (columns["ask"] > 0)
    half_ticks = columns["bid"][both] + columns["ask"][both]
    return Prices(columns["seq"][both], columns["at_ns"][both], half_ticks * price_scale(facts, venue) / 2)


def spreads(stretch: Stretch, venue: VenueFacts) -> Floats:
    """Return a venue's best ask less its best bid over the mid, quote by quote as ``mids`` has them."""
    bids, asks = at_place(stretch.columns(QuoteChanged), venue.place, "bid", "ask")
    both = (bids > 0) & (asks > 0)
    found: Floats = 2 * (asks[both] - bids[both]) / (asks[both] + bids[both])
    return found


def price_scale(facts: Facts, venue: VenueFacts) -> float:
    """Return what a tick is in a posted price's scale."""
    return venue.tick * 10**8 / asset_of(facts, venue.quote).unit


def at_place(columns: Mapping[str, Any], place: int, *names: str) -> tuple[Any, ...]:
    """Return named columns of the rows of one place."""
    here = columns["place"] == place
    return tuple(columns[name][here] for name in names)


def asset_of(facts: Facts, id: AssetId) -> Asset:
    """Return an asset from the facts; one they do not name is shown by its number."""
    for each in facts.assets:
        if each.id == id:
            return Asset(each.id, each.symbol, each.decimals)
    return Asset(id, f"asset{id}", 0)


def money(amounts: Mapping[AssetId, Units], facts: Facts, usual: AssetId = 0) -> str | dict[str, str]:
    """Return amounts as exact decimals with their asset: a string for one asset, by symbol for several, zero of the usual for none."""
    if not amounts:
        return asset_of(facts, usual).amount(0)
    words = {asset_of(facts, asset).symbol: asset_of(facts, asset).amount(int(units)) for asset, units in amounts.items()}
    return next(iter(words.values())) if len(words) == 1 else words


def sums_by_asset(sums: dict[AssetId, Units], assets: Iterable[int], amounts: Iterable[int]) -> None:
    """Add amounts to sums by asset."""
    for asset, amount in zip(assets, amounts, strict=True):
        sums[int(asset)] = sums.get(int(asset), 0) + int(amount)


def unraised(closed: Row, unit: Units) -> Units:
    """Return what an auction of collateral raised less than the debt it was held for, of its ``AuctionClosed``; in units, rounded down."""
    raised, debt = closed[12], closed[14]
    return max(0, int(debt - raised)) * unit // RAD


def bps(ratio: float) -> float:
    """Return a ratio in basis points, to a hundredth; nothing has no sign."""
    return round(ratio * 10_000, 2) + 0.0


def percentile(values: Sequence[Number], percent: int) -> Number | None:
    """Return the nearest-rank percentile; None of nothing."""
    if not values:
        return None
    rank = -(-percent * len(values) // 100)
    return sorted(values)[max(1, rank) - 1]
