"""Functions that jobs of the runner's tests name: some end well, some raise, hang or die."""

import os
import signal
import threading
from pathlib import Path
from typing import Any


def double(number: int, log: str | None = None) -> dict[str, Any]:
    """Return twice a number; note the call in a log, if one is named."""
    if log is not None:
        note(log, number)
    return {"doubled": 2 * number, "pair": (number, 2 * number)}


def fail(number: int) -> dict[str, Any]:
    return _look_up({}, number)


def _look_up(table: dict[int, dict[str, Any]], number: int) -> dict[str, Any]:
    return table[number]


def give_up() -> None:
    raise SystemExit(3)


def return_what_json_cannot_hold() -> dict[str, float]:
    return {"ratio": float("nan")}


def hang(started: str | None = None) -> None:
    if started is not None:
        note(started, os.getpid())
    threading.Event().wait(600)


def die(log: str) -> None:
    """Kill the process this runs in."""
    note(log, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(log: str) -> dict[str, Any]:
    """Kill the process this runs in, the first time; end well the second."""
    if not Path(log).exists():
        die(log)
    return {"survived": True}


def process() -> dict[str, Any]:
    return {"process": os.getpid()}


def note(log: str, number: int) -> None:
    with Path(log).open("a", encoding="utf-8") as file:
        file.write(f"{number}\n")
