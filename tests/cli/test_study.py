"""``downtick study``: its table, its JSON, what it refuses, and that a killed one goes on."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.study import seeds_of, whole_seeds
from sim.cli.study_table import cell
from tests.support.scenarios import written
from tests.support.shared import REPOSITORY

TINY = REPOSITORY / "tests" / "worlds" / "tiny.toml"
SHORT = ("--set", "run.duration=5 s", "--jobs", "1")
DOWNTICK = [sys.executable, "-c", "from sim.cli import main; main()"]
PATIENCE_S = 60


@pytest.fixture
def call():
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


def told(result) -> str:
    """Return the message of a command that the user's mistake ended."""
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert "Traceback" not in result.stderr
    return str(result.stderr)


def test_json_has_mean_lo_and_hi_of_every_figure_of_every_arm(call):
    result = call("study", TINY, "--seeds", 2, *SHORT, "--json", "--arms", "calm")

    table = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(table["arms"]) == ["base", "calm"]
    assert all({"mean", "lo", "hi"} <= figure.keys() for arm in table["arms"].values() for figure in arm.values())
    assert list(table["features"]["gas"]) == ["without", "alone", "added_last", "added_first", "shapley"]
    assert (table["seeds"], table["shapley_seeds"]) == ([1, 2], [1, 2])


def test_the_table_says_what_was_published_what_was_fitted_and_what_must_be_repeated(call):
    shown = call("study", TINY, "--seeds", 1, *SHORT).output

    for expected in (
        "tiny: A tiny study",
        "differences from base, seed by seed",
        "what each feature contributes, Shapley, 1 seed",
        "published: largest = 4 to 9 (typed for the tests)",
        "calibrated: liquidations, by pools.pool.population.accounts: typed for the tests",
        "they depend on the chosen set of features",
        "feature gas: gas costs something",
        "note: anachronism: ",
    ):
        assert expected in shown


def test_arms_are_chosen_and_features_left_out(call):
    table = json.loads(call("study", TINY, "--seeds", 1, *SHORT, "--arms", "one_keeper, base", "--no-features", "--json").stdout)

    assert list(table["arms"]) == ["base", "one_keeper"]
    assert "features" not in table


def test_without_shapley_features_are_still_told_one_by_one(call):
    result = call("study", TINY, "--seeds", 1, *SHORT, "--no-shapley")

    assert "added first" in result.output
    assert "Shapley" not in result.output


@pytest.mark.parametrize(
    ("count", "asked", "is_wanted", "expected"),
    [
        (20, None, True, range(7, 12)),
        (20, 20, True, range(7, 27)),
        (2, None, True, range(7, 9)),
        (2, 6, True, range(7, 9)),
        (20, 6, False, range(7, 7)),
    ],
)
def test_shapley_has_five_seeds_unless_others_are_asked_for_and_never_more_than_there_are(count, asked, is_wanted, expected):
    assert whole_seeds(seeds_of(7, count), asked, is_wanted) == expected


