"""One way to tell a cascade: makers acting of their own accord, or inheriting. Weighs posts and keeps margin calls and liquidations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import attrs

from sim.cascade.descent import Cascade, Descent, Fall, generation_of
from sim.cascade.origin import Origin
from sim.cascade.posts import Window
from sim.cascade.push import Push, SincePeak
from sim.cascade.stretch import Row
from sim.units import Nanos, Party, Place, Price, Seq

Renamed = Callable[[Mapping[Origin, int]], dict[Origin, int]]
"""What gives shares the names of a way."""


@attrs.frozen
class Weighed:
    """What everybody has in common who falls by one post."""

    post: Seq = -1
    change: Price = 0
    parents: tuple[tuple[Origin, Fraction], ...] = ()
    generation: int = 1
    since_peak: Fraction = Fraction(0)
    push: SincePeak = attrs.field(factory=SincePeak)


@attrs.define
class Way:
    """The cascade of one way."""

    renamed: Renamed
    cascade: Cascade = attrs.field(factory=Cascade)
    pushes: dict[Place, Push] = attrs.field(factory=dict)
    """By feed (or pool of vaults)."""
    _weighed: Weighed = Weighed()
    """Of the last post that somebody fell by: worked out once, however many fall."""

    def posted(self, window: Window) -> None:
        """Take a post."""
        if window.feed not in self.pushes:
            self.pushes[window.feed] = Push()
        self.pushes[window.feed].posted(window.price, self.renamed(window.net))

    def fell(self, row: Row, window: Window | None) -> None:
        """Take a margin call, with the change that made it."""
        seq, _, at, _, pool, account, post, price, _, debt, _ = row
        found = self._weighed_by(window)
        self.cascade.falls[seq] = Fall(
            *(seq, at, account, pool, post, found.change, found.parents, found.generation),
            since_peak=found.since_peak,
            push=found.push,
            price=price,
            debt=debt,
        )

    def liquidated(
        self, seq: Seq, at: Nanos, keeper: Party, account: Party, pool: Place, fell: Seq, debt_value: int, brought: Window | None
    ) -> None:
        """Take a liquidation.

        A position may fall and be liquidated before anybody says that it fell: by the price brought in the same tx, if there is one, else
        by interest within one block.
        """
        fall = self.cascade.falls.get(fell) or self._unsaid(at, account, pool, brought)
        self.cascade.liquidations[seq] = Descent(seq, at, keeper, fall, debt_value)

    def _unsaid(self, at: Nanos, account: Party, pool: Place, brought: Window | None) -> Fall:
        found, price = self._weighed_by(brought), brought.price if brought is not None else 0
        post = found.post if brought is not None else 0
        told = (0, at, account, pool, post, found.change, found.parents, found.generation)
        return Fall(*told, since_peak=found.since_peak, push=found.push, price=price)

    def _weighed_by(self, window: Window | None) -> Weighed:
        """Return what falls by a change have in common; nothing of one that no post made."""
        if window is None:
            return Weighed()
        if window.post != self._weighed.post:
            self._weighed = self._weigh(window)
        return self._weighed

    def _weigh(self, window: Window) -> Weighed:
        weights = window.weights(self.renamed(window.weighed))
        parents = tuple(sorted(weights.items(), key=lambda weighed: (-weighed[1], weighed[0])))
        push, generation = self.pushes[window.feed], generation_of(parents, self.cascade)
        return Weighed(window.post, window.change, parents, generation, push.forced_share, push.stand())
