"""How long the command takes, seen from outside: its help, and the day that the demonstration runs, with the memory it needs."""

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from statistics import median
from time import perf_counter

ROUNDS = 5
COMMAND = [sys.executable, "-c", "from sim.cli import main; main()"]


def help_s(rounds: int = ROUNDS) -> dict[str, float]:
    """Return ``help_s``: the median time of ``downtick --help``, start of Python included."""
    installed = shutil.which("downtick", path=str(Path(sys.executable).parent))
    command = [installed] if installed else COMMAND
    return {"help_s": round(median(_timed([*command, "--help"])[0] for _ in range(rounds)), 3)}


def march_2020(rounds: int = 1) -> dict[str, float]:
    """Return wall time of the shipped scenario in a process of its own, tape written, and that process's largest memory.

    Raises LookupError where the scenario is not shipped.
    """
    if not files("scenarios").joinpath("march_2020.toml").is_file():
        raise LookupError("there is no scenario march_2020")
    walls, peaks = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            wall, peak = _timed([*COMMAND, "run", "march_2020", "--quiet", "--json", "--out", f"{scratch}/run"])
        walls.append(wall)
        peaks.append(peak)
    return {"march_2020_wall_s": round(median(walls), 2), "peak_rss_mb": round(max(peaks), 1)}


def _timed(command: list[str]) -> tuple[float, float]:
    """Return seconds and largest resident memory in MB of a command, which must succeed."""
    began = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise LookupError(f"{' '.join(command[-5:])} ended with {process.returncode}: {said.strip()[-300:]}")
    return perf_counter() - began, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
