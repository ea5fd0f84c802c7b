"""Absent outside data are a skip on a laptop and a failure in CI."""

import pytest

from tests.support.shared import REPOSITORY, shared_path, shared_paths, shared_root


@pytest.fixture
def outside(tmp_path, monkeypatch):
    monkeypatch.setenv("DOWNTICK_SHARED", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def test_data_are_looked_for_where_the_variable_says_else_beside_the_repository(outside, monkeypatch):
    assert shared_root() == outside
    monkeypatch.delenv("DOWNTICK_SHARED")
    assert shared_root() == REPOSITORY.parent / "shared"


def test_what_is_there_is_found(outside):
    (outside / "b.json").touch()
    (outside / "a.json").touch()

    assert shared_path("a.json") == outside / "a.json"
    assert shared_paths("*.json") == [outside / "a.json", outside / "b.json"]


@pytest.mark.parametrize("ask", [lambda: shared_path("none.json"), lambda: shared_paths("none*.json")])
def test_what_is_not_there_is_a_skip_that_says_so(outside, ask):
    with pytest.raises(pytest.skip.Exception, match="set DOWNTICK_SHARED"):
        ask()


@pytest.mark.parametrize("ask", [lambda: shared_path("none.json"), lambda: shared_paths("none*.json")])
def test_in_ci_what_is_not_there_is_a_failure(outside, monkeypatch, ask):
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="set DOWNTICK_SHARED"):
        ask()
