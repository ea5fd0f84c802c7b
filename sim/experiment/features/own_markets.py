"""Markets taken apart: each protocol's collateral trades on a copy of the venue that several shared, with everybody who trades there.

A copy of a venue has the whole depth: who trades there for nobody (makers of one venue, crowds, whoever believes in a value) is there
once for each copy, with the same funds and the same dice. So a sale moves its own protocol's copy as far as it moved the one venue,
and no other's. Keepers stay who they are, and sell what a protocol gave on that protocol's copy. Left out: amms, which have no copies.
"""

from typing import Any

import attrs

from sim.agents.registry import find_strategy
from sim.errors import InputError
from sim.experiment.features.copies import copied, copy_of, parted
from sim.experiment.features.look import reachable
from sim.experiment.features.own_feeds import Shared
from sim.scenario.protocols import is_loose, protocols, readers, served, venues
from sim.scenario.spec import AgentSpec, Scenario, SourceSpec

SELLS_BY_POOL = "sells_by_pool"
"""Class attribute of strategies that sell what a pool gave on the venue that ``sells`` names."""


def shared_venues(scenario: Scenario) -> Shared:
    """Return the venues that several protocols are tied to, with which."""
    return {venue: whose for venue, whose in venues(scenario).items() if len(whose) > 1}


def spanning(scenario: Scenario) -> list[str]:
    """Return the sections of agents who serve nobody and trade on venues of several protocols, makers with one limit left out."""
    return [agent.name for agent in scenario.agents if is_loose(scenario, agent) and len(_tied(scenario, agent)) > 1]


def own_markets(scenario: Scenario) -> Scenario:
    """Return a scenario in which no two protocols are tied to one venue, but by makers with one limit.

    Raises InputError for a keeper that serves several protocols and can sell on one venue only.
    """
    shared = shared_venues(scenario)
    listed = [own for venue in scenario.venues for own in _copies(venue, shared)]
    feeds = tuple(_looking(scenario, feed, shared) for feed in scenario.feeds)
    pulled = tuple(_looking(scenario, feed, shared) for feed in scenario.pull_feeds)
    agents = [own for agent in scenario.agents for own in _placed(scenario, agent, shared)]
    shocks = tuple(own for shock in scenario.world.shocks for own in _struck(shock, shared))
    world = attrs.evolve(scenario.world, shocks=shocks)
    return attrs.evolve(scenario, venues=tuple(listed), feeds=feeds, pull_feeds=pulled, agents=tuple(map(reachable, agents)), world=world)


def _copies(venue: Any, shared: Shared) -> list[Any]:
    return [copy_of(venue, copied(venue.name, each)) for each in shared[venue.name]] if venue.name in shared else [venue]


def _looking(scenario: Scenario, feed: Any, shared: Shared) -> Any:
    """Return a feed that looks at its reader's copy of a venue; with several readers at theirs, which share the venue's weight."""
    whose = readers(scenario).get(feed.name, ())
    seen = [(source, _of(source.venue, whose or shared.get(source.venue, ()), shared)) for source in feed.sources]
    scale = 1
    for _, names in seen:
        scale *= len(names)
    sources = tuple(SourceSpec(venue=name, weight=source.weight * scale // len(names)) for source, names in seen for name in names)
    return attrs.evolve(feed, sources=sources)


def _of(venue: str, whose: tuple[str, ...], shared: Shared) -> list[str]:
    """Return some protocols' copies of a venue; the venue itself where it has none."""
    return [copied(venue, each) for each in shared[venue] if each in whose] if venue in shared else [venue]


def _placed(scenario: Scenario, agent: AgentSpec, shared: Shared) -> list[AgentSpec]:
    """Return who comes of an agent: itself on its protocols' copies; of one who serves nobody, a copy for each protocol."""
    own = served(scenario, agent)
    if is_loose(scenario, agent):
        tied = _tied(scenario, agent)
        return [_trader(scenario, agent, each, shared) for each in tied] if len(tied) > 1 else [agent]
    if len(own) > 1 and any(venue in shared for venue in agent.venues):
        return [_selling(scenario, agent, shared)]
    at = [name for venue in agent.venues for name in _of(venue, own or shared.get(venue, ()), shared)]
    return [_at(agent, tuple(at), shared)]


def _tied(scenario: Scenario, agent: AgentSpec) -> list[str]:
    """Return the protocols that an agent's venues are tied to."""
    tied = venues(scenario)
    return list(dict.fromkeys(each for venue in agent.venues for each in tied[venue]))


def _trader(scenario: Scenario, agent: AgentSpec, whose: str, shared: Shared) -> AgentSpec:
    """Return a trader's copy that trades on one protocol's venues."""
    tied = venues(scenario)
    at = [name for venue in agent.venues if whose in tied[venue] for name in _of(venue, (whose,), shared)]
    return _at(attrs.evolve(agent, name=copied(agent.name, whose), draws=agent.draws or agent.name), tuple(at), shared)


def _selling(scenario: Scenario, agent: AgentSpec, shared: Shared) -> AgentSpec:
    """Return a keeper of several protocols that sells what each gives on that protocol's own venue; its funds there are divided."""
    if not getattr(find_strategy(agent.strategy), SELLS_BY_POOL, False):
        whose = " and ".join(served(scenario, agent))
        raise InputError(f"agents.{agent.name} serves {whose}, and {agent.strategy} sells on one venue; do without shared_keepers too")
    sells = {}
    for each in protocols(scenario):
        for pool in each.pools:
            if pool in agent.pools:
                sells[pool] = _of(agent.sells.get(pool, agent.venues[0]), (each.name,), shared)[0]
    others = [venue for venue in agent.venues if venue not in shared]
    at = tuple(dict.fromkeys((*sells.values(), *others)))
    funds = parted(scenario, agent.venue_funds, len(at))[0] if len(at) > len(agent.venues) else agent.venue_funds
    return attrs.evolve(_at(agent, at, shared), sells=sells, venue_funds=funds)


def _at(agent: AgentSpec, at: tuple[str, ...], shared: Shared) -> AgentSpec:
    """Return an agent on other venues, as far from each copy as it was from the venue."""
    far = {
        name: agent.latency_to[venue]
        for venue in agent.venues
        if venue in agent.latency_to
        for name in _of(venue, shared.get(venue, ()), shared)
    }
    return attrs.evolve(agent, venues=at, latency_to={**agent.latency_to, **far})


def _struck(shock: Any, shared: Shared) -> list[Any]:
    """Return a shock on each copy of its venue."""
    venue = getattr(shock, "venue", "")
    return [attrs.evolve(shock, venue=copied(venue, each)) for each in shared[venue]] if venue in shared else [shock]
