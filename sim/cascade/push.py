"""Who pushed a posted price down since it was last at its highest: sums as they stand, and how they came about.

The sums serve every margin call at once; each keeps only how far the list of moves reached when it fell, so that its own table can be
worked out again whenever somebody asks. Memory: the moves since the last peak, and those of earlier falls that somebody fell in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

import attrs

from sim.cascade.origin import PARENTS, Origin
from sim.units import Price


@attrs.frozen
class SincePeak:
    """The push behind one margin call."""

    moves: Sequence[tuple[Origin, int]] = ()
    """Shares of every change since the peak, in ``SHARE`` of a unit; shared with whoever fell later, which is why it may be longer."""
    until: int = 0
    """How many of them count."""

    def pushed(self) -> dict[Origin, int]:
        """Return who pushed the price down, net, most first. Cost: the moves since the peak."""
        sums: dict[Origin, int] = {}
        for origin, share in self.moves[: self.until]:
            sums[origin] = sums.get(origin, 0) + share
        return dict(sorted(((origin, share) for origin, share in sums.items() if share < 0), key=lambda each: (each[1], each[0])))

    def weights(self) -> dict[Origin, Fraction]:
        """Return the weight of everybody who did, heaviest first, summing to one; none of nothing."""
        pushed = self.pushed()
        whole = sum(pushed.values())
        return {origin: Fraction(share, whole) for origin, share in pushed.items()}


@attrs.define
class Push:
    """One posted price since its last peak. Cost of a post: its origins."""

    peak: Price = 0
    sums: dict[Origin, int] = attrs.field(factory=dict)
    moves: list[tuple[Origin, int]] = attrs.field(factory=list)
    down: int = 0
    """Sum of what is below zero in ``sums``."""
    forced: int = 0
    """The part of it that sales of seized units are."""

    def posted(self, price: Price, net: Mapping[Origin, int]) -> None:
        """Take a post with its shares."""
        if price >= self.peak:
            self.peak, self.down, self.forced = price, 0, 0
            self.sums = {}
            if self.moves:
                self.moves = []  # Another list: whoever fell before keeps the old one.
            return
        for origin, share in net.items():
            before = self.sums.get(origin, 0)
            after = self.sums[origin] = before + share
            deeper = min(after, 0) - min(before, 0)
            self.down += deeper
            if origin[0] in PARENTS:
                self.forced += deeper
        self.moves += net.items()

    @property
    def forced_share(self) -> Fraction:
        """The share of forced sales in the push."""
        return Fraction(self.forced, self.down) if self.down else Fraction(0)

    def stand(self) -> SincePeak:
        """Return the push as it is now."""
        return SincePeak(self.moves, len(self.moves))


def by_group(stands: Iterable[SincePeak], group_of: Callable[[Origin], str]) -> Iterator[dict[str, Fraction]]:
    """Yield the weight of each group in one push after another, those of one price in sequence. Cost: every move once."""
    moves: Sequence[tuple[Origin, int]] = ()
    reached, sums, down = 0, dict[Origin, int](), dict[str, int]()
    for stand in stands:
        if stand.moves is not moves:
            moves, reached, sums, down = stand.moves, 0, {}, {}
        for origin, share in moves[reached : stand.until]:
            before = sums.get(origin, 0)
            after = sums[origin] = before + share
            group = group_of(origin)
            down[group] = down.get(group, 0) + min(after, 0) - min(before, 0)
        reached = stand.until
        whole = sum(down.values())
        yield {group: Fraction(pushed, whole) for group, pushed in sorted(down.items(), key=lambda each: each[1]) if pushed}
