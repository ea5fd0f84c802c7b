"""The runner makes each run once and survives those that do not end well."""

import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

import attrs
import pytest

from sim.errors import InputError
from sim.experiment.jobs import Job, Row, RunStatus, run_id
from sim.experiment.results import Results
from sim.experiment.runner import run_jobs
from tests.support.shared import REPOSITORY

HERE = "tests.experiment.errands"


def job(id: str, function: str, **arguments) -> Job:
    return Job(id, f"{HERE}:{function}", arguments)


def doubles(*numbers: int, **more) -> list[Job]:
    return [job(f"double-{number}", "double", number=number, **more) for number in numbers]


def statuses(rows: list[Row]) -> dict[str, str]:
    return {row.id: row.status.value for row in rows}


def test_a_run_becomes_a_row_of_json_values(tmp_path):
    rows = run_jobs(doubles(3), tmp_path)

    assert rows == [Row("double-3", RunStatus.COMPLETE, result={"doubled": 6, "pair": [3, 6]})]


def test_rows_come_sorted_by_id_and_each_has_its_file(tmp_path):
    rows = run_jobs(doubles(3, 1, 2), tmp_path)

    assert [row.id for row in rows] == ["double-1", "double-2", "double-3"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["double-1.json", "double-2.json", "double-3.json"]


def test_serial_and_parallel_rows_are_identical(tmp_path):
    jobs = [*doubles(1, 2, 3, 4, 5), job("fail", "fail", number=7), job("give-up", "give_up"), job("nan", "return_what_json_cannot_hold")]

    serial = run_jobs(jobs, tmp_path / "serial")
    parallel = run_jobs(jobs, tmp_path / "parallel", workers=2)

    assert serial == parallel
    assert files(tmp_path / "serial") == files(tmp_path / "parallel")


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_workers_are_processes_of_their_own(tmp_path):
    here, elsewhere = run_jobs([job("a", "process")], tmp_path / "1"), run_jobs([job("a", "process")], tmp_path / "2", workers=2)

    assert here[0].result["process"] == os.getpid()
    assert elsewhere[0].result["process"] != os.getpid()


def test_a_run_that_raises_is_a_row_that_says_what_and_where(tmp_path):
    (row,) = run_jobs([job("a", "fail", number=7)], tmp_path)

    assert (row.status, row.message) == (RunStatus.FAILED, "KeyError: 7")
    assert [place.split(" ")[1] for place in row.where] == ["fail", "_look_up"]
    assert all(place.startswith(f"{HERE}:") for place in row.where)


def test_a_run_that_leaves_and_one_that_returns_nonsense_are_rows_too(tmp_path):
    rows = run_jobs([job("leaves", "give_up"), job("nonsense", "return_what_json_cannot_hold"), Job("stray", "tests:nobody")], tmp_path)

    assert statuses(rows) == {"leaves": "failed", "nonsense": "failed", "stray": "failed"}
    assert rows[2].message == 'InputError: function is "tests:nobody"; name one as "package.module:name"'


def test_in_our_own_process_what_a_run_raises_may_pass_through_untouched(tmp_path):
    with pytest.raises(KeyError) as caught:
        run_jobs([job("a", "fail", number=7)], tmp_path, raise_failures=True)

    names = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert names[-2:] == ["fail", "_look_up"]
    assert not any("concurrent" in frame.filename for frame in traceback.extract_tb(caught.tb))
    assert list(tmp_path.iterdir()) == []


def test_runs_already_in_the_folder_are_not_made_again(tmp_path):
    log = str(tmp_path / "log")
    first = run_jobs(doubles(1, 2, log=log), tmp_path / "rows")

    second = run_jobs(doubles(1, 2, 3, log=log), tmp_path / "rows")

    assert second[:2] == first
    assert Path(log).read_text() == "1\n2\n3\n"


def test_a_result_file_that_cannot_be_read_is_made_again(tmp_path):
    whole = run_jobs(doubles(1), tmp_path)
    (tmp_path / "double-1.json").write_text('{"id": "dou')

    assert run_jobs(doubles(1), tmp_path) == whole


def test_runs_of_a_named_status_are_made_again(tmp_path):
    Results.opened(tmp_path).keep(Row("double-1", RunStatus.CRASHED, message="long ago"))

    kept = run_jobs(doubles(1), tmp_path)
    anew = run_jobs(doubles(1), tmp_path, again=[RunStatus.CRASHED])

    assert (statuses(kept), statuses(anew)) == ({"double-1": "crashed"}, {"double-1": "complete"})


def test_a_run_that_kills_its_process_is_a_row_and_the_others_are_made(tmp_path):
    log = str(tmp_path / "deaths")

    rows = run_jobs([job("dies", "die", log=log), *doubles(1, 2, 3, 4)], tmp_path / "rows", workers=2)

    assert statuses(rows) == {"dies": "crashed", **{f"double-{number}": "complete" for number in (1, 2, 3, 4)}}
    assert Path(log).read_text() == "1\n1\n"


def test_a_run_whose_process_died_once_is_made_again(tmp_path):
    rows = run_jobs([job("a", "die_once", log=str(tmp_path / "log")), *doubles(1)], tmp_path / "rows", workers=2)

    assert (rows[0].status, rows[0].result) == (RunStatus.COMPLETE, {"survived": True})


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_over_its_time_is_a_row_and_the_others_are_made(tmp_path, workers):
    rows = run_jobs([job("hangs", "hang"), *doubles(1, 2)], tmp_path, workers=workers, timeout_s=0.5)

    assert rows[2] == Row("hangs", RunStatus.TIMEOUT, message="it was still running after 0.5 s")
    assert statuses(rows[:2]) == {"double-1": "complete", "double-2": "complete"}


def test_a_worker_over_its_time_is_killed(tmp_path):
    started = tmp_path / "started"
    run_jobs([job("hangs", "hang", started=str(started))], tmp_path / "rows", workers=2, timeout_s=0.5)

    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_progress_is_told_once_a_run_and_not_for_those_already_there(tmp_path):
    told = []
    run_jobs(doubles(1), tmp_path)

    run_jobs(doubles(1, 2, 3), tmp_path, on_progress=lambda done, total, row: told.append((done, total, row.id)))

    assert told == [(2, 3, "double-2"), (3, 3, "double-3")]


def test_a_study_that_is_killed_goes_on_where_it_was_and_leaves_no_worker(tmp_path):
    started = tmp_path / "started"
    script = (
        "from pathlib import Path\n"
        "from tests.experiment.test_runner import doubles, job, run_jobs\n"
        f"run_jobs([*doubles(1), job('hangs', 'hang', started={str(started)!r})], Path({str(tmp_path / 'rows')!r}), workers=2)\n"
    )
    study = subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY)
    until(lambda: started.exists() and started.read_text() and (tmp_path / "rows" / "double-1.json").exists())
    study.kill()
    study.wait()

    until(lambda: not is_alive(int(started.read_text())))
    rows = run_jobs(doubles(1, 2), tmp_path / "rows")
    assert statuses(rows) == {"double-1": "complete", "double-2": "complete"}


