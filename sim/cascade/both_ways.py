"""A run's cascade twice, in one reading: makers acting of their own accord, and makers' cancels as done by the sales they answer.

Until a sale is forced the two are one and are kept once; from then on each goes its own way. What lies between them is what cannot
be known from a tape: whether a maker that pulled after a sale would have pulled anyway.
"""

from __future__ import annotations

import copy

import attrs
import numpy as np

from sim.cascade.descent import Cascade
from sim.cascade.fold import CascadeFold
from sim.cascade.origin import SALES
from sim.cascade.stretch import Source, Stretch, stretches
from sim.cascade.watch import Watch
from sim.facts import Facts
from sim.records.market import OrderAccepted
from sim.units import BPS_ONE, Bps


@attrs.define
class BothWays:
    """Two folds over one tape."""

    facts: Facts
    inherited_bps: Bps = BPS_ONE
    """How much of a maker's cancel the second way counts as done by the sale it answers."""
    watch: Watch | None = None
    """Told of every move as the first way has it."""
    plain: CascadeFold = attrs.field(init=False)
    inheriting: CascadeFold | None = None

    def __attrs_post_init__(self) -> None:
        """Begin to follow the books."""
        self.plain = CascadeFold(self.facts, watch=self.watch)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        if self.inheriting is None and np.isin(stretch.columns(OrderAccepted)["motive"], SALES).any():
            self.plain.watch = None  # It is told of each move once.
            self.inheriting = copy.deepcopy(self.plain)
            self.inheriting.inherit(self.inherited_bps)
            self.plain.watch = self.watch
        self.plain.take(stretch)
        if self.inheriting is not None:
            self.inheriting.take(stretch)

    def results(self) -> tuple[Cascade, Cascade]:
        """Return the cascade without and with inheritance; one and the same where no sale was forced."""
        plain = self.plain.result()
        return plain, self.inheriting.result() if self.inheriting is not None else plain


def both_ways(source: Source, facts: Facts, inherited_bps: Bps = BPS_ONE, watch: Watch | None = None) -> tuple[Cascade, Cascade]:
    """Return a run's cascade without and with makers' inheritance. InputError if its tape was filtered."""
    both = BothWays(facts, inherited_bps, watch)
    for stretch in stretches(source):
        both.take(stretch)
    return both.results()
