"""What a scenario has: who lends, who acts in which role, what is late. The questions that several features ask of it."""

from typing import Any

import attrs

from sim.agents.registry import find_strategy, role_of
from sim.latency import Constant, Lognormal, Uniform
from sim.scenario.apart import is_apart
from sim.scenario.spec import AgentSpec, Scenario


def role(agent: AgentSpec) -> str:
    """Return what kind of agent a section makes; who runs in a process of its own is taken for a keeper, unseen."""
    if is_apart(agent):
        return "keeper"
    return role_of(find_strategy(agent.strategy))


def keepers(scenario: Scenario) -> list[AgentSpec]:
    """Return the sections of keepers."""
    return [agent for agent in scenario.agents if role(agent) == "keeper"]


def lends(scenario: Scenario) -> bool:
    """Tell whether anybody can be liquidated: there is a pool, a system of vaults or another lender."""
    return bool(scenario.pools or scenario.vaults or scenario.lenders())


def accepts(agent: AgentSpec, parameter: str) -> bool:
    """Tell whether an agent's strategy has a parameter."""
    return not is_apart(agent) and parameter in {field.name for field in _fields(find_strategy(agent.strategy))}


def reachable(agent: AgentSpec) -> AgentSpec:
    """Return an agent without latencies to places it is not connected to."""
    places = (*agent.venues, *agent.pools, *agent.feeds, "chain", "outside")
    return attrs.evolve(agent, latency_to={place: latency for place, latency in agent.latency_to.items() if place in places})


def is_at_once(latency: Any) -> bool:
    """Tell whether a latency model gives one nanosecond and nothing else."""
    match latency:
        case Constant():
            return latency.latency <= 1
        case Uniform():
            return latency.high <= 1
        case Lognormal():
            return latency.most <= 1
    return False


def _fields(strategy: type[Any]) -> Any:
    return getattr(strategy, "__attrs_attrs__", ())
