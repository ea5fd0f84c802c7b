"""A world can be shown: a traceback, a debugger or a notebook that spells out what a name stands for is done at once."""

import attrs
import pytest

from sim.scenario.build import build
from sim.scenario.load import load
from tests.support.shared import REPOSITORY

PAGE = 100_000
"""Characters that anybody still waits for."""


@pytest.mark.parametrize("name", ["three_positions", REPOSITORY / "tests/worlds/families.toml"])
def test_a_world_and_all_that_stands_in_it_is_told_in_a_page(name):
    world = build(load(name), 1)

    told = {field.name: len(repr(getattr(world, field.name))) for field in attrs.fields(type(world))}

    assert len(repr(world)) < 200
    assert {field: length for field, length in told.items() if length > PAGE} == {}


def test_an_agents_desk_is_told_in_a_page():
    world = build(load("three_positions"), 1)

    assert [agent.slot for agent in world.runner.agents if len(repr(agent.desk)) > PAGE] == []
