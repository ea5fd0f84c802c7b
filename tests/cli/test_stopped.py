"""Runs that do not come to their end: stopped politely, killed, or out of disk. In processes of their own, as a shell starts them."""

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.storage import Run

DOWNTICK = [sys.executable, "-c", "from sim.cli import main; main()"]
LONG = ["run", "first_cascade", "--set", "run.duration=100 d", "--out"]
PATIENCE_S = 60


def started(out: Path) -> subprocess.Popen[str]:
    """Start a run that would take hours; return once its folder is there."""
    process = subprocess.Popen([*DOWNTICK, *LONG, str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + PATIENCE_S
    while not (out / "run.json").is_file():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "the run's folder does not appear"
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "a polite kill"])
def test_a_stopped_run_leaves_a_readable_folder_marked_interrupted(tmp_path, number):
    out = tmp_path / "run"
    process = started(out)

    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE_S)

    found = Run(out)
    assert (process.returncode, found.status) == (130, "interrupted")
    assert f"{out} is readable" in said and "Traceback" not in said
    assert [entry.seq for entry in found.entries()] == list(range(1, found.manifest.entries + 1))


def test_a_killed_run_leaves_a_folder_that_says_it_did_not_finish(tmp_path):
    out = tmp_path / "run"
    process = started(out)

    process.kill()
    process.communicate(timeout=PATIENCE_S)

    found = Run(out)
    assert (found.status, found.is_whole, found.digest) == ("running", False, None)
    assert found.standing.startswith("did not finish (or is running still); ")


def test_a_full_disk_is_told_and_leaves_a_folder_marked_failed(tmp_path):
    out = tmp_path / "run"
    # No file may grow beyond this: room for run.json, none for a part of the tape.
    small = 24_000

    ran = subprocess.run(
        [*DOWNTICK, "run", "first_cascade", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (small, small)),
    )

    assert (ran.returncode, Run(out).status) == (2, "failed"), ran.stderr
    assert f"{out} cannot be written: " in ran.stderr and "free some space, or give a folder that can" in ran.stderr
    assert "Traceback" not in ran.stderr
