"""An exam's patience is with work and not with the clock: who hangs or loops for ever is ended, who waits for a busy machine is not."""

import os
import subprocess
import sys

import pytest

from sim.testing.sitting import Sitting, worked_s


def sitting(text):
    """Return a process that runs a line of Python and answers nothing."""
    ours, theirs = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", text], pass_fds=(theirs,))
    os.close(theirs)
    return Sitting(process, ours)


@pytest.mark.parametrize(("text", "code"), [("import time; time.sleep(60)", None), ("raise SystemExit(3)", 3)])
def test_who_sleeps_is_ended_and_who_ends_is_heard(text, code):
    assert sitting(text).end(1) == {"code": code}


def test_who_has_not_had_its_seconds_is_waited_for_longer_than_the_clock_says(monkeypatch):
    had = iter([0.4, 0.9, 1.1])  # A machine that gives it half of its time.
    monkeypatch.setattr("sim.testing.sitting.worked_s", lambda process: next(had))

    assert sitting("import time; time.sleep(60)").end(1) == {"code": None}
    assert list(had) == []


def test_what_a_process_has_worked_is_told():
    assert (worked_s(os.getpid()) or 0) > 0
