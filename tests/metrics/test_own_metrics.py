"""A metric of one's own in the table of the summary: it joins, and takes nobody's place."""

import pytest

from sim.errors import MetricError
from sim.metrics import summary
from tests.metrics.test_keepers import a_market
from tests.support.tapes import FACTS


class Entries:
    def __init__(self, name="entries"):
        self.name, self.count = name, 0

    def take(self, stretch):
        self.count += stretch.last_seq - stretch.first_seq + 1

    def figures(self):
        return {self.name: self.count}


def test_ones_own_metric_joins_the_table():
    tape = a_market()

    assert tape.last == summary(tape.read(), FACTS, extra=[Entries()])["entries"]


@pytest.mark.parametrize("extra", [[Entries("liquidations")], [Entries(), Entries()]])
def test_it_takes_nobodys_place_in_it(extra):
    with pytest.raises(MetricError, match=r"Entries has a figure .*, which another metric has already; give it another name"):
        summary(a_market().read(), FACTS, extra=extra)
