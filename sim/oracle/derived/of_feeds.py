"""Formulae over other feeds: median, bound, product, guard; and a price that is wired in.

Each reads its inputs anew at every read. An input that refuses to be read, or has no price, makes a formula refuse too, with the
input's own reason; a median does without it as long as a quorum is left.
"""

from collections.abc import Sequence
from typing import Protocol

import attrs

from sim.errors import Revert
from sim.journal import Journal
from sim.oracle.derived.feed import Worked
from sim.oracle.derived.rules import bounds_around, grown, is_too_uncertain, is_within_anchor, less_confidence, product_of
from sim.oracle.rules import is_stale, upper_middle
from sim.oracle.sentinel import Sentinel
from sim.units import BPS_ONE, Bps, Gas, Place, Price, Seconds
from sim.vocabulary import Refusal

NONE = Refusal.NONE


class Input(Protocol):
    """A feed that another one reads."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...

    @property
    def price(self) -> Price:
        """What contracts read; 0 where there is none."""
        ...

    @property
    def updated_at(self) -> Seconds:
        """When it was made."""
        ...


def price_of(feed: Input) -> Price:
    """Return what a feed is read to be. Reverts where it refuses, or has none (NOTHING_POSTED)."""
    price = feed.price
    refusal: Refusal = getattr(feed, "refusal", NONE)
    if refusal and not getattr(feed, "is_live", False):
        raise Revert(refusal)
    if price <= 0:
        raise Revert(Refusal.NOTHING_POSTED)
    return price


def is_readable(feed: Input) -> bool:
    """Say whether a feed gives a price now."""
    try:
        return price_of(feed) > 0
    except Revert:
        return False


def _oldest(feeds: Sequence[Input]) -> Seconds:
    return min(feed.updated_at for feed in feeds)


@attrs.define(eq=False, repr=False)
class HardWired:
    """A price that a contract was deployed with."""

    fixed: Price

    def work_out(self, now: Seconds) -> Worked:
        """Return it."""
        return Worked(self.fixed)

    def updated_at(self, now: Seconds) -> Seconds:
        """It is never old."""
        return now

    def poke(self, now: Seconds) -> Gas:
        """There is nothing to take up."""
        raise Revert(Refusal.UNKNOWN_CALL)


@attrs.define(eq=False, repr=False)
class Median:
    """The upper median of feeds; among equal prices the later feed counts as the larger."""

    feeds: tuple[Input, ...]
    quorum: int
    """Fewer that can be read are none."""

    def work_out(self, now: Seconds) -> Worked:
        """Return the price in the middle. Reverts as the last feed that refuses, where too few are left."""
        found: list[tuple[Place, Price]] = []
        reason = Refusal.NOTHING_POSTED
        for feed in self.feeds:
            try:
                found.append((feed.place, price_of(feed)))
            except Revert as why:
                reason = why.reason
        if len(found) < self.quorum:
            raise Revert(reason)
        middle = upper_middle([price for _, price in found])
        weights = tuple((place, BPS_ONE if index == middle else 0) for index, (place, _) in enumerate(found))
        return Worked(found[middle][1], weights)

    def updated_at(self, now: Seconds) -> Seconds:
        """As old as the oldest of the feeds it is made of: one that it does without does not make it old. Of all where none can be read."""
        return _oldest([feed for feed in self.feeds if is_readable(feed)] or self.feeds)

    def poke(self, now: Seconds) -> Gas:
        """There is nothing to take up."""
        raise Revert(Refusal.UNKNOWN_CALL)


@attrs.define(eq=False, repr=False)
class Bounded:
    """A feed's price within a distance of an anchor's, and below what a snapshot may have grown to.

    A price beyond the anchor's bounds is moved to the bound, or leaves the last believed one standing (``keeps``), as Compound's
    anchored view did. Growth bounds from above only, as Aave's capped adapters do.
    """

    feed: Input
    anchor: Input | None
    deviation: Bps
    keeps: bool
    yearly: Bps | None
    """How much it may grow in a year; None: as it likes."""
    snapshot: Price
    snapshot_at: Seconds
    believed: Price
    """The last price within the bounds, or the opening one."""
    journal: Journal

    def work_out(self, now: Seconds) -> Worked:
        """Return the price after its bounds."""
        price, anchor = price_of(self.feed), self.anchor
        weights = {self.feed.place: BPS_ONE}
        if anchor is not None:
            price, weights = self._beside(price, price_of(anchor), self.feed.place, anchor.place)
        cap = price if self.yearly is None else grown(self.snapshot, self.yearly, max(0, now - self.snapshot_at))
        if price > cap:
            price, weights = cap, dict.fromkeys(weights, 0)
        return Worked(price, tuple(weights.items()))

    def _beside(self, price: Price, anchor: Price, own: Place, other: Place) -> tuple[Price, dict[Place, int]]:
        if self.keeps:
            if is_within_anchor(price, anchor, self.deviation):
                self.journal.put(self, "believed", price)
                return price, {own: BPS_ONE, other: 0}
            return self.believed, {own: 0, other: 0}
        low, high = bounds_around(anchor, self.deviation)
        if price < low:
            return low, {own: 0, other: BPS_ONE - self.deviation}
        if price > high:
            return high, {own: 0, other: BPS_ONE + self.deviation}
        return price, {own: BPS_ONE, other: 0}

    def updated_at(self, now: Seconds) -> Seconds:
        """As old as what it bounds."""
        return self.feed.updated_at

    def poke(self, now: Seconds) -> Gas:
        """There is nothing to take up."""
        raise Revert(Refusal.UNKNOWN_CALL)


@attrs.define(eq=False, repr=False)
class Product:
    """Prices of one asset in the next, multiplied: stETH in ETH times ETH in dollars."""

    feeds: tuple[Input, ...]

    def work_out(self, now: Seconds) -> Worked:
        """Return the product."""
        prices = tuple(price_of(feed) for feed in self.feeds)
        return Worked(product_of(prices), tuple((feed.place, 0) for feed in self.feeds))

    def updated_at(self, now: Seconds) -> Seconds:
        """As old as the oldest of its feeds."""
        return _oldest(self.feeds)

    def poke(self, now: Seconds) -> Gas:
        """There is nothing to take up."""
        raise Revert(Refusal.UNKNOWN_CALL)


@attrs.frozen
class Limits:
    """What a guard asks of a price before it hands it on."""

    max_age: Seconds | None = None
    max_uncertainty: Bps | None = None
    """Confidence over price, of a feed that tells one."""
    takes_low: bool = False
    """It hands on the price less its confidence."""


@attrs.define(eq=False, repr=False)
class Guarded:
    """A feed's price, as long as it is young and sure enough; else a second feed's, else none. After an outage of the chain none at all.

    What a reader is recommended to ask [docs.chain.link, L2 sequencer uptime feeds; docs.pyth.network, best practices], and Euler's
    adapters do [euler-xyz/euler-price-oracle, ChainlinkOracle.sol and PythOracle.sol]. Liquidating, borrowing and withdrawing read the
    price and revert; supplying and repaying do not.
    """

    feed: Input
    limits: Limits
    sentinel: Sentinel | None = None
    """Refuses for a while after the chain came up again."""
    fallback: Input | None = None

    def work_out(self, now: Seconds) -> Worked:
        """Return the price. Reverts: SEQUENCER_DOWN (whatever the second feed says: it is of the same chain), STALE_PRICE, TOO_UNCERTAIN,
        or as the feeds do.
        """
        if self.sentinel is not None and not self.sentinel.allows(now):
            raise Revert(Refusal.SEQUENCER_DOWN)
        try:
            return Worked(self._sure(now), self._weights(self.feed))
        except Revert:
            if self.fallback is None:
                raise
        return Worked(price_of(self.fallback), self._weights(self.fallback))

    def _sure(self, now: Seconds) -> Price:
        feed, limits = self.feed, self.limits
        price, confidence = price_of(feed), int(getattr(feed, "confidence", 0))
        if limits.max_age is not None and is_stale(now, min(now, feed.updated_at), limits.max_age):
            raise Revert(Refusal.STALE_PRICE)
        if limits.max_uncertainty is not None and is_too_uncertain(price, confidence, limits.max_uncertainty):
            raise Revert(Refusal.TOO_UNCERTAIN)
        return less_confidence(price, confidence) if limits.takes_low else price

    def _weights(self, taken: Input) -> tuple[tuple[Place, int], ...]:
        inputs = (self.feed,) if self.fallback is None else (self.feed, self.fallback)
        return tuple((feed.place, BPS_ONE if feed is taken else 0) for feed in inputs)

    def updated_at(self, now: Seconds) -> Seconds:
        """As old as the feed whose price it hands on; where neither gives one, as what it guards."""
        return self._taken(now).updated_at

    def _taken(self, now: Seconds) -> Input:
        if self.fallback is None:
            return self.feed
        try:
            self._sure(now)
        except Revert:
            return self.fallback if is_readable(self.fallback) else self.feed
        return self.feed

    def poke(self, now: Seconds) -> Gas:
        """There is nothing to take up."""
        raise Revert(Refusal.UNKNOWN_CALL)
