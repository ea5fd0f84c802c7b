"""One half of a book: levels by price, the best one always at hand.

A level keeps its orders in the sequence of their arrival, and how many lots they add up to. Adding, filling from the front and
taking out of the middle each cost the same however long the queue is; opening or closing a level costs a search among the
prices. A ladder knows nothing of the other half: crossing is the book's affair.
"""

from bisect import bisect_left, insort
from typing import Any

import attrs

from sim.units import Lots, Ticks
from sim.vocabulary import Side


@attrs.define(eq=False, repr=False)
class Level:
    """All resting orders at one price, oldest first."""

    side: Side
    price: Ticks
    key: int
    """The price, signed so that a better one is larger: negative among asks."""
    lots: Lots = 0
    """What the orders of the queue add up to."""
    queue: dict[int, Lots] = attrs.Factory(dict)
    """Open lots by order id. A dict keeps arrival order, and changing a value keeps its place."""
    gaps: int = 0
    """Orders gone since the queue was last rewritten: each may have left a hole before the oldest order."""

    def tidy(self) -> None:
        """Rewrite the queue once its holes cost more to step over than a rewrite does.

        A dict steps over the holes of deleted keys each time its front is read. Rewriting when the square of the holes outgrows
        the queue keeps a front read, on average, within the root of the queue's length; a constant for any queue of real size.
        """
        if self.gaps * self.gaps > 4096 + 48 * len(self.queue):
            self.queue = dict(self.queue.items())
            self.gaps = 0


@attrs.define(eq=False, repr=False)
class Ladder:
    """The levels of one side. ``top`` is the best level, or an empty one of price 0 when nothing rests."""

    side: Side
    levels: dict[Ticks, Level] = attrs.Factory(dict)
    keys: list[int] = attrs.Factory(list)
    """Keys of the levels, the best last: prices among bids, negated prices among asks."""
    empty: Level = attrs.field(init=False)
    top: Level = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.top = self.empty = Level(self.side, 0, 0)

    def key(self, price: Ticks) -> int:
        """Return a price as this side ranks it: better is larger."""
        return -price if self.side else price

    def open(self, price: Ticks) -> Level:
        """Return a new level, which the caller must fill. Costs a binary search and a shift of the better prices."""
        key = -price if self.side else price
        level = self.levels[price] = Level(self.side, price, key)
        if not self.keys or key > self.keys[-1]:
            self.keys.append(key)
            self.top = level
        else:
            insort(self.keys, key)
        return level

    def close(self, level: Level) -> None:
        """Take out a level nobody is left in."""
        del self.levels[level.price]
        if level is not self.top:
            del self.keys[bisect_left(self.keys, level.key)]
            return
        self.keys.pop()
        self.top = self.levels[abs(self.keys[-1])] if self.keys else self.empty

    def best_first(self) -> list[Level]:
        """Return every level, the best first."""
        levels = self.levels
        return [levels[abs(key)] for key in reversed(self.keys)]

    def __deepcopy__(self, memo: dict[int, Any]) -> "Ladder":
        """Return an independent copy: numbers only, so that forking a world stays cheap."""
        twin = Ladder(self.side, keys=self.keys.copy())
        for price, level in self.levels.items():
            twin.levels[price] = Level(level.side, price, level.key, level.lots, level.queue.copy(), level.gaps)
        if self.keys:
            twin.top = twin.levels[self.top.price]
        return twin

    def _check(self) -> None:
        """Assert that keys, levels, queues and sums tell one story."""
        assert self.keys == sorted(self.key(price) for price in self.levels), "keys are not the levels' prices in sequence"
        assert len(self.keys) == len(set(self.keys)), "a price has two levels"
        for price, level in self.levels.items():
            assert (level.side, level.price, level.key) == (self.side, price, self.key(price)), f"level {price} is filed wrongly"
            assert level.queue, f"level {price} is empty and still there"
            assert all(lots > 0 for lots in level.queue.values()), f"level {price} holds an order of no lots"
            assert level.lots == sum(level.queue.values()), f"level {price} does not add up"
        assert self.top is (self.levels[abs(self.keys[-1])] if self.keys else self.empty), "top is not the best level"
        assert (self.empty.price, self.empty.lots, self.empty.queue) == (0, 0, {}), "the empty level has been filled"
