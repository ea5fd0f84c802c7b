"""Metrics whose arithmetic is wrong in one way each: cut, twice, empty, bare, kept for ever."""

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts
from sim.records.market import QuoteChanged, Traded
from sim.units import Nanos


@attrs.define
class Edges:
    """Counts pairs of trades that follow each other, and forgets those across the edge of two stretches."""

    facts: Facts
    _pairs: int = attrs.field(default=0, init=False)

    def take(self, stretch: Stretch) -> None:
        self._pairs += max(0, len(stretch.columns(Traded)["seq"]) - 1)

    def figures(self):
        return {"pairs": self._pairs}


@attrs.define
class UsedUp:
    """Hands out what it found, once."""

    facts: Facts
    _found: list[int] = attrs.field(factory=list, init=False)

    def take(self, stretch: Stretch) -> None:
        self._found += stretch.columns(Traded)["lots"].tolist()

    def figures(self):
        found, self._found = self._found, []
        return {"lots": sum(found)}


SEEN: list[int] = []


@attrs.define
class Remembering:
    """Keeps what it counts in its module."""

    facts: Facts

    def take(self, stretch: Stretch) -> None:
        SEEN.extend(stretch.columns(Traded)["seq"].tolist())

    def figures(self):
        return {"trades": len(SEEN)}


@attrs.define
class Dividing:
    """Divides by what need not be there."""

    facts: Facts
    _lots: int = attrs.field(default=0, init=False)
    _trades: int = attrs.field(default=0, init=False)

    def take(self, stretch: Stretch) -> None:
        self._lots += int(stretch.columns(Traded)["lots"].sum())
        self._trades += len(stretch.columns(Traded)["seq"])

    def figures(self):
        return {"lots_a_trade": self._lots / self._trades}


@attrs.define
class FirstVenue:
    """Believes that there is a venue."""

    facts: Facts

    def take(self, stretch: Stretch) -> None:
        pass

    def figures(self):
        return {"venue": self.facts.venues[0].name}


@attrs.define
class Hoarding:
    """Keeps every quote."""

    facts: Facts
    _bids: list[np.ndarray] = attrs.field(factory=list, init=False)

    def take(self, stretch: Stretch) -> None:
        self._bids.append(stretch.columns(QuoteChanged)["bid"].copy())
        self._bids.append(stretch.columns(QuoteChanged)["at_ns"] // 2)
        self._bids.append(stretch.columns(QuoteChanged)["seq"] // 2)

    def figures(self):
        return {"quotes": sum(map(len, self._bids)) // 3}


@attrs.define
class Endless:
    """Waits for what never comes."""

    facts: Facts

    def take(self, stretch: Stretch) -> None:
        waited = 0
        while waited >= 0:
            waited += 1

    def figures(self):
        return {}


@attrs.define
class Crashing:
    """Raises where there are trades."""

    facts: Facts

    def take(self, stretch: Stretch) -> None:
        if len(stretch.columns(Traded)["seq"]) > 5:
            raise KeyError("a sixth trade")

    def figures(self):
        return {}


@attrs.define
class Adding:
    """Changes a parameter it was given."""

    facts: Facts
    window: Nanos = attrs.field(default=5, converter=lambda window: window + 1)

    def take(self, stretch: Stretch) -> None:
        pass

    def figures(self):
        return {"window_ns": self.window}
