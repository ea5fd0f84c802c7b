"""Ranks and ratings: small tables worked out by hand."""

import numpy as np
import pytest

from sim.experiment.arena.ranking import companies, ranking, ratings_of, wins_by_race


def test_a_pair_that_won_three_to_one_is_rated_by_the_logarithm_of_its_odds():
    won = np.array([[0.0, 3.0], [1.0, 0.0]])

    # With one race drawn besides, 3.5 to 1.5.
    assert ratings_of(won) == pytest.approx([200 * np.log10(3.5 / 1.5), -200 * np.log10(3.5 / 1.5)])


def test_a_tie_is_half_a_win_for_each():
    won = wins_by_race([{"a": 1.0, "b": 1.0, "c": 0.0}], ["a", "b", "c"])

    assert won[0].tolist() == [[0, 0.5, 1], [0.5, 0, 1], [0, 0, 0]]


def test_who_is_not_in_a_race_neither_wins_nor_loses_it():
    races = [{"a": 2.0, "b": 1.0}, {"a": 2.0, "b": 1.0}, {"b": 1.0, "c": 0.0}]

    ranked = {each.name: each.wins for each in ranking(races, ["a", "b", "c"], resamples=20)}

    assert wins_by_race(races, ["a", "b", "c"])[2].tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert ranked == {"a": 1.0, "b": pytest.approx(1 / 3), "c": 0.0}


def test_who_earns_a_little_more_in_every_race_stands_before_who_earned_much_in_one():
    races = [{"steady": 2.0, "lucky": 1.0}] * 9 + [{"steady": 2.0, "lucky": 1_000.0}]

    ranked = ranking(races, ["lucky", "steady"])

    assert [each.name for each in ranked] == ["steady", "lucky"]
    assert ranked[0].wins == 0.9
    assert ranked[0].rating.low <= ranked[0].rating.value <= ranked[0].rating.high


def test_places_of_equals_are_uncertain_and_places_of_a_champion_are_not():
    races = [{"champion": 9.0, "heads": float(number % 2), "tails": float(1 - number % 2)} for number in range(20)]

    ranked = {each.name: each.places for each in ranking(races, ["champion", "heads", "tails"])}

    assert ranked["champion"] == (1, 1)
    assert (ranked["heads"], ranked["tails"]) == ((2, 3), (2, 3))


def test_those_whom_nothing_connects_are_ranked_apart():
    races = [{"a": 2.0, "b": 1.0}, {"b": 2.0, "c": 1.0}, {"x": 9.0, "y": 8.0}, {"alone": 5.0}]

    ranked = ranking(races, ["x", "a", "alone", "b", "c", "y"], resamples=20)

    assert companies(races, ["x", "a", "alone", "b", "c", "y"]) == [["a", "b", "c"], ["x", "y"], ["alone"]]
    assert [(each.company, each.name) for each in ranked] == [(1, "a"), (1, "b"), (1, "c"), (2, "x"), (2, "y"), (3, "alone")]
    assert ranked[3].rating.value == pytest.approx(-ranked[4].rating.value)
    assert ranked[3].rating.value > 0
    assert (ranked[5].rating.value, ranked[5].places) == (0, (1, 1))


def test_who_joins_two_companies_makes_them_one():
    assert companies([{"a": 1.0, "b": 2.0}, {"c": 1.0, "d": 2.0}, {"d": 0.0, "a": 1.0}], ["a", "c", "b", "d"]) == [["a", "c", "b", "d"]]
