"""The expected output beside the shipped scenarios: a command, and the figures its run ends with.

``python -m tests.scenarios.demos`` writes them anew. They change with every change of a mechanism, on purpose: whoever makes one sees
here what it does to the scenarios people start from.
"""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from sim import load
from tests.scenarios.runs import HALF, Changes, ran
from tests.support.shared import REPOSITORY

FOLDER = REPOSITORY / "scenarios" / "demos"
DEMOS: dict[str, tuple[str, Changes]] = {
    "first_cascade": ("first_cascade", ()),
    "first_cascade_runs": ("first_cascade", HALF),
    "flash_crash": ("flash_crash", ()),
    "flash_loan_attack": ("flash_loan_attack", ()),
    "depeg": ("depeg", (("run.duration", "70 min"),)),
    "lender_run": ("lender_run", ()),
    "frozen_floor": ("frozen_floor", ()),
    "shared_oracle": ("shared_oracle", ()),
    "shared_oracle_late": ("shared_oracle_late", ()),
}
"""Scenario and changes by the name of the file."""
ELSEWHERE = (
    "first_cascade",
    "first_cascade_runs",
    "flash_crash",
    "depeg",
    "lender_run",
    "frozen_floor",
    "shared_oracle",
    "shared_oracle_late",
)
"""Asked for in the file of their scenario's claims, which makes the same run."""
FIGURES = (
    "drawdown_bps",
    "drawdown_vs_fundamental_bps",
    "return_at_end_bps",
    "liquidations",
    "debt_repaid",
    "collateral_sold",
    "bad_debt",
    "generations",
    "gain",
    "forced_share_of_volume",
    "by_generation",
)


def path_of(demo: str) -> Path:
    """Return where a demo's expected output is kept."""
    return FOLDER / f"{demo}.txt"


def ends_as_shown(demo: str) -> bool:
    """Say whether a demo ends as it says; print what it would say now if it does not."""
    now, shown = output_of(demo), path_of(demo).read_text(encoding="utf-8")
    if now != shown:
        print(f"if the change is meant: python -m tests.scenarios.demos\n{now}")  # Pytest shows it.
    return now == shown


def output_of(demo: str) -> str:
    """Return the command of a demo and the figures of its run, as text."""
    return "\n".join(_lines(*DEMOS[demo])) + "\n"


def _lines(name: str, changes: Changes) -> Iterator[str]:
    result = ran(name, load(name).run.seed, changes)
    yield " ".join(["$ downtick run", name, *(f"--set {shlex.quote(f'{key}={value}')}" for key, value in changes)])
    for key in FIGURES:
        value = result.summary[key]
        yield from (f"{key} {json.dumps(each)}" for each in value) if isinstance(value, list) else [f"{key} {value}"]
    yield f"seed {result.seed}, {result.entries} entries, digest {result.digest}"


if __name__ == "__main__":
    for demo in DEMOS:
        path_of(demo).write_text(output_of(demo), encoding="utf-8")
