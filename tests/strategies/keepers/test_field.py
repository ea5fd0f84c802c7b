"""The keepers one meets by name: each differs from what it is made of by its defaults alone, and lives in the same world otherwise."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.agents.registry import find_strategy, role_of
from sim.scenario.load import load
from sim.scenario.run import Result, run

WORLD = Path(__file__).parents[2] / "worlds" / "everything.toml"
FIXED_SPREAD = ("default_settings", "gas_warrior", "greedy", "inventory_bank", "profit_sharer", "slow_giant")


@cache
def living(name: str) -> Result:
    return run(load(WORLD, {"agents.keeper.strategy": name, "agents.keeper.parameters": {}, "run.duration": "2 min"}))


@pytest.mark.parametrize("name", [*FIXED_SPREAD, "patient_taker", "storefront_buyer", "bundle_bidder", "oev_bidder"])
def test_it_is_a_keeper_that_can_be_made_without_a_word(name):
    keeper: Any = find_strategy(name)

    assert role_of(keeper) == "keeper"
    assert keeper() == keeper()


def test_each_makes_another_world_of_the_same_keepers():
    digests = [living(name).digest for name in FIXED_SPREAD]

    assert len({*digests}) == len(FIXED_SPREAD)


@pytest.mark.parametrize("name", FIXED_SPREAD)
def test_each_is_what_it_is_made_of_with_other_defaults(name):
    keeper, parent = find_strategy(name), find_strategy("liquidator")

    assert issubclass(keeper, parent)
    assert keeper.decide is parent.decide
