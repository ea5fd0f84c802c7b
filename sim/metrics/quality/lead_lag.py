"""Which of two prices moves first: the lag at which their returns go together most.

Returns are of prices held on a common grid (the previous tick), so a lag is known to a step: 100 ms between venues of one base asset, up
to 5 s either way; a second between a venue and a feed that reads it, up to two minutes; a minute, up to two hours, if the feed is a
delayed one. The correlation at a lag is the sum of products of returns so far apart over the root of both sums of squares, without taking
means off. The previous tick of a price that is seldom said biases correlations towards zero (Hayashi and Yoshida 2005, whose estimator
does without a grid); the peak stays where it is. Beside the peak stands how many standard errors it is high, of products as unlike one
another as they are: where one crash or a few posts make all of it, that is little, however plain the peak.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from sim.metrics.fold import Figures, Floats, Integers, Prices
from sim.metrics.quality.reading import Sampled
from sim.units import MINUTE, SECOND, Nanos

BETWEEN_VENUES: tuple[Nanos, int] = (SECOND // 10, 50)
"""Step, and most steps of lag."""
TO_FEEDS: tuple[Nanos, int] = (SECOND, 120)
TO_DELAYED: tuple[Nanos, int] = (MINUTE, 120)


@attrs.define
class LeadLag:
    """Two prices. Cost: as many products per move of the one that moves less often as there are lags."""

    first: str
    second: str
    kind: str
    """``venues``, or ``feed``."""
    step: Nanos
    most: int
    """Steps of lag either way."""
    _grids: tuple[Sampled, Sampled] = attrs.field(init=False)
    _returns: list[Floats] = attrs.field(factory=lambda: [np.zeros(0), np.zeros(0)])
    """The last, as many as there are lags one way."""
    _prices: list[float] = attrs.field(factory=lambda: [0.0, 0.0])
    _products: Floats = attrs.field(init=False)
    """By lag, from the second's longest lead to the first's."""
    _squares: list[float] = attrs.field(factory=lambda: [0.0, 0.0])
    _variances: Floats = attrs.field(init=False)
    """By lag: the sum of squared products, the variance of their sum if the two have nothing to do with each other."""

    def __attrs_post_init__(self) -> None:
        """Begin without prices."""
        self._grids = Sampled(self.step), Sampled(self.step)
        self._products, self._variances = np.zeros(2 * self.most + 1), np.zeros(2 * self.most + 1)

    def take(self, first: Prices, second: Prices, until: Nanos) -> None:
        """Read the next changes of both."""
        fresh = [self._fresh(number, prices, until) for number, prices in enumerate((first, second))]
        known = len(self._returns[0])
        one, two = (np.concatenate([before, new]) for before, new in zip(self._returns, fresh, strict=True))
        one_moved, two_moved = np.flatnonzero(one), np.flatnonzero(two)
        for lag in range(self.most + 1):
            begin = max(known, lag)
            if begin >= len(one):
                break
            self._add(self.most + lag, _products(one, two, one_moved, two_moved, lag, begin))
            if lag:
                self._add(self.most - lag, _products(two, one, two_moved, one_moved, lag, begin))
        for number, returns in enumerate(fresh):
            self._squares[number] += float(np.sum(returns**2))
        self._returns = [one[-self.most :], two[-self.most :]]

    @property
    def correlations(self) -> Floats | None:
        """By lag; None if one of them never moved."""
        scale = (self._squares[0] * self._squares[1]) ** 0.5
        return self._products / scale if scale else None

    def figures(self) -> Figures:
        """Return by how much the first leads (less than nothing: it lags), the correlation there and at no lag; None if one never moved."""
        found = self.correlations
        names: Figures = {"first": self.first, "second": self.second, "kind": self.kind}
        if found is None:
            return names | dict.fromkeys(("first_leads_ns", "correlation", "standard_errors", "correlation_at_no_lag"))
        lags = np.arange(-self.most, self.most + 1)
        # Of equal peaks the one nearest to no lag.
        peak = int(np.lexsort((np.abs(lags), -np.round(found, 9)))[0])
        errors = float(self._products[peak] / np.sqrt(self._variances[peak])) if self._variances[peak] else 0.0
        return names | {
            "first_leads_ns": int(lags[peak]) * self.step,
            "correlation": round(float(found[peak]), 4),
            "standard_errors": round(errors, 2),
            "correlation_at_no_lag": round(float(found[self.most]), 4),
        }

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the names, and every lag with its correlation."""
        found = self.correlations
        if found is None:
            return []
        return [(self.first, self.second, (lag - self.most) * self.step, round(float(each), 6)) for lag, each in enumerate(found)]

    def _add(self, lag: int, products: Floats) -> None:
        self._products[lag] += float(np.sum(products))
        self._variances[lag] += float(np.dot(products, products))

    def _fresh(self, number: int, prices: Prices, until: Nanos) -> Floats:
        """Return the next log returns; those to and from no price are nothing."""
        values = np.concatenate([[self._prices[number]], self._grids[number].take(prices, until)])
        self._prices[number] = float(values[-1])
        known = (values[1:] > 0) & (values[:-1] > 0)
        found: Floats = np.where(known, np.log(np.where(known, values[1:], 1.0) / np.where(known, values[:-1], 1.0)), 0.0)
        return found


def _products(early: Floats, late: Floats, early_moved: Integers, late_moved: Integers, lag: int, begin: int) -> Floats:
    """Return products with what was so many steps before, from a step on, where the one that moved less often moved at all."""
    if len(late_moved) <= len(early_moved):
        at = late_moved[late_moved >= begin]
    else:
        at = early_moved + lag
        at = at[(at >= begin) & (at < len(late))]
    found: Floats = early[at - lag] * late[at]
    return found
