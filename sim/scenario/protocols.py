"""Who the protocols of a scenario are, and what ties each to feeds, venues and agents: the map along which distress may travel.

A protocol is a pool, a system of vaults with its pools, or another lender. It is tied to the feeds its contracts read, however many
feeds lie in between; to the venues those feeds look at; and to agents that call it, with the venues on which keepers among them sell.
"""

from typing import Any

import attrs

from sim.agents.registry import find_strategy, role_of
from sim.scenario.spec import AgentSpec, Scenario
from sim.scenario.spec.scenario import LENDERS
from sim.scenario.walk import mark_of, walk

QUOTES_EVERYWHERE = "quotes_everywhere"
"""Class attribute of strategies that quote on all of their venues with one limit."""
FEED_SECTIONS = ("feeds", "delayed_feeds", "pull_feeds", "derived_feeds")
"""Keys under which feeds are listed."""


@attrs.frozen
class Protocol:
    """One protocol of a scenario."""

    name: str
    section: str
    """The key under which it is listed."""
    pools: tuple[str, ...]
    """What agents call: pools by name."""


def protocols(scenario: Scenario) -> tuple[Protocol, ...]:
    """Return a scenario's protocols, in the sequence in which they are built."""
    found = [Protocol(pool.name, "pools", (pool.name,)) for pool in scenario.pools]
    found += [Protocol(system.name, "vaults", tuple(pool.name for pool in system.pools)) for system in scenario.vaults]
    return (*found, *(Protocol(each.name, key, (each.name,)) for key in LENDERS for each in getattr(scenario, key)))


def served(scenario: Scenario, agent: AgentSpec) -> tuple[str, ...]:
    """Return the protocols that an agent calls."""
    return tuple(each.name for each in protocols(scenario) if any(pool in agent.pools for pool in each.pools))


def readers(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return, by feed, the protocols that read it, be it over other feeds."""
    found: dict[str, tuple[str, ...]] = {}
    for each in protocols(scenario):
        for feed in feeds_of(scenario, each):
            found[feed] = (*found.get(feed, ()), each.name)
    return found


def feeds_of(scenario: Scenario, protocol: Protocol) -> tuple[str, ...]:
    """Return the feeds that a protocol's contracts read, and those which these read."""
    section = next(each for each in getattr(scenario, protocol.section) if each.name == protocol.name)
    seen = dict.fromkeys(named_in(section, "feed"))
    specs = feed_specs(scenario)
    waiting = list(seen)
    while waiting:
        feed = waiting.pop()
        over = [each for each in named_in(specs[feed], "feed") if each not in seen]
        seen |= dict.fromkeys(over)
        waiting += over
    return tuple(seen)


def venues(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return, by venue, the protocols it is tied to: by feeds, by keepers who sell, or by who trades on it and on one that is tied."""
    tied: dict[str, dict[str, None]] = {venue.name: {} for venue in scenario.venues}
    specs = feed_specs(scenario)
    for feed, whose in readers(scenario).items():
        for venue in named_in(specs[feed], "venue"):
            tied[venue] |= dict.fromkeys(whose)
    for agent in scenario.agents:
        if role_of(find_strategy(agent.strategy)) == "keeper":
            for venue in agent.venues:
                tied[venue] |= dict.fromkeys(_sellers_at(scenario, agent, venue))
    _tie_by_traders(scenario, tied)
    return {venue: tuple(each.name for each in protocols(scenario) if each.name in whose) for venue, whose in tied.items()}


def is_everywhere(agent: AgentSpec) -> bool:
    """Tell whether an agent quotes on all of its venues with one limit."""
    return bool(getattr(find_strategy(agent.strategy), QUOTES_EVERYWHERE, False))


def is_loose(scenario: Scenario, agent: AgentSpec) -> bool:
    """Tell whether an agent trades for no protocol, and holds no venues together by a limit."""
    return not served(scenario, agent) and not is_everywhere(agent)


def _tie_by_traders(scenario: Scenario, tied: dict[str, dict[str, None]]) -> None:
    """Tie venues that nothing else ties to what the other venues of those who trade there are tied to."""
    own = [venue for venue, whose in tied.items() if not whose]
    for _ in own:
        for agent in scenario.agents:
            if is_loose(scenario, agent):
                reached = {name: None for venue in agent.venues for name in tied[venue]}
                for venue in agent.venues:
                    if venue in own:
                        tied[venue] |= reached


def _sellers_at(scenario: Scenario, agent: AgentSpec, venue: str) -> tuple[str, ...]:
    """Return for which protocols a keeper sells on a venue: those it was told to, the others on its first."""
    pools = [pool for pool in agent.pools if agent.sells.get(pool, agent.venues[0]) == venue]
    return served(scenario, attrs.evolve(agent, pools=tuple(pools), sells={}))


def feed_specs(scenario: Scenario) -> dict[str, Any]:
    """Return every section that is a feed, by name."""
    return {each.name: each for section in FEED_SECTIONS for each in getattr(scenario, section)}


def named_in(section: Any, mark: str) -> tuple[str, ...]:
    """Return the names of one kind that a section mentions."""
    return tuple(value for _, kind, value in walk(section) if mark_of(kind) == mark and value is not None)
