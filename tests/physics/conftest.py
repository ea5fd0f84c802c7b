"""The studies that the claims share: an arm is run once, whichever files and workers look at it."""

import os
from pathlib import Path

import pytest

from tests.physics.arms import Study
from tests.physics.claims import POCKET_CLAIMS, arms_of


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return the pocket world's arms; on two workers of a test run each runs its share, into one folder."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    base: Path = tmp_path_factory.getbasetemp()
    folder = (base.parent if worker else base) / "physics"
    return Study("pocket", folder, workers=1 if worker else 2, together=arms_of(POCKET_CLAIMS))