def test_ctrl_c_ends_the_workers(tmp_path):
    started = tmp_path / "started"
    script = (
        "from pathlib import Path\n"
        "from tests.experiment.test_runner import job, run_jobs\n"
        f"run_jobs([job('hangs', 'hang', started={str(started)!r})], Path({str(tmp_path / 'rows')!r}), workers=2)\n"
    )
    study = subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
    until(lambda: started.exists() and started.read_text())
    study.send_signal(signal.SIGINT)
    _, told = study.communicate(timeout=30)

    assert told.rstrip().endswith("KeyboardInterrupt")
    assert not is_alive(int(started.read_text()))


def until(is_so) -> None:
    """Return once a claim about another process holds; fail after half a minute."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or ") Z " not in stat.read_text()


def test_equal_jobs_are_one_run_and_unequal_ones_need_ids_of_their_own(tmp_path):
    assert len(run_jobs([*doubles(1), *doubles(1)], tmp_path)) == 1
    with pytest.raises(InputError, match='two different jobs have the id "double-1"'):
        run_jobs([*doubles(1), attrs.evolve(doubles(2)[0], id="double-1")], tmp_path)


@pytest.mark.parametrize("id", ["", "../escape", "a.b", "a b"])
def test_an_id_that_is_no_file_name_is_refused(tmp_path, id):
    with pytest.raises(InputError, match="the id of a run"):
        run_jobs([Job(id, f"{HERE}:process")], tmp_path)


def test_no_workers_and_a_folder_that_cannot_be_are_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(InputError, match="workers is 0"):
        run_jobs([], tmp_path, workers=0)
    with pytest.raises(InputError, match="cannot be made"):
        run_jobs([], tmp_path / "file" / "rows")


def test_the_id_of_a_run_follows_all_that_decides_it_and_not_the_order_of_overrides():
    ids = [
        run_id("text", {"a": "1", "b": "2"}, 7, "0.1.0"),
        run_id("text2", {"a": "1", "b": "2"}, 7, "0.1.0"),
        run_id("text", {"a": "1", "b": "3"}, 7, "0.1.0"),
        run_id("text", {"a": "1", "b": "2"}, 8, "0.1.0"),
        run_id("text", {"a": "1", "b": "2"}, 7, "0.1.1"),
    ]

    assert len({*ids}) == 5
    assert run_id("text", {"b": "2", "a": "1"}, 7, "0.1.0") == ids[0]
