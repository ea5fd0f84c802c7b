"""Price and oracle: which protocol's sales pushed the price by which another protocol's accounts fell, over which market and feed.

A liquidation's debt divides over its parents by their weights (``sim.cascade``). What falls to a liquidation of protocol A goes the path
A -> market -> feed -> B: the market is where the parent's units were sold, as far as the feed that called the account looks there (several:
in proportion to the units sold; none of them sold on a book: the amms that the feed reads); the feed is the one whose post made the call.
What falls to the feed itself (another reporter, an offset, a fault) goes from the feed to B. Everything else came from outside.

A path goes *over a shared feed* where A reads that feed too, or one beneath it that looks at the market; *over a shared market* where
what was seized from B is sold there as well, or B sees it by a feed that A does not read, or B's feeds look at no other. It goes over
one of them at least, and may go over both: the two are no parts of a sum. ``makers`` is what comes on top when orders that makers
pulled from one venue for a forced trade on another count as done by it.

All of it is an account of shares, no causal effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import lcm

import attrs

from sim.cascade import Cascade, Descent, Origin, OriginKind
from sim.cascade.origin import PARENTS
from sim.contagion.realised_edges import Channel, Edges, Kind, Node, Surroundings, Unit, divided
from sim.units import Nanos, Place, Seq

_OF_THE_FEED = (OriginKind.REPORTER, OriginKind.OFFSET, OriginKind.START)
_OUTSIDE: Origin = (-1, 0)


@attrs.frozen
class Path:
    """Debt of one liquidation that falls to another protocol's sales."""

    start: Place
    market: Place
    feed: Place
    end: Place
    at: Nanos
    flow: int
    """Debt with 8 decimals."""
    has_shared_market: bool
    has_shared_feed: bool


