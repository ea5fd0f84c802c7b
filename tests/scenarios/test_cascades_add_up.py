"""Every shipped scenario and pocket world: shares sum to each move, parents weigh one, all leads to a root, causes point back.

And a shipped scenario runs the same way twice, whatever of its tape is kept.
"""

from pathlib import Path

import pytest

from sim import load, run, shipped
from sim.cascade.checks import check
from sim.cascade.fold import cascades
from sim.cascade.generations import mean_children, trees
from sim.cascade.watch import Sums
from sim.scenario.run import Result
from tests.support.kept import kept

NAMES = sorted(shipped())
WORLDS = ("everything", "vaults", "families", "claims")
"""Besides that of feeds, which has a test of its own."""
SHORT = {"three_positions": None, "first_cascade": "5 min", "flash_crash": "210 s", "quiet_day": "10 min", "same_crash_three_ways": "4 min"}
SHORT |= {name: "4 min" for name in NAMES if name.startswith("shared_oracle")}
SHORT |= {name: "745 s" for name in NAMES if name.startswith("lost_peg")}
"""How much of a run is made here (None: all); of the others two minutes."""
LIQUIDATIONS = ("three_positions", "first_cascade", "shared_oracle")
"""Where there is something to descend from in that time."""
LONG = ("one_fall_eight_lenders", "march_2020", "black_thursday")
"""Runs whose liquidations come later: asked to their end among the laws."""


def length_of(name: str) -> str | None:
    """Return how much of a scenario's run is made; None for all of it."""
    return SHORT.get(name, "2 min")


@pytest.mark.parametrize(
    ("name", "length"),
    [
        *((name, length_of(name)) for name in NAMES),
        *((f"tests/worlds/{world}.toml", None) for world in WORLDS),
        *(pytest.param(name, None, marks=pytest.mark.laws) for name in LONG),
    ],
)
def test_everything_adds_up(name, length):
    found = ran(name, length)
    sums = Sums()

    acting, inheriting = cascades(found.tape, found.facts, watch=sums)

    assert sums.offences == check(acting, found.tape) == check(inheriting, found.tape) == []
    assert sums.quotes > 0
    assert list(acting.liquidations) == list(inheriting.liquidations)
    assert (mean_children(acting) < 1) and (mean_children(inheriting) < 1)
    assert sum(tree.row.liquidations for tree in trees(acting)) == len(acting.liquidations)
    assert acting.liquidations or not (name in LIQUIDATIONS or (name in LONG and length is None))


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_the_same_way_twice(name):
    first, second = ran(name, length_of(name)), played(name, length_of(name), "none")

    assert first.status == "complete"
    assert first.entries > 100
    assert (first.digest, first.entries) == (second.digest, second.entries)


@kept
def ran(name: str, length: str | None) -> Result:
    return played(name, length, "full")


def played(name: str, length: str | None, tape: str) -> Result:
    return run(load(str(Path(name)) if name.endswith(".toml") else name), set={"run.duration": length} if length else {}, tape=tape)
