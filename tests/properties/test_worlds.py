"""Worlds can be forked while they run, and money is neither made nor lost, whatever the keys."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.build import build
from sim.scenario.run import run
from sim.units import SECOND, WAD
from tests.worlds.pocket import pocket


@pytest.mark.parametrize("seconds", [0, 37, 81])
def test_a_fork_goes_on_as_the_original_does(seconds):
    world = build(pocket({"run.duration": "100 s"}), 4)
    world.kernel.run_until(seconds * SECOND)
    fork = copy.deepcopy(world)
    before = fork.tape.entries

    world.kernel.run_until(100 * SECOND)
    assert fork.tape.entries == before
    fork.kernel.run_until(100 * SECOND)

    fork.check()
    assert world.tape.digest() == fork.tape.digest()


def test_a_fork_may_go_another_way_without_the_original_noticing():
    undisturbed, world = (build(pocket({"run.duration": "100 s"}), 4) for _ in range(2))
    world.kernel.run_until(60 * SECOND)
    fork = copy.deepcopy(world)

    fork.outside.jump(-2_000, 0)
    fork.kernel.run_until(100 * SECOND)
    world.kernel.run_until(100 * SECOND)
    undisturbed.kernel.run_until(100 * SECOND)

    assert fork.tape.digest() != world.tape.digest()
    assert undisturbed.tape.digest() == world.tape.digest()


def test_every_asset_adds_up_after_every_event():
    result = run(pocket({"run.duration": "90 s"}), 4, check=True)

    assert result.summary["liquidations"] > 0
    assert result.digest == run(pocket({"run.duration": "90 s"}), 4).digest


SHOCKS: dict[str, dict[str, Any]] = {
    "jump": {"size": "-6 %"},
    "metaorder": {"duration": "20 s", "venue": "venue", "side": "sell", "amount": "80 ETH"},
    "liquidity_withdrawal": {"duration": "20 s", "venue": "venue", "share": "90 %"},
    "reporter_outage": {"duration": "20 s", "feed": "ETH-USD", "reporters": 2},
    "gas_surge": {"duration": "20 s", "price": "1000 %"},
    "latency_surge": {"duration": "20 s", "venue": "venue", "factor": 50},
    "custody_suspended": {"duration": "20 s", "venue": "venue"},
}


def _shocks(kinds: list[str]) -> list[dict[str, Any]]:
    return [{"kind": kind, "at": "30 s", **SHOCKS[kind]} for kind in kinds]


KEYS = st.fixed_dictionaries(
    {
        "run.duration": st.just("80 s"),
        "pools.pool.version": st.sampled_from(["v2", "v3_0", "v3_7"]),
        "chain.fee_market": st.sampled_from(["first_price", "eip1559"]),
        "chain.block_clock": st.sampled_from(["slots", "exponential"]),
        "switches.forced_sales": st.sampled_from(["book", "outside_at_mid", "parked"]),
        "switches.free_gas": st.booleans(),
        "switches.no_latency": st.booleans(),
        "agents.keeper.count": st.integers(1, 4),
        "agents.keeper.parameters.tip_policy": st.sampled_from(["market", "fixed", "share", "escalating"]),
        "agents.keeper.parameters.disposal": st.sampled_from(["at_once", "sliced", "held"]),
        "world.shocks": st.lists(st.sampled_from(sorted(SHOCKS)), max_size=4, unique=True).map(_shocks),
    }
)


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32), keys=KEYS)
def test_whatever_the_keys_the_laws_hold(seed, keys):
    result = run(pocket(keys), seed)

    liquidated, traded, sealed = result.records("Liquidated"), result.records("Traded"), result.records("BlockSealed")
    assert all(health < WAD for health in liquidated["health"])
    assert (traded["price"] > 0).all()
    assert (traded["lots"] > 0).all()
    assert (sealed["our_gas"] <= sealed["gas_used"]).all()
    if keys["switches.forced_sales"] != "book":
        assert result.summary["forced_share_of_volume"] == 0.0
