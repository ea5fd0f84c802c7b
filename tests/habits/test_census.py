"""Nothing is declared and never used, or it is said why. ``make census`` prints the lists.

That each key also does something is shown in ``tests/scenario/test_every_key.py``.
"""

import pytest

from sim.census.census import Count, census
from sim.census.keys import keys_set
from sim.census.texts import named_in
from sim.scenario.load import tree_of
from sim.units import MINUTE
from tests.support.shared import REPOSITORY
from tests.support.twins import EVERYTHING


@pytest.fixture(scope="module")
def count() -> Count:
    return census(REPOSITORY / "tests", 2 * MINUTE)


def test_whatever_nothing_uses_is_explained(count):
    assert count.unexplained == []


def test_no_explanation_has_become_untrue(count):
    assert count.stale == []


def test_keys_are_found_where_a_scenario_sets_them():
    tree = {"venues": [{"latency": {"kind": "lognormal", "sigma": 1}}], "assets": {"ETH": {"decimals": 18}}, "agents": []}

    assert list(keys_set(tree)) == ["assets", "assets.decimals", "venues", "venues.latency", "venues.latency.lognormal.sigma", "agents"]


def test_the_world_of_everything_sets_what_it_says():
    found = keys_set(tree_of(EVERYTHING))

    assert {"world.shocks.jump.size", "pools.population.size.pareto.alpha", "agents.parameters.crowd.size"} <= found.keys()
    assert "world.price.random.first" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("assert x == Refusal.HEALTHY", ["Refusal.HEALTHY"]),
        ('assert name == "HEALTHY"', ["Refusal.HEALTHY"]),
        ("x = UNHEALTHY", []),
        ("EXPIRED", []),
        ("CancelReason.EXPIRED", ["CancelReason.EXPIRED"]),
        ("tape.records('Traded')", ["Traded"]),
    ],
)
def test_a_name_counts_only_as_a_whole_word_that_means_one_thing(text, expected):
    names = ["Refusal.HEALTHY", "Refusal.EXPIRED", "CancelReason.EXPIRED", "Traded"]

    assert list(named_in([text], names)) == expected
