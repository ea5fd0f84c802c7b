"""The studies that the claims share: an arm is run once, whichever files and workers look at it.

Every claim is asked twice: of few seeds, each time tests are run, and of all of them where the laws are (`make laws`).
"""

import os
from pathlib import Path

import pytest

from tests.physics.arms import SEEDS, Study
from tests.physics.claims import POCKET_CLAIMS, arms_of

FEW = SEEDS[2:6]
"""Enough to tell every effect from chance: all pairs agree."""


@pytest.fixture(scope="session", params=[pytest.param(FEW, id="few"), pytest.param(SEEDS, id="all", marks=pytest.mark.laws)])
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return the pocket world's arms; on two workers of a test run each runs its share, into one folder."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    base: Path = tmp_path_factory.getbasetemp()
    folder = (base.parent if worker else base) / "physics"
    workers = 2 if request.param is SEEDS and not worker else 1
    return Study("pocket", folder, workers=workers, seeds=request.param, together=arms_of(POCKET_CLAIMS))
