"""Counting the lines of Python that a strategy runs, so that an endless loop ends at the same line in every run.

``sys.settrace`` tells of every line; those of the simulator's own files do not count. It slows a strategy several times over and
the world not at all, and changes nothing that is said. Left out: loops in C code (a sum over a huge range is one line), for which
there is the watchdog; and a count that is the same under every version of Python, which compile lines differently.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from sim.errors import LimitReached
from sim.vocabulary import Refusal

HOUSE = str(Path(__file__).parents[1])
"""Where the simulator's own files are."""


def uncounted(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns; no lines are counted while it runs."""
    before = sys.gettrace()
    sys.settrace(None)
    try:
        return function(*arguments)
    finally:
        sys.settrace(before)


class LineMeter:
    """Runs a function and counts the lines it runs, up to a limit."""

    def __init__(self, most: int) -> None:
        """Take the most that may be run; what goes beyond raises ``LimitReached``."""
        self.most = most
        self.lines = 0

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what the function returns. Raises LimitReached in the line that is one too many."""
        self.lines = 0
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            answer = function(*arguments)
        finally:
            sys.settrace(before)
        if self.lines > self.most:  # It caught what was raised, and went on uncounted: Python stops tracing then.
            raise self._too_many()
        return answer

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        return None if frame.f_code.co_filename.startswith(HOUSE) else self._line

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines > self.most:
                raise self._too_many()
        return self._line

    def _too_many(self) -> LimitReached:
        return LimitReached(
            Refusal.TOO_MANY_LINES,
            f"it ran more than {self.most} lines of Python in one decision; end its loop, or raise limits.lines of the agent",
        )
