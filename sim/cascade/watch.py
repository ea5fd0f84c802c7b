"""Somebody who is told of every single move and its shares, while the fold goes over the tape and forgets them.

``Sums`` asks of each move whether its shares sum to it; others keep what they need (``sim.cascade.moves``).
"""

from __future__ import annotations

from typing import Protocol

import attrs

from sim.cascade.origin import SHARE, Shares
from sim.cascade.posts import Window
from sim.units import HalfTicks, Nanos, Place, Seq

_MOST_TOLD = 20


class Watch(Protocol):
    """Who is told."""

    def quoted(self, seq: Seq, at: Nanos, place: Place, moved: HalfTicks, shares: Shares) -> None:
        """Hear of a change of a book's h, in half ticks, with its shares in ``SHARE`` of one."""

    def posted(self, seq: Seq, at: Nanos, window: Window) -> None:
        """Hear of a posted price (or of what a pool of vaults read)."""


@attrs.define
class Sums:
    """Counts moves, and names those whose shares do not sum to them."""

    quotes: int = 0
    posts: int = 0
    offences: list[str] = attrs.field(factory=list)
    """The first few."""
    onward: Watch | None = None

    def quoted(self, seq: Seq, at: Nanos, place: Place, moved: HalfTicks, shares: Shares) -> None:
        """Ask it of a quote."""
        self.quotes += 1
        found = sum(share for _, share in shares)
        if found != moved * SHARE:
            self._tell(f"quote {seq} moved {moved} half ticks, its shares sum to {found}")
        if self.onward is not None:
            self.onward.quoted(seq, at, place, moved, shares)

    def posted(self, seq: Seq, at: Nanos, window: Window) -> None:
        """Ask it of a post."""
        self.posts += 1
        found = sum(window.net.values())
        if found != window.change * SHARE:
            self._tell(f"post {seq} changed by {window.change}, its shares sum to {found}")
        if self.onward is not None:
            self.onward.posted(seq, at, window)

    def _tell(self, offence: str) -> None:
        if len(self.offences) < _MOST_TOLD:
            self.offences.append(offence)
