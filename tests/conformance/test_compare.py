"""When two values agree, by the rules of the vector files."""

import pytest

from sim.conformance.cases import Reverted
from sim.conformance.compare import Tolerance, mismatches, tolerance_of

EXACT = Tolerance()


def differ(expected, got, tolerance=EXACT):
    return [path for path, _, _ in mismatches(expected, got, tolerance)]


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("12", 12),
        ("12", "12"),
        (12, 12),
        ("-5", -5),
        (str(2**255), 2**255),
        (True, True),
        (None, None),
        (0.5, 0.5),
        ("1/99", "1/99"),
        ("none", "none"),
        (["1", "2"], (1, 2)),
        ({"num": "3", "den": "4"}, {"num": 3, "den": 4, "more": 5}),
    ],
)
def test_alike_is_alike(expected, got):
    assert differ({"key": expected}, {"key": got}) == []


@pytest.mark.parametrize(
    ("expected", "got", "path"),
    [
        ("12", 13, "key"),
        ("12", 12.0, "key"),
        ("1", True, "key"),
        (True, 1, "key"),
        (False, None, "key"),
        (None, 0, "key"),
        ("0", None, "key"),
        (0.5, 0.5000001, "key"),
        (0.5, "0.5", "key"),
        ("1/99", "2/198", "key"),
        (["1", "2"], [1], "key"),
        (["1", "2"], [1, 3], "key[1]"),
        (["1"], 1, "key"),
        ({"den": "4"}, {"num": 4}, "key.den"),
        ({"den": "4"}, 4, "key"),
        ("12", Reverted(), "key"),
        ("revert:is-stopped", "ok", "key"),
        ("ok", "revert:is-stopped", "key"),
    ],
)
def test_unlike_is_unlike(expected, got, path):
    assert differ({"key": expected}, {"key": got}) == [path]


def test_the_words_of_a_failure_are_free():
    assert differ({"result": "revert:is-stopped"}, {"result": "revert:halted"}) == []
    assert differ({"result": "revert:is-stopped"}, {"result": Reverted("halted")}) == []
    assert differ({"error": "PRICE", "seized": "0"}, {"error": "NO_PRICE", "seized": 0}) == []


def test_an_error_and_none_are_told_apart_both_ways():
    assert differ({"error": "NO_ERROR", "seized": "0"}, {"error": "PRICE", "seized": 0}) == ["revert"]
    assert differ({"error": "PRICE", "seized": "0"}, {"error": "NO_ERROR", "seized": 0}) == ["revert"]
    assert differ({"steps": [{"error": None}, {"error": None}]}, {"steps": [{"error": None}, {"error": "PRICE"}]}) == ["steps[1]"]


def test_what_is_told_beside_an_error_is_compared():
    assert differ({"error": "PRICE", "seized": "0"}, {"error": "PRICE", "seized": 1}) == ["seized"]


def test_informative_keys_are_not_compared():
    expected = {"exact": "5", "suite_value": "6", "tolerance_abs": "3", "tolerance_abs_vs_suite": "3", "ideal_rational_floor": "7"}

    assert differ(expected, {"exact": 5}) == []
    assert differ(expected, {"exact": 6}) == ["exact"]


def test_a_float_is_not_compared_beside_its_exact_twin_and_is_compared_without():
    assert differ({"rate": "1/3", "rate_float": 0.3}, {"rate": "1/3"}) == []
    assert differ({"rate_float": 0.3}, {"rate_float": 0.4}) == ["rate_float"]


@pytest.mark.parametrize(("got", "paths"), [(103, []), (97, []), (104, ["price"]), (96, ["price"])])
def test_a_case_may_carry_its_own_absolute_tolerance(got, paths):
    assert differ({"price": "100", "tolerance_abs": "3"}, {"price": got}) == paths


@pytest.mark.parametrize(("got", "paths"), [(1.0 + 0.9e-9, []), (1.0 + 1.2e-9, ["price"])])
def test_a_file_may_carry_a_relative_tolerance_for_reals(got, paths):
    tolerance = tolerance_of({"tolerances": {"all": "relative 1e-9 (the contract uses an integer exp)"}})

    assert differ({"price": 1.0}, {"price": got}, tolerance) == paths
    assert differ({"price": "1000000000000"}, {"price": 1000000000001}, tolerance) == ["price"]


@pytest.mark.parametrize(("got", "paths"), [(4.17338e30, []), (4.1735e30, ["price"])])
def test_a_key_may_count_only_so_many_digits(got, paths):
    tolerance = tolerance_of({"tolerances": {"integers": "exact", "price": "5 significant digits"}})

    assert differ({"price": "4.1734e+30"}, {"price": got}, tolerance) == paths


def test_a_file_that_states_no_tolerance_is_exact():
    assert tolerance_of({}) == EXACT
    assert tolerance_of({"tolerances": {"all": "exact"}}) == EXACT
