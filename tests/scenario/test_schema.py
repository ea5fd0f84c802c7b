"""The schema says what the loader accepts, and what ships is what the classes say."""

import copy
import json
from importlib.resources import files

import jsonschema
import pytest

from sim.scenario import schema as made_by
from sim.scenario.convert import unstructure
from sim.scenario.schema import key_docs, schema
from sim.scenario.walk import walk
from tests.support.scenarios import pocket


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


@pytest.fixture
def tree(tmp_path):
    return copy.deepcopy(unstructure(pocket(tmp_path)))


def test_the_shipped_schema_is_what_the_classes_say():
    """Write it again with `python -m sim.scenario.schema > scenarios/schema.json`."""
    shipped = (files("scenarios") / "schema.json").read_text(encoding="utf-8")

    assert made_by.text() == shipped


def test_a_scenario_that_loads_is_valid(validator, tree):
    assert [problem.message for problem in validator.iter_errors(tree)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["run", "sed"], 7),
        (["run", "duration"], "10"),
        (["run", "duration"], "-10 s"),
        (["run", "seed"], 1.5),
        (["run", "start"], "soon"),
        (["world", "price", "role"], "oracle"),
        (["world", "shocks", 0, "kind"], "jmp"),
        (["venues", 0, "lot"], "0.001"),
        (["venues", 0, "tick"], "0.01 USDC"),
        (["venues", 0, "self_trade"], "never"),
        (["venues", 0, "latency"], {"kind": "constant", "median": "1 s"}),
        (["agents", 0, "name"], "two words"),
        (["pools", 0, "population", "size"], {"kind": "uniform"}),
    ],
)
def test_a_scenario_that_does_not_load_for_its_form_is_not_valid(validator, tree, path, value):
    here = tree
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value

    assert not validator.is_valid(tree)


def test_a_missing_key_is_not_valid(validator, tree):
    del tree["world"]["price"]["role"]

    assert not validator.is_valid(tree)


def test_every_key_says_what_it_is(tmp_path):
    silent = set()
    for _, _, value in walk(pocket(tmp_path), "scenario"):
        if type(value).__module__.startswith("sim.scenario.spec"):
            docs = key_docs(type(value))
            silent |= {f"{type(value).__name__}.{field.name}" for field in type(value).__attrs_attrs__ if field.name not in docs}

    assert set() == silent


def test_the_schema_is_plain_json():
    assert schema() == json.loads(made_by.text())


@pytest.mark.parametrize(
    ("extension", "is_valid"),
    [
        ({"extends": "first_cascade"}, True),
        ({"extends": "a.toml", "name": "mine", "run": {"seed": 3}, "set": {"agents.keeper.count": 2}}, True),
        ({"extends": "a.toml", "study": {"figures": {"a": "bad_debt"}}}, True),
        ({"extends": 3}, False),
        ({"extends": "a.toml", "run": {"sed": 3}}, False),
        ({"extends": "a.toml", "venues": []}, False),
        ({"extends": "a.toml", "study": {}}, False),
        ({"run": {"title": "Nothing else"}}, False),
    ],
)
def test_a_file_that_extends_another_is_valid_by_itself(validator, extension, is_valid):
    assert validator.is_valid(extension) is is_valid
