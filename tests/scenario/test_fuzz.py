"""Whatever stands in a scenario's tree, the answer is a scenario or its mistakes: never a traceback."""

import copy
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario.convert import structure, unstructure
from sim.scenario.load import scenario_of
from sim.scenario.spec import Scenario
from tests.support.scenarios import pocket

WORDS = ["", "12", "12 s", "-1 s", "5 %", "1e9 %", "10 ETH", "10 BTC", "1 USDC/ETH", "0 USDC/ETH", "main", "lender", "constant", "./x.py:X"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS)
KEYS = st.text(max_size=5) | st.just("kind")
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=5)


@pytest.fixture(scope="module")
def tree():
    with tempfile.TemporaryDirectory() as folder:
        return unstructure(pocket(Path(folder)))


def places(tree, path=()):
    """Return the path of everything in a tree."""
    found = [path]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


@given(data=st.data())
def test_a_tree_with_junk_somewhere_is_a_scenario_or_its_mistakes(tree, data):
    spoiled = copy.deepcopy(tree)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(spoiled)[1:]))
        here = spoiled
        for step in way:
            here = here[step]
        here[last] = data.draw(JUNK)

    try:
        scenario = scenario_of(spoiled)
    except ScenarioError as told:
        assert all(line.strip() for line in told.mistakes)
    else:
        assert scenario == structure(Scenario, unstructure(scenario))


@given(key=st.text(min_size=1, max_size=8), value=JUNK)
def test_an_override_of_anything_is_taken_or_told(tree, key, value):
    try:
        scenario_of(tree, {key: value, f"run.{key}": value, f"venues.{key}.lot": value})
    except ScenarioError as told:
        assert told.mistakes
