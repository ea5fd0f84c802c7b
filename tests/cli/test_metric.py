"""``downtick metric``, ``downtick analyse --metric`` and ``Run.metrics``: what is listed, written, examined and worked out."""

import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from sim import Run, run
from sim.cli import main
from sim.cli.metric_exam import print_report
from sim.errors import MetricError
from sim.metrics.registry import METRICS, find_metric, found_metrics
from sim.testing import check_metric
from sim.testing.metric_claims import MetricReport
from sim.testing.metric_exam import said_by_metric, sit_metric
from sim.testing.metric_sitting import MetricTask, judged, report_of
from tests.metrics import bad_metrics
from tests.metrics.bad_metrics import folds, sayings
from tests.support.shared import REPOSITORY

BAD = bad_metrics.__name__
WIDE = "./wide.py:Wide"


@pytest.fixture
def call():
    """Return a way to call ``downtick``."""
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("metric") / "run"
    run("three_positions", out=path)
    return path


@pytest.fixture
def written(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("metric", "new", "wide").exit_code == 0
    return tmp_path


def test_every_metric_is_listed_with_its_parameters(call, written):
    all_of_them = call("metric", "list", "--brief").output
    told = json.loads(call("metric", "list", WIDE, "--json").output)[WIDE]

    assert "clocks" in all_of_them and "cannot be used" not in all_of_them
    assert told["parameters"]["wide_bps"] == {
        "name": "wide_bps",
        "takes": 'a share such as "12 %"',
        "default": '"20 bps"',
        "meaning": "From how much on a spread counts as wide.",
    }


def test_a_new_metric_is_in_good_style_passes_the_exam_and_is_left_alone_the_second_time(call, written):
    ours = ["--config", str(REPOSITORY / "pyproject.toml"), "--config", f"src=['{REPOSITORY}']"]
    for words in (["check", *ours], ["format", "--check", *ours]):
        done = subprocess.run([sys.executable, "-m", "ruff", *words, "."], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    check_metric(find_metric(WIDE))

    again = call("metric", "new", "wide")
    assert (again.exit_code, "is there already and was left alone" in again.output) == (2, True)


def test_a_metric_of_ones_own_is_worked_out_with_its_parameters(call, written, folder):
    asked = call("analyse", folder, "--metric", f"clocks,{WIDE}", "--set", "wide.wide_bps=5 %", "--json", "--out", "tables")

    figures = json.loads(asked.stdout)
    assert list(figures) == ["clocks", "wide"]
    assert figures["wide"]["venues"]["venue"] == {"spread_bps_mean": 363.8, "wide_share": 0.285458}
    assert {"figures.parquet", "wide_venues.parquet"} < {path.name for path in (written / "tables").iterdir()}


def test_a_run_has_its_metrics_by_name(folder, written):
    with Run(folder) as opened:
        clocks, wide = opened.metrics.clocks, opened.metrics[WIDE]

        assert clocks.figures["calls"] == 3
        assert clocks.tables["calls"]["end"].tolist() == ["liquidated"] * 3
        assert clocks.tables["calls"]["seq"].dtype == np.int64
        assert opened.metrics.clocks is clocks
        assert wide.tables["venues"]["wide_share"].dtype == np.float64
        assert opened.metrics.of(WIDE, wide_bps=500).figures["venues"]["venue"]["wide_share"] == 0.285458
        assert set(opened.metrics.all()) == set(opened.metrics) >= {"clocks"}
        with pytest.raises(AttributeError, match="no metric is called clock; registered are"):
            opened.metrics.clock  # noqa: B018 - reading it is what raises
        with pytest.raises(MetricError, match="Wide has no parameter wyde; it has wide_bps"):
            opened.metrics.of(WIDE, wyde=1)


def test_a_result_in_memory_has_them_too():
    assert run("three_positions").metrics.clocks.tables["calls"]["account"].tolist() == ["anna", "ben", "carl"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--metric", "cloks"], '"cloks" is no registered metric; did you mean clocks?'),
        (["--metric", "./nowhere.py:Mine"], "nowhere.py is not there"),
        (["--metric", f"{BAD}.shapes:Demanding"], "its field window has no default"),
        (["--metric", "clocks", "--set", "quality.window=3"], '--set "quality.window" is no parameter of clocks'),
        (["--metric", "clocks", "--set", "clocks.window=3"], "clocks.window is not known here"),
        (["--metric", f"{BAD}.folds:Adding,{BAD}.sayings:Adding"], "two metrics are called adding"),
    ],
)
def test_what_cannot_be_worked_out_is_the_users_mistake(call, folder, words, said):
    told = call("analyse", folder, *words)

    assert (told.exit_code, said in told.stderr) == (2, True), told.stderr


def test_two_of_one_name_are_refused(monkeypatch):
    entries = (("clocks", "sim.metrics.clocks:ClocksMetric"), ("clocks", "elsewhere:Clocks"))
    monkeypatch.setattr("sim.plugins.installed", lambda group: entries)

    with pytest.raises(MetricError, match=r"two metrics are called clocks: sim\.metrics\.clocks:ClocksMetric and elsewhere:Clocks; rename"):
        METRICS.registered()


def test_one_that_hides_behind_a_registered_name_is_refused(tmp_path):
    (tmp_path / "mine.py").write_text("from tests.metrics.bad_metrics.sayings import Still\n\n\nclass Clocks(Still):\n    pass\n")

    with pytest.raises(MetricError, match="two metrics are called clocks"):
        found_metrics([f"{tmp_path}/mine.py:Clocks"])


@pytest.mark.parametrize(("said", "claims"), [("ab", ["hash_order"]), ("aa", [])])
def test_two_processes_that_find_otherwise_are_told(said, claims):
    answers = [{"report": MetricReport("Mine").as_json(), "said": each} for each in said]

    assert [each.claim for each in judged(answers, MetricTask("mine"), 60).findings] == claims


def test_what_another_process_could_not_load_is_the_users_mistake():
    with pytest.raises(MetricError, match="is not there"):
        judged([{"mistake": "mine.py is not there"}, {}], MetricTask("mine"), 60)


def test_what_a_metric_says_is_a_digest_that_its_words_and_its_failures_make():
    said = [said_by_metric(each) for each in (sayings.Still, sayings.Still, sayings.NotANumber, folds.FirstVenue)]

    assert said[0] == said[1]
    assert len(set(said)) == 3


@pytest.mark.laws
def test_what_depends_on_hashes_is_seen_from_outside_its_process(call):
    told = call("metric", "exam", f"{BAD}.sayings:SetWalking", "--json")

    assert (told.exit_code, [each["claim"] for each in json.loads(told.stdout)["findings"]]) == (1, ["hash_order"])


@pytest.mark.parametrize(("code", "said"), [(3, "its process ended with code 3"), (None, "it did not come to an end within 60 s")])
def test_an_exam_that_could_not_be_finished_is_not_passed(code, said, capsys):
    report = report_of({"code": code}, MetricTask("mine"), 60)
    print_report(report, "mine")

    assert [(each.claim, each.found) for each in report.findings] == [("survival", said)]
    assert capsys.readouterr().out.endswith("the exam could not be finished: failed\n")


def test_the_report_in_words_says_how_to_see_a_failure(capsys):
    print_report(sit_metric(find_metric(f"{BAD}.folds:Edges")), "./edges.py:Edges")

    said = capsys.readouterr().out
    assert "see     downtick metric exam ./edges.py:Edges --only cuts" in said
    assert said.endswith("Edges: 21 of 22 claims hold: failed\n")
