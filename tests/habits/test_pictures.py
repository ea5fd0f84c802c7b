"""The picture of a live thing is its name: whatever reports a failure draws what it finds, and one door leads to the whole world."""

import ast
from collections.abc import Iterator

import pytest

from sim.scenario.build import build
from sim.scenario.load import load
from sim.units import SECOND
from tests.habits.source import Module, module, product_modules
from tests.support.twins import WORLDS

DEFINES = ("attrs.define",)


def drawn_with_all_they_hold(found: Module) -> Iterator[str]:
    """Yield classes that are equal to themselves alone, and are drawn with their insides."""
    for node in ast.walk(found.tree):
        if isinstance(node, ast.ClassDef) and any(_is_offence(decorator) for decorator in node.decorator_list):
            yield found.at(node, f"{node.name} is equal to itself alone and is to say repr=False as well")


def _is_offence(decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) not in DEFINES:
        return False
    said = {keyword.arg: ast.unparse(keyword.value) for keyword in decorator.keywords}
    return said.get("eq") == "False" != said.get("repr")


def test_what_has_an_identity_is_drawn_by_its_name():
    assert [offence for found in product_modules() if found.path.startswith("sim/") for offence in drawn_with_all_they_hold(found)] == []


@pytest.mark.parametrize(("said", "expected"), [("", 0), ("(repr=False)", 0), ("(eq=False)", 1), ("(eq=False, repr=False)", 0)])
def test_one_that_is_not_would_be_noticed(said, expected):
    assert len(list(drawn_with_all_they_hold(module(f"@attrs.define{said}\nclass Machine:\n    pass\n")))) == expected


@pytest.mark.parametrize("name", ["vaults", "families"])
def test_a_world_and_its_parts_fit_on_a_page(name):
    world = build(load(str(WORLDS / f"{name}.toml")))
    world.kernel.run_until(30 * SECOND)

    drawn = [world, world.kernel, world.tape, world.ledger, world.names, world.runner]
    drawn += [part for agent in world.runner.agents for part in (agent, agent.desk, agent.strategy)]
    assert max(len(repr(part)) for part in drawn) < 10_000