def test_a_run_that_raises_is_told_and_the_others_count(call, tmp_path):
    study = '[study]\nfigures = { falls = "margin_calls" }\n[[study.arms]]\nname = "clumsy"\n'
    arm = 'set = { "agents.keeper.strategy" = "tests.worlds.minds:Clumsy", "agents.keeper.parameters" = {} }\n'
    path = written(tmp_path, {"[[calibration]]": f"{study}{arm}[[calibration]]"})

    result = call("study", path, "--seeds", 1, "--jobs", 1, "--json")

    table = json.loads(result.stdout)
    assert result.exit_code == 1
    assert "seed 7 of clumsy failed: StrategyError: " in result.stderr and "Traceback" not in result.stderr
    assert (table["arms"]["base"]["falls"]["n"], table["arms"]["clumsy"]["falls"]["n"]) == (1, 0)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (("--arms", "clam"), '"clam" is no arm of the study; did you mean "calm"?'),
        (("--arms", ""), '"" is no arm of the study; there is "base", "calm", "one_keeper"'),
        (("--set", "run.duratoin=3 s"), 'run.duratoin is not known here; did you mean "duration"?'),
        (
            ("--set", 'study.figures.x="bad_dept"'),
            'study.figures.x is "bad_dept", which is no key of the summary; did you mean "bad_debt"?',
        ),
        (("--set", "run.seed=9223372036854775800", "--no-features"), "20 seeds from 9223372036854775800 on go beyond 9223372036854775807"),
        (("--seeds", "0"), "0 is not in the range x>=1"),
        (("--jobs", "0"), "0 is not in the range x>=1"),
        (("--shapley-seeds", "x"), "'x' is not a valid integer"),
    ],
)
def test_what_cannot_be_asked_is_told(call, more, expected):
    assert expected in told(call("study", TINY, *more))


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("three_positions", "three_positions has no [study] to run; give it one"),
        ("first_cascad", 'did you mean "first_cascade"?'),
        ("nowhere.toml", "nowhere.toml is not there"),
    ],
)
def test_a_scenario_that_cannot_be_studied_is_told(call, named, expected):
    assert expected in told(call("study", named))


def test_a_folder_that_cannot_be_is_told(call, tmp_path):
    (tmp_path / "file").write_text("in the way")

    assert "cannot be made" in told(call("study", TINY, "--seeds", 1, *SHORT, "--out", tmp_path / "file"))


def started(out: Path, least: int) -> subprocess.Popen[str]:
    """Start a study of many runs; return once some are kept."""
    ask = ["study", str(TINY), "--seeds", "40", *SHORT, "--arms", "calm", "--no-features", "--json", "--out", str(out)]
    process = subprocess.Popen([*DOWNTICK, *ask], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    until = time.monotonic() + PATIENCE_S
    while len(list(out.glob("runs/*.json"))) < least:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "no run is kept"
        time.sleep(0.01)
    return process


def test_a_killed_study_goes_on_with_what_is_missing(call, tmp_path):
    process = started(tmp_path, 4)
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/*.json")}
    ask = ("study", TINY, "--seeds", 3, *SHORT, "--arms", "calm", "--no-features", "--json")

    went_on = call(*ask, "--out", tmp_path)

    assert went_on.stdout == call(*ask).stdout
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_ctrl_c_says_what_is_kept(tmp_path):
    process = started(tmp_path, 2)

    process.send_signal(signal.SIGINT)
    shown, said = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, shown) == (130, "")
    assert f"interrupted; runs kept in {tmp_path}: " in said and "the same command goes on with the rest" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"mean": 0.366, "lo": 0.31, "hi": 0.42, "n": 20, "of": 20}, "0.366 (0.31 to 0.42)"),
        ({"mean": 3.0, "lo": None, "hi": None, "n": 1, "of": 20}, "3 n=1 of 20"),
        ({"mean": None, "lo": None, "hi": None, "n": 0, "of": 20}, "none n=0 of 20"),
        ({"mean": 9.0, "lo": None, "hi": None, "n": 1, "of": 1, "utc": {"mean": "2020-03-12T13:00:00Z"}}, "2020-03-12T13:00:00Z"),
    ],
)
def test_a_cell_says_over_how_many_runs_where_some_have_no_figure(found, expected):
    assert cell(found) == expected


def test_a_checked_run_tells_after_how_many_blocks_the_books_balanced(call):
    checked = json.loads(call("run", "three_positions", "--check", "--json").stdout)
    unchecked = json.loads(call("run", "three_positions", "--json").stdout)

    assert checked["reconciled_blocks"] == checked["blocks"] == 50
    assert (unchecked["reconciled_blocks"], unchecked["blocks"]) == (None, 50)
    assert "books balanced after 50 of 50 blocks" in call("run", "three_positions", "--check").output
