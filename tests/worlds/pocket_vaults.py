"""The pocket world of vaults (``vaults.toml``), with any of the four liquidation systems, and with somebody who meddles in it."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from sim.latency import Constant
from sim.scenario.load import load
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