@attrs.define
class Paths:
    """What attribution says of who reached whom. ``feeds`` are by the post that made a call; ``carrying``: see ``sim.cascade``."""

    around: Surroundings
    plain: Cascade
    carrying: Cascade
    feeds: Mapping[Seq, Place]
    _sold: dict[Origin, dict[Place, int]] = attrs.field(factory=dict, init=False)
    """Units by market."""
    _sellers: dict[Place, dict[Place, None]] = attrs.field(factory=dict, init=False)
    """Protocols whose units were sold, by market."""
    _parts: dict[Seq, list[tuple[Origin, int]]] = attrs.field(factory=dict, init=False)
    """Every liquidation's debt by origin, makers acting of their own accord."""
    found: list[Path] = attrs.field(factory=list, init=False)
    """Every path, makers acting of their own accord."""

    def __attrs_post_init__(self) -> None:
        """Note what was sold where."""
        for sale in self.plain.sales.values():
            for origin, units in sale.origins:
                if origin[0] in PARENTS:
                    sold = self._sold.setdefault(origin, {})
                    sold[sale.venue] = sold.get(sale.venue, 0) + units
                    self._sellers.setdefault(sale.venue, {})[self.protocol_of(origin)] = None
        self._parts = {seq: _of_origins(each) for seq, each in self.plain.liquidations.items()}
        self.found = list(self._all())

    def protocol_of(self, origin: Origin) -> Place:
        """Return the protocol that a liquidation, or a margin call answered ahead, belongs to."""
        kind, seq = origin
        return self.plain.liquidations[seq].fall.pool if kind == OriginKind.LIQUIDATION else self.plain.falls[seq].pool

    def _all(self) -> Iterator[Path]:
        for seq, each in self.plain.liquidations.items():
            for origin, flow in self._parts[seq]:
                if origin[0] in PARENTS:
                    yield from self._over_markets(each, origin, flow)

    def of_feeds(self) -> Iterator[tuple[Place, Descent, int]]:
        """Yield what feeds did of themselves: feed, liquidation, debt."""
        for seq, each in self.plain.liquidations.items():
            for origin, flow in self._parts[seq]:
                if origin[0] in _OF_THE_FEED and (feed := self.feeds.get(each.fall.post)):
                    yield feed, each, flow

    def of_makers(self) -> Iterator[tuple[Place, Descent, int]]:
        """Yield what makers carried on top: protocol, liquidation, debt; signed."""
        for seq, each in self.plain.liquidations.items():
            extra: dict[Place, int] = {}
            carried = self.carrying.liquidations[seq]
            if carried.fall.parents == each.fall.parents:
                continue
            for sign, parts in ((1, _of_origins(carried)), (-1, self._parts[seq])):
                for origin, flow in parts:
                    if origin[0] in PARENTS:
                        start = self.protocol_of(origin)
                        extra[start] = extra.get(start, 0) + sign * flow
            yield from ((start, each, flow) for start, flow in extra.items() if flow)

    def into(self, edges: Edges, between: Edges) -> None:
        """Add everything to the edges of the map, and to those between protocols."""
        for path in self.found:
            market, feed, end = (Kind.VENUE, path.market), (Kind.FEED, path.feed), _protocol(path.end)
            start = _protocol(path.start)
            edges.along((start, market, feed), Channel.PRICE, Unit.DEBT, path.flow, path.at)
            edges.add(feed, end, Channel.ORACLE, Unit.DEBT, path.flow, path.at)
            for channel, is_shared in ((Channel.PRICE, path.has_shared_market), (Channel.ORACLE, path.has_shared_feed)):
                if is_shared:
                    between.add(start, end, channel, Unit.DEBT, path.flow, path.at)
        for feed_place, each, flow in self.of_feeds():
            edges.add((Kind.FEED, feed_place), _protocol(each.fall.pool), Channel.ORACLE, Unit.DEBT, flow, each.at)
        for place, each, flow in self.of_makers():
            edges.add(_protocol(place), _protocol(each.fall.pool), Channel.MAKERS, Unit.DEBT, flow, each.at)
            between.add(_protocol(place), _protocol(each.fall.pool), Channel.MAKERS, Unit.DEBT, flow, each.at)

    def _over_markets(self, each: Descent, origin: Origin, flow: int) -> Iterator[Path]:
        start, end, feed = self.protocol_of(origin), each.fall.pool, self.feeds.get(each.fall.post, 0)
        if feed not in self.around.feeds:
            return
        for market, part in divided(flow, self._routes(origin, feed)):
            if part:
                yield Path(start, market, feed, end, each.at, part, *self._shared(start, market, feed, end))

    def _routes(self, origin: Origin, feed: Place) -> list[tuple[Place, int]]:
        """Return the markets by which an origin reached a feed, with its weight on each."""
        markets = self.around.markets_of(feed)
        sold = [(market, units) for market, units in self._sold.get(origin, {}).items() if market in markets and units]
        amms = [(market, 1) for market in markets if (Kind.VENUE, market) not in self.around.names]
        return sold or amms or [(market, 1) for market in markets]

    def _shared(self, start: Place, market: Place, feed: Place, end: Place) -> tuple[bool, bool]:
        """Tell whether a path goes over a shared market, and over a shared feed."""
        own = self.around.reads.get(start, frozenset())
        seen = [each for each in self.around.looks_at(end, market) if each not in own]
        beneath = [each for each in self.around.looks_at(start, market) if each in self.around.reads.get(end, frozenset())]
        has_no_other = all(self.around.markets_of(each) == (market,) for each in self.around.looks_at(end, market))
        return bool(seen) or has_no_other or end in self._sellers.get(market, {}), feed in own or bool(beneath)


def _of_origins(each: Descent) -> list[tuple[Origin, int]]:
    """Return a liquidation's debt by origin; all of it from outside where no post made its account fall."""
    weights = each.fall.parents
    if not weights:
        return [(_OUTSIDE, each.debt_value)]
    common = lcm(*(weight.denominator for _, weight in weights))
    return divided(each.debt_value, [(origin, int(weight * common)) for origin, weight in weights])


def _protocol(place: Place) -> Node:
    return (Kind.PROTOCOL, place)
