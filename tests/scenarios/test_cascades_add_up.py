"""Every shipped scenario and pocket world: shares sum to each move, parents weigh one, all leads to a root, causes point back."""

from pathlib import Path

import pytest

from sim import load, run, shipped
from sim.cascade.checks import check
from sim.cascade.fold import cascades
from sim.cascade.generations import mean_children, trees
from sim.cascade.watch import Sums

NAMES = sorted(shipped())
WORLDS = ("everything", "vaults", "families", "claims")
"""Besides that of feeds, which has a test of its own."""
SHORT = {"three_positions": None, "first_cascade": "5 min", "flash_crash": "210 s", "quiet_day": "10 min", "same_crash_three_ways": "4 min"}
SHORT |= {name: "4 min" for name in NAMES if name.startswith("shared_oracle")}
"""How much of a run is made here (None: all); of the others two minutes."""
LIQUIDATIONS = ("three_positions", "first_cascade", "shared_oracle")
"""Where there is something to descend from in that time."""
LONG = ("one_fall_eight_lenders", "march_2020", "black_thursday")
"""Runs whose liquidations come later: asked to their end among the laws."""


@pytest.mark.parametrize(
    ("name", "length"),
    [
        *((name, SHORT.get(name, "2 min")) for name in NAMES),
        *((f"tests/worlds/{world}.toml", None) for world in WORLDS),
        *(pytest.param(name, None, marks=pytest.mark.laws) for name in LONG),
    ],
)
def test_everything_adds_up(name, length):
    found = run(load(str(Path(name)) if name.endswith(".toml") else name), set={"run.duration": length} if length else {})
    sums = Sums()

    acting, inheriting = cascades(found.tape, found.facts, watch=sums)

    assert sums.offences == check(acting, found.tape) == check(inheriting, found.tape) == []
    assert sums.quotes > 0
    assert list(acting.liquidations) == list(inheriting.liquidations)
    assert (mean_children(acting) < 1) and (mean_children(inheriting) < 1)
    assert sum(tree.row.liquidations for tree in trees(acting)) == len(acting.liquidations)
    assert acting.liquidations or not (name in LIQUIDATIONS or (name in LONG and length is None))
