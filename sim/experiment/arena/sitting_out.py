"""Who has something to do on a course, and who sits it out: what a strategy says it needs, held against what a seat offers.

A strategy that says nothing of what it needs (``needs``, `sim.agents.strategy`) races everywhere. Left out: whether it ever occurs.
"""

from collections.abc import Iterable, Iterator

from sim.agents.registry import find_strategy
from sim.agents.strategy import needs
from sim.experiment.arena.entries import Entry
from sim.scenario.spec import AgentSpec, Scenario


def sitting_out(entries: Iterable[Entry], scenario: Scenario, seat: AgentSpec) -> dict[str, tuple[str, ...]]:
    """Return who has nothing to do on such a seat, by name, with the words for what is missing."""
    there = tuple(offered(scenario, seat))
    missing = {entry.name: tuple(word for word in needs(find_strategy(entry.strategy)) if word not in there) for entry in entries}
    return {name: words for name, words in missing.items() if words}


def offered(scenario: Scenario, seat: AgentSpec) -> Iterator[str]:
    """Yield what a seat offers, in the words of ``NEEDS``."""
    lenders = {"": [pool.name for pool in scenario.pools]}
    for key, spec in scenario.lenders():
        lenders.setdefault(key, []).append(spec.name)
    if any(name in seat.pools for names in lenders.values() for name in names):
        yield "lenders"
    yield from (key for key in ("comet", "liquity") if any(name in seat.pools for name in lenders.get(key, ())))
    yield from _auctions(scenario, seat)
    if seat.amms:
        yield "amms"
    if _lends_within_a_tx(scenario):
        yield "flash_loans"
    if scenario.chain.preset().bundles:
        yield "bundles"
        if any(feed.oev is not None for feed in scenario.feeds):
            yield "offers"
    base = next((venue.base for venue in scenario.venues if seat.venues and venue.name == seat.venues[0]), "")
    if any(amount.asset == base and amount.number for amount in seat.venue_funds):
        yield "stock"


def _auctions(scenario: Scenario, seat: AgentSpec) -> Iterator[str]:
    """Yield what kinds of vaults are among the pools of a seat."""
    systems = [system for system in scenario.vaults if any(pool.name in seat.pools for pool in system.pools)]
    if systems:
        yield "vaults"
    if any(system.liquidations == "dog" for system in systems):
        yield "dutch_auctions"
    if any(system.liquidations != "dog" for system in systems):
        yield "english_auctions"


def _lends_within_a_tx(scenario: Scenario) -> bool:
    """Say whether anybody lends for the length of a tx: who does nothing else, a pool of the Aave family, a Morpho, a mint, an amm."""
    return bool(
        scenario.flash_lenders or scenario.pools or scenario.amms or scenario.morpho or any(system.flash_mint for system in scenario.vaults)
    )
