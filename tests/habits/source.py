"""The source tree as the habits see it: tracked text files, parsed modules, and words to report a place by."""

import ast
import gc
import subprocess
from functools import cache
from pathlib import Path

import attrs

from tests.support.shared import REPOSITORY

PRODUCT = ("sim", "strategies", "scenarios")


@attrs.frozen
class Module:
    """One Python file: where it stands, what it says."""

    path: str
    """Relative to the repository, with slashes."""
    text: str
    tree: ast.Module

    def at(self, node: ast.AST, what: str) -> str:
        """Return `path:line what`, the way every habit reports an offence."""
        return f"{self.path}:{getattr(node, 'lineno', 1)} {what}"


def module(text: str, path: str = "sim/example.py") -> Module:
    """Return a module made of a text, for showing what a checker catches."""
    return Module(path, text, ast.parse(text))


@cache
def product_modules() -> tuple[Module, ...]:
    """Return every Python file of the product, by path."""
    return _modules(*PRODUCT)


@cache
def test_modules() -> tuple[Module, ...]:
    """Return every Python file of the tests, by path."""
    return _modules("tests")


test_modules.__test__ = False  # type: ignore[attr-defined]  # Its name is not a claim: pytest is to leave it alone.


@cache
def text_files() -> tuple[tuple[str, str], ...]:
    """Return path and text of every file that git tracks or would track, binary ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    found = []
    for name in sorted(set(listed.stdout.splitlines())):
        try:
            found.append((name, (REPOSITORY / name).read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # A picture, or a file that is about to be deleted, has no lines.
    return tuple(found)


def _modules(*folders: str) -> tuple[Module, ...]:
    paths = [path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*.py"))]
    found = tuple(_parsed(path) for path in paths)
    gc.freeze()  # Millions of nodes, kept for good: a collector that looked through them before each run would take longer than the run.
    return found


def _parsed(path: Path) -> Module:
    return module(path.read_text(encoding="utf-8"), path.relative_to(REPOSITORY).as_posix())
