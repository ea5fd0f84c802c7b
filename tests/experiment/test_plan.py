"""Which runs a study is made of, and what is refused before any is made."""

import attrs
import pytest

from sim.errors import InputError, ScenarioError
from sim.experiment.plan import files_of, one_run, planned
from sim.scenario.load import changed, load
from sim.scenario.run import run
from sim.scenario.spec import ArmSpec, FeatureSpec
from tests.support.shared import REPOSITORY

TINY = REPOSITORY / "tests" / "worlds" / "tiny.toml"


@pytest.fixture(scope="module")
def tiny():
    return load(TINY, {"run.duration": "20 s"})


def asking(scenario, **otherwise):
    return attrs.evolve(scenario, study=attrs.evolve(scenario.study, **otherwise))


def test_every_arm_and_every_set_of_features_is_run_with_every_seed_and_what_is_alike_once(tiny):
    plan = planned(tiny, range(1, 4), range(1, 3))
    jobs = list(plan.jobs())

    assert list(plan.arms) == ["base", "calm", "one_keeper"]
    assert sorted(plan.sets) == [0, 1, 2, 3]
    # Three arms and four sets; the set of all features is the base.
    assert len({job.id for job in jobs}) == 3 * (3 + 4 - 1)
    assert [job.arguments["seed"] for job in jobs] == sorted(job.arguments["seed"] for job in jobs)


def test_seeds_without_shapley_have_only_the_sets_that_show_each_feature_alone(tiny):
    more = (
        FeatureSpec(name="sales", set={"switches.forced_sales": "parked"}),
        FeatureSpec(name="p", set={"switches.endless_purses": True}),
    )
    plan = planned(asking(tiny, features=(*tiny.study.features, *more), arms=()), range(2), range(1))

    assert plan.sets_of(0) == list(range(16))
    pairs = [0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100]
    assert [each for each in plan.sets_of(0) if each not in plan.sets_of(1)] == pairs


def test_a_set_of_features_has_the_others_taken_away(tiny):
    plan = planned(tiny, [1])

    taken = {each: ('"free_gas": true' in world.text, '"no_latency": true' in world.text) for each, world in plan.sets.items()}
    assert taken == {0: (True, True), 1: (False, True), 2: (True, False), 3: (False, False)}
    assert plan.sets[3] == plan.arms["base"]


def test_arms_may_be_chosen_and_features_left_out(tiny):
    plan = planned(tiny, [1], arms=["one_keeper"], with_features=False)

    assert (list(plan.arms), plan.features, plan.sets_of(1)) == (["base", "one_keeper"], (), [])
    assert list(planned(tiny, [1], arms=["base"]).arms) == ["base"]


def test_keys_set_from_outside_are_set_in_arms_that_are_other_scenarios(tiny):
    arms = planned(tiny, [1], overrides={"run.duration": "20 s"}).arms

    assert all('"duration": "20 s"' in world.text for world in arms.values())


def test_the_id_of_a_run_follows_world_seed_and_the_files_it_reads(tiny, tmp_path):
    file = tmp_path / "p.csv"
    tree = {"world": {"price": {"csv": str(file)}}, "agents": [{"strategy": f"{file}:Mind"}, {"parameters": {"depth_csv": "none.csv"}}]}

    file.write_text("1")
    first = files_of(tree)
    file.write_text("2")

    assert list(first) == [str(file)]
    assert files_of(tree) != first
    base, calm = (planned(tiny, [1]).arms[name] for name in ("base", "calm"))
    assert len({base.id(1), base.id(2), calm.id(1)}) == 3
    assert base.id(1) == planned(tiny, [1, 2]).arms["base"].id(1)


def test_worlds_that_differ_in_what_they_are_called_alone_are_one_run(tiny):
    names = {"name": "another", "run.title": "another", "run.summary": "another"}
    features = (FeatureSpec(name="gas", set={"switches.free_gas": True}),)
    same = ArmSpec(name="same", set={"switches.free_gas": True, **names})

    plan = planned(asking(tiny, arms=(same,), features=features), [1])

    assert plan.arms["same"] == plan.sets[0]
    assert [job.id for job in plan.jobs()] == [plan.arms["base"].id(1), plan.sets[0].id(1)]
    assert plan.arms["same"].text != plan.sets[0].text


def test_a_job_is_the_run_it_stands_for(tiny):
    job = next(iter(planned(tiny, [4]).jobs()))
    by_hand = run(tiny, 4, tape="none")

    made = one_run(**job.arguments)

    assert (made["digest"], made["entries"]) == (by_hand.digest, by_hand.entries)
    assert made["summary"]["liquidations"] == by_hand.summary["liquidations"]
    assert made["keepers"] == ["keeper/0", "keeper/1", "keeper/2"]


def test_what_a_run_is_called_moves_no_digest(tiny):
    made = [run(each, 4, tape="none").digest for each in (tiny, changed(tiny, {"name": "another", "run.title": "another"}))]

    assert made[0] == made[1]


def refused(scenario, **more) -> str:
    with pytest.raises((InputError, ScenarioError)) as told:
        planned(scenario, [1], **more)
    return str(told.value)


def test_a_scenario_without_a_study_is_told_whose_it_may_mean():
    assert refused(load("three_positions")) == "three_positions has no [study] to run; give it one"
    assert refused(load(TINY.with_name("tiny_calm.toml"))) == (
        "tiny_calm has no [study] to run; give it one, or study tiny, which it extends"
    )


def test_an_arm_that_is_not_there_is_told_with_the_one_that_was_meant(tiny):
    assert refused(tiny, arms=["clam"]) == '"clam" is no arm of the study; did you mean "calm"?'


def test_every_figure_that_no_summary_has_is_told_at_once(tiny):
    wrong = {"a": "liquidatoins", "b": "bad_debt", "c": "cascades.larges", "d": "cascades", "e": "keepers.keper/0.USDC.profit"}

    assert refused(asking(tiny, figures=wrong)).splitlines() == [
        'study.figures.a is "liquidatoins", which is no key of the summary; did you mean "liquidations"?',
        'study.figures.c is "cascades.larges", and cascades has no larges; did you mean "largest"?',
        'study.figures.d is "cascades", which holds several; name one of them: "cascades.KEY"',
        'study.figures.e is "keepers.keper/0.USDC.profit", and keepers has no keper/0; did you mean "keeper/0"?',
    ]


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (ArmSpec(name="x", scenario="first_cascad"), 'study.arms.x: "first_cascad" is no scenario; did you mean "first_cascade"?'),
        (ArmSpec(name="x", set={"agents.keeper.cuont": 1}), "study.arms.x: agents.keeper.cuont is not known here"),
        (ArmSpec(name="x", set={"agents.keeper.parameters.margin": "1 s"}), "study.arms.x: agents.keeper.parameters.margin"),
    ],
)
def test_an_arm_that_cannot_be_is_told_with_its_name(tiny, arm, expected):
    assert refused(asking(tiny, arms=(arm,))).startswith(expected)


def test_a_feature_whose_strategy_does_not_know_the_key_is_told_with_its_name(tiny):
    feature = FeatureSpec(name="x", set={"agents.keeper.parameters.margni": 1})

    assert refused(asking(tiny, features=(feature,))).startswith("study.features.x: agents.keeper.parameters.margni is not known here")
