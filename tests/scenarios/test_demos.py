"""The expected output beside the shipped scenarios is what their runs end with."""

from pathlib import Path

import pytest

from tests.scenarios.demos import DEMOS, ELSEWHERE, FOLDER, ends_as_shown


@pytest.mark.parametrize("demo", [demo for demo in DEMOS if demo not in ELSEWHERE])
def test_a_demo_ends_as_it_says(demo):
    assert ends_as_shown(demo)


def test_what_is_asked_for_elsewhere_is():
    files = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name]

    assert [demo for demo in ELSEWHERE if not any("ends_as_shown" in text and f'"{demo}"' in text for text in files)] == []
    assert [demo for demo in ELSEWHERE if demo not in DEMOS] == []


def test_no_demo_is_left_over():
    assert sorted(each.name for each in FOLDER.iterdir()) == sorted(f"{demo}.txt" for demo in DEMOS)
