"""What `downtick conform` counts, skips, and refuses to read."""

import json

import pytest

from sim.conformance.runner import ADAPTERS as HOUSE_ADAPTERS
from sim.conformance.runner import conform, find_adapter
from sim.errors import InputError
from tests.conformance.paper import ADAPTERS, doubling_file, write


def conform_cases(folder, *numbers_and_expected, strict=False, **more):
    return conform([write(folder, doubling_file(*numbers_and_expected, **more))], strict, ADAPTERS)


def counts(outcome):
    return (outcome.passed, outcome.failed, outcome.skipped)


def test_cases_that_hold_pass(tmp_path):
    outcome = conform_cases(tmp_path, ("2", {"result": "4"}), ("0", {"result": "0"}))

    assert counts(outcome) == (2, 0, 0)
    assert outcome.exit_code == 0
    assert list(outcome.lines) == ["vectors.json: 2 passed, 0 failed"]


def test_a_case_that_does_not_hold_is_told_by_file_id_and_key(tmp_path):
    outcome = conform_cases(tmp_path, ("2", {"result": "5"}), ("3", {"result": "6"}))

    assert counts(outcome) == (1, 1, 0)
    assert outcome.exit_code == 1
    assert outcome.as_json()["failures"] == [{"file": "vectors.json", "id": "n2", "key": "result", "expected": "5", "got": "4"}]


def test_a_case_fails_once_however_many_keys_differ(tmp_path):
    outcome = conform_cases(tmp_path, ("2", {"result": "5", "half": "1"}))

    assert counts(outcome) == (0, 1, 0)
    assert [failure["key"] for failure in outcome.failures] == ["result", "half"]
    assert outcome.failures[1]["got"] == "nothing under this key"


@pytest.mark.parametrize("expected", ["revert", {"revert": True}, {"revert": "Panic"}, {"error": "NEGATIVE"}])
def test_a_call_that_must_fail_passes_by_failing(tmp_path, expected):
    assert counts(conform_cases(tmp_path, ("-1", expected))) == (1, 0, 0)
    assert counts(conform_cases(tmp_path, ("1", expected))) == (0, 1, 0)


def test_a_call_that_must_not_fail_fails_by_failing(tmp_path):
    outcome = conform_cases(tmp_path, ("-1", {"result": "-2"}))

    assert counts(outcome) == (0, 1, 0)
    assert outcome.failures[0]["got"] == "revert ARITHMETIC"


def test_a_failed_call_that_left_something_behind_does_not_pass(tmp_path):
    outcome = conform_cases(tmp_path, ("2000", "revert"))

    assert counts(outcome) == (0, 1, 0)
    assert outcome.failures[0]["got"] == "revert too large, with state changed"


def test_an_adapter_that_trips_has_failed_the_case(tmp_path):
    outcome = conform_cases(tmp_path, ("two", {"result": "4"}))

    assert counts(outcome) == (0, 1, 0)
    assert outcome.failures[0]["key"] == "the call"
    assert outcome.failures[0]["got"].startswith("ValueError: ")


@pytest.mark.parametrize(("strict", "exit_code"), [(False, 0), (True, 1)])
def test_what_an_adapter_does_not_cover_is_skipped_with_a_line(tmp_path, strict, exit_code):
    outcome = conform_cases(tmp_path, ("13", {"result": "26"}), ("2", {"result": "4"}), strict=strict)

    assert counts(outcome) == (1, 0, 1)
    assert outcome.exit_code == exit_code
    assert list(outcome.lines) == ["vectors.json: 1 passed, 0 failed, 1 skipped", "vectors.json: n13 skipped, thirteen is not covered"]


@pytest.mark.parametrize("mechanism", ["unbuilt", "unheard_of"])
@pytest.mark.parametrize(("strict", "exit_code"), [(False, 0), (True, 1)])
def test_a_mechanism_not_built_yet_is_skipped_with_a_line(tmp_path, mechanism, strict, exit_code):
    outcome = conform([write(tmp_path, {**doubling_file(("2", {"result": "4"})), "mechanism": mechanism})], strict, ADAPTERS)

    assert counts(outcome) == (0, 0, 1)
    assert outcome.exit_code == exit_code
    assert list(outcome.lines) == [f"vectors.json: 1 skipped, {mechanism} is not built yet"]


def test_files_add_up(tmp_path):
    first = write(tmp_path, doubling_file(("2", {"result": "4"}), ("3", {"result": "7"})), "first.json")
    second = write(tmp_path, doubling_file(("13", {"result": "26"})), "second.json")

    outcome = conform([first, second], adapters=ADAPTERS)

    assert json.loads(json.dumps(outcome.as_json())) == {
        "passed": 1,
        "failed": 1,
        "skipped": 1,
        "failures": [{"file": "first.json", "id": "n3", "key": "result", "expected": "7", "got": "6"}],
    }


def test_a_case_without_an_id_goes_by_its_place(tmp_path):
    document = doubling_file(("2", {"result": "4"}), ("2", {"result": "5"}))
    for case in document["cases"]:
        del case["id"]

    assert conform([write(tmp_path, document)], adapters=ADAPTERS).failures[0]["id"] == "1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON .line 1, column 2"),
        ("[]", "holds a list"),
        ('{"cases": []}', "names no mechanism"),
        ('{"mechanism": "doubling"}', "has no list of cases"),
        ('{"mechanism": "doubling", "cases": [3]}', "case 0 has no inputs and no expected"),
        ('{"mechanism": "doubling", "cases": [{"inputs": {}}]}', "case 0 has no expected"),
        ('{"format": "lob-vectors/1", "cases": [{"ops": [], "trades": []}]}', "case 0 has no book_after"),
    ],
)
def test_a_file_that_is_no_vector_file_is_refused_with_a_remedy(tmp_path, text, words):
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=words) as refused:
        conform([path])

    assert str(path) in str(refused.value)


def test_an_absent_file_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(InputError, match=r"absent\.json cannot be read"):
        conform([write(tmp_path, doubling_file(("two", {}))), tmp_path / "absent.json"])


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "odd.json"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InputError, match="is not UTF-8 text"):
        conform([path])


def test_the_adapters_of_the_house_are_found_where_the_table_says():
    assert find_adapter("lob-vectors/1") is find_adapter("lob-vectors/2")
    assert all(place.startswith("sim.conformance.") and place.count(":") == 1 for place in HOUSE_ADAPTERS.values())
