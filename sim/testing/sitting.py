"""An exam in processes of its own: what can only be seen from outside is seen, and nobody can do harm or hang for ever.

One process sits the exam; another, with other hashes and addresses, only lives the lives, and must command the same. Both are held to
a limit of memory and to the examiner's patience. ``python -m sim.testing.sitting`` is the inner side, which reads its task as JSON from
its argument and writes its answer to the pipe it is told of, so that what a strategy prints disturbs nothing.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from sim.agents.registry import find_strategy
from sim.errors import DowntickError, StrategyError
from sim.scenario.spec.agents import PROGRAM
from sim.testing.claims import Finding
from sim.testing.exam import Exam, Report, said_by
from sim.testing.parameters import made_of
from sim.testing.patches import Snapshot
from sim.testing.watch import MOST_LINES, Cost

PATIENCE = 60
"""Seconds of a process's own work after which an exam is ended: a busy machine makes nobody fail. Of wall time where it does not work."""
IDLE = 20
"""Who works less than this part of the time does nothing: a machine busy with twenty others would have to be told so."""
MEMORY = 4 * 2**30
"""Bytes of address space a process of the exam may take."""


@attrs.frozen
class Task:
    """What is to be examined, and how."""

    strategy: str
    parameters: Mapping[str, Any] = attrs.field(factory=dict)
    may_read_files: bool = False
    most_lines: int = MOST_LINES
    is_heard_only: bool = False
    """It lives the lives, and nobody judges."""


def sit_apart(task: Task, patience: int = PATIENCE) -> Report:
    """Return the report of an exam in processes of its own. Raises StrategyError for what cannot be loaded. Cost: two processes."""
    if task.strategy.startswith(PROGRAM):
        raise StrategyError(f"{task.strategy} is a program; the exam watches Python at work. Run it: what it says wrong is told then")
    exam, hearing = Sitting.begin(task, "1"), Sitting.begin(attrs.evolve(task, is_heard_only=True), "2")
    answers = [exam.end(patience)]
    answers.append(hearing.end(patience if "said" in answers[0] else 0))
    told = next((each["mistake"] for each in answers if "mistake" in each), None)
    if told is not None:
        raise StrategyError(told)
    report = _report_of(answers[0], task, patience)
    if "said" in answers[0] and "said" in answers[1] and answers[0]["said"] != answers[1]["said"] and not report.is_about("determinism"):
        report.add("hash_order", "the same lives in two processes with other hashes and addresses", "they give other commands")
    return report


def _report_of(answer: dict[str, Any], task: Task, patience: int) -> Report:
    if "report" in answer:
        told = answer["report"]
        return Report(told["strategy"], [Finding(**each) for each in told["findings"]], Cost(**told["cost"]))
    report = Report(task.strategy)
    found = f"it did not come to an end within {patience} s" if answer["code"] is None else f"its process ended with code {answer['code']}"
    report.add("survival", "sat the exam in a process of its own", found)
    return report


@attrs.define
class Sitting:
    """One process, from outside."""

    process: subprocess.Popen[bytes]
    pipe: int

    @classmethod
    def begin(cls, task: Any, hashes: str, module: str = "sim.testing.sitting") -> "Sitting":
        """Begin one, with other hashes than any other, in a module that reads such a task."""
        ours, theirs = os.pipe()
        words = json.dumps(attrs.asdict(task))
        command = [sys.executable, "-m", module, str(theirs), words]
        environment = {**os.environ, "PYTHONHASHSEED": hashes}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs,), env=environment)
        os.close(theirs)
        return cls(process, ours)

    def end(self, patience: int) -> dict[str, Any]:
        """Return what the process answered, or the code it ended with; None as its code where it had to be ended."""
        code = self._code_within(patience)
        if code is None:
            self.process.kill()
            self.process.wait()
        with os.fdopen(self.pipe, encoding="utf-8") as answers:
            text = answers.read()
        try:
            answer: dict[str, Any] = json.loads(text)
        except ValueError:
            return {"code": code}
        return answer

    def _code_within(self, patience: int) -> int | None:
        """Return the code the process ended with; None where it has worked, or idled, for longer than one has patience."""
        waited = 0
        while True:
            try:
                return self.process.wait(min(1, patience))
            except subprocess.TimeoutExpired:
                waited += 1
            worked = worked_s(self.process.pid)
            if waited >= patience and (worked is None or worked >= patience or worked * IDLE < waited):
                return None


def worked_s(process: int) -> float | None:
    """Return the seconds of processor time that a process has had; None where the system does not say."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None  # Not every system tells; then the wall clock counts.


def main() -> None:
    """Sit the exam that the arguments ask for, and write the answer: the inner side."""
    pipe, task = int(sys.argv[1]), Task(**json.loads(sys.argv[2]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    before = Snapshot.take()
    try:
        cls = find_strategy(task.strategy)
        make = partial(made_of, cls, task.parameters)
        make()
    except DowntickError as mistake:
        answer: dict[str, Any] = {"mistake": str(mistake)}
    else:
        report = {} if task.is_heard_only else {"report": Exam(make, task.may_read_files, task.most_lines, before).sit().as_json()}
        answer = {**report, "said": said_by(make, task.may_read_files)}
    with os.fdopen(pipe, "w", encoding="utf-8") as answers:
        json.dump(answer, answers)


if __name__ == "__main__":
    main()
