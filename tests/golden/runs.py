"""The runs whose digests are kept, and how to keep them anew: ``python -m tests.golden.runs``, with a line in the changelog.

Printed as JSON when asked for: ``python -m tests.golden.runs --show``.
"""

import json
import sys
from pathlib import Path
from typing import Any

from sim.scenario.load import load
from sim.scenario.run import run
from tests.worlds.pocket import POCKET
from tests.worlds.pocket_vaults import SYSTEMS, VAULTS

KEPT = Path(__file__).with_name("digests.json")
RUNS: dict[str, tuple[str | Path, dict[str, Any], int]] = {
    "pocket": (POCKET, {}, 1),
    "pocket with a base fee and the last rule book": (
        POCKET,
        {"chain.fee_market": "eip1559", "pools.pool.version": "v3_7", "run.duration": "2 min"},
        2,
    ),
    "three_positions": ("three_positions", {}, 1),
    "vaults by English auction": (VAULTS, SYSTEMS["cat_1_0"], 1),
    "vaults by Dutch auction": (VAULTS, SYSTEMS["dog"], 2),
}
"""By name: scenario, keys, seed."""


def digests() -> dict[str, str]:
    """Return every run's digest as it is now."""
    return {name: run(load(scenario, keys), seed, tape="none").digest for name, (scenario, keys, seed) in RUNS.items()}


if __name__ == "__main__":
    told = json.dumps(digests(), indent=1) + "\n"
    if "--show" in sys.argv:
        sys.stdout.write(told)
    else:
        KEPT.write_text(told, encoding="utf-8")
