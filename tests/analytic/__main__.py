"""``python -m tests.analytic``: write ``docs/background/analytic-cases.md``. Takes a minute; ``make physics`` does it too."""

from tests.analytic.page import page
from tests.support.shared import REPOSITORY

PAGE = REPOSITORY / "docs" / "background" / "analytic-cases.md"

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
