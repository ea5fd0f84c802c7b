"""What a vector file holds, and what adapters and the runner say to each other about it."""

import json
from pathlib import Path
from typing import Any

import attrs

from sim.errors import InputError

Case = dict[str, Any]
Document = dict[str, Any]
LOB_KEYS = ("trades", "result", "book_after")
"""Where an order-book case keeps what is expected; the others keep it under ``expected``."""


@attrs.frozen
class Reverted:
    """What an adapter answers when the call failed, as a contract's revert does."""

    reason: str = ""
    is_state_unchanged: bool = True
    """Whether nothing remained of the call: the adapter looked before and after."""


class NotCovered(Exception):
    """An adapter's word that it has no part of the product for a case, which is then skipped with a line."""


@attrs.frozen
class VectorFile:
    """A file of cases, read and found usable."""

    name: str
    mechanism: str
    """Its ``mechanism``, or its ``format`` if it is a file of order-book messages."""
    document: Document
    cases: list[Case]

    def id(self, index: int) -> str:
        """Return the id of a case: its own, else its name, else its place."""
        case = self.cases[index]
        return str(case.get("id") or case.get("name") or index)

    def expected(self, index: int) -> Any:
        """Return what a case says must come out."""
        case = self.cases[index]
        return case["expected"] if "expected" in case else {key: case[key] for key in LOB_KEYS if key in case}


def read(path: Path) -> VectorFile:
    """Return a vector file. Raises InputError, with what is wrong and what would do, for any other thing."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}); give the path of a vector file") from problem
    except UnicodeDecodeError as problem:
        raise InputError(f"{path} is not UTF-8 text (byte {problem.start}); give a vector file") from problem
    except json.JSONDecodeError as problem:
        raise InputError(f"{path} is not JSON (line {problem.lineno}, column {problem.colno}); give a vector file") from problem
    if not isinstance(document, dict):
        raise InputError(f"{path} holds a {type(document).__name__}; a vector file is an object with mechanism or format, and cases")
    mechanism, cases = document.get("mechanism") or document.get("format"), document.get("cases")
    if not isinstance(mechanism, str):
        raise InputError(f"{path} names no mechanism; give it a mechanism, or format = lob-vectors/1 or lob-vectors/2")
    if not isinstance(cases, list):
        raise InputError(f"{path} has no list of cases; give it one under cases")
    for index, case in enumerate(cases):
        _accept(path, index, case, mechanism)
    return VectorFile(path.name, mechanism, document, cases)


def _accept(path: Path, index: int, case: Any, mechanism: str) -> None:
    """Raise InputError unless a case has what its kind of file promises."""
    needed = ("ops", "trades", "book_after") if mechanism.startswith("lob-vectors/") else ("inputs", "expected")
    missing = [key for key in needed if key not in case] if isinstance(case, dict) else list(needed)
    if missing:
        raise InputError(f"{path}: case {index} has no {' and no '.join(missing)}; a case of {mechanism} needs {', '.join(needed)}")
