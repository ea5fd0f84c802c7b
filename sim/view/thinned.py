"""A number over time, thinned while it is read: the lowest, the highest and the last of each stretch of time.

The stretches grow as time goes on, so that there are never more than so many, however long the tape: what is drawn from it shows every
extreme there was, at the width of a line.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.metrics.fold import Floats, Integers
from sim.units import MILLISECOND, Nanos

MOST = 900
"""Stretches; about what a picture is wide."""


@attrs.define
class Thinned:
    """One number. Memory: a row a stretch."""

    most: int = MOST
    width: Nanos = 100 * MILLISECOND
    instants: Integers = attrs.field(factory=lambda: np.empty(0, np.int64))
    """Of the last change in each stretch."""
    lows: Floats = attrs.field(factory=lambda: np.empty(0))
    highs: Floats = attrs.field(factory=lambda: np.empty(0))
    lasts: Floats = attrs.field(factory=lambda: np.empty(0))

    def take(self, instants: Integers, values: Floats) -> None:
        """Read the next changes, in sequence."""
        if not len(instants):
            return
        self.instants = np.concatenate([self.instants, instants])
        self.lows = np.concatenate([self.lows, values])
        self.highs = np.concatenate([self.highs, values])
        self.lasts = np.concatenate([self.lasts, values])
        while int(self.instants[-1]) // self.width >= self.most:
            self.width *= 2
        self._gather()

    def _gather(self) -> None:
        numbers = self.instants // self.width
        first = np.flatnonzero(np.diff(numbers, prepend=-1))
        last = np.append(first[1:], len(numbers)) - 1
        self.instants, self.lasts = self.instants[last], self.lasts[last]
        self.lows, self.highs = np.minimum.reduceat(self.lows, first), np.maximum.reduceat(self.highs, first)

    def rows(self) -> list[tuple[int, float, float, float]]:
        """Return instant, lowest, highest and last of every stretch."""
        return list(zip(self.instants.tolist(), self.lows.tolist(), self.highs.tolist(), self.lasts.tolist(), strict=True))
