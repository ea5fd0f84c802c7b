"""Plug-ins: classes found by registered name, by ``./file.py:Class`` or by ``package.module:Class``, and loaded with care.

Ours are registered like anyone's, through an entry-point group. Two of one name are refused, never silently overridden. A file is
loaded anew each time, under a name of its own. Every message says what was asked for, where, and what would do. Left out: what a class
must be (its ``Kind`` says), and whether it is any good (there is an exam for each kind).
"""

import difflib
import importlib
import importlib.metadata
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import attrs

from sim.errors import DowntickError


@attrs.frozen
class Kind:
    """What is plugged in: a strategy, a metric."""

    group: str
    """The entry-point group."""
    word: str
    words: str
    """More than one of it."""
    refusal: type[DowntickError]
    """What a mistake is raised as."""
    lacks: Callable[[type[Any]], Iterator[str]]
    """What a class lacks to be one, each with its remedy."""

    def registered(self) -> dict[str, str]:
        """Return every registered one by name, with where it is (``module:Class``), in sequence of names."""
        found: dict[str, str] = {}
        for name, where in installed(self.group):
            if found.setdefault(name, where) != where:
                raise self.refusal(f"two {self.words} are called {name}: {found[name]} and {where}; rename one")
        return found

    def find(self, named: str) -> type[Any]:
        """Return a class. Raises the kind's refusal, with the remedy, where it cannot be found or is none."""
        known = self.registered()
        where = known.get(named, named)
        if where.endswith(".py"):
            raise self.refusal(f"{where} names no class; give {where}:CLASS")
        if ":" not in where:
            near = difflib.get_close_matches(named, known, n=1)
            hint = f"did you mean {near[0]}? Or" if near else f"known are {', '.join(known)}; or"
            raise self.refusal(f'"{named}" is no registered {self.word}; {hint} give ./file.py:Class or package.module:Class')
        return self.load(where, named)

    def load(self, where: str, named: str) -> type[Any]:
        """Return the class at ``./file.py:Class`` or ``package.module:Class``. Raises the refusal with file, line and remedy."""
        module_name, _, class_name = where.rpartition(":")
        try:
            is_file = module_name.endswith(".py") or "/" in module_name
            module = _load_file(Path(module_name), self.word) if is_file else _load_module(module_name)
        except _NotLoadedError as failure:
            raise self.refusal(str(failure)) from failure.__cause__
        found = getattr(module, class_name, None)
        if not isinstance(found, type):
            raise self.refusal(f"{module_name} has no class {class_name}; {_meant(module, class_name)}")
        lacks = list(self.lacks(found))
        if lacks:
            raise self.refusal(f"{place_of(found)}: {named} is no {self.word}: {'; '.join(lacks)}")
        return found


# Kept once read: what is installed does not change while a process runs, and reading it takes 5 ms, for every agent anew.
@cache
def installed(group: str) -> tuple[tuple[str, str], ...]:
    """Return what is registered in an entry-point group: name and ``module:Class``, sorted."""
    return tuple(sorted((entry.name, entry.value) for entry in importlib.metadata.entry_points(group=group)))


def place_of(found: type[Any]) -> str:
    """Return the file and line at which a class begins, or its module where there is no source."""
    try:
        lines = inspect.getsourcelines(found)[1]
        return f"{inspect.getsourcefile(found)}:{lines}"
    except (OSError, TypeError):
        return found.__module__


def bad_signature(method: Any, wanted: tuple[str, ...], name: str) -> Iterator[str]:
    """Yield what is wrong with a method that should take these arguments and answer at once."""
    try:
        if not _takes_just(method, 1 + len(wanted)):
            inspect.signature(method).bind(*(None for _ in ("self", *wanted)))
    except (TypeError, ValueError):
        asked = f"cannot be called with {' and '.join(wanted)}" if wanted else "cannot be called without more arguments"
        yield f"its {name} (line {line_of(method)}) {asked}; write {_head(name, wanted)}"
    if inspect.iscoroutinefunction(method):
        yield f"its {name} (line {line_of(method)}) is async; write {_head(name, wanted)}"


def _takes_just(method: Any, count: int) -> bool:
    """Say whether a method is a plain function of so many arguments; asked first, for signatures take time and agents are many."""
    if type(method) is not FunctionType or vars(method):  # Decorators leave there what is wrapped.
        return False
    return method.__code__.co_argcount == count and not method.__code__.co_kwonlyargcount


def line_of(method: Any) -> int | str:
    """Return the line at which a method begins."""
    return method.__code__.co_firstlineno if hasattr(method, "__code__") else "unknown"


class _NotLoadedError(Exception):
    """What could not be loaded and why; the kind makes its own refusal of it."""


def _head(name: str, wanted: tuple[str, ...]) -> str:
    return f"def {name}({', '.join(('self', *wanted))})"


def _meant(module: ModuleType, class_name: str) -> str:
    """Say which classes a module has of its own, the nearest first."""
    own = [name for name, thing in vars(module).items() if isinstance(thing, type) and thing.__module__ == module.__name__]
    near = difflib.get_close_matches(class_name, own, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"it has {', '.join(own)}" if own else "it has none; write class NAME with @attrs.define above it"


def _load_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as failure:
        if failure.name and (name == failure.name or name.startswith(f"{failure.name}.")):
            raise _NotLoadedError(f"{name} cannot be imported: {failure}; install it, or give ./file.py:Class") from failure
        raise _NotLoadedError(_failed(name, failure, Path(name))) from failure
    except Exception as failure:  # A stranger's module: whatever it raises on import is told with its line.
        raise _NotLoadedError(_failed(name, failure, Path(name))) from failure


def _load_file(path: Path, word: str) -> ModuleType:
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [each.name for each in path.parent.glob("*.py")], n=1)
        hint = f"did you mean {path.parent / near[0]}?" if near else "give the path of a Python file, then a colon and the class"
        raise _NotLoadedError(f"{path} is not there; {hint}")
    if path.suffix != ".py":
        raise _NotLoadedError(f"{path} is no Python file; give one whose name ends in .py, then a colon and the class")
    name = f"downtick_{word}_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except Exception as failure:  # A stranger's file: whatever it raises on import is told with its line.
        del sys.modules[name]
        raise _NotLoadedError(_failed(str(path), failure, path)) from failure
    return module


def _failed(what: str, failure: Exception, path: Path) -> str:
    """Say what went wrong on import, at which line, and what would do."""
    said = f"{type(failure).__name__}: {failure.msg if isinstance(failure, SyntaxError) else failure}"
    where, line = _where(failure, path)
    remedy = "; install it into the same environment, or mend the name" if isinstance(failure, ImportError) else ""
    return f"{where} cannot be loaded: {said}{line}{remedy}" if where else f"{what} cannot be loaded: {said}{line}{remedy}"


def _where(failure: Exception, path: Path) -> tuple[str, str]:
    """Return file and line of a failure, and the line itself: the last of the file that was asked for, else the last of all."""
    if isinstance(failure, SyntaxError) and failure.filename:
        text = (failure.text or "").strip()
        return f"{failure.filename}:{failure.lineno}", f"\n  {text}" if text else ""
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if "importlib" not in frame.filename]
    own = [frame for frame in frames if Path(frame.filename).name == path.name] or [f for f in frames if f.filename != __file__]
    if not own:
        return "", ""
    return f"{own[-1].filename}:{own[-1].lineno}", f"\n  {own[-1].line}" if own[-1].line else ""
