"""A metric that times itself."""

import time

import attrs

from sim.cascade import Stretch
from sim.facts import Facts


@attrs.define
class Clocked:
    """Says how long it took, by the wall."""

    facts: Facts
    _begun: float = attrs.field(default=0.0, init=False)

    def take(self, stretch: Stretch) -> None:
        self._begun = self._begun or time.perf_counter()

    def figures(self):
        return {"took": round(time.perf_counter() - self._begun)}
