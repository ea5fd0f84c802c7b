"""Runs vector files through their adapters and counts what came out: the machinery of ``downtick conform``.

An adapter is a function ``run_case(case, document)`` that answers with what it got, under the keys of what the case expects, or with
``Reverted``; a ``Revert`` it lets through counts as that. It is looked up by the file's mechanism and imported when first needed. A
mechanism without one, and a case an adapter calls ``NotCovered``, is skipped and said. An adapter that trips over a case has failed it.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from sim.conformance.cases import NotCovered, Reverted, VectorFile, read
from sim.conformance.compare import Mismatch, mismatches, tolerance_of
from sim.errors import Revert

__all__ = ["ADAPTERS", "NotCovered", "Outcome", "Reverted", "conform", "conform_file", "find_adapter"]

ADAPTERS = {
    "lob-vectors/1": "sim.conformance.lob:run_case",
    "lob-vectors/2": "sim.conformance.lob:run_case",
    "eip1559": "sim.conformance.chain:run_case",
    "aave_math": "sim.conformance.aave:run_case",
    "aave_liquidation": "sim.conformance.aave:run_case",
    "chainlink_ocr_and_staleness": "sim.conformance.chainlink:run_case",
    "maker_abaci": "sim.conformance.maker_dutch:run_case",
    "maker_dog_clip": "sim.conformance.maker_dutch:run_case",
    "maker_oracle_osm_median_spot": "sim.conformance.maker_oracles:run_case",
    "maker_cat_flip": "sim.conformance.maker_english:run_case",
    "compound_v2": "sim.conformance.compound_v2:run_case",
    "compound_v3_comet": "sim.conformance.comet:run_case",
    "uniswap_v2": "sim.conformance.amm:run_case",
    "uniswap_v3_tickmath": "sim.conformance.amm:run_case",
    "uniswap_v3_swap_step": "sim.conformance.amm:run_case",
    "uniswap_v3_pool_swaps": "sim.conformance.amm:run_case",
    "curve_stableswap": "sim.conformance.amm:run_case",
    "morpho_blue": "sim.conformance.morpho:run_case",
    "crvusd_llamma": "sim.conformance.llamma:run_case",
    "liquity_decpow_baserate": "sim.conformance.liquity:run_case",
    "liquity_v1_liquidation": "sim.conformance.liquity:run_case",
    "euler_v1": "sim.conformance.euler:run_case",
    "euler_v2_evk": "sim.conformance.euler:run_case",
}
"""Where the adapter of each mechanism is."""

Adapter = Callable[[dict[str, Any], dict[str, Any]], Any]


@attrs.frozen
class Outcome:
    """What came of conforming: cases counted, each failure, and a line for a reader per file."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: Sequence[dict[str, Any]] = ()
    """One for each key that differs: file, id, key, expected, got."""
    lines: Sequence[str] = ()
    strict: bool = False
    """Whether a skipped case counts against the whole."""

    @property
    def exit_code(self) -> int:
        """Return 1 if a case failed or, when strict, was skipped; else 0."""
        return int(self.failed > 0 or (self.strict and self.skipped > 0))

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        counts = {"passed": self.passed, "failed": self.failed, "skipped": self.skipped}
        return {**counts, "failures": list(self.failures)}


def conform(files: Sequence[Path], strict: bool = False, adapters: dict[str, str] = ADAPTERS) -> Outcome:
    """Run every case of some vector files. Raises InputError, before anything runs, for a file that is none."""
    total = Outcome(strict=strict)
    for vectors in [read(Path(path)) for path in files]:
        part = conform_file(vectors, adapters)
        total = attrs.evolve(
            total,
            passed=total.passed + part.passed,
            failed=total.failed + part.failed,
            skipped=total.skipped + part.skipped,
            failures=[*total.failures, *part.failures],
            lines=[*total.lines, *part.lines],
        )
    return total


def conform_file(vectors: VectorFile, adapters: dict[str, str] = ADAPTERS) -> Outcome:
    """Run every case of one vector file."""
    adapter = find_adapter(vectors.mechanism, adapters)
    if adapter is None:
        line = f"{vectors.name}: {len(vectors.cases)} skipped, {vectors.mechanism} is not built yet"
        return Outcome(skipped=len(vectors.cases), lines=[line])
    failures: list[dict[str, Any]] = []
    uncovered: list[str] = []
    failed = 0
    for index in range(len(vectors.cases)):
        try:
            wrong = _differences(vectors, index, adapter)
        except NotCovered as what:
            uncovered.append(f"{vectors.name}: {vectors.id(index)} skipped, {what} is not covered")
            continue
        failed += bool(wrong)
        failures += [_failure(vectors, index, mismatch) for mismatch in wrong]
    passed = len(vectors.cases) - failed - len(uncovered)
    skipped = f", {len(uncovered)} skipped" if uncovered else ""
    lines = [f"{vectors.name}: {passed} passed, {failed} failed{skipped}", *uncovered]
    return Outcome(passed, failed, len(uncovered), failures, lines)


def find_adapter(mechanism: str, adapters: dict[str, str] = ADAPTERS) -> Adapter | None:
    """Return the adapter of a mechanism, or None while there is none."""
    if mechanism not in adapters:
        return None
    module, function = adapters[mechanism].split(":")
    try:
        found: Adapter = getattr(import_module(module), function)
    except ModuleNotFoundError as absent:
        if absent.name != module:
            raise
        return None
    return found


def _differences(vectors: VectorFile, index: int, adapter: Adapter) -> list[Mismatch]:
    """Return where one case's outcome differs from what it expects."""
    try:
        got = adapter(vectors.cases[index], vectors.document)
    except Revert as revert:
        got = Reverted(revert.reason.name)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as trip:
        return [("the call", vectors.expected(index), f"{type(trip).__name__}: {trip}")]
    return list(mismatches(vectors.expected(index), got, tolerance_of(vectors.document)))


def _failure(vectors: VectorFile, index: int, mismatch: Mismatch) -> dict[str, Any]:
    key, expected, got = mismatch
    return {"file": vectors.name, "id": vectors.id(index), "key": key, "expected": _plain(expected), "got": _plain(got)}


def _plain(value: Any) -> Any:
    """Return a value as JSON can carry it; whole numbers as decimal strings, as the files do."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Reverted):
        return f"revert {value.reason}".strip() + ("" if value.is_state_unchanged else ", with state changed")
    if value is None or isinstance(value, bool | float | str):
        return value
    return str(value)
