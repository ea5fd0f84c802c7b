"""Two identical keepers are equal: whatever they are called, whoever is entered first, and wherever in a file they stand."""

from itertools import product

import pytest

from sim.experiment.arena.entries import Entry
from sim.experiment.arena.seats import seated
from sim.experiment.statistics import proportion_interval
from sim.records import Liquidated
from sim.scenario.build import build
from sim.scenario.load import load

FEW, MANY = 120, 400
TWO_FILES = """
from strategies.keepers.liquidator import Liquidator


class Zulu(Liquidator):
    pass


class Alpha(Liquidator):
    pass
"""


@pytest.fixture(scope="module", params=[FEW, pytest.param(MANY, marks=pytest.mark.laws)])
def races(request, tmp_path_factory):
    """Return who won, by class and by name, and how it was entered, of races that begin and end with one block."""
    file = tmp_path_factory.mktemp("twins") / "twins.py"
    file.write_text(TWO_FILES, encoding="utf-8")
    cheap = load("three_positions", {"world.shocks.0.at": "1 s", "run.duration": "25 s"})
    worlds = {}
    for names, classes, turn in product((("aa", "zz"), ("zz", "aa")), (("Zulu", "Alpha"), ("Alpha", "Zulu")), (0, 1)):
        entries = [Entry(name, f"{file}:{each}") for name, each in zip(names, classes, strict=True)]
        worlds[names, classes, turn] = seated(cheap, entries, turn)
    ways = list(worlds)
    return [_won(worlds[ways[seed % len(ways)]], seed, *ways[seed % len(ways)]) for seed in range(request.param)]


def _won(scenario, seed, names, classes, turn):
    """Return whether the winner was entered first, is called aa, stands first in the file, and sat on the first seat."""
    world, takers = build(scenario, seed), list[int]()
    world.tape.listen(Liquidated.kind, Taker(takers))
    world.kernel.run_until(world.duration)
    place = names.index(world.names.name(takers[0]))
    return place == 0, names[place] == "aa", classes[place] == "Zulu", (place + turn) % 2 == 0


class Taker:
    """Writes down who liquidates."""

    def __init__(self, takers):
        self.takers = takers

    def __call__(self, seq, at, cause, place, party, row):
        self.takers.append(party)


@pytest.mark.parametrize("asked", range(4), ids=["entered first", "called aa", "first in the file", "first seat"])
def test_win_shares_are_within_the_exact_99_percent_binomial_interval(races, asked):
    won = sum(race[asked] for race in races)

    share = proportion_interval(won, len(races), confidence=0.99)

    assert share.low <= 0.5 <= share.high, f"{won} of {len(races)}"
