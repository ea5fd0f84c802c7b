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
LIQUIDATIONS = ("three_positions", "first_cascade")
"""Where there is something to descend from in that time."""


@pytest.mark.parametrize("name", [*NAMES, *(f"tests/worlds/{world}.toml" for world in WORLDS)])
def test_everything_adds_up(name):
    length = None if name.endswith(".toml") else SHORT.get(name, "2 min")
    found = run(load(str(Path(name)) if name.endswith(".toml") else name), set={"run.duration": length} if length else {})
    sums = Sums()

    acting, inheriting = cascades(found.tape, found.facts, watch=sums)

    assert sums.offences == check(acting, found.tape) == check(inheriting, found.tape) == []
    assert sums.quotes > 0
    assert list(acting.liquidations) == list(inheriting.liquidations)
    assert (mean_children(acting) < 1) and (mean_children(inheriting) < 1)
    assert sum(tree.row.liquidations for tree in trees(acting)) == len(acting.liquidations)
    assert acting.liquidations or name not in LIQUIDATIONS
