"""Seats: a scenario in which entries stand where its keepers stood, alike in all but their minds.

A seat is a copy of the scenario's own keeper: its places, funds and latency, with draws of its own. The draws belong to the seat and not to
whoever sits there, and who sits where goes round from race to race; so nobody's luck is its own, and everything else in the world draws
what it always draws. Keepers of other kinds, and all other agents, stay. Left out: how often it goes round (`plan`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sim.agents.registry import find_strategy, role_of
from sim.errors import DowntickError, InputError
from sim.experiment.arena.entries import MOST_LINES, Entry
from sim.experiment.plan import bare
from sim.scenario.convert import unstructure
from sim.scenario.load import scenario_of
from sim.scenario.spec import AgentSpec, Scenario

SEAT = "seat"
"""Seats draw as ``seat0``, ``seat1``..."""


def seated(
    scenario: Scenario, entries: Sequence[Entry], turn: int = 0, seat: str = "", *, apart: bool = False, absent: Collection[str] = ()
) -> Scenario:
    """Return a scenario in which entries race: the i-th on seat (i + turn) modulo their number, who is ``absent`` not at all.

    ``seat`` names the agent whose place they take: its first keeper unless given. ``apart`` puts challengers into processes of their own.
    Raises InputError for a scenario without a keeper, and ScenarioError for parameters that are none.
    """
    tree: dict[str, Any] = unstructure(bare(scenario))
    model = tree["agents"][scenario.agents.index(seat_of(scenario, seat))]
    taken = [agent["name"] for agent in tree["agents"] if agent is not model]
    racing = []
    for place, entry in enumerate(entries):
        if entry.name in taken:
            raise InputError(f'{scenario.name} has a "{entry.name}" already; enter yours as OTHER:={entry.strategy}')
        if entry.name not in absent:
            racing.append(_agent(model, entry, (place + turn) % len(entries), apart))
    position = tree["agents"].index(model)
    tree["agents"][position : position + 1] = racing
    return scenario_of(tree)


def _agent(model: Mapping[str, Any], entry: Entry, seat: int, apart: bool) -> dict[str, Any]:
    limits = {**model["limits"], "lines": MOST_LINES} if entry.is_challenger else model["limits"]
    return {
        **model,
        "name": entry.name,
        "strategy": entry.strategy,
        "count": 1,
        "draws": f"{SEAT}{seat}",
        "on_failure": "isolate",
        "isolate": "process" if apart and entry.is_challenger else "none",
        "limits": limits,
        "parameters": dict(entry.parameters),
    }


def seat_of(scenario: Scenario, seat: str = "") -> AgentSpec:
    """Return the agent whose place is raced for: its first keeper, unless one is named. Raises InputError where there is none."""
    if seat:
        for agent in scenario.agents:
            if agent.name == seat:
                return agent
        raise InputError(f'{scenario.name} has no agent "{seat}" to make room; it has {", ".join(each.name for each in scenario.agents)}')
    for agent in scenario.agents:
        if _is_keeper(agent.strategy):
            return agent
    raise InputError(f"{scenario.name} has no keeper whose place could be raced for; name another scenario, or an agent with --seat")


def _is_keeper(strategy: str) -> bool:
    try:
        return role_of(find_strategy(strategy)) == "keeper"
    except DowntickError:
        return False
