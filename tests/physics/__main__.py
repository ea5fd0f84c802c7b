"""``make physics``: measure the effects on the pocket world and on ``first_cascade``, and write ``docs/background/physics.md``.

Takes some ten minutes on two cores; ``--quick`` leaves the metaorders out and takes a quarter of the seeds, and prints the page.
"""

import sys
import tempfile
from pathlib import Path

from sim.units import HOUR
from tests.physics.arms import SEEDS, Study
from tests.physics.claims import POCKET_CLAIMS, SHIPPED_CLAIMS, arms_of
from tests.physics.page import impact_part, page_of, study_part
from tests.support.shared import REPOSITORY
from tests.worlds.impact import DAY_VOLUME, SHARES_OF_A_DAY, impacts, slope

PAGE = REPOSITORY / "docs" / "background" / "physics.md"
STUDIES = (
    ("The shipped scenario `first_cascade`", "first_cascade", SHIPPED_CLAIMS, "One venue, one pool, three keepers, ten simulated minutes."),
    ("The pocket world", "pocket", POCKET_CLAIMS, "Four simulated minutes, run in `make laws` (`tests/worlds/pocket.toml`)."),
)


def main(is_quick: bool) -> None:
    """Measure, and write the page; a quick one is printed only."""
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        for title, scenario, claims, words in STUDIES:
            seeds = SEEDS[: len(SEEDS) // 4] if is_quick else SEEDS
            study = Study(scenario, Path(folder), workers=2, seeds=seeds, together=arms_of(claims))
            parts.append(study_part(title, words, study, claims))
            print(parts[-1], flush=True)
    if is_quick:
        return
    found = impacts([share * DAY_VOLUME for share in SHARES_OF_A_DAY], 4 * HOUR, range(1, 4))
    parts.append(impact_part(found, SHARES_OF_A_DAY, slope(found)))
    PAGE.write_text(page_of(parts), encoding="utf-8")


if __name__ == "__main__":
    main("--quick" in sys.argv)
