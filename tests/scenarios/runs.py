"""Runs of shipped scenarios, each made once for all tests of this folder, and what the tests read off them."""

from typing import Any

import numpy as np
import pytest

from sim import load, run
from sim.scenario.run import Result
from sim.units import SECOND
from tests.support.kept import kept

HALF = (("agents.maker.count", 2),)
"""Halves the depth of ``first_cascade``."""
CUT = (*HALF, ("switches.forced_sales", "outside_at_mid"))
"""The same without the loop."""
FAITHFUL = (
    ("agents.maker.parameters.volatility_widen_bps", "100 %"),
    ("agents.maker.parameters.volatility_pull_bps", "100 %"),
    ("run.duration", "9 min"),
)
"""Makers of ``flash_crash`` who neither widen nor pull; what comes after nine minutes is not looked at."""
HOURS = (("run.duration", "4 h"),)
"""The part of ``quiet_day`` that tests have time for."""

Changes = tuple[tuple[str, Any], ...]


def seeds(first: int, *others: int) -> tuple[Any, ...]:
    """Return the seeds that a test is asked of: the first each time, the others among the laws."""
    return (first, *(pytest.param(other, marks=pytest.mark.laws) for other in others))


def ran(name: str, seed: int, changes: Changes = ()) -> Result:
    """Return a shipped scenario's run."""
    return _ran(name, seed, changes)


@kept
def _ran(name: str, seed: int, changes: Changes) -> Result:
    return run(load(name), seed, set=dict(changes))


def lowest_trade(result: Result, start: float, end: float) -> float:
    """Return the lowest price, in ticks, of all trades between two instants in seconds."""
    return float(np.min(_prices(result, start, end)))


def mean_trade(result: Result, start: float, end: float) -> float:
    """Return the mean price, in ticks, of all trades between two instants in seconds."""
    return float(np.mean(_prices(result, start, end)))


def bid_depth(result: Result, start: float, end: float) -> np.ndarray[Any, Any]:
    """Return the lots bid within 1 % of the mid at every sample between two instants in seconds."""
    samples = result.records("DepthSampled")
    return np.asarray(samples["bid_1"][_between(samples["at_ns"], start, end)])


def liquidated_between(result: Result, start: float, end: float) -> int:
    """Return how many positions were liquidated between two instants in seconds."""
    return int(np.count_nonzero(_between(result.records("Liquidated")["at_ns"], start, end)))


def _prices(result: Result, start: float, end: float) -> np.ndarray[Any, Any]:
    trades = result.records("Traded")
    return np.asarray(trades["price"][_between(trades["at_ns"], start, end)])


def _between(instants: np.ndarray[Any, Any], start: float, end: float) -> np.ndarray[Any, Any]:
    return (instants >= start * SECOND) & (instants < end * SECOND)
