"""When a value that was got is the value that was expected: the rules of comparison of the vector files.

Whole numbers travel as decimal strings and compare as integers. Reals compare within the file's stated tolerance, exactly where none
is stated. A case that says ``revert``, or names an ``error``, must fail and leave state unchanged; the words of the failure are free.
Some keys only inform a reader and are never compared.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import attrs

from sim.conformance.cases import Reverted

INFORMATIVE = ("tolerance_abs", "tolerance_abs_vs_suite", "suite_value", "ideal_rational_floor")
NO_ERROR = (None, False, "", "none", "NO_ERROR")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_RELATIVE = re.compile(r"relative ([0-9.]+(?:e[+-]?[0-9]+)?)")
_SIGNIFICANT = re.compile(r"([0-9]+) significant digits")

Mismatch: TypeAlias = tuple[str, Any, Any]
"""(path of the key, what was expected, what was got)."""


@attrs.frozen
class Tolerance:
    """What a file, or a case of it, allows."""

    relative: float = 0.0
    absolute: int = 0
    significant: dict[str, int] = attrs.Factory(dict)
    """Digits that count, by key."""

    def of_case(self, expected: Any) -> "Tolerance":
        """Return the tolerance for one set of expected values, which may carry an absolute one for the integers beside it."""
        if not isinstance(expected, dict) or "tolerance_abs" not in expected or "exact" in expected:
            return self
        return attrs.evolve(self, absolute=int(expected["tolerance_abs"]))


def tolerance_of(document: dict[str, Any]) -> Tolerance:
    """Return what a file's ``tolerances`` allow. What it says in other words is taken as exact."""
    told = document.get("tolerances") or {}
    relative, significant = 0.0, {}
    for key, words in told.items():
        if found := _RELATIVE.search(str(words)):
            relative = float(found[1])
        if found := _SIGNIFICANT.search(str(words)):
            significant[key] = int(found[1])
    return Tolerance(relative=relative, significant=significant)


def mismatches(expected: Any, got: Any, tolerance: Tolerance, path: str = "") -> Iterator[Mismatch]:
    """Yield where what was got is not what was expected: at most one place for each key."""
    if isinstance(got, Reverted) or must_fail(expected) or must_fail(got):
        if not _failed_alike(expected, got):
            yield (path or "revert", expected, got)
        if not (isinstance(got, dict) and isinstance(expected, dict)):
            return
    if isinstance(expected, dict):
        yield from _in_object(expected, got, tolerance.of_case(expected), path)
    elif isinstance(expected, list):
        yield from _in_list(expected, got, tolerance, path)
    elif not is_same(expected, got, tolerance, path.rsplit(".", 1)[-1]):
        yield (path, expected, got)


def _in_object(expected: dict[str, Any], got: Any, tolerance: Tolerance, path: str) -> Iterator[Mismatch]:
    if not isinstance(got, dict):
        yield (path, expected, got)
        return
    for key, value in expected.items():
        if is_informative(key, expected) or key in ("error", "revert"):
            continue
        place = f"{path}.{key}" if path else key
        if key not in got:
            yield (place, value, "nothing under this key")
        else:
            yield from mismatches(value, got[key], tolerance, place)


def _in_list(expected: list[Any], got: Any, tolerance: Tolerance, path: str) -> Iterator[Mismatch]:
    if not isinstance(got, list | tuple) or len(got) != len(expected):
        yield (path, expected, got)
        return
    for index, (value, found) in enumerate(zip(expected, got, strict=True)):
        first = next(mismatches(value, found, tolerance, f"{path}[{index}]"), None)
        if first is not None:
            yield first
            return


def is_informative(key: str, beside: dict[str, Any]) -> bool:
    """Say whether a key only informs: the named ones, and a float beside its exact twin."""
    return key in INFORMATIVE or (key.endswith("_float") and key.removesuffix("_float") in beside)


def must_fail(expected: Any) -> bool:
    """Say whether an expectation is that the call fails."""
    if isinstance(expected, str):
        return expected == "revert" or expected.startswith("revert:")
    return isinstance(expected, dict) and (expected.get("revert", False) is not False or has_failed(expected))


def has_failed(answer: dict[str, Any]) -> bool:
    """Say whether an object's ``error`` names one."""
    return answer.get("error") not in NO_ERROR


def _failed_alike(expected: Any, got: Any) -> bool:
    if isinstance(got, Reverted):
        return must_fail(expected) and got.is_state_unchanged
    return must_fail(expected) == must_fail(got)


def is_same(expected: Any, got: Any, tolerance: Tolerance, key: str) -> bool:
    """Say whether two single values agree, of whatever kind the expected one is."""
    if expected is None or isinstance(expected, bool):
        return got is expected
    if isinstance(got, bool) or got is None:
        return False
    digits = tolerance.significant.get(key)
    if digits is not None:
        return f"{float(expected):.{digits - 1}e}" == f"{float(got):.{digits - 1}e}"
    if isinstance(expected, float):
        return isinstance(got, int | float) and math.isclose(expected, got, rel_tol=tolerance.relative)
    if _WHOLE.fullmatch(str(expected)):
        return bool(_WHOLE.fullmatch(str(got))) and abs(int(expected) - int(got)) <= tolerance.absolute
    return str(expected) == str(got)
