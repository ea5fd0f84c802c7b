"""Features: each is told, each takes away what it names and nothing else, and what is not there is refused."""

import attrs
import pytest

from sim.errors import InputError
from sim.experiment.features.catalogue import FEATURES, named, refuse_lacking, without
from sim.scenario.build import build
from sim.scenario.load import load, text_of
from sim.scenario.run import run
from tests.support.shared import REPOSITORY
from tests.worlds.pocket import pocket

SHORT = {"run.duration": "90 s"}


def test_every_feature_says_what_its_twin_is_what_is_held_fixed_and_what_may_move():
    untold = [name for name, each in FEATURES.items() if not all((each.title, each.twin, each.held, each.moves))]

    assert untold == []
    assert [name for name, each in FEATURES.items() if name != each.name] == []


def test_a_twin_without_nothing_is_the_scenario_itself_to_the_last_entry():
    scenario = pocket(SHORT)

    assert without(scenario, ()) is scenario
    assert run(without(scenario, ())).digest == run(scenario).digest


@pytest.mark.parametrize(
    "name", ["selling", "parked", "liquidation", "oracle_delay", "latency", "congestion", "keeper_limits", "maker_withdrawal"]
)
def test_what_was_taken_away_is_lacking_afterwards_and_the_twin_can_be_written(name):
    scenario = pocket(SHORT)

    twin = without(scenario, named([name]))

    assert text_of(twin) != text_of(scenario)
    with pytest.raises(InputError, match=f"has no {name} to do without: "):
        refuse_lacking(twin, named([name]))


def test_makers_who_stay_do_not_pull_and_no_shock_withdraws_them():
    rough = {"agents.maker.parameters.volatility_pull_bps": "5 bps", "agents.maker.parameters.volatility_widen_bps": "5 bps"}
    shock = {"kind": "liquidity_withdrawal", "at": "20 s", "duration": "20 s", "venue": "venue"}
    scenario = pocket({**SHORT, **rough, "world.shocks": [shock]})

    twin = without(scenario, named(["maker_withdrawal"]))

    assert twin.world.shocks == ()
    assert run(scenario).summary["depth_worst_share"] == 0
    assert run(twin).summary["depth_worst_share"] > 0.1


def test_features_do_not_depend_on_the_sequence_in_which_they_are_named():
    scenario = pocket()

    assert without(scenario, named(["latency", "selling"])) == without(scenario, named(["selling", "latency"]))


def test_what_nobody_lends_in_has_nothing_to_liquidate_or_to_sell():
    scenario = load("quiet_day")
    empty = attrs.evolve(scenario, pools=(), agents=tuple(each for each in scenario.agents if not each.pools))

    told = {name: FEATURES[name].lacks(empty) for name in ("selling", "parked", "liquidation")}

    assert all("nobody lends in it" in reason for reason in told.values())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["sellling"], '"sellling" is no feature; did you mean "selling"?'),
        (["selling", "parked"], "selling and parked are two ways to take away the same sales; name one of them"),
    ],
)
def test_features_that_are_not_there_or_go_ill_together_are_refused(names, expected):
    with pytest.raises(InputError) as refused:
        named(names)

    assert str(refused.value).startswith(expected)


def test_every_feature_has_its_heading_in_the_reference():
    page = (REPOSITORY / "docs" / "reference" / "features.md").read_text(encoding="utf-8")

    assert [name for name in FEATURES if f"\n## {name}\n" not in page] == []


@pytest.mark.parametrize("world", ["families.toml", "feeds.toml", "pocket_two.toml"])
def test_whatever_a_world_has_can_be_taken_away_and_its_twin_be_built(world):
    scenario = load(REPOSITORY / "tests" / "worlds" / world)
    had = [feature for feature in FEATURES.values() if not feature.lacks(scenario)]

    twins = {feature.name: without(scenario, [feature]) for feature in had}

    assert {"selling", "shared_oracle", "shared_blocks"} <= twins.keys()
    assert all(build(twin).facts.agents for twin in twins.values())


def test_stops_and_halts_are_lacking_where_there_are_none():
    scenario = pocket()

    assert FEATURES["stops"].lacks(scenario) == "this scenario has none: nobody in it leaves stop orders"
    assert FEATURES["halts"].lacks(scenario) == "this scenario has none: no venue in it halts"


HOLDERS = {
    "agents.value.strategy": "stop_holder",
    "agents.value.parameters": {"size": "60_000 USDC", "stops": 8, "nearest_bps": "1 %", "farthest_bps": "5 %"},
}


def test_stops_deepen_a_fall_and_their_twin_has_none():
    scenario = pocket({**HOLDERS, "run.duration": "2 min"})

    falls, twin = run(scenario), run(without(scenario, named(["stops"])))

    assert len(falls.records("StopTriggered")["seq"]) > 0 == len(twin.records("StopTriggered")["seq"])
    assert falls.summary["drawdown_bps"] > twin.summary["drawdown_bps"]


def test_a_halt_stops_trading_and_its_twin_does_not():
    scenario = pocket({"venues.venue.halt": {"band": "2 %", "span": "1 min", "pause": "30 s"}, "run.duration": "2 min"})

    halted, twin = run(scenario), run(without(scenario, named(["halts"])))

    halts, trades = halted.records("Halted"), halted.records("Traded")["at_ns"]
    assert len(halts["seq"]) > 0 == len(twin.records("Halted")["seq"])
    assert not any(begin < at < until for begin, until in zip(halts["at_ns"], halts["until"], strict=True) for at in trades)
