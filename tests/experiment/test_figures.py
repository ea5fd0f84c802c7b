"""Figures out of a summary, by their keys."""

import pytest

from sim.errors import InputError
from sim.experiment.figures import figure_of, known_mistake

SUMMARY = {
    "auctions": 12,
    "share": 0.25,
    "bad_debt": "1500.5 USDC",
    "loss": "-3 USDC",
    "first_s": None,
    "cascades": {"count": 4, "largest": 3},
    "ratios": [0.5],
    "by_asset": {"USDC": "1 USDC", "DAI": "2 DAI"},
    "declined": {},
    "note": "nobody came",
    "is_dutch": True,
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("auctions", 12.0),
        ("share", 0.25),
        ("bad_debt", 1500.5),
        ("loss", -3.0),
        ("cascades.largest", 3.0),
        ("ratios.0", 0.5),
        ("by_asset.DAI", 2.0),
        ("is_dutch", 1.0),
    ],
)
def test_a_figure_is_a_number_or_the_number_of_an_amount(key, expected):
    assert figure_of(SUMMARY, key) == expected


@pytest.mark.parametrize("key", ["first_s", "first_s.deeper", "ratios.1", "ratios.first", "declined.no_profit", "nowhere"])
def test_a_figure_that_a_run_does_not_have_is_none_and_no_zero(key):
    assert figure_of(SUMMARY, key) is None


@pytest.mark.parametrize("key", ["note", "by_asset", "ratios"])
def test_what_is_no_one_number_is_refused(key):
    with pytest.raises(InputError, match=f"^{key} is .*; name a key that holds one number or one amount$"):
        figure_of(SUMMARY, key)


@pytest.mark.parametrize("key", ["auctions", "first_s", "cascades.largest", "ratios.0", "declined.no_profit", "bad_debt", "first_s.deeper"])
def test_a_key_that_may_be_meant_is_let_through(key):
    assert known_mistake({**SUMMARY, "ratios": []}, key) == ""


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("auctoins", 'is "auctoins", which is no key of the summary; did you mean "auctions"?'),
        ("cascades.larges", 'is "cascades.larges", and cascades has no larges; did you mean "largest"?'),
        ("auctions.count", 'is "auctions.count", and auctions is a value; leave out what follows it'),
        ("cascades", 'is "cascades", which holds several; name one of them: "cascades.KEY"'),
        ("ratios", 'is "ratios", which holds several; name one of them: "ratios.KEY"'),
    ],
)
def test_a_key_that_cannot_be_meant_is_told(key, expected):
    assert known_mistake(SUMMARY, key) == expected
