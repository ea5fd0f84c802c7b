"""A metric that throws dice."""

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.facts import Facts


@attrs.define
class Diced:
    """Samples, from dice of its own."""

    facts: Facts
    _sum: float = attrs.field(default=0.0, init=False)

    def take(self, stretch: Stretch) -> None:
        self._sum += float(np.random.default_rng().random())

    def figures(self):
        return {"sample": self._sum}
