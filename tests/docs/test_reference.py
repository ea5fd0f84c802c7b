"""The reference pages are what the code says."""

import pytest

from docs.generate import FOLDER, pages
from sim.records import ALL


@pytest.fixture(scope="module")
def written():
    return pages()


@pytest.mark.parametrize("name", ["records.md", "commands.md", "scenario-keys.md", "strategies.md", "features.md"])
def test_a_reference_page_is_what_the_code_says(written, name):
    """Write them again with `python -m docs.generate`."""
    assert written[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_every_record_has_its_heading(written):
    headings = [line.removeprefix("### ") for line in written["records.md"].splitlines() if line.startswith("### ")]

    assert [record.__name__ for record in ALL if record.__name__ not in headings] == []
