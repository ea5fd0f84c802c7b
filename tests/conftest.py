"""Settings every test runs under.

Hypothesis: `house` (the default) is small, so that the whole suite stays quick; `ci` is the same size and derandomised, so that
a red build is red again; `deep` is for a night: `HYPOTHESIS_PROFILE=deep make test`.

Memory: what a file of tests has kept is forgotten after its last test, and a worker that wants more than `MOST_MEMORY` is told so by
Python, where it happens, and not by the machine, which would end it without a word.

Processes: runs are made in the test's own process where nothing else is asked for, since most of a small run in another is starting it.

Time: the alarm of a test that takes too long (`timeout` in pyproject.toml) rings again and again, for whatever draws a failure swallows
what is raised meanwhile.
"""

import gc
import os
import resource
import signal
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.kept import forget

settings.register_profile("house", max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True, database=None, print_blob=True)
settings.register_profile("deep", parent=settings.get_profile("house"), max_examples=2_000, stateful_step_count=100)

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") == "true" else "house"))

MOST_MEMORY = 4 * 2**30
"""Bytes that a worker may write to; the largest test needs a quarter of it."""

AGAIN_S = 10.0
"""Seconds from one alarm to the next."""


def pytest_configure() -> None:
    """Set the limit of memory, for this process and those it starts; and how many processes work where nobody says."""
    os.environ["DOWNTICK_JOBS"] = "1"
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, most))


def pytest_collection_finish() -> None:
    """Freeze what has been loaded: collectors look through it no more, and there are a thousand runs to come."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let go of what was frozen, so that libraries written in C do not tell at the end of all they still hold."""
    gc.unfreeze()


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Forget a file's runs after its last test."""
    if (nextitem is None or nextitem.path != item.path) and forget():
        gc.collect()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_timeout_set_timer() -> Generator[None, Any, Any]:
    """Let the alarm of a test's time ring until it is heard."""
    answer = yield
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    if left:
        signal.setitimer(signal.ITIMER_REAL, left, AGAIN_S)
    return answer
