"""What a study asks for and what it gets: jobs, rows, and the ids that tie them together.

A job is a function named by its path and called with plain arguments, so that any process can run it. A row says what came of
it, in JSON values only: the same whether it was run here, in a worker, or read back from a file. Rows hold no wall time and no
path of a machine. Left out: running (`runner`, `worker`) and keeping (`results`).
"""

import hashlib
import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs

from sim.errors import InputError


class RunStatus(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    FAILED = "failed"
    """It raised."""
    CRASHED = "crashed"
    """The process that ran it died, and died again when the run had the machine to itself."""
    TIMEOUT = "timeout"
    """It was still running when its time was over."""


@attrs.frozen
class Job:
    """One run to be made: `function` is `package.module:name`, called with `arguments`, and returns a mapping of JSON values."""

    id: str
    """Names the run and its result file: letters, digits, `-` and `_`."""
    function: str
    arguments: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Row:
    """What came of one job."""

    id: str
    status: RunStatus
    result: Any = None
    """What the function returned, as JSON gives it back; None unless complete."""
    message: str | None = None
    """The reason, unless complete."""
    where: Sequence[str] = ()
    """Of a failed run, the calls that led to it, outermost first, as `module:line name`."""


def run_id(scenario: str, overrides: Mapping[str, str], seed: int, version: str) -> str:
    """Return the id of a run: SHA-256, in hexadecimal, of its scenario's text, overrides, seed and the version that runs it."""
    told = canonical_json([scenario, dict(overrides), seed, version])
    return hashlib.sha256(told.encode()).hexdigest()


def resolve(function: str) -> Callable[..., Any]:
    """Return the function that `package.module:name` names; refused when there is none."""
    module, _, name = function.partition(":")
    found = getattr(importlib.import_module(module), name, None) if name else None
    if not callable(found):
        raise InputError(f'function is "{function}"; name one as "package.module:name"')
    return found  # type: ignore[no-any-return]  # Whatever is callable will do.


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces. Numbers that are not finite are refused with ValueError."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def as_json_gives_it_back(value: Any) -> Any:
    """Return a value as it would be read from its own JSON text: lists for tuples, strings for keys."""
    return json.loads(canonical_json(value))
