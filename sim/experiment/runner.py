"""One runner for many runs: it makes each once, keeps each as it ends, and survives those that do not end well.

With one worker the runs are made in this process, one after the other; with more, each worker is a spawned process. The rows
are the same either way and come sorted by id. A run that raises is a `failed` row. A run that outlasts `timeout_s` is stopped
and is a `timeout` row. A run whose process dies (killed, out of memory) is made once more at the end, alone on the machine, and
is a `crashed` row if its process dies again. A run already in the folder is not made again. Left out: what the jobs are (`jobs`),
and what the rows show (`statistics`).
"""

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

import attrs

from sim.errors import InputError
from sim.experiment.jobs import Job, Row, RunStatus
from sim.experiment.results import Results
from sim.experiment.worker import TimeIsOver, attempt, complete, process_id, settle, time_limit, timed_out

Progress = Callable[[int, int, Row], None]
"""Told how many runs are done, of how many, and the row that was just made."""


def run_jobs(
    jobs: Iterable[Job],
    folder: Path,
    *,
    workers: int = 1,
    timeout_s: float | None = None,
    again: Collection[RunStatus] = (),
    raise_failures: bool = False,
    on_progress: Progress | None = None,
) -> list[Row]:
    """Make every job's run and return the rows, sorted by id; rows already in the folder are taken as they are.

    Runs kept with a status in `again` are made anew. With `raise_failures` and one worker, what a run raises passes through with
    its own traceback and nothing is kept of it. One worker cannot outlive a run that kills its process: that takes two or more.
    """
    asked = _by_id(jobs)
    if workers < 1:
        raise InputError(f"workers is {workers}; at least 1 is needed")
    results = Results.opened(folder)
    kept = {id: row for id in asked if (row := results.row(id)) is not None and row.status not in again}
    intake = _Intake(results, kept, len(asked), on_progress)
    missing = [job for id, job in asked.items() if id not in kept]
    if workers == 1:
        _run_here(missing, intake, timeout_s, complete if raise_failures else attempt)
    else:
        _run_in_workers(missing, intake, timeout_s, workers)
    return [intake.rows[id] for id in sorted(intake.rows)]


def _by_id(jobs: Iterable[Job]) -> dict[str, Job]:
    asked: dict[str, Job] = {}
    for job in jobs:
        if asked.setdefault(job.id, job) != job:
            raise InputError(f'two different jobs have the id "{job.id}"; give each its own')
    return asked


@attrs.define
class _Intake:
    """Where rows are handed in: kept at once, and told to whoever watches."""

    results: Results
    rows: dict[str, Row]
    total: int
    on_progress: Progress | None

    def take(self, row: Row) -> None:
        """Keep a row."""
        self.results.keep(row)
        self.rows[row.id] = row
        if self.on_progress is not None:
            self.on_progress(len(self.rows), self.total, row)


def _run_here(jobs: Sequence[Job], intake: _Intake, timeout_s: float | None, make: Callable[[Job], Row]) -> None:
    for job in jobs:
        try:
            with time_limit(timeout_s):
                row = make(job)
        except TimeIsOver:
            row = timed_out(job, timeout_s or 0)
        intake.take(row)


def _run_in_workers(jobs: Sequence[Job], intake: _Intake, timeout_s: float | None, workers: int) -> None:
    slots = [_Slot(timeout_s) for _ in range(min(workers, len(jobs)))]
    try:
        lost = _drain(slots, deque(jobs), intake)
        for job in _drain(slots[:1], deque(lost), intake):
            intake.take(Row(job.id, RunStatus.CRASHED, message="the process that ran it died, and died again when it ran alone"))
    finally:
        for slot in slots:
            slot.stop()


def _drain(slots: Sequence["_Slot"], waiting: deque[Job], intake: _Intake) -> list[Job]:
    """Run what is waiting in the slots; return the jobs whose process died, in the order they were asked for."""
    order = {job.id: place for place, job in enumerate(waiting)}
    lost = []
    while waiting or any(slot.job for slot in slots):
        for slot in slots:
            if waiting and slot.job is None:
                slot.start(waiting.popleft())
        _wait_for_news(slots)
        for slot in slots:
            job = slot.job
            if job is not None and slot.is_over():
                row = slot.finish()
                lost.append(job) if row is None else intake.take(row)
    return sorted(lost, key=lambda job: order[job.id])


def _wait_for_news(slots: Sequence["_Slot"]) -> None:
    """Return when a slot's run has ended, its worker has come up, or its time is over."""
    deadlines = [slot.deadline for slot in slots if slot.deadline is not None]
    left = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
    wait([future for slot in slots for future in slot.awaited()], timeout=left, return_when=FIRST_COMPLETED)


@attrs.define
class _Slot:
    """A pool of one worker, so that a worker that dies or is stopped takes one run with it and nobody else's."""

    timeout_s: float | None
    pool: ProcessPoolExecutor | None = None
    up: "Future[int] | None" = None
    """Answers with the worker's process id as soon as there is one."""
    job: Job | None = None
    made: "Future[Row] | None" = None
    deadline: float | None = None
    """When the run's time is over; counted from when its worker was up, not from when it was asked for."""

    def start(self, job: Job) -> None:
        """Hand a job to the worker; a new one if there is none or the last one died in its sleep."""
        self.job = job
        for _ in range(2):
            pool = self.pool or self._open()
            try:
                self.made = pool.submit(attempt, job)
                break
            except BrokenExecutor:
                self._leave()
        self._count_down()

    def is_over(self) -> bool:
        """Return whether the run has ended or has to."""
        if self.deadline is None:
            self._count_down()
        return self._has_ended() or (self.deadline is not None and time.monotonic() >= self.deadline)

    def finish(self) -> Row | None:
        """Return the run's row and free the slot; None when its process died."""
        job, made = self.job, self.made
        if job is not None and made is not None and not made.done():
            self.stop()
            return timed_out(job, self.timeout_s or 0)
        self.job = self.made = self.deadline = None
        try:
            return made.result() if made is not None else None
        except BrokenExecutor:
            self._leave()
            return None

    def awaited(self) -> list["Future[Any]"]:
        """Return what there is to wait for."""
        starting = self.up if self.timeout_s is not None and self.deadline is None else None
        return [future for future in (starting, self.made) if future is not None]

    def stop(self) -> None:
        """End the worker, whatever it is doing."""
        if self.up is not None and not self._has_ended():
            _kill(self.up)
        self._leave()
        self.job = self.made = self.deadline = None

    def _leave(self) -> None:
        """Let go of a pool whose worker is idle, dead or about to be."""
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = self.up = None

    def _open(self) -> ProcessPoolExecutor:
        self.pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=settle)
        self.up = self.pool.submit(process_id)
        return self.pool

    def _has_ended(self) -> bool:
        return self.made is None or self.made.done()

    def _count_down(self) -> None:
        if self.timeout_s is not None and self.up is not None and self.up.done():
            self.deadline = time.monotonic() + self.timeout_s


def _kill(worker: "Future[int]") -> None:
    """Kill a worker at work. One that is not up yet is waited for, since its pool would wait for the run instead."""
    try:
        os.kill(worker.result(), getattr(signal, "SIGKILL", signal.SIGTERM))
    except (BrokenExecutor, ProcessLookupError):
        return  # It has ended by itself.
