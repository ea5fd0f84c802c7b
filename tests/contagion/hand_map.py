"""A hand tape of two protocols on one feed, read as a contagion map."""

from typing import Any

import attrs

from sim.cascade import stretches
from sim.contagion.realised import Realised, RealisedFold
from sim.contagion.realised_edges import Edge
from sim.facts import AgentFacts, Facts, FeedFacts, PoolFacts, VenueFacts
from sim.records.lending import HealthFell, Liquidated
from sim.units import Lots, Party, Place, Seq, Units
from tests.support.tapes import ETH, FACTS, FEED, KEEPER, LOT, OTHER_VENUE, POOL, TICK, USDC, VENUE, HandTape

ALPHA, BETA = POOL, 18
DEBTOR, OTHER_DEBTOR = 31, 32
PROTOCOLS = tuple(PoolFacts(place, name, {ETH: FEED, USDC: 0}, {USDC: 10**8}) for place, name in ((ALPHA, "alpha"), (BETA, "beta")))
VENUES = (*FACTS.venues, VenueFacts(OTHER_VENUE, "other", ETH, USDC, LOT, TICK))
RIVAL = 35
AGENTS = (*FACTS.agents, AgentFacts(RIVAL, "rival", "Liquidator", 1, "keeper"))
TWO = attrs.evolve(FACTS, pools=PROTOCOLS, venues=VENUES, agents=AGENTS)
ON_BOTH = attrs.evolve(TWO, feeds=(FeedFacts(FEED, "ETH/USD", ETH, {VENUE: 5_000, OTHER_VENUE: 5_000}),))
ONE_DOLLAR: Units = 10**6


def fall(hand: HandTape, pool: Place, account: Party, post: Seq, dollars: int = 100) -> Seq:
    """Call an account that owes so many dollars."""
    return hand.say(pool, account, HealthFell(post, 0, 99 * 10**16, dollars * 10**8, dollars * 10**8), post)


def liquidate(hand: HandTape, pool: Place, account: Party, fell: Seq, lots: Lots, dollars: int, keeper: Party = KEEPER) -> Seq:
    """Repay dollars of an account's debt and seize lots of it."""
    row = Liquidated(account, USDC, ETH, fell, 10**8, 10**10, dollars * ONE_DOLLAR, lots * LOT, 0, 99 * 10**16)
    return hand.say(pool, keeper, row, fell)


def mapped(hand: HandTape, facts: Facts = TWO) -> Realised:
    """Return the map of a tape."""
    fold = RealisedFold(facts)
    for stretch in stretches(hand.read()):
        fold.take(stretch)
    return fold.result()


def told(found: Realised, edges: list[Edge], channel: str) -> dict[tuple[str, str], Any]:
    """Return flows of a channel by the names of both ends."""
    return {(found.names[each.start], found.names[each.end]): each.told for each in edges if each.channel == channel}
