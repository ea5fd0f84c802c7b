"""The expected output beside the shipped scenarios is what their runs end with."""

import pytest

from tests.scenarios.demos import DEMOS, FOLDER, output_of, path_of


@pytest.mark.parametrize("demo", DEMOS)
def test_a_demo_ends_as_it_says(demo):
    assert output_of(demo) == path_of(demo).read_text(encoding="utf-8"), "if the change is meant: python -m tests.scenarios.demos"


def test_no_demo_is_left_over():
    assert sorted(each.name for each in FOLDER.iterdir()) == sorted(f"{demo}.txt" for demo in DEMOS)
