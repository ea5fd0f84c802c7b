"""Runs one job, wherever that is: in the caller's process or in a worker of its own.

A job that raises becomes a row that says what and where, the same row in either place. A worker ends with the process that
started it, and leaves Ctrl-C to it. Left out: which job runs when (`runner`).
"""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from sim.errors import InputError
from sim.experiment.jobs import Job, Row, RunStatus, as_json_gives_it_back, resolve

DEEPEST_WHERE = 30
"""A recursion without end is told by its last calls."""


def attempt(job: Job) -> Row:
    """Return what comes of a job; what it raises becomes a failed row."""
    try:
        return complete(job)
    except (Exception, SystemExit) as failure:
        return Row(job.id, RunStatus.FAILED, message=f"{type(failure).__name__}: {failure}", where=_where(failure.__traceback__))


def complete(job: Job) -> Row:
    """Return the row of a job that ends well; what it raises passes through."""
    return Row(job.id, RunStatus.COMPLETE, result=as_json_gives_it_back(resolve(job.function)(**job.arguments)))


def timed_out(job: Job, timeout_s: float) -> Row:
    """Return the row of a job whose time was over."""
    return Row(job.id, RunStatus.TIMEOUT, message=f"it was still running after {timeout_s:g} s")


def _where(calls: TracebackType | None) -> tuple[str, ...]:
    frames = [f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}" for frame, line in traceback.walk_tb(calls)]
    return tuple(frame for frame in frames if not frame.startswith(f"{__name__}:"))[-DEEPEST_WHERE:]


class TimeIsOver(BaseException):
    """Raised inside a run in our own process when its time is over; not an Exception, so that no strategy catches it."""


@contextmanager
def time_limit(timeout_s: float | None) -> Iterator[None]:
    """Raise TimeIsOver in the body when it takes longer. Needs the main thread of a system with SIGALRM."""
    if timeout_s is None:
        yield
        return
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        raise InputError(f"timeout_s is {timeout_s:g}, which one worker keeps only in the main thread of a Unix process; use 2 workers")
    before = signal.signal(signal.SIGALRM, _ring)
    timer = signal.setitimer(signal.ITIMER_REAL, timeout_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TimeIsOver


def settle() -> None:
    """Make this process a worker: Ctrl-C is the parent's to answer, and without a parent there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def process_id() -> int:
    """Return the id of this process; the first thing a worker is asked, which also shows that it is up."""
    return os.getpid()
