"""The keepers one meets by name: each differs from what it is made of by its defaults alone, and lives in the same world otherwise."""

from pathlib import Path
from typing import Any

import pytest

from sim.agents.registry import find_strategy, role_of
from sim.scenario.load import load
from sim.scenario.run import Result, run
from sim.vocabulary import Motive, Side
from tests.support.kept import kept

WORLD = Path(__file__).parents[2] / "worlds" / "everything.toml"
FIXED_SPREAD = ("default_settings", "gas_warrior", "greedy", "inventory_bank", "profit_sharer", "slow_giant")


@kept
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


def test_who_is_hedged_sells_before_it_has_seized_and_buys_back_what_came_to_nothing():
    keys = {"agents.keeper.strategy": "hedged", "agents.keeper.parameters": {}, "agents.keeper.venue_funds": ["50 ETH"]}
    result = run(load(WORLD, {**keys, "run.duration": "2 min"}))
    parties = {agent.party for agent in result.facts.agents if agent.name.startswith("keeper")}
    placed = [each for each in result.tape.entries(records=["OrderAccepted"]) if each.party in parties]
    hedges = [each for each in placed if each.record.motive == Motive.HEDGE]
    seized = [each for each in result.tape.entries(records=["Liquidated"]) if each.party in parties]

    assert hedges and seized
    assert hedges[0].at < seized[0].at
    assert hedges[0].record.side == Side.SELL
