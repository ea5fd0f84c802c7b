"""``[study]``: what it may ask, and what it cannot mean."""

import json
from decimal import Decimal

import pytest

from sim.errors import ScenarioError
from sim.scenario.load import load, scenario_of, text_of
from sim.scenario.show import described
from sim.scenario.spec import FeatureSpec, StudySpec
from tests.support.scenarios import written

STUDY = """
[study]
figures = { falls = "margin_calls", debt = "bad_debt" }
[[study.arms]]
name = "calm"
title = "cheap gas"
scenario = "calm.toml"
[[study.arms]]
name = "few"
set = { "agents.keeper.count" = 1, "agents.keeper.parameters.eagerness" = 0.25 }
[[study.features]]
name = "gas"
title = "gas costs something"
set = { "switches.free_gas" = true }
[[study.features]]
name = "late"
[study.features.set]
"switches.no_latency" = true
"run.start" = 2020-03-12T09:50:00Z
[[study.published]]
figure = "debt"
value = "5_670_000 USDC"
source = "typed"
[[study.calibrated]]
figure = "falls"
key = "pools.lender.population.accounts"
[[calibration]]
"""


@pytest.fixture
def asking(tmp_path):
    """Return the pocket scenario's path, with a study in which texts are replaced."""

    def write(replaced: dict[str, str] | None = None):
        text = STUDY
        for old, new in (replaced or {}).items():
            assert old in text
            text = text.replace(old, new, 1)
        return written(tmp_path, {"[[calibration]]": text})

    return write


def test_a_study_is_read_and_written_back_equal(asking, tmp_path):
    scenario = load(asking())

    assert scenario.study is not None
    assert list(scenario.study.figures) == ["falls", "debt"]
    assert [arm.name for arm in scenario.study.arms] == ["calm", "few"]
    assert scenario.study.arms[0].scenario == str(tmp_path / "calm.toml")
    assert scenario == scenario_of(json.loads(text_of(scenario), parse_float=Decimal))


def test_a_study_is_told_in_words(asking):
    words = described(load(asking())).splitlines()

    assert "Study of falls, debt." in words
    assert "Arm few: agents.keeper.count, agents.keeper.parameters.eagerness." in words
    assert "Feature gas: gas costs something; taken away by switches.free_gas." in words


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('figure = "debt"', 'figure = "dept"', 'published.0.figure is "dept", which is no figure of the study; did you mean "debt"?'),
        (
            'figure = "falls"',
            'figure = "fall"',
            'calibrated.0.figure is "fall", which is no figure of the study; did you mean "falls"?',
        ),
        (
            "lender.population.accounts",
            "lender.population.acounts",
            '.acounts", which is no key here; did you mean "pools.lender.population.accounts"?',
        ),
        (
            '"switches.free_gas"',
            '"switches.fre_gas"',
            'features.gas.set: switches.fre_gas is not known here; did you mean "free_gas"?',
        ),
        ('"agents.keeper.count"', '"agents.keper.count"', 'study.arms.few.set: agents.keper: agents has no keper; did you mean "keeper"?'),
        ('"agents.keeper.count" = 1', '"agents.keeper.count" = "1"', 'study.arms.few.set: agents.keeper.count is "1"; give a whole number'),
        ('"switches.free_gas" = true', "switches.free_gas = true", 'write the whole path in quotes: "switches.free_gas" = ...'),
        ('"switches.no_latency"', '"switches.free_gas"', "study.features.late.set has switches.free_gas, which gas sets too"),
        ('"switches.no_latency" = true', '"switches" = 1', "study.features.late.set has switches, which gas sets too"),
        ('scenario = "calm.toml"', "", "study.arms.calm needs a scenario or keys to set, one of the two"),
        ('scenario = "calm.toml"', 'scenario = "calm.toml"\nset = { "run.seed" = 3 }', "study.arms.calm needs a scenario or keys to set"),
        (
            '"run.start" = 2020-03-12T09:50:00Z',
            '"run.seed" = 3',
            "study.features.late.set: run.seed: a study runs every arm with the same seeds",
        ),
        ('"agents.keeper.count" = 1', '"run.seed" = 3', "study.arms.few.set: run.seed: a study runs every arm with the same seeds"),
        ('"agents.keeper.count" = 1', '"study.figures" = {}', "study.arms.few.set: study.figures: it says nothing about a run"),
        ('name = "few"', 'name = "calm"', "study.arms has 2 called calm; give each a name of its own"),
        ('name = "few"', 'name = "base"', "study.arms has one called base, which is the scenario as it stands"),
        ('name = "late"', 'name = "gas"', "study.features has 2 called gas; give each a name of its own"),
        ('{ falls = "margin_calls", debt = "bad_debt" }', "{}", "study.figures is empty; give at least one"),
        ('set = { "switches.free_gas" = true }', "set = {}", "study.features.gas.set is empty; give at least one"),
        ('title = "cheap gas"', 'titel = "cheap gas"', 'study.arms.calm.titel is not known here; did you mean "title"?'),
    ],
)
def test_what_a_study_cannot_mean_is_told(asking, old, new, expected):
    with pytest.raises(ScenarioError) as refused:
        load(asking({old: new}))

    assert expected in str(refused.value)


def test_more_features_than_all_sets_of_them_can_be_run_for_are_refused():
    features = tuple(FeatureSpec(name=f"f{number}", set={f"a.b{number}": 1}) for number in range(7))

    assert len(StudySpec(figures={"a": "b"}, features=features[:6]).features) == 6
    with pytest.raises(ScenarioError, match="are 7, of which 128 sets would be run; give at most 6"):
        StudySpec(figures={"a": "b"}, features=features)
