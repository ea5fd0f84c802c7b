"""From an agent's section to its mind: the strategy found, its parameters read."""

from typing import Any

from sim.agents.registry import find_strategy
from sim.errors import ScenarioError, StrategyError
from sim.scenario.apart import is_apart
from sim.scenario.checks import known_decimals
from sim.scenario.parameters import structure_parameters
from sim.scenario.spec import AgentSpec, Scenario


def mind_of(agent: AgentSpec, scenario: Scenario) -> Any:
    """Return a new strategy with an agent's parameters. Raises ScenarioError or StrategyError with every mistake."""
    path = f"agents.{agent.name}.parameters"
    return structure_parameters(find_strategy(agent.strategy), agent.parameters, path, known_decimals(scenario), _assets(agent, scenario))


def check_minds(scenario: Scenario) -> None:
    """Refuse agents whose strategy cannot be found or whose parameters it does not take. Raises ScenarioError with every mistake."""
    mistakes: list[str] = []
    for agent in scenario.agents:
        if is_apart(agent):
            continue  # Nobody imports it here; its own process will say.
        try:
            mind_of(agent, scenario)
        except ScenarioError as found:
            mistakes += found.mistakes
        except StrategyError as found:
            mistakes.append(f"agents.{agent.name}.strategy: {found}")
    if mistakes:
        raise ScenarioError(*mistakes)


def _assets(agent: AgentSpec, scenario: Scenario) -> dict[str, str]:
    """Return which asset is the base and quote of an agent's first venue, and which pays for gas."""
    venue = next((venue for venue in scenario.venues if venue.name in agent.venues[:1]), None)
    traded = {"base": venue.base, "quote": venue.quote} if venue else {}
    return {"gas": scenario.chain.gas_asset, **traded}
