"""Loading a stranger's strategy: a file or module imported, its class looked at. Every message says where, and what would do.

What a class must be: attrs; ``wakes_on``, a tuple of ``On``; ``decide(self, news, desk)``, or ``run(self, desk)`` with a yield. A file is
loaded anew each time, under a name of its own. Left out: whether it is any good (``downtick keeper exam``).
"""

import difflib
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from sim.agents.generator import adapted, is_generator_form
from sim.agents.strategy import SEES, On
from sim.errors import StrategyError


def load_class(where: str, named: str) -> type[Any]:
    """Return the strategy at ``./file.py:Class`` or ``package.module:Class``. Raises StrategyError with file, line and remedy."""
    module_name, _, class_name = where.rpartition(":")
    is_file = module_name.endswith(".py")
    module = _load_file(Path(module_name)) if is_file else _load_module(module_name)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        raise StrategyError(f"{module_name} has no class {class_name}; {_meant(module, class_name)}")
    lacks = list(_lacks(found))
    if lacks:
        raise StrategyError(f"{place_of(found)}: {named} is no strategy: {'; '.join(lacks)}")
    return adapted(found)


def place_of(found: type[Any]) -> str:
    """Return the file and line at which a class begins, or its module where there is no source."""
    try:
        lines = inspect.getsourcelines(found)[1]
        return f"{inspect.getsourcefile(found)}:{lines}"
    except (OSError, TypeError):
        return found.__module__


def _lacks(found: type[Any]) -> Iterator[str]:
    """Yield what a class lacks to be a strategy, each with its remedy."""
    if not attrs.has(found):
        yield "it is not an attrs class; put @attrs.define above it, and its fields become its parameters"
    wakes = getattr(found, "wakes_on", None)
    if wakes is None:
        yield "it has no wakes_on; add wakes_on = (On(BlockSealed),) with the records that wake it, without a type such as tuple[...]"
    elif not isinstance(wakes, tuple) or not all(isinstance(each, On) for each in wakes):
        odd = next((each for each in wakes if not isinstance(each, On)), wakes) if isinstance(wakes, tuple | list) else wakes
        yield f"its wakes_on is a tuple of On, and here has {_told(odd)}; write (On(BlockSealed), On(Traded, own=True)), one with a comma"
    yield from _bad_mind(found)
    seen = getattr(found, "sees", ())
    if not isinstance(seen, tuple) or any(word not in SEES for word in seen):
        yield f"its sees is {seen!r}; it is a tuple of some of {', '.join(SEES)}"


def _bad_mind(found: type[Any]) -> Iterator[str]:
    mind = getattr(found, "decide", None)
    if callable(mind):
        yield from _bad_signature(mind, ("news", "desk"), "decide")
    elif not callable(getattr(found, "run", None)):
        yield "it has neither decide(self, news, desk) nor run(self, desk)"
    elif is_generator_form(found):
        yield from _bad_signature(found.run, ("desk",), "run")
        if not inspect.isgeneratorfunction(found.run):
            yield f"its run (line {_line_of(found.run)}) has no yield; yield commands, desk.news(...) and desk.sleep(...)"


def _bad_signature(method: Any, wanted: tuple[str, ...], name: str) -> Iterator[str]:
    try:
        signature = inspect.signature(method)
        signature.bind(*(None for _ in ("self", *wanted)))
    except (TypeError, ValueError):
        yield f"its {name} (line {_line_of(method)}) cannot be called with {' and '.join(wanted)}; write {_head(name, wanted)}"
    if inspect.iscoroutinefunction(method):
        yield f"its {name} (line {_line_of(method)}) is async; write {_head(name, wanted)}"


def _head(name: str, wanted: tuple[str, ...]) -> str:
    return f"def {name}(self, {', '.join(wanted)})"


def _line_of(method: Any) -> int | str:
    return method.__code__.co_firstlineno if hasattr(method, "__code__") else "unknown"


def _told(thing: object) -> str:
    return f"{type(thing).__name__} {thing!r}"[:60]


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
            raise StrategyError(f"{name} cannot be imported: {failure}; install it, or give ./file.py:Class") from failure
        raise StrategyError(_failed(name, failure, Path(name))) from failure
    except Exception as failure:  # A stranger's module: whatever it raises on import is told with its line.
        raise StrategyError(_failed(name, failure, Path(name))) from failure


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [each.name for each in path.parent.glob("*.py")], n=1)
        hint = f"did you mean {path.parent / near[0]}?" if near else "give the path of a Python file, then a colon and the class"
        raise StrategyError(f"{path} is not there; {hint}")
    name = f"downtick_strategy_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except Exception as failure:  # A stranger's file: whatever it raises on import is told with its line.
        del sys.modules[name]
        raise StrategyError(_failed(str(path), failure, path)) from failure
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
