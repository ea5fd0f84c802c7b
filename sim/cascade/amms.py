"""An amm as one feed sees it: its price (or log tick) after each entry that may have moved it, with whose doing it was.

A swap tells the price that it left. What else moves an amm (liquidity of a stableswap, a pair's own door) does not; its entry is kept
without a price, and a change that no swap explains is its doing. Instants are Unix seconds of blocks, as contracts count them.
"""

from __future__ import annotations

from math import isqrt

import attrs

from sim.amm.concentrated.log_ticks import sqrt_price_at, tick_at
from sim.assets import Asset
from sim.cascade.origin import Origin, Shares
from sim.cascade.over_time import Span, in_shares, shares_of_mean, ticks_to_price
from sim.cascade.series import Series
from sim.facts import Facts, FeedFacts
from sim.oracle.derived.rules import price_of_sqrt
from sim.units import WAD, AssetId, Place, Price, Seconds, Seq, Wad

_PRICE_ONE = 10**8
_Q192 = 2**192


@attrs.define
class AmmReplay:
    """One amm, read by one feed."""

    amm: Place
    base: Asset
    quote: Asset
    window: Seconds = 0
    """0: the price of the moment."""
    has_ticks: bool = False
    """The mean is one of log ticks, over the window up to now; else of prices, from one checkpoint to the next."""
    is_base_first: bool = True
    series: Series = attrs.field(factory=Series)
    unpriced: list[tuple[Seq, Shares]] = attrs.field(factory=list)
    """Entries since the last post that may have moved the price, and did not say where to."""
    span: Span | None = None
    """What the last post was a mean over."""
    opened_at: Seconds = 0

    @classmethod
    def of(cls, feed: FeedFacts, facts: Facts) -> AmmReplay:
        """Return the replay for a feed that reads an amm."""
        assets = {each.id: Asset(each.id, each.symbol, each.decimals) for each in facts.assets}
        terms, base = feed.terms, assets[feed.base]
        quote = assets.get(terms.get("quote", 0), base)
        (amm,) = feed.sources
        ticks, first = bool(terms.get("log_ticks")), bool(terms.get("base_first", 1))
        return cls(amm, base, quote, terms.get("window", 0), ticks, first)

    def open(self, seq: Seq, at: Seconds, price: Price) -> None:
        """Begin with what the feed opened at."""
        self.series.add(seq, self._tick(price * WAD // _PRICE_ONE) if self.has_ticks else price, (), at)
        self.opened_at = at
        self.span = Span(at, 0)

    def swapped(self, seq: Seq, at: Seconds, asset_in: AssetId, asset_out: AssetId, price: Wad, shares: Shares) -> None:
        """Take a swap: ``price`` is what a whole of the asset in brings of the asset out afterwards. Others' pairs are passed over."""
        if not self.series.seqs or not price or {asset_in, asset_out} != {self.base.id, self.quote.id}:
            return
        of_base = price if asset_in == self.base.id else WAD * WAD // price
        self.series.add(seq, self._tick(of_base) if self.has_ticks else of_base * _PRICE_ONE // WAD, shares, at)

    def touched(self, seq: Seq, shares: Shares) -> None:
        """Take an entry that says no price."""
        if self.series.seqs:
            self.unpriced.append((seq, shares))

    def mean_shares(self, at: Seconds, change: Price) -> dict[Origin, int]:
        """Return the shares of a change of the mean that was posted at an instant, and forget what no later mean can contain."""
        before, after = self.span or Span(at, 0), self._span_at(at)
        parts = shares_of_mean(self.series, before, after)
        self.span = after
        self.series.forget_at(min(after.end - after.length, after.end - self.window))
        if not self.has_ticks:
            return in_shares(parts)
        return ticks_to_price(parts, change, self.series.prices[-1], self._price_at)

    def _span_at(self, at: Seconds) -> Span:
        if self.has_ticks:
            return Span(at, min(self.window, at - self.opened_at))
        return Span(at, at - self.span.end if self.span else 0)

    def _tick(self, price: Wad) -> int:
        """Return the log tick of a price of the base."""
        ratio = (price * self.quote.unit, WAD * self.base.unit)
        top, bottom = ratio if self.is_base_first else ratio[::-1]
        return tick_at(isqrt(top * _Q192 // bottom))

    def _price_at(self, tick: int) -> Price:
        return price_of_sqrt(sqrt_price_at(tick), self.is_base_first, self.base, self.quote)
