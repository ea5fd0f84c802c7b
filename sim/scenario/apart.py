"""Agents whose strategy runs in a process of its own: what is said to that process first, and which program it is.

``isolate = "process"`` runs a strategy written for Python in a Python of its own, which imports it there and nowhere else;
``strategy = "program: ./keeper --fast"`` runs any program that speaks the line protocol.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any

import attrs

from sim.agents.far.mind import FarMind
from sim.agents.far.process import python, starter
from sim.agents.registry import role_of
from sim.errors import StrategyError
from sim.scenario.spec import Scenario
from sim.scenario.spec.agents import PROGRAM, AgentSpec


def is_apart(spec: AgentSpec) -> bool:
    """Say whether an agent's strategy runs in a process of its own."""
    return spec.isolate == "process" or spec.strategy.startswith(PROGRAM)


def strategy_apart(spec: AgentSpec, path: str, decimals: Mapping[str, int], assets: Mapping[str, str]) -> FarMind:
    """Return a strategy in a process of its own, with its parameters. Raises StrategyError. Cost: half a second for Python."""
    is_program = spec.strategy.startswith(PROGRAM)
    program = tuple(shlex.split(spec.strategy.removeprefix(PROGRAM))) if is_program else python("sim.scenario.guest")
    if not program:
        raise StrategyError(f'agents.{spec.name}.strategy names no program; give "{PROGRAM} ./keeper", with its arguments')
    hello = {
        "strategy": spec.strategy,
        "parameters": json.loads(json.dumps(spec.parameters, default=float)),
        "path": path,
        "decimals": {name: str(places) for name, places in decimals.items()},
        "assets": dict(assets),
        "most_commands": str(spec.limits.commands),
        "most_lines": str(spec.limits.lines or ""),
    }
    return FarMind.begin(starter(program), hello, f"agents.{spec.name}.strategy {spec.strategy}")


def apart(scenario: Scenario) -> Scenario:
    """Return a scenario in which every strategy that is given by a file or a module runs in a process of its own."""
    agents = [attrs.evolve(each, isolate="process") if ":" in each.strategy else each for each in scenario.agents]
    return attrs.evolve(scenario, agents=tuple(agents))


def name_of(strategy: Any) -> str:
    """Return what a strategy is called: its class, here or in its own process."""
    return strategy.name if isinstance(strategy, FarMind) else type(strategy).__name__


def role_in(strategy: Any) -> str:
    """Return a strategy's role, here or in its own process."""
    return strategy.role if isinstance(strategy, FarMind) else role_of(type(strategy))
