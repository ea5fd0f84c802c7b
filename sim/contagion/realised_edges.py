"""What the realised map is made of: nodes, channels, and edges summed up while they are found.

Flows are whole numbers in a unit that each edge names, at the scale that ``SCALE`` gives: what is divided among several is divided by
cumulative rounding, so that the parts sum to the whole. An edge from a node to itself is kept: it is what a protocol did to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias, TypeVar

import attrs

from sim.contagion.fates import protocol_names
from sim.facts import Facts, FeedFacts
from sim.units import Nanos, Party, Place


class Kind(StrEnum):
    """What a node is."""

    PROTOCOL = "protocol"
    """A lending pool, a market, or a pool of vaults: whatever accounts belong to."""
    VENUE = "venue"
    """Or an amm that a feed reads."""
    FEED = "feed"
    KEEPER = "keeper"
    MAKER = "maker"
    ASSET = "asset"


class Channel(StrEnum):
    """By what distress went over; ``docs/background/contagion.md`` defines each."""

    PRICE = "price"
    ORACLE = "oracle"
    MAKERS = "makers"
    KEEPERS = "keepers"
    NONCE = "nonce"
    BLOCK_SPACE = "block_space"
    OUTAGE = "outage"
    PREMIUM = "premium"


class Unit(StrEnum):
    """What a flow is counted in."""

    DEBT = "debt"
    """Base currency of the pools."""
    BLOCKS = "blocks"
    """Blocks that a tx waited longer."""
    PULLED = "pulled"
    """Quote units of the venue from which orders were pulled, in wholes."""
    REFUSALS = "refusals"
    """Orders that a halted venue did not take."""
    HELD = "held"
    """Transfers that had not arrived when custody was taken up again."""
    HALTS = "halts"
    BPS = "bps"


SCALE = {Unit.DEBT: 10**8, Unit.BLOCKS: 10**6, Unit.PULLED: 10**8, Unit.REFUSALS: 1, Unit.HELD: 1, Unit.HALTS: 10**6, Unit.BPS: 100}
"""By what a flow is divided to be told."""
Node: TypeAlias = tuple[Kind, int]
"""Kind, and the number that the tape knows it by; of a keeper or maker that of its first account."""
T = TypeVar("T")


@attrs.frozen
class Edge:
    """Distress that went from one node to another by one channel."""

    start: Node
    end: Node
    channel: Channel
    unit: Unit
    flow: int
    """At the unit's ``SCALE``."""
    count: int
    """Liquidations, margin calls, txs, refusals: whatever the channel counts."""
    first_at: Nanos
    late: int = 0
    """Blocks by which margin calls were answered later than usual, at the scale of ``Unit.BLOCKS``."""

    @property
    def told(self) -> float:
        """The flow in its unit."""
        return self.flow / SCALE[self.unit]


@attrs.define
class Edges:
    """Edges as they add up."""

    found: dict[tuple[Node, Node, Channel, Unit], list[int]] = attrs.field(factory=dict)
    """Flow, count, instant of the first, blocks late."""

    def add(self, start: Node, end: Node, channel: Channel, unit: Unit, flow: int, at: Nanos, count: int = 1, late: int = 0) -> None:
        """Add to an edge; nothing where nothing flowed and nothing is counted."""
        if not flow and not late and unit is not Unit.DEBT:
            return
        known = self.found.get((start, end, channel, unit))
        if known is None:
            self.found[start, end, channel, unit] = [flow, count, at, late]
            return
        known[0] += flow
        known[1] += count
        known[2] = min(known[2], at)
        known[3] += late

    def along(self, nodes: Sequence[Node], channel: Channel, unit: Unit, flow: int, at: Nanos, count: int = 1) -> None:
        """Add the same flow to every edge of a path."""
        for start, end in pairwise(nodes):
            self.add(start, end, channel, unit, flow, at, count)

    def merge(self, others: Edges) -> None:
        """Add other edges."""
        for (start, end, channel, unit), (flow, count, at, late) in others.found.items():
            self.add(start, end, channel, unit, flow, at, count, late)

    def told(self) -> list[Edge]:
        """Return all edges through which anything went: by channel, the largest first."""
        edges = [Edge(*key, *sums) for key, sums in self.found.items() if sums[0] or sums[3]]
        order = {channel: place for place, channel in enumerate(Channel)}
        return sorted(edges, key=lambda edge: (order[edge.channel], edge.unit, -abs(edge.flow), edge.start, edge.end))


