"""Counting the lines of Python that a strategy runs, so that an endless loop ends at the same line in every run.

``sys.settrace`` tells of every line; those of the simulator's own files do not count. Of a loop that is one line Python may tell once,
so that its turns are counted by the jump that begins the next. It slows a strategy several times over and the world not at all, and
changes nothing that is said. Left out: loops in C code and within an expression (a sum over a huge range is one line), for which
there is the watchdog; and a count that is the same under every version of Python, which compile lines differently.
"""

import dis
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from sim.errors import LimitReached
from sim.vocabulary import Refusal

HOUSE = str(Path(__file__).parents[1])
"""Where the simulator's own files are."""


@lru_cache(maxsize=4_096)
def turns(code: CodeType) -> frozenset[int]:
    """Return where a function jumps back to the line it is on; nothing in a comprehension. Cost: its length, at first asking."""
    if code.co_name in ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"):
        return frozenset()
    lines = {at: line for start, end, line in code.co_lines() for at in range(start, end, 2)}
    jumps = ((each.offset, each.argval) for each in dis.get_instructions(code) if "JUMP" in each.opname and isinstance(each.argval, int))
    return frozenset(at for at, to in jumps if to <= at and lines.get(to) == lines.get(at))


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
        if frame.f_code.co_filename.startswith(HOUSE):
            return None
        frame.f_trace_opcodes = bool(turns(frame.f_code))
        return self._line

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line" or (event == "opcode" and frame.f_lasti in turns(frame.f_code)):
            self.lines += 1
            if self.lines > self.most:
                raise self._too_many()
        return self._line

    def _too_many(self) -> LimitReached:
        return LimitReached(
            Refusal.TOO_MANY_LINES,
            f"it ran more than {self.most} lines of Python in one decision; end its loop, or raise limits.lines of the agent",
        )
