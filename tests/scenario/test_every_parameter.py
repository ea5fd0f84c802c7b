"""Every parameter of a built-in strategy does something: two values, two digests, in a world that has something of everything."""

import pytest

from sim.census.explained import EXPLAINED
from sim.census.keys import PARAMETERS, all_keys
from tests.support.shared import REPOSITORY
from tests.support.twins import Walk, differs
from tests.worlds.parameter_changes import PARAMETER_CHANGES


def test_every_parameter_has_a_second_value_or_a_reason():
    parameters = [key for key in all_keys() if key.startswith(f"{PARAMETERS}.")]

    assert [key for key in parameters if key not in PARAMETER_CHANGES and key not in EXPLAINED] == []
    assert [key for key in PARAMETER_CHANGES if key not in parameters] == []


@pytest.fixture(scope="module")
def bases() -> dict[str, Walk]:
    """Worlds that twins are held against, by what was set in them."""
    return {}


@pytest.mark.parametrize("key", PARAMETER_CHANGES)
def test_another_value_makes_another_run(key, bases, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    told = f"{key} does nothing there; mend it, or give it something to do in tests/worlds/parameter_changes.py"

    assert differs(PARAMETER_CHANGES[key], bases), told
