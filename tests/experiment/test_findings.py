"""What a study's rows show, on rows typed by hand: means, pairs, contributions, what is missing and what failed."""

import json

import pytest

from sim.experiment.findings import as_table, difference, estimate
from sim.experiment.jobs import Row, RunStatus
from sim.experiment.plan import Plan, Written
from sim.scenario.spec import ArmSpec, CalibratedSpec, FeatureSpec, PublishedSpec, StudySpec

ASKED = StudySpec(
    figures={"debt": "bad_debt", "first_utc": "first_s"},
    arms=(ArmSpec(name="calm", title="cheap gas", set={"a.b": 1}),),
    features=(FeatureSpec(name="gas", title="it costs", set={"a.c": 1}), FeatureSpec(name="late", set={"a.d": 1})),
    published=(PublishedSpec(figure="debt", value="5 M", source="a page"),),
    calibrated=(CalibratedSpec(figure="first_utc", key="a.e", note="to the minute"),),
)
NONE, GAS, LATE, BOTH = range(4)


def world(text: str) -> Written:
    return Written(text, text, "")


ARMS = {"base": world("all"), "calm": world("calm")}
SETS = {NONE: world("none"), GAS: world("gas"), LATE: world("late"), BOTH: world("all")}


@pytest.fixture
def rows():
    """Debts by world and seed. Seed 1: gas adds 2, late adds 4, both together 10 more. Seed 2: gas adds 4, late nothing."""
    debts = {"none": (1, 0), "gas": (3, 4), "late": (5, 0), "all": (17, 4), "calm": (10, 2)}
    return [row(text, seed, debt) for text, of_seeds in debts.items() for seed, debt in zip((1, 2), of_seeds, strict=True)]


def row(text, seed, debt, first=None):
    summary = {"bad_debt": f"{debt} DAI", "first_s": first}
    return Row(world(text).id(seed), RunStatus.COMPLETE, {"summary": summary})


def plan(seeds=(1, 2), shapley_seeds=(1, 2), sets=SETS, asked=ASKED, arms=ARMS):
    return Plan("thursday", "A Thursday", asked, arms, sets, seeds, shapley_seeds, ["pinned: as it was"])


def means(of_feature, figure="debt"):
    return {key: table[figure]["mean"] for key, table in of_feature.items()}


def test_each_arm_has_its_means_and_its_differences_from_the_base_seed_by_seed(rows):
    table = as_table(plan(), rows)

    assert {arm: each["debt"]["mean"] for arm, each in table["arms"].items()} == {"base": 10.5, "calm": 6.0}
    assert list(table["differences"]) == ["calm"]
    assert table["differences"]["calm"]["debt"] == {"mean": -4.5, "lo": -7.0, "hi": -2.0, "n": 2, "of": 2}


def test_a_feature_is_told_without_and_alone_put_in_last_and_first_and_by_shapley(rows):
    features = as_table(plan(), rows)["features"]

    assert means(features["gas"]) == {"without": 2.5, "alone": 3.5, "added_last": 8.0, "added_first": 3.0, "shapley": 5.5}
    assert means(features["late"]) == {"without": 3.5, "alone": 2.5, "added_last": 7.0, "added_first": 2.0, "shapley": 4.5}


def test_shapley_values_sum_to_the_whole_difference_over_their_own_seeds(rows):
    table = as_table(plan(shapley_seeds=(1,)), rows)

    values = [feature["shapley"]["debt"] for feature in table["features"].values()]
    assert values == [{"mean": 7.0, "lo": None, "hi": None, "n": 1, "of": 1}, {"mean": 9.0, "lo": None, "hi": None, "n": 1, "of": 1}]
    assert table["all_by_shapley"]["debt"]["mean"] == 16.0
    assert table["all_together"]["debt"]["mean"] == 10.0


def test_the_sequence_of_rows_does_not_matter(rows):
    assert as_table(plan(), rows) == as_table(plan(), rows[::-1])


def test_what_was_fitted_scores_nothing_and_what_was_published_stands_beside(rows):
    figures = as_table(plan(), rows)["figures"]

    assert figures["debt"] == {
        "key": "bad_debt",
        "standing": "scored",
        "published": [{"value": "5 M", "source": "a page"}],
        "calibrated": [],
    }
    assert figures["first_utc"]["standing"] == "calibrated"
    assert figures["first_utc"]["calibrated"] == [{"key": "a.e", "note": "to the minute"}]


def test_a_figure_that_some_runs_do_not_have_is_counted_and_in_no_mean(rows):
    rows[rows.index(row("all", 1, 17))] = row("all", 1, 17, first=1_583_971_200)

    table = as_table(plan(), rows)

    base = table["arms"]["base"]["first_utc"]
    assert base == {"mean": 1_583_971_200, "lo": None, "hi": None, "n": 1, "of": 2, "utc": {"mean": "2020-03-12T00:00:00Z"}}
    assert table["arms"]["calm"]["first_utc"] == {"mean": None, "lo": None, "hi": None, "n": 0, "of": 2}
    assert table["differences"]["calm"]["first_utc"]["n"] == 0
    assert table["features"]["gas"]["shapley"]["first_utc"] == {"mean": None, "lo": None, "hi": None, "n": 0, "of": 2}
    assert any(line.startswith("first_utc: of 2 runs an arm, these do not have it: 1 of base, 2 of calm") for line in table["remarks"])


