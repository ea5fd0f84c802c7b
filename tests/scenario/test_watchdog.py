"""A run in which nothing happens is given up, without a digest; one that gets on is not touched."""

import json
import signal
import subprocess
import sys
from typing import Any, ClassVar

import attrs
import pytest

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.errors import Unresponsive
from sim.records import BlockSealed
from sim.scenario.run import run
from sim.storage.run import Run
from tests.worlds.pocket import POCKET

KEYS = {"run.duration": "30 s", "agents.keeper.count": 1, "agents.keeper.parameters": {}, "agents.keeper.on_failure": "isolate"}


@attrs.define
class Hanging:
    """Hangs at its first block."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        while news.is_a(BlockSealed):
            pass


@attrs.define
class Summing:
    """Hangs in C code."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> Any:
        return [] if sum(range(10**12 if news.is_a(BlockSealed) else 1)) else None


def test_a_run_that_hangs_is_given_up_without_a_digest_even_if_the_strategy_may_fail(tmp_path):
    out, before = tmp_path / "run", signal.getsignal(signal.SIGALRM)

    with pytest.raises(Unresponsive, match=r"Hanging \(agent keeper\): it has thought for 1 s of wall time, woken by entry"):
        run(POCKET, set={**KEYS, "agents.keeper.strategy": f"{__name__}:Hanging"}, out=out, patience=1)

    assert (Run(out).status, Run(out).manifest.digest) == ("failed", "")
    assert signal.getsignal(signal.SIGALRM) == before


def test_what_hears_no_signal_is_ended_from_outside(tmp_path):
    words = [f"--set=agents.keeper.strategy={__name__}:Summing", "--set=agents.keeper.parameters={}", "--set=run.duration=30 s"]
    words += ["--patience=1", f"--out={tmp_path / 'run'}"]
    program = [sys.executable, "-c", "from sim.cli import main; main()", "run", str(POCKET), *words]

    ended = subprocess.run(program, capture_output=True, text=True, check=False)

    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "test_watchdog.py" in ended.stderr
    assert (manifest["status"], manifest["digest"]) == ("running", None)


def test_a_watched_run_has_the_same_digest():
    keys = {"run.duration": "30 s"}

    assert run(POCKET, set=keys, patience=60).digest == run(POCKET, set=keys).digest
