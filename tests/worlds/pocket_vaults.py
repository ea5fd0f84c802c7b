"""The pocket world of vaults (``vaults.toml``), with any of the four liquidation systems, and with somebody who meddles in it."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from sim.latency import Constant
from sim.scenario.load import load, scenario_of, tree_of
from sim.scenario.spec import AgentSpec, Scenario
from sim.scenario.values import Amount
from sim.units import MILLISECOND

VAULTS = Path(__file__).with_name("vaults.toml")
Keys = dict[str, Any]
"""Values by dotted path, as ``--set`` has them."""
SYSTEM, POOL = "vaults.maker", "vaults.maker.pools.eth_a"
STAIRS: Keys = {"kind": "stairstep", "cut": "92 %", "step": "4 s"}
DUTCH: Keys = {"start_factor": "120 %", "curve": STAIRS, "expiry": "40 s", "floor": "40 %", "reward_flat": "1 DAI", "reward": "1 %"}
SYSTEMS: dict[str, Keys] = {
    "cat_1_0": {},
    "cat_1_1": {f"{SYSTEM}.liquidations": "cat_1_1"},
    "cat_1_2": {f"{SYSTEM}.liquidations": "cat_1_2", f"{SYSTEM}.capacity": "12_000 DAI", f"{POOL}.lot": "2_500 DAI"},
    "dog": {
        f"{SYSTEM}.liquidations": "dog",
        f"{SYSTEM}.capacity": "15_000 DAI",
        f"{POOL}.capacity": "12_000 DAI",
        f"{POOL}.lot": None,
        f"{POOL}.english": None,
        f"{POOL}.dutch": DUTCH,
    },
}
"""What makes the world's liquidations those of a system."""
ENGLISH = tuple(name for name in SYSTEMS if name != "dog")
MEDDLER = AgentSpec(
    name="meddler",
    strategy="tests.worlds.meddler:Meddler",
    pools=("eth_a",),
    feeds=("osm",),
    chain_funds=(Amount(Decimal(20_000), "DAI"), Amount(Decimal(500), "ETH"), Amount(Decimal(10), "MKR")),
    latency=Constant(50 * MILLISECOND),
)


def vaults(system: str = "cat_1_0", keys: Mapping[str, Any] | None = None) -> Scenario:
    """Return the pocket scenario of vaults with a liquidation system, and values set at dotted paths."""
    return load(VAULTS, {**SYSTEMS[system], **(keys or {})})


def meddled(system: str = "cat_1_0", keys: Mapping[str, Any] | None = None) -> Scenario:
    """Return the same with a meddler (``tests.worlds.meddler``)."""
    told = vaults(system, keys)
    return attrs.evolve(told, agents=(*told.agents, MEDDLER))


def crowded(money: str = "SAI") -> Scenario:
    """Return the same with a second pool in its system, and with a second system, which makes this money and auctions the Dutch way.

    Whoever keeps auctions going does so in all three pools.
    """
    tree = deepcopy(tree_of(VAULTS))
    first = tree["vaults"][0]
    pool = first["pools"][0]
    first["pools"].append({**pool, "name": "eth_b", "ratio": "200 %", "accounts": []})
    owing = {"kind": "fixed", "debt": f"1_000 {money}"}
    population = {"accounts": 20, "size": owing, "health": {"kind": "uniform", "low": 1.02, "high": 1.3}}
    dutch = {"name": "eth_s", "collateral": "ETH", "feed": "osm", "population": population, "dutch": DUTCH | {"reward_flat": f"1 {money}"}}
    tree["vaults"].append({"name": "other", "money": money, "governance": "MKR", "debt": {"wait": "16 s"}, "pools": [dutch]})
    tree["assets"][money] = {"decimals": 18}
    for agent in tree["agents"]:
        if agent["strategy"] in ("poker", "barker", "redoer", "debt_steward", "auction_bidder"):
            agent["pools"] = ["eth_a", "eth_b", "eth_s"]
    return scenario_of(tree, {"run.duration": "2 min"})
