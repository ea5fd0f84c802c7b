"""The pocket world of the physics tests: a cascade in a fraction of a second, and the keys that an arm of a comparison changes.

The same keys fit every scenario that calls its parts as this one does (venue, ETH-USD, pool, maker, value, crowd, keeper), so that
what is tested here in small is measured on the shipped scenario at length.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario.load import load
from sim.scenario.minds import mind_of
from sim.scenario.spec import Scenario
from sim.scenario.values import Amount

POCKET = Path(__file__).with_name("pocket.toml")
Keys = dict[str, Any]
"""Values by dotted path, as ``--set`` has them."""
LIQUIDITY = {
    "maker": ("usd_at_1", "usd_at_2", "usd_at_5", "inventory_limit"),
    "value": ("demand_per_percent", "capital"),
}
"""By agent, the parameters that say how much it trades: quote units with six decimals."""


def pocket(keys: Mapping[str, Any] | None = None) -> Scenario:
    """Return the pocket scenario, with values set at dotted paths."""
    return load(POCKET, keys)


def depth_times(scenario: Scenario, factor: float) -> Keys:
    """Return the keys that multiply visible and latent liquidity, and the funds it comes from."""
    keys: Keys = {}
    for agent in scenario.agents:
        if agent.name not in LIQUIDITY:
            continue
        mind = mind_of(agent, scenario)
        for parameter in LIQUIDITY[agent.name]:
            keys[f"agents.{agent.name}.parameters.{parameter}"] = f"{round(getattr(mind, parameter) * factor / 10**6)} USDC"
        keys[f"agents.{agent.name}.venue_funds"] = [_times(amount, factor) for amount in agent.venue_funds]
    return keys


def _times(amount: Amount, factor: float) -> str:
    return f"{round(float(amount.number) * max(1.0, factor))} {amount.asset}"
