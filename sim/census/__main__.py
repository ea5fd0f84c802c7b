"""``python -m sim.census``: print what nothing uses. Exits with 1 when something is idle and nobody says why."""

import sys
from pathlib import Path

from sim.census.census import census
from sim.census.explained import EXPLAINED


def main() -> int:
    """Count from the working folder, whose ``tests`` are looked into if they are there."""
    count = census(Path("tests"))
    for group, names in count.idle.items():
        print(f"{group}: {'nothing is idle' if not names else f'{len(names)} idle'}")
        for name in names:
            print(f"  {name}: {EXPLAINED.get(name, 'UNEXPLAINED; use it in a scenario or a test, or say why in sim/census/explained.py')}")
    for name in count.stale:
        print(f"explained, and not idle: {name}; take it out of sim/census/explained.py")
    return 1 if count.unexplained or count.stale else 0


if __name__ == "__main__":
    sys.exit(main())
