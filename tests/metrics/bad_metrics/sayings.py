"""Metrics that say what nobody can write down, or change what they read."""

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts
from sim.records.market import Traded


@attrs.define
class Still:
    """Finds nothing, and says so; the others of this file are it with one thing wrong."""

    facts: Facts

    def take(self, stretch: Stretch) -> None:
        pass

    def figures(self):
        return {}


@attrs.define
class NumpyTongued(Still):
    """Says a number of numpy's."""

    def figures(self):
        return {"trades": np.int64(3)}


@attrs.define
class NotANumber(Still):
    """Says what is not a number."""

    def figures(self):
        return {"mean": float("nan")}


@attrs.define
class NumberedKeys(Still):
    """Says figures by number."""

    def figures(self):
        return {"lots": {3: 1}}


@attrs.define
class Ragged(Still):
    """Has a column that is too short."""

    def tables(self, name):
        return {"trades": {"seq": [1, 2], "lots": [1]}}


@attrs.define
class Nested(Still):
    """Puts lists into cells."""

    def tables(self, name):
        return {"trades": {"seq": [1, 2], "lots": [[1], [2]]}}


@attrs.define
class Scribbling(Still):
    """Writes into a column."""

    def take(self, stretch: Stretch) -> None:
        stretch.columns(Traded)["lots"][:1] = 0


@attrs.define
class Adding(Still):
    """Adds a column, which every other metric would then see."""

    def take(self, stretch: Stretch) -> None:
        columns = stretch.columns(Traded)
        columns["notional"] = columns["lots"] * columns["price"]


@attrs.define
class Popping(Still):
    """Empties the rows it was handed."""

    def take(self, stretch: Stretch) -> None:
        rows = stretch.rows((Traded,))
        while rows:
            rows.pop()


@attrs.define
class Renaming(Still):
    """Writes into the facts."""

    def take(self, stretch: Stretch) -> None:
        self.facts.extra["seen"] = True


@attrs.define
class Addressed(Still):
    """Says an address."""

    def figures(self):
        return {"who": id(Still) % 2}


@attrs.define
class Writing(Still):
    """Writes a file."""

    def take(self, stretch: Stretch) -> None:
        with open("found.txt", "w", encoding="utf-8") as file:
            file.write("found")


@attrs.define
class SetWalking(Still):
    """Goes over a set of words."""

    def figures(self):
        return {"words": list({"one", "two", "three", "four", "five", "six", "seven"})}
