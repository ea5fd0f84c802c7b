"""A surface: every combination of the axes' values is run, and where a figure first lies above zero is told."""

import json
from decimal import Decimal

import pytest

from sim.cli.study_table import grids
from sim.errors import ScenarioError
from sim.experiment.findings import as_table
from sim.experiment.jobs import Row, RunStatus
from sim.experiment.plan import Plan, Written, planned
from sim.scenario.load import load, scenario_of, text_of
from sim.scenario.show import described
from sim.scenario.spec import StudySpec
from sim.scenario.spec.study import MOST_CELLS, AxisSpec, ValueSpec
from tests.support.scenarios import written

DEPTH = AxisSpec(name="depth", values=(ValueSpec(name="thin"), ValueSpec(name="deep", set={"a.b": 2})))
CAPITAL = AxisSpec(name="capital", first_above_zero="profit", values=tuple(ValueSpec(name=each, set={"a.c": each}) for each in "123"))
ASKED = StudySpec(figures={"profit": "attacker_profit"}, axes=(DEPTH, CAPITAL))
PROFITS = {
    ("thin", "1"): (-1, 5),
    ("thin", "2"): (3, 4),
    ("thin", "3"): (9, 9),
    ("deep", "1"): (0, 0),
    ("deep", "2"): (-5, -4),
    ("deep", "3"): (0, 8),
}
"""By cell, for two seeds."""
AXES = """
[[study.axes]]
name = "gas"
title = "what it costs"
values = [{ name = "dear" }, { name = "free", set = { "switches.free_gas" = true } }]
[[study.axes]]
name = "keepers"
values = [{ name = "1", set = { "agents.keeper.count" = 1 } }, { name = "as it is" }]
"""


def world(text: str) -> Written:
    return Written(text, text, "")


def table(seeds=(1, 2)):
    cells: dict[tuple[str, ...], Written] = {at: world("".join(at)) for at in PROFITS}
    rows = [
        Row(world("".join(at)).id(seed), RunStatus.COMPLETE, {"summary": {"attacker_profit": f"{profit} USDC"}})
        for at, profits in PROFITS.items()
        for seed, profit in zip((1, 2), profits, strict=True)
    ]
    return as_table(Plan("pump", "A pump", ASKED, {"base": world("thin1")}, {}, seeds, (), (), cells), rows)


def test_each_cell_has_its_figures():
    found = {tuple(each["at"].items()): each["figures"]["profit"]["mean"] for each in table()["cells"]}

    assert found[("depth", "thin"), ("capital", "1")] == 2.0
    assert found[("depth", "deep"), ("capital", "3")] == 4.0
    assert len(found) == 6


def test_the_first_value_is_told_at_which_the_whole_interval_is_above_zero():
    assert [(each["at"], each["value"]) for each in table()["first_above_zero"]] == [({"depth": "thin"}, "2"), ({"depth": "deep"}, None)]


def test_of_one_seed_it_is_the_mean():
    assert [each["value"] for each in table(seeds=(2,))["first_above_zero"]] == ["1", "3"]


def test_the_last_axis_is_told_across():
    told = {title: (header, body) for title, header, body in grids(table())}

    assert told["profit, capital across"][0] == ["depth", "1", "2", "3"]
    assert [row[0] for row in told["profit, capital across"][1]] == ["thin", "deep"]
    assert told["first capital at which profit lies above zero"] == (["depth", "capital"], [["thin", "2"], ["deep", "none of them"]])


def asking(tmp_path, axes: str = AXES):
    """Return the path of a pocket scenario with a surface of two by two and one arm."""
    study = '[study]\nfigures = { falls = "margin_calls", debt = "bad_debt" }\n'
    study += '[[study.arms]]\nname = "few"\nset = { "agents.keeper.count" = 1 }\n'
    return written(tmp_path, {"[[calibration]]": f"{study}{axes}[[calibration]]"})


def test_every_combination_is_a_world_and_those_written_alike_are_run_once(tmp_path):
    plan = planned(load(asking(tmp_path)), [1, 2])

    assert list(plan.cells) == [("dear", "1"), ("dear", "as it is"), ("free", "1"), ("free", "as it is")]
    assert plan.cells["dear", "as it is"] == plan.arms["base"]
    assert plan.cells["dear", "1"] == plan.arms["few"]
    assert len({job.id for job in plan.jobs()}) == 2 * 4
    assert not planned(load(asking(tmp_path)), [1], arms=["few"]).cells


def test_axes_are_told_in_words_and_written_back_equal(tmp_path):
    scenario = load(asking(tmp_path))

    assert "Axis gas: dear, free (what it costs)." in described(scenario).splitlines()
    assert scenario == scenario_of(json.loads(text_of(scenario), parse_float=Decimal))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'title = "what it costs"',
            'first_above_zero = "dept"',
            'study.axes.gas.first_above_zero is "dept", which is no figure of the study',
        ),
        ('"switches.free_gas" = true', '"agents.keeper.count" = 2', "study.axes.keepers sets agents.keeper.count, which gas sets too"),
        ('"switches.free_gas"', '"switches.fre_gas"', "study.axes.gas.values.free.set: switches.fre_gas"),
        ('"switches.free_gas" = true', '"run.seed" = 2', "study.axes.gas.values.free.set: run.seed: a study runs every arm"),
        ('name = "free"', 'name = "dear"', "2 called dear"),
    ],
)
def test_what_axes_cannot_mean_is_told_with_what_would_do(tmp_path, old, new, words):
    assert old in AXES
    with pytest.raises(ScenarioError) as told:
        load(asking(tmp_path, AXES.replace(old, new, 1)))

    assert words in str(told.value)


def test_too_many_cells_are_refused(tmp_path):
    many = ", ".join(f'{{ name = "{number}" }}' for number in range(MOST_CELLS // 2 + 1))
    with pytest.raises(ScenarioError, match=f"study.axes make {MOST_CELLS + 2} cells"):
        load(asking(tmp_path, AXES.replace('{ name = "1", set = { "agents.keeper.count" = 1 } }, { name = "as it is" }', many)))