def divided(whole: int, weights: Sequence[tuple[T, int]]) -> list[tuple[T, int]]:
    """Divide a whole in proportion to weights (which sum to more than zero); the parts sum to it exactly."""
    total = sum(weight for _, weight in weights)
    parts, reached, given = [], 0, 0
    for name, weight in weights:
        reached += weight
        upto = whole * reached // total
        parts.append((name, upto - given))
        given = upto
    return parts


@attrs.frozen
class Surroundings:
    """Who is who in a run, and which feed reads what."""

    names: dict[Node, str]
    protocols: tuple[Place, ...]
    contracts: dict[Place, Node]
    """The node whose contract it is."""
    parties: dict[Party, Node]
    """Keepers and makers, by each of their accounts."""
    feeds: dict[Place, FeedFacts]
    reads: dict[Place, frozenset[Place]]
    """By protocol: the feeds its contracts read, and those which these read."""

    @classmethod
    def of(cls, facts: Facts) -> Surroundings:
        """Return those of a run."""
        feeds = {feed.place: feed for feed in facts.feeds}
        protocols = protocol_names(facts)
        names: dict[Node, str] = {(Kind.PROTOCOL, place): name for place, name in protocols.items()}
        names |= {(Kind.VENUE, venue.place): venue.name for venue in facts.venues}
        names |= {(Kind.FEED, feed.place): feed.name for feed in facts.feeds}
        names |= {(Kind.ASSET, asset.id): asset.symbol for asset in facts.assets}
        parties: dict[Party, Node] = {}
        for agent in facts.agents:
            kind = Kind.KEEPER if agent.role == "keeper" else Kind.MAKER
            if agent.role in ("keeper", "maker", "trader"):
                names[kind, agent.party] = agent.name
                parties |= {agent.party + account: (kind, agent.party) for account in range(max(1, agent.accounts))}
        contracts: dict[Place, Node] = {place: (Kind.PROTOCOL, place) for place in protocols}
        contracts |= {place: (Kind.FEED, place) for place in feeds}
        for vault in facts.vaults:
            around = (vault.engine, vault.liquidator, vault.house, vault.vow, vault.debt_house)
            contracts |= {place: (Kind.PROTOCOL, vault.place) for place in around if place and place not in contracts}
        first = {pool.place: tuple(pool.feeds.values()) for pool in facts.pools} | {vault.place: (vault.feed,) for vault in facts.vaults}
        reads = {place: frozenset(closure(own, feeds)) for place, own in first.items()}
        return cls(names, tuple(protocols), contracts, parties, feeds, reads)

    def markets_of(self, feed: Place) -> tuple[Place, ...]:
        """Return what is at the bottom of a feed: venues, amms, the outside price."""
        below = (source for each in closure((feed,), self.feeds) for source in self.feeds[each].sources)
        return tuple(dict.fromkeys(source for source in below if source not in self.feeds))

    def looks_at(self, protocol: Place, market: Place) -> tuple[Place, ...]:
        """Return the feeds by which a protocol sees a market."""
        return tuple(feed for feed in sorted(self.reads[protocol]) if market in self.markets_of(feed))


def closure(first: Iterable[Place], feeds: dict[Place, FeedFacts]) -> list[Place]:
    """Return feeds and those which they read, however many lie in between."""
    seen = dict.fromkeys(place for place in first if place in feeds)
    waiting = list(seen)
    while waiting:
        for source in feeds[waiting.pop()].sources:
            if source in feeds and source not in seen:
                seen[source] = None
                waiting.append(source)
    return list(seen)
