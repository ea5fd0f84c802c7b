"""Runs the blocks of a page of documentation, in order, in one folder that is the page's own.

- A `python` block is run; all blocks of a page share their names. One that opens with `>>>` is a doctest.
- A `console` block holds commands after `$ `. Each is to end well, and to print what stands below it, if something does; `...`
  stands for any text within a line, and alone on a line for any lines.
  Whatever needs a shell gets one; `downtick ...` is called in this process, also where its status is tested behind it, or what it
  prints goes on into a pipe.
- A block whose first line is `# file: NAME` is written to that file for later blocks to use, and not run.
- Any other block is for the eye. `<!--- skip: next -->` leaves one out.

Beside the page's folder stands `../shared`, if there are outside data on this machine.
"""

import os
import re
import shlex
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from click.testing import CliRunner
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from sim.cli import main
from tests.support.shared import shared_path

FILE_MARK = "# file: "
SHARED_MARK = "../shared/"
PROMPT = "$ "
LONGEST_COMMAND_S = 100
OURS = "downtick"
PARTS = re.compile(r"(?P<plain>.*?)(?: 2>&1)?(?: *(?P<test>;|\|\|) test \$\? = (?P<status>\d+)| \| (?P<pipe>.+))?", flags=re.DOTALL)
"""A command, and what may stand behind it."""
PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120"}
"""A terminal of no pretensions."""


def run_page(page: Path) -> int:
    """Run every block of a page in the current folder and return how many there were; a failure names the line."""
    document = Sybil(PARSERS).parse(page)
    examples = list(document.examples())
    for example in examples:
        example.evaluate()
    return len(examples)


class PythonBlocks:
    """Python blocks and doctests, except those that are files."""

    def __init__(self) -> None:
        self.parser = PythonCodeBlockParser()

    def __call__(self, document: Document) -> Iterable[Region]:
        """Yield the blocks of a page."""
        for region in self.parser(document):
            if isinstance(region.parsed, str) and region.parsed.startswith(FILE_MARK):
                region.evaluator = write_file
            yield region


def write_file(example: Example) -> None:
    """Write a block that opens with `# file: NAME` to that file."""
    first, _, body = example.parsed.partition("\n")
    if first.startswith(FILE_MARK):
        Path(first.removeprefix(FILE_MARK).strip()).write_text(body, encoding="utf-8")


def run_console(example: Example) -> str | None:
    """Run the commands of a console block; return what went otherwise than it says."""
    if SHARED_MARK in example.parsed:
        shared_path(".")
    for command, expected in commands_of(example.parsed):
        status, printed = run_command(command)
        if status:
            return f"$ {command}\nended with status {status}:\n{printed}"
        if expected and not is_as_shown(expected, printed):
            return f"$ {command}\nis shown to print:\n{expected}\nand printed:\n{printed}"
    return None


def run_command(command: str) -> tuple[int, str]:
    """Run a command; return its status, and what it printed."""
    plain, test, pipe = parts_of(command)
    words = words_of(plain)
    if words[:1] != [OURS]:
        return _in_a_shell(command)
    status, printed = _called(words)
    if pipe and not status:
        return _in_a_shell(pipe, printed)
    return (0 if status in test else status or 1, printed) if test else (status, printed)


def parts_of(command: str) -> tuple[str, tuple[int, ...], str]:
    """Return a command, the status it may end with if that is tested behind it, and what its output is piped into."""
    found = PARTS.fullmatch(command)
    assert found is not None
    test, status = found["test"], found["status"]
    return found["plain"], () if status is None else (int(status),) if test == ";" else (0, int(status)), found["pipe"] or ""


def words_of(command: str) -> list[str]:
    """Return a command's words; none, where a shell is to read it."""
    if any(mark in command for mark in "$`*?~"):
        return []
    reader = shlex.shlex(command.replace("\\\n", ""), posix=True, punctuation_chars=True)
    reader.whitespace_split, reader.commenters = True, ""
    words = list(reader)
    return [] if any(set(word) <= set(reader.punctuation_chars) for word in words) else words


def _called(words: list[str]) -> tuple[int, str]:
    """Call the command line's own function in this process, which has it loaded; return status and what was printed."""
    done = CliRunner().invoke(main, words[1:], env=PLAIN, prog_name=OURS)
    told = "" if isinstance(done.exception, SystemExit | None) else "".join(traceback.format_exception(done.exception))
    return done.exit_code, done.stdout + done.stderr + told


def _in_a_shell(command: str, heard: str = "") -> tuple[int, str]:
    asked = ["bash", "-c", command]
    done = subprocess.run(asked, input=heard, capture_output=True, text=True, env=_environment(), timeout=LONGEST_COMMAND_S, check=False)
    return done.returncode, done.stdout + done.stderr


def commands_of(text: str) -> list[tuple[str, str]]:
    """Return the commands of a console block, each with the output shown below it; a trailing backslash goes on."""
    found: list[tuple[str, list[str]]] = []
    goes_on = False
    for line in text.rstrip().splitlines():
        if goes_on:
            command, shown = found[-1]
            found[-1] = (f"{command}\n{line.strip()}", shown)
        elif line.startswith(PROMPT):
            found.append((line.removeprefix(PROMPT), []))
        elif found:
            found[-1][1].append(line)
        goes_on = line.endswith("\\") and (goes_on or line.startswith(PROMPT))
    return [(command, "\n".join(shown).strip("\n")) for command, shown in found]


def is_as_shown(expected: str, printed: str) -> bool:
    """Return whether an output is what a page shows, `...` standing for what may differ."""
    pattern = "".join(_line_pattern(line) for line in expected.strip("\n").splitlines())
    lines = "".join(line.rstrip() + "\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, lines) is not None


def _line_pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    return ".*?".join(re.escape(part) for part in line.rstrip().split("...")) + r"\n"


def _environment() -> dict[str, str]:
    ours = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": ours, **PLAIN}


PARSERS: list[Callable[[Document], Iterable[Region]]] = [
    SkipParser(),
    PythonBlocks(),
    CodeBlockParser("console", run_console),
    CodeBlockParser("toml", write_file),
    CodeBlockParser("csv", write_file),
]
