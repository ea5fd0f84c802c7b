"""Feeds taken apart: each protocol reads its own copy of every feed that several read, with reporters, gas money and posts of its own.

A copy is called after what it copies and whose it is (``eth_usd-alpha``), and its reporters roll the same dice as the original's.
"""

from typing import Any

import attrs

from sim.experiment.features.copies import copied, copy_of, renamed
from sim.scenario.protocols import FEED_SECTIONS, feeds_of, protocols, readers, served
from sim.scenario.spec import AgentSpec, Scenario

Shared = dict[str, tuple[str, ...]]
"""By name: which protocols share it."""


def shared_feeds(scenario: Scenario) -> Shared:
    """Return the feeds that several protocols read, with who does."""
    return {feed: whose for feed, whose in readers(scenario).items() if len(whose) > 1}


def own_feeds(scenario: Scenario) -> Scenario:
    """Return a scenario in which no two protocols read one feed."""
    shared = shared_feeds(scenario)
    changed: dict[str, Any] = {section: _feeds(scenario, section, shared) for section in FEED_SECTIONS}
    for each in protocols(scenario):
        names = {feed: copied(feed, each.name) for feed in feeds_of(scenario, each) if feed in shared}
        specs = changed.get(each.section, getattr(scenario, each.section))
        changed[each.section] = tuple(renamed(spec, "feed", names) if spec.name == each.name else spec for spec in specs)
    agents = tuple(_hearing(scenario, agent, shared) for agent in scenario.agents)
    shocks = tuple(own for shock in scenario.world.shocks for own in _outages(shock, shared))
    return attrs.evolve(scenario, **changed, agents=agents, world=attrs.evolve(scenario.world, shocks=shocks))


def _feeds(scenario: Scenario, section: str, shared: Shared) -> tuple[Any, ...]:
    """Return a section's feeds, copied for each reader, over its copies of what they read; over the first ones where nobody reads."""
    made, read = [], readers(scenario)
    for spec in getattr(scenario, section):
        for each in shared.get(spec.name, read.get(spec.name, ("",))):
            names = {feed: copied(feed, each or whose[0]) for feed, whose in shared.items() if each in whose or not each}
            own = renamed(spec, "feed", names)
            made.append(copy_of(own, copied(spec.name, each)) if spec.name in shared else own)
    return tuple(made)


def _hearing(scenario: Scenario, agent: AgentSpec, shared: Shared) -> AgentSpec:
    """Return an agent that hears its protocols' copies of a feed; of a feed that it hears for nobody, all of them."""
    own = served(scenario, agent)
    names = {
        feed: [copied(feed, each) for each in whose if each in own or not any(name in whose for name in own)]
        for feed, whose in shared.items()
    }
    feeds = tuple(name for feed in agent.feeds for name in names.get(feed, [feed]))
    latency_to = {name: latency for place, latency in agent.latency_to.items() for name in names.get(place, [place])}
    return attrs.evolve(agent, feeds=feeds, latency_to=latency_to)


def _outages(shock: Any, shared: Shared) -> list[Any]:
    """Return a fault of each copy of a feed."""
    feed = getattr(shock, "feed", "")
    return [attrs.evolve(shock, feed=copied(feed, each)) for each in shared[feed]] if feed in shared else [shock]
