"""Attribution done slowly: every lot of a book is remembered by itself, and every move worked out from the whole book.

Covers voluntary orders, cancels, reductions and reprices on one venue; an origin is the party, by whose motive the fast one tells it.
"""

from collections import Counter
from fractions import Fraction

import attrs

from sim.market.book import Book
from sim.vocabulary import Side


@attrs.define
class NaiveAttribution:
    """Watches a book from outside: before a command, after a command, who gave it."""

    missing: dict[tuple[Side, int], list[str]] = attrs.field(factory=dict)
    """Who took each lot that is missing from a level, oldest first."""
    shares: dict[str, Fraction] = attrs.field(factory=dict)
    best: dict[Side, int] = attrs.field(factory=dict)
    emptied: dict[Side, dict[int, list[str]]] = attrs.field(factory=dict)

    def command(self, before: Book, after: Book, who: str, left: dict[tuple[Side, int], int]) -> None:
        """Take a command by ``who`` that took ``left`` lots off levels (trades and cancels) and may have added others."""
        for side in Side:
            levels, now = _levels(before, side), _levels(after, side)
            gone = self.emptied.pop(side, {})
            for (its_side, price), lots in left.items():
                if its_side == side and self._counts(side, price, before, left):
                    self.missing.setdefault((side, price), []).extend([who] * lots)
            for price in [price for price in levels if levels[price] <= left.get((side, price), 0)]:
                gone[price] = self.missing.pop((side, price), [])
            self._refill(side, levels, now, left)
            self._move(side, now, gone, who)

    def _counts(self, side: Side, price: int, before: Book, left: dict) -> bool:
        """Lots count if nothing better was left on the side when they went."""
        direction = 1 if side == Side.BUY else -1
        better = {each: lots for each, lots in _levels(before, side).items() if (each - price) * direction > 0}
        return all(left.get((side, each), 0) >= lots for each, lots in better.items())

    def _refill(self, side: Side, levels: dict[int, int], now: dict[int, int], left: dict) -> None:
        for price, lots in now.items():
            added = lots - max(0, levels.get(price, 0) - left.get((side, price), 0))
            if added > 0 and (side, price) in self.missing:
                del self.missing[side, price][:added]

    def _move(self, side: Side, now: dict[int, int], gone: dict[int, list[str]], who: str) -> None:
        direction = 1 if side == Side.BUY else -1
        if not now:
            self.emptied[side] = gone
            return
        price = max(now, key=lambda each: each * direction)
        at = self.best.get(side)
        self.best[side] = price
        if at is None or price == at:
            return
        if (price - at) * direction > 0:
            self._add(who, Fraction(price - at))
            return
        # Tick by tick: each tick on the way down belongs to the last level above or at it that went.
        step = -direction
        for tick in range(at, price, step):
            above = [each for each in gone if (each - tick) * direction >= 0 and (at - each) * direction >= 0]
            owners = Counter(gone[min(above, key=lambda each: each * direction)]) if above else Counter([who])
            for owner, lots in owners.items():
                self._add(owner, Fraction(step * lots, sum(owners.values())))

    def _add(self, who: str, share: Fraction) -> None:
        self.shares[who] = self.shares.get(who, Fraction(0)) + share


def _levels(book: Book, side: Side) -> dict[int, int]:
    return dict(book.depth(side, 10_000))
