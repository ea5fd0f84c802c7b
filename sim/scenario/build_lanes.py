"""Building lanes: which contracts and which senders belong to which protocol's block space, where each has its own."""

from sim.scenario.parts import Parts
from sim.scenario.protocols import protocols, readers, served
from sim.scenario.spec import AgentSpec
from sim.units import Party


def add_lanes(parts: Parts) -> None:
    """Give each protocol's contracts, and feeds that it alone reads, a lane, where the scenario asks for it."""
    scenario = parts.scenario
    if not scenario.chain.own_space:
        return
    alone = {feed: whose[0] for feed, whose in readers(scenario).items() if len(whose) == 1}
    for each in protocols(scenario):
        number = parts.lane_of[each.name] = parts.chain.lanes.add(parts.chain.demand)
        own = (each.name, *each.pools)
        for place in parts.chain.contracts:
            name = parts.names.name(place)
            if name in own or name.startswith(tuple(f"{one}/" for one in own)) or alone.get(name) == each.name:
                parts.chain.lanes.of_contract[place] = number


def give_lane(parts: Parts, agent: AgentSpec, me: Party) -> None:
    """Give an agent that serves one protocol its lane, for what it sends to nobody's contracts."""
    whose = served(parts.scenario, agent) if parts.lane_of else ()
    if len(whose) == 1:
        lanes = parts.chain.lanes
        lanes.of_sender |= dict.fromkeys(range(me, me + agent.accounts), parts.lane_of[whose[0]])
