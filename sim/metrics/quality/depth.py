"""How much rested within 1, 2 and 5 % of the mid, bids and asks apart: mean, least and end of the samples that a venue publishes.

A venue samples only after its book has changed, so each sample holds until the next and the mean is over time. The first minute, while
makers are setting up, is left out of all three. The series has the last sample of every ten seconds.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from sim.metrics.fold import Figures, Integers, at_place
from sim.metrics.quality.line import significant
from sim.metrics.quality.reading import Look, TimeMean
from sim.records.market import DepthSampled
from sim.units import MINUTE, SECOND, Nanos

COLUMNS = ("bid_1", "bid_2", "bid_5", "ask_1", "ask_2", "ask_5")
SAMPLE: Nanos = 10 * SECOND
"""Between two rows of the series."""


@attrs.define
class Depth:
    """One venue's, in whole base units."""

    whole: float
    """Whole base units in a lot."""
    series: dict[int, tuple[int, ...]] = attrs.field(factory=dict)
    """By tens of seconds: instant and lots."""
    _means: list[TimeMean] = attrs.field(factory=lambda: [TimeMean() for _ in COLUMNS])
    _least: dict[str, int] = attrs.field(factory=dict)
    _last: Integers | None = None

    def take(self, look: Look) -> None:
        """Read the next samples."""
        instants, *lots = at_place(look.stretch.columns(DepthSampled), look.venue.place, "at_ns", *COLUMNS)
        later = instants > MINUTE
        for name, mean, column in zip(COLUMNS, self._means, lots, strict=True):
            mean.take(instants, np.where(later, column, np.nan), look.until)
            if later.any():
                self._least[name] = min(self._least.get(name, int(column[later].min())), int(column[later].min()))
        if not len(instants):
            return
        self._last = np.array([column[-1] for column in lots], np.int64)
        steps = instants // SAMPLE
        for each in np.flatnonzero(np.diff(steps, append=steps[-1] + 1)).tolist():
            self.series[int(steps[each])] = (int(instants[each]), *(int(column[each]) for column in lots))

    def figures(self) -> Figures:
        """Return mean, least and last of each column; None without samples after the first minute."""
        found: Figures = {}
        for place, (name, mean) in enumerate(zip(COLUMNS, self._means, strict=True)):
            last = int(self._last[place]) if self._last is not None and mean.known else None
            for word, lots in (("mean", mean.mean), ("least", self._least.get(name)), ("end", last)):
                found[f"{name}_{word}"] = None if lots is None else significant(lots * self.whole)
        return found

    def rows(self, venue: str) -> list[tuple[Any, ...]]:
        """Return the series: venue, instant, depths."""
        return [(venue, at, *(each * self.whole for each in lots)) for at, *lots in self.series.values()]
