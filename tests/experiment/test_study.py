"""A whole study of the tiny world: its table, its folder, and that one in pieces is one of a piece."""

import json

import pytest

from sim.errors import InputError
from sim.experiment.jobs import Row, RunStatus
from sim.experiment.plan import planned
from sim.experiment.results import Results
from sim.experiment.study import RUNS, TABLE, made, study
from sim.scenario.load import load
from tests.experiment.test_plan import TINY

SHORT = {"run.duration": "5 s"}


@pytest.fixture(scope="module")
def plan():
    return planned(load(TINY, SHORT), range(1, 3), range(1, 3), overrides=SHORT, arms=["calm"])


@pytest.fixture(scope="module")
def table(plan):
    return made(plan)


def test_a_study_tells_every_figure_of_every_arm_and_feature(table):
    figures = ["liquidations", "bad_debt_usdc", "largest", "second_round"]

    assert list(table["arms"]) == ["base", "calm"]
    assert all(list(arm) == figures for arm in table["arms"].values())
    assert list(table["features"]) == ["gas", "latency"]
    assert all({"mean", "lo", "hi", "n", "of"} <= found.keys() for arm in table["arms"].values() for found in arm.values())


def test_in_five_seconds_nobody_falls_and_the_figure_that_is_missing_is_counted(table):
    assert table["arms"]["base"]["second_round"] == {"mean": None, "lo": None, "hi": None, "n": 0, "of": 2}
    assert any(line.startswith("second_round: no run of any arm has it") for line in table["remarks"])


def test_what_a_report_must_repeat_is_repeated(table):
    assert any(note.startswith("anachronism: ") for note in table["notes"])


def test_the_folder_keeps_the_table_and_a_study_with_more_seeds_goes_on_from_it(plan, table, tmp_path):
    assert made(plan, tmp_path) == table == json.loads((tmp_path / TABLE).read_text())
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / RUNS).iterdir()}
    told = []

    more = planned(load(TINY, SHORT), range(1, 4), overrides=SHORT, with_features=False, arms=["calm"])
    made(more, tmp_path, on_progress=lambda done, total, row: told.append((done, total)))

    assert told == [(5, 6), (6, 6)]
    assert before == {path.name: path.stat().st_mtime_ns for path in (tmp_path / RUNS).iterdir() if path.name in before}


def test_a_run_that_failed_is_tried_anew(tmp_path):
    plan = planned(load(TINY, SHORT), [1], with_features=False, arms=["base"])
    Results.opened(tmp_path / RUNS).keep(Row(plan.arms["base"].id(1), RunStatus.FAILED, message="long ago"))

    table = made(plan, tmp_path)

    assert (table["failures"], table["arms"]["base"]["liquidations"]["n"]) == ([], 1)


def test_two_processes_find_what_one_does():
    plan = planned(load(TINY, SHORT), [1, 2], overrides=SHORT, with_features=False, arms=["base"])

    assert made(plan, workers=2) == made(plan)


def test_the_whole_of_it_is_one_call():
    found = study(TINY, [1])

    assert (found["scenario"], found["seeds"]) == ("tiny", [1])
    assert found["arms"]["base"]["liquidations"]["mean"] > 0


def test_a_file_in_the_way_is_told(plan, tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(InputError, match="cannot be made"):
        made(plan, tmp_path / "file")
