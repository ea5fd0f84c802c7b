"""A watchdog behind everything that is counted: a run in which nothing happens for too long is given up, without a digest.

It changes nothing that a run says: it only looks, each second of wall time, whether the kernel has got on. Counted limits
(``limits.lines``) end an endless loop in the same line each time; this is for what nobody counts. A strategy that catches even what
stops it ends the process; so does one that loops in C code, where no signal is heard, after twice the patience. It works in a
process's main thread alone, where Python hears signals.
"""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import attrs

from sim.errors import Unresponsive
from sim.kernel import Kernel

FAILED = 2
"""Exit code of a process that had to be ended."""


@attrs.define(eq=False, repr=False)  # Python takes the picture of a signal's handler, which would be one of the world.
class Watchdog:
    """Looks whether a kernel gets on."""

    kernel: Kernel
    patience: int
    last_words: Callable[[], object]
    """Called before the process is ended."""
    _steps: int = -1
    _still: int = 0
    """Seconds in which nothing has happened."""

    def tick(self, number: int, frame: FrameType | None) -> None:
        """Look. Raises Unresponsive when nothing has happened for too long."""
        if self.kernel.steps != self._steps:
            self._steps, self._still = self.kernel.steps, 0
            self.arm()
            return
        self._still += 1
        if self._still >= 2 * self.patience:
            self.last_words()
            os._exit(FAILED)
        if self._still >= self.patience:
            raise Unresponsive(f"it has thought for {self.patience} s of wall time")

    def arm(self) -> None:
        """Have the process ended from outside Python, should Python hear no more ticks."""
        faulthandler.dump_traceback_later(2 * self.patience + 1, exit=True, file=sys.__stderr__ or sys.stderr)


@contextmanager
def watched(kernel: Kernel, patience: int | None, last_words: Callable[[], object]) -> Iterator[None]:
    """Watch a kernel within the block; for None, or in another thread than the main one, do nothing."""
    if patience is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    dog = Watchdog(kernel, patience, last_words)
    before: Any = signal.signal(signal.SIGALRM, dog.tick)
    timer = signal.setitimer(signal.ITIMER_REAL, 1, 1)
    dog.arm()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()