def test_a_figure_that_no_run_has_asks_whether_its_key_is_meant(rows):
    assert "first_utc: no run of any arm has it; see that first_s is the key that is meant" in as_table(plan(), rows)["remarks"]


def test_a_seed_without_the_figure_in_one_set_of_features_has_no_shapley_value(rows):
    rows.remove(row("gas", 2, 4))

    table = as_table(plan(), rows)

    assert [feature["shapley"]["debt"]["n"] for feature in table["features"].values()] == [1, 1]
    assert table["all_by_shapley"]["debt"] == {"mean": 16.0, "lo": None, "hi": None, "n": 1, "of": 2}


def test_a_run_that_failed_is_told_once_with_all_that_it_is_a_run_of(rows):
    failed = Row(ARMS["base"].id(2), RunStatus.FAILED, message="KeyError: 7", where=("a:1 b",))

    table = as_table(plan(), [each for each in rows if each.id != failed.id] + [failed])

    assert table["failures"] == [
        {"of": ["base", "with gas and late"], "seed": 2, "status": "failed", "message": "KeyError: 7", "where": ["a:1 b"]}
    ]
    assert table["arms"]["base"]["debt"]["n"] == 1


def test_a_figure_that_turns_out_to_be_a_table_fails_alone_and_no_row_is_lost(rows):
    rows[rows.index(row("calm", 2, 2))] = Row(
        world("calm").id(2), RunStatus.COMPLETE, {"summary": {"bad_debt": {"USDC": "1 USDC", "DAI": "2 DAI"}, "first_s": 4}}
    )

    table = as_table(plan(), rows)

    assert [(each["of"], each["seed"], each["message"].partition(" is ")[0]) for each in table["failures"]] == [
        (["calm"], 2, "study.figures.debt: bad_debt")
    ]
    assert (table["arms"]["calm"]["debt"]["n"], table["arms"]["calm"]["first_utc"]["n"], table["arms"]["base"]["debt"]["n"]) == (1, 1, 2)


def test_reasons_and_keepers_that_did_not_show_are_zeros_in_the_mean():
    asked = StudySpec(figures={"declined": "declined.no_funds", "profit": "keepers.k.DAI.profit"})
    there = {"declined": {"no_funds": 3}, "keepers": {"k": {"DAI": {"profit": "5 DAI"}}}}
    results = [{"summary": there, "keepers": ["k"]}, {"summary": {"declined": {}, "keepers": {}}, "keepers": ["k"]}]
    of_seeds = [Row(ARMS["base"].id(seed), RunStatus.COMPLETE, result) for seed, result in zip((1, 2), results, strict=True)]

    base = as_table(plan(sets={}, asked=asked, arms={"base": ARMS["base"]}), of_seeds)["arms"]["base"]

    assert [(base[figure]["mean"], base[figure]["n"]) for figure in asked.figures] == [(1.5, 2), (2.5, 2)]


def test_a_feature_that_changes_nothing_is_told(rows):
    same = {**SETS, LATE: SETS[BOTH]}

    assert "gas: to take it away changes nothing in this scenario" in as_table(plan(sets=same), rows)["remarks"]


def test_without_features_nothing_is_said_of_any(rows):
    table = as_table(plan(sets={}), rows)

    assert not {"features", "without_any", "all_together", "all_by_shapley"} & table.keys()
    assert not any("Shapley" in line or "feature" in line for line in table["remarks"])


def test_without_seeds_for_every_set_there_is_no_remark_on_shapley(rows):
    table = as_table(plan(shapley_seeds=()), rows)

    assert table["features"]["gas"]["shapley"]["debt"] == {"mean": None, "lo": None, "hi": None, "n": 0, "of": 0}
    assert not any("Shapley" in line for line in table["remarks"])


def test_a_table_is_plain_json(rows):
    table = as_table(plan(), rows)

    assert table == json.loads(json.dumps(table, allow_nan=False))
    assert (table["scenario"], table["title"], table["notes"]) == ("thursday", "A Thursday", ["pinned: as it was"])


def test_an_estimate_of_one_has_no_interval_and_of_none_no_mean():
    assert estimate([3.0]) == {"mean": 3.0, "lo": None, "hi": None, "n": 1, "of": 1}
    assert estimate([None]) == {"mean": None, "lo": None, "hi": None, "n": 0, "of": 1}


def test_an_estimate_printed_twice_is_the_same():
    assert estimate([1.0, 4.0, 9.0]) == estimate([1.0, 4.0, 9.0])


def test_a_difference_is_of_pairs_that_are_whole():
    assert difference([5.0, None, 7.0, 1.0], [1.0, 2.0, 4.0, None])["n"] == 2
    assert difference([5.0, None, 7.0], [1.0, 2.0, 4.0])["mean"] == 3.5
