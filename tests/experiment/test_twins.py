"""A scenario against its twins: amplification on paper, differences seed by seed, Shapley values, and what is kept."""

import json

import pytest

from sim.errors import InputError
from sim.experiment.plan import one_run
from sim.experiment.twins import TABLE, amplification, made_twins, planned_twins, twins
from sim.scenario.load import load
from sim.scenario.run import run
from sim.scenario.world import World
from sim.streams import Stream
from tests.worlds.pocket import pocket

SHORT = {"run.duration": "60 s"}
NO_DEBT = {"pools.pool.population": None}


@pytest.fixture(scope="module")
def hand_made():
    """Return the twin of the scenario whose every figure was worked out by hand."""
    return twins("three_positions", ["selling"], [1, 2])


def test_what_sales_add_to_three_positions_is_what_the_hand_worked_out(hand_made):
    figures = hand_made["figures"]

    assert [figures["liquidations"][part]["mean"] for part in ("run", "twin", "difference")] == [3, 1, 2]
    assert [figures["drawdown_bps"][part]["mean"] for part in ("run", "twin", "difference")] == [400, 100, 300]
    assert (hand_made["amplification"]["ratio"], hand_made["amplification"]["difference_bps"]["mean"]) == (4, 300)
    assert hand_made["same_digest"] == 0


def test_money_is_compared_in_its_asset(hand_made):
    debt = hand_made["figures"]["debt_repaid"]

    assert debt["unit"] == "USDC"
    assert debt["difference"]["mean"] == pytest.approx(debt["run"]["mean"] - debt["twin"]["mean"])


def test_without_debt_amplification_is_exactly_one_and_the_twin_is_the_run():
    table = twins(pocket({**SHORT, **NO_DEBT}), ["selling"], [1, 2])

    assert (table["amplification"]["ratio"], table["amplification"]["lo"], table["amplification"]["hi"]) == (1, 1, 1)
    assert table["amplification"]["difference_bps"]["mean"] == 0
    assert table["same_digest"] == 2
    assert {figure["difference"]["mean"] for figure in table["figures"].values()} <= {0, None}


def test_the_run_of_a_twin_plan_is_the_scenarios_own():
    scenario = pocket(SHORT)
    plan = planned_twins(scenario, ["latency"], [1])

    rows = {job.id: job for job in plan.jobs()}

    digests = [one_run(**rows[plan.sets[each].id(1)].arguments)["digest"] for each in (plan.whole, 0)]
    assert digests[0] == run(scenario, seed=1).digest != digests[1]


def test_run_and_twin_roll_the_same_dice_all_but_the_travels_of_who_is_woken_more_often():
    """No mind's draws, no block and no stranger's demand shift after the first difference; keepers hear of more, so their travels do."""
    worlds: list[World] = []
    runs = [
        run(pocket({"run.duration": "2 min", **keys}), on_world=worlds.append) for keys in ({}, {"switches.forced_sales": "outside_at_mid"})
    ]
    drawn = [{name: [stream.uniform(), stream.normal(), stream.exponential()] for name, stream in streams(world)} for world in worlds]

    assert runs[0].digest != runs[1].digest
    assert drawn[0].keys() == drawn[1].keys()
    shifted = [name for name in drawn[0] if drawn[0][name] != drawn[1][name]]
    assert shifted
    assert {name.split("/")[0] for name in shifted} == {"keeper"}
    assert not [name for name in shifted if name.endswith("/decide")]


def streams(world: World) -> list[tuple[str, Stream]]:
    return list(world.streams._streams.items())


def test_shapley_values_sum_to_the_whole_difference_seed_by_seed(tmp_path):
    plan = planned_twins(pocket(SHORT), ["selling", "latency"], [1, 2], with_shapley=True)

    table = made_twins(plan, tmp_path)

    values = table["shapley"]["values"]
    for key, whole in table["shapley"]["together"].items():
        if whole["mean"] is not None:
            assert sum(of[key]["mean"] for of in values.values()) == pytest.approx(whole["mean"], abs=1e-6)
    assert table["shapley"]["together"]["posts"] == table["figures"]["posts"]["difference"]
    assert any("depend on the chosen set" in remark for remark in table["remarks"])
    assert json.loads((tmp_path / TABLE).read_text()) == table


def test_what_is_kept_is_not_run_again_and_the_twin_can_be_run_by_itself(tmp_path):
    plan = planned_twins(pocket(SHORT), ["selling"], [1])
    table = made_twins(plan, tmp_path)
    told = []

    again = made_twins(plan, tmp_path, on_progress=lambda done, total, row: told.append(row))

    assert (again, told) == (table, [])
    twin = run(tmp_path / "twin-scenario.json", seed=1)
    assert twin.summary["drawdown_bps"] == table["figures"]["drawdown_bps"]["twin"]["mean"]


def test_a_twin_that_does_not_fall_has_no_ratio():
    assert amplification([5.0, 7.0], [0.0, 0.0])["ratio"] is None
    assert amplification([5.0], [2.0])["ratio"] == 2.5
    assert amplification([None, 4.0], [1.0, 2.0])["ratio"] == 2


def test_more_than_six_features_have_no_shapley_values():
    seven = ["selling", "liquidation", "latency", "congestion", "keeper_limits", "maker_withdrawal", "oracle_delay"]

    with pytest.raises(InputError, match="name 6 at most"):
        planned_twins(load("first_cascade"), seven, [1], with_shapley=True)
