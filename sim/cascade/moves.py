"""Every move with its shares, kept as columns: posted prices one by one, quotes minute by minute, by group of origins.

For whoever draws attribution over time. Shares are floats here, in units of the price (8 decimals left out); exactness is asked of
each move before it comes here (``sim.cascade.watch.Sums``). Memory: a row per post and group, and per span, venue and group.
"""

from __future__ import annotations

import attrs

from sim.cascade.groups import group_of, grouped
from sim.cascade.origin import SHARE, Shares
from sim.cascade.posts import Window
from sim.units import MINUTE, HalfTicks, Nanos, Place, Seq

PostRow = tuple[Seq, Nanos, Place, str, float]
"""Post, instant, feed, group, share of the change."""


@attrs.define
class Moves:
    """Collects what it is told."""

    span: Nanos = MINUTE
    """Quotes within one are one row."""
    posts: list[PostRow] = attrs.field(factory=list)
    books: dict[tuple[Nanos, Place, str], list[float]] = attrs.field(factory=dict)
    """Half ticks down and up, by beginning of the span, venue and group."""

    def quoted(self, seq: Seq, at: Nanos, place: Place, moved: HalfTicks, shares: Shares) -> None:
        """Add a change of a quote."""
        start = at - at % self.span
        for origin, share in shares:
            sums = self.books.setdefault((start, place, group_of(origin)), [0.0, 0.0])
            sums[share > 0] += share / SHARE

    def posted(self, seq: Seq, at: Nanos, window: Window) -> None:
        """Add a post."""
        for group, share in grouped(window.net.items()).items():
            self.posts.append((seq, at, window.feed, group, share / SHARE / 10**8))
