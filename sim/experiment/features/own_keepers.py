"""Keepers and makers taken apart: one for each protocol, or each venue, where one stood for several.

A keeper's funds are divided, to the unit, so that all of them together have what one had; a maker's limit likewise, while each rests
the whole ladder that the one rested there. Names end in whose they are, and dice are the original's. Lots among those who arrive in
one instant are drawn by name, and so anew.
"""

from decimal import Decimal

import attrs

from sim.experiment.features.copies import copied, parted
from sim.experiment.features.look import reachable, role
from sim.scenario.minds import mind_of
from sim.scenario.protocols import feeds_of, is_everywhere, protocols, readers, served, venues
from sim.scenario.spec import AgentSpec, Scenario

LIMIT = "inventory_limit"


def shared_keepers(scenario: Scenario) -> list[str]:
    """Return the sections of keepers that serve several protocols."""
    return [agent.name for agent in scenario.agents if role(agent) == "keeper" and len(served(scenario, agent)) > 1]


def own_keepers(scenario: Scenario) -> Scenario:
    """Return a scenario in which each keeper that served several protocols is one for each, with its part of the purse."""
    shared = shared_keepers(scenario)
    agents = [own for agent in scenario.agents for own in (_keepers(scenario, agent) if agent.name in shared else [agent])]
    return attrs.evolve(scenario, agents=tuple(agents))


def shared_makers(scenario: Scenario) -> list[str]:
    """Return the sections of makers that quote on venues of several protocols with one limit."""
    tied = venues(scenario)
    return [agent.name for agent in scenario.agents if is_everywhere(agent) and len(dict.fromkeys(tied[each] for each in agent.venues)) > 1]


def own_makers(scenario: Scenario) -> Scenario:
    """Return a scenario in which each maker of several protocols' venues is one for each venue."""
    shared = shared_makers(scenario)
    agents = [own for agent in scenario.agents for own in (_makers(scenario, agent) if agent.name in shared else [agent])]
    return attrs.evolve(scenario, agents=tuple(agents))


def _keepers(scenario: Scenario, agent: AgentSpec) -> list[AgentSpec]:
    """Return a keeper's copies, each with the pools, feeds and venues of one protocol, and feeds that none of them reads."""
    whose = [each for each in protocols(scenario) if each.name in served(scenario, agent)]
    purses = zip(parted(scenario, agent.chain_funds, len(whose)), parted(scenario, agent.venue_funds, len(whose)), strict=True)
    read, made = readers(scenario), []
    for each, (on_chain, on_venues) in zip(whose, purses, strict=True):
        own = feeds_of(scenario, each)
        pools = tuple(pool for pool in agent.pools if pool in each.pools)
        feeds = tuple(feed for feed in agent.feeds if feed in own or feed not in read)
        at = [agent.sells.get(pool, agent.venues[0]) for pool in pools] if agent.sells else agent.venues
        copy = attrs.evolve(agent, name=copied(agent.name, each.name), draws=agent.draws or agent.name, pools=pools, feeds=feeds)
        made.append(attrs.evolve(copy, venues=tuple(dict.fromkeys(at)), sells={}, chain_funds=on_chain, venue_funds=on_venues))
    return [reachable(each) for each in made]


def _makers(scenario: Scenario, agent: AgentSpec) -> list[AgentSpec]:
    """Return a maker's copies, one for each of its venues."""
    venue = next(each for each in scenario.venues if each.name == agent.venues[0])
    limit = mind_of(agent, scenario).inventory_limit // len(agent.venues)
    told = f"{Decimal(limit).scaleb(-scenario.assets[venue.quote].decimals):f} {venue.quote}"
    parameters = {**agent.parameters, LIMIT: told}
    copy = attrs.evolve(agent, draws=agent.draws or agent.name, parameters=parameters)
    return [reachable(attrs.evolve(copy, name=copied(agent.name, each), venues=(each,))) for each in agent.venues]
