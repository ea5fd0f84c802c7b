"""Since when a price has been at or below a level without a break, for any level, in one pass.

Only what may still be asked for is kept: a price is forgotten when it is reached again, so memory grows with the distinct prices between
here and the highest, not with time. For rises, give it prices with a minus.
"""

from __future__ import annotations

from bisect import bisect_left

import attrs

from sim.units import Nanos

Moment = tuple[Nanos, int]
"""An instant, and how many blocks were sealed by then."""


@attrs.define
class Trail:
    """Prices from which it only went down."""

    price: float | None = None
    """The last."""
    _first: Moment = (0, 0)
    """When there was a price for the first time."""
    _negated: list[float] = attrs.field(factory=list)
    """Ascending: prices with a minus, the highest first."""
    _left: list[Moment] = attrs.field(factory=list)
    """When each was left for a lower one."""

    def move(self, price: float, when: Moment) -> None:
        """Take the next price."""
        if self.price is None:
            self._first = when
        elif price < self.price:
            self._negated.append(-self.price)
            self._left.append(when)
        else:
            kept = bisect_left(self._negated, -price)
            del self._negated[kept:], self._left[kept:]
        self.price = price

    def since(self, level: float) -> Moment | None:
        """Return since when the price has been at or below a level; None if it is not. From the first price, if it always was."""
        if self.price is None or self.price > level:
            return None
        place = bisect_left(self._negated, -level)
        return self._left[place - 1] if place else self._first
