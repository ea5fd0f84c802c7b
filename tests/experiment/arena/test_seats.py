"""Who sits where: entries take the keepers' place, alike but for their minds, and draw what the seat draws."""

import pytest

from sim.errors import InputError, ScenarioError
from sim.experiment.arena.courses import course, courses
from sim.experiment.arena.entries import FIELD, Entry, entries_of
from sim.experiment.arena.plan import planned_arena
from sim.experiment.arena.seats import seat_of, seated
from sim.experiment.arena.sitting_out import sitting_out
from sim.scenario.run import run

BRIEF = {"world.shocks.0.at": "1 s", "run.duration": "50 s"}


def test_entries_take_the_place_of_the_scenarios_keepers_and_go_round():
    first, second = (seated(course("slide"), entries_of([], ["plain", "sharer"]), turn) for turn in (0, 1))

    assert [agent.name for agent in first.agents] == ["maker", "value", "crowd", "plain", "sharer"]
    assert [(agent.name, agent.draws) for agent in second.agents[-2:]] == [("plain", "seat1"), ("sharer", "seat0")]
    assert {agent.chain_funds for agent in first.agents[-2:]} == {course("slide").agents[-1].chain_funds}


def test_a_keeper_that_never_acts_leaves_the_world_as_it_is_without_it():
    pair = [Entry("a", "liquidator"), Entry("b", "liquidator", {"most_pending": 1, "min_profit": "100_000 USDC"})]
    one = run(seated(course("three_positions", BRIEF), pair))
    other = run(seated(course("three_positions", BRIEF), pair, absent=("b",)))

    assert one.summary["liquidations"] > 0
    assert one.summary == other.summary | {"declined": {"no_profit": 1}}


def test_entries_are_written_with_parameters_and_names_of_their_own():
    one, other, third = entries_of(["dear:=liquidator+multiple_bps=300 %+most_pending=4", "liquidator"], ["liquidator"])

    assert (one.name, one.strategy, one.parameters) == ("dear", "liquidator", {"multiple_bps": "300 %", "most_pending": 4})
    assert (other.name, third.name) == ("liquidator", "liquidator-2")
    assert (one.is_challenger, third.is_challenger) == (True, False)


def test_each_of_the_field_has_something_to_do_on_some_course_and_eight_on_four():
    entries = entries_of([])
    out = {name: sitting_out(entries, course(name), seat_of(course(name))) for name in courses()}

    assert {name for name in FIELD if all(name in gone for gone in out.values())} == set()
    assert sum(len(FIELD) - len(gone) >= 8 for gone in out.values()) >= 4
    assert out["lots"]["hedged"] == ("lenders", "stock") and "patient_taker" not in out["lots"]


def test_who_has_nothing_to_do_sits_out_and_the_others_race():
    plan = planned_arena(entries_of(["dear:=liquidator"], ["plain", "patient_taker"]), [course("three_positions", BRIEF)], 2)

    assert {race.names for race in plan.races} == {("dear", "plain")}
    assert plan.sit_out == {"three_positions": {"patient_taker": ("dutch_auctions",)}}
    with pytest.raises(InputError, match="nobody has anything to do on slide: patient_taker needs dutch_auctions"):
        planned_arena(entries_of([], ["patient_taker", "opportunist"]), [course("slide")], 1)


@pytest.mark.parametrize(
    ("keepers", "field", "said"),
    [
        (["liquidator"], [], "there is 1 to race; two are needed"),
        (["lickwidator"], None, '"lickwidator" is none of the variants (plain, '),
        (["liquidator+dear"], None, '"liquidator+dear" has "dear" where a parameter should be'),
        (["a b:=liquidator"], None, '"a b" cannot be the name of an entry'),
    ],
)
def test_what_cannot_race_is_told_with_a_remedy(keepers, field, said):
    with pytest.raises(InputError) as told:
        entries_of(keepers, field)

    assert str(told.value).startswith(said)


def test_a_parameter_that_is_none_is_told_with_the_entry_it_stands_at():
    with pytest.raises(ScenarioError) as told:
        seated(course("three_positions"), entries_of(["mine:=liquidator+haste=3"], ["plain"]))

    assert "agents.mine.parameters.haste is not known here" in str(told.value)


def test_a_scenario_without_keepers_has_no_seat():
    with pytest.raises(InputError, match="flash_crash has no keeper whose place could be raced for"):
        seated(course("flash_crash"), entries_of([], ["plain", "sharer"]))


def test_every_race_has_a_run_of_its_own_and_the_same_arena_has_the_same_runs():
    def ids(**more):
        plan = planned_arena(entries_of(["dear:=liquidator"], ["plain"]), [course("three_positions", BRIEF)], 2, **more)
        return [job.id for job in plan.jobs()]

    assert ids() == ids() and len(set(ids())) == 2
    assert len(set(ids(turns=2))) == 4
    assert set(ids()) < set(ids(effects=True)) and len(ids(effects=True)) == 4
