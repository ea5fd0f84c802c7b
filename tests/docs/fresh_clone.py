"""From a fresh clone to a keeper in an arena table, by nothing but the commands of the README and the tutorial, timed.

``python -m tests.docs.fresh_clone`` clones the repository into a folder that is gone afterwards, sets it up as the README says (its own
`.venv`, which takes a package index), runs every block of the tutorial in a folder of its own, and prints what took how long. What must
have come of it: a keeper that is there, that passed the exam, and that stands in an arena's table, within `MOST_S` of wall time. Left
out: what else the blocks print, which `test_pages` checks.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.docs.blocks import FILE_MARK, commands_of
from tests.support.shared import REPOSITORY

MOST_S = 600
README, TUTORIAL = "README.md", "docs/tutorial/first-keeper.md"
SETUP = "make setup"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """One thing a reader does."""

    command: str
    """What is typed; of a file its name."""
    text: str | None = None
    """What is written, of a file."""


class Taken(NamedTuple):
    """What a step took and printed."""

    step: Step
    seconds: float
    printed: str


def steps_of(page: str) -> Iterator[Step]:
    """Yield what a page has its reader do, in sequence."""
    for kind, text in _BLOCK.findall(page):
        first, _, body = text.partition("\n")
        if first.startswith(FILE_MARK):
            yield Step(first.removeprefix(FILE_MARK).strip(), body)
        elif kind == "console":
            yield from (Step(command) for command, _ in commands_of(text))


def clone(folder: Path) -> Path:
    """Clone the repository as it is committed, and return where to."""
    there = folder / "downtick"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(there)], check=True, capture_output=True)
    return there


def taken(steps: list[Step], folder: Path, binaries: Path, source: Path | None = None) -> Iterator[Taken]:
    """Do steps in a folder, with the commands of a `bin`, and yield what each took. ``source`` stands in for what is installed there."""
    own = {"PATH": os.pathsep.join([str(binaries), os.environ.get("PATH", "")]), "NO_COLOR": "1", "COLUMNS": "160"}
    environment = {**os.environ, **own} | ({"PYTHONPATH": str(source)} if source else {})
    for step in steps:
        began = time.perf_counter()
        printed = ""
        if step.text is not None:
            (folder / step.command).write_text(step.text, encoding="utf-8")
        else:
            done = subprocess.run(["bash", "-c", step.command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
            printed = done.stdout + done.stderr
            if done.returncode:
                raise SystemExit(f"$ {step.command}\nended with status {done.returncode}:\n{printed}")
        yield Taken(step, time.perf_counter() - began, printed)


def whole(folder: Path) -> list[Taken]:
    """Clone, set up and follow the tutorial; return what each step took. Raises SystemExit where a step does not end well."""
    there, room = clone(folder), folder / "room"
    room.mkdir()
    setup = list(taken([Step(SETUP)], there, Path(sys.executable).parent))
    steps = list(steps_of((there / TUTORIAL).read_text(encoding="utf-8")))
    return setup + list(taken(steps, room, there / ".venv/bin"))


def lacking(steps: list[Taken], room: Path) -> list[str]:
    """Return what did not come of it."""
    exam = [each.printed for each in steps if each.step.command.startswith("downtick keeper exam")]
    table = json.loads((room / "first_arena/arena.json").read_text(encoding="utf-8"))
    there = {
        "a keeper": (room / "my_keeper.py").is_file(),
        "an exam that it passed": bool(exam) and all(text.rstrip().endswith(": passed") for text in exam),
        "its place in an arena's table": "MyKeeper" in [each["name"] for each in table["standings"]],
        f"an end within {MOST_S} s": sum(each.seconds for each in steps) < MOST_S,
    }
    return [what for what, is_there in there.items() if not is_there]


def main() -> None:
    """Follow the pages and print what took how long; end with status 1 where something is lacking."""
    with tempfile.TemporaryDirectory() as name:
        steps = whole(Path(name))
        for each in steps:
            print(f"{each.seconds:7.1f} s  {each.step.command.splitlines()[0]}")
        print(f"{sum(each.seconds for each in steps):7.1f} s in all")
        missing = lacking(steps, Path(name) / "room")
    if missing:
        raise SystemExit(f"lacking: {', '.join(missing)}")


if __name__ == "__main__":
    main()
