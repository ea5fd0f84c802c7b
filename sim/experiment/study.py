"""A study from its scenario to its table: plan it, make its runs, see what they show.

``study(scenario, seeds)`` is the whole of it, for whoever works in Python; ``downtick study`` is the same with a progress bar. With a
folder, runs that ended well are kept there and are not made again; those that failed are tried anew.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.errors import InputError
from sim.experiment.findings import as_table
from sim.experiment.jobs import Job, Row, RunStatus
from sim.experiment.plan import Plan, planned
from sim.experiment.runner import Progress, run_jobs
from sim.scenario.load import load
from sim.scenario.spec import Scenario
from sim.storage.manifest import write_json

RUNS = "runs"
"""Folder of the rows, within the study's own."""
TABLE = "study.json"
AGAIN = tuple(status for status in RunStatus if status is not RunStatus.COMPLETE)


def study(
    scenario: Scenario | str | Path,
    seeds: Sequence[int],
    shapley_seeds: Sequence[int] = (),
    *,
    out: str | Path | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Return the table of a scenario's study over seeds. Raises ScenarioError and InputError before anything is run."""
    asked = scenario if isinstance(scenario, Scenario) else load(scenario)
    return made(planned(asked, seeds, shapley_seeds), out, workers)


def made(plan: Plan, out: str | Path | None = None, workers: int = 1, on_progress: Progress | None = None) -> dict[str, Any]:
    """Make a plan's runs and return its table, which is kept beside them where a folder is named."""
    return kept(plan.jobs(), partial(as_table, plan), TABLE, out, workers, on_progress)


def kept(
    jobs: Iterable[Job],
    tell: Callable[[Sequence[Row]], dict[str, Any]],
    name: str,
    out: str | Path | None = None,
    workers: int = 1,
    on_progress: Progress | None = None,
    timeout_s: float | None = None,
) -> dict[str, Any]:
    """Make runs and return what is told of their rows; both are kept where a folder is named, and runs there are not made again."""
    if out is None:
        with TemporaryDirectory(prefix="downtick-") as passing:
            return kept(jobs, tell, name, passing, workers, on_progress, timeout_s)
    folder = Path(out)
    try:
        table = tell(run_jobs(jobs, folder / RUNS, workers=workers, timeout_s=timeout_s, again=AGAIN, on_progress=on_progress))
        write_json(folder / name, table)
    except OSError as failure:
        raise InputError(f"{folder} cannot be written ({failure.strerror}); free some space, or name another folder") from failure
    return table
