"""A digest that moved means that behaviour moved. If it was meant to: a line in the changelog, and ``python -m tests.golden.runs``.

Digests are those of one platform, 64-bit Linux on x86: the C library's mathematics may differ elsewhere, and these tests say so.
"""

import json
import os
import platform
import subprocess
import sys

import pytest

from tests.golden.runs import KEPT, RUNS, digests
from tests.support.shared import REPOSITORY

WITHOUT_AVX512 = {"NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX", "PYTHONHASHSEED": "7"}

# libm and numpy's builds differ between platforms, and so may the last digit of a draw.
pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="digests are kept for Linux on x86_64"
)


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    found: dict[str, str] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def test_no_digest_has_moved(kept):
    assert list(RUNS) == list(kept)
    assert kept == digests()


def test_another_process_on_a_processor_without_wide_vectors_gives_the_same_digests(kept):
    # numpy warns of features it does not have, and goes on.
    command = [sys.executable, "-W", "ignore", "-m", "tests.golden.runs", "--show"]
    told = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **WITHOUT_AVX512}, capture_output=True, text=True, check=True)

    assert kept == json.loads(told.stdout)
