"""The cascade as figures: generations, how much descends from other liquidations, how large the trees are. Accounting, not causal."""

from __future__ import annotations

import attrs

from sim.cascade import Cascade, CascadeFold, Stretch
from sim.cascade.origin import SHARE
from sim.facts import Facts
from sim.metrics.fold import Figures, bps


@attrs.define
class CascadeMetric:
    """What ``sim.cascade`` finds, counted."""

    facts: Facts
    fold: CascadeFold = attrs.field(init=False)
    """Makers' cancels as their own, and counting in full as done by the forced sales they answer: an upper bound."""

    def __attrs_post_init__(self) -> None:
        """Begin to follow the books."""
        self.fold = CascadeFold(self.facts)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self.fold.take(stretch)

    def figures(self) -> Figures:
        """Return generations and shares. Gain is what was known before the run: of all pools together, and of each."""
        found, inheriting = self.fold.results()
        by_count, by_debt = found.descending_share()
        bounds = inheriting.descending_share()
        gains = {name: round(gain, 6) for name, gain in self.facts.gain.items()}
        return {
            "generations": found.generations,
            "gain": gains.get("all", next(iter(gains.values()), None)),
            "gain_by_pool": {name: gain for name, gain in gains.items() if name != "all"},
            "descending_share": {"count": round(by_count, 6), "debt": round(by_debt, 6)},
            "descending_share_with_makers": {"count": round(bounds[0], 6), "debt": round(bounds[1], 6)},
            "by_generation": [{"liquidations": count, "debt": f"{debt / 10**8:.2f}"} for count, debt in found.by_generation()],
            "generation_ratios": [round(ratio, 4) for ratio in found.generation_ratios()],
            "cascades": self._sizes(found),
            "forced_move_gross_bps": self._forced_move(found),
        }

    def _sizes(self, found: Cascade) -> Figures:
        """Return how many trees there are, and the largest by liquidations."""
        sizes = [len(tree) for tree in found.trees().values()]
        return {"count": len(sizes), "largest": max(sizes, default=0)}

    def _forced_move(self, found: Cascade) -> float | None:
        """Return the moves that sales of seized units made in the first venue's mid, summed with their signs, in bps of the opening mid.

        Gross of what others did in answer: a book that refills after every sale falls many times over, so this may exceed the whole fall.
        """
        if not self.facts.venues:
            return None
        book = found.books[self.facts.venues[0].place]
        return bps(book.forced() / SHARE / book.opening) if book.opening else None
