"""The only door: all that one agent can see, late.

Each source (a venue, the chain, the outside price) is looked at through a *sight*: at every wake, before the strategy runs and in
fixed order, each sight draws one latency; its view instant is the later of the last one and now less the latency, and never earlier
than news from there that has woken the agent: who is told of a block can look at it. So views never go back, and every query
within one decision shows one frozen world. Queries are pure; the newest entry one of them showed becomes the cause of the
commands that follow.
"""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from sim.agents.coming import coming_price, pulled_price
from sim.agents.connections import Connections, Sources
from sim.agents.flash import FlashOffer, flash_offers
from sim.agents.requests import Await, Sleep
from sim.commands import PokeCall
from sim.errors import LimitReached, StrategyError
from sim.latency import LatencyModel, ahead
from sim.records import Record
from sim.streams import Stream, Streams
from sim.units import NOWHERE, AssetId, Bps, Lots, Nanos, Party, Place, Seq, WeiPerGas
from sim.views import Balance, Block, ComingPrice, Depth, Outside, OwnTx, PendingTx, Posted, Quote, SignedPrice, SignedPrices
from sim.vocabulary import Refusal

H = TypeVar("H")
V = TypeVar("V", Quote, Depth, Posted, Block, Outside, PendingTx, OwnTx, SignedPrices)
UNSEEN_QUOTE = Quote(0, 0, 0, 0, 0, 0)
UNSEEN_DEPTH = Depth(0, 0, (), ())
UNSEEN_POSTED = Posted(0, 0, 0, 0)
UNSEEN_SIGNED = SignedPrices(0, 0, ())
UNSEEN_OUTSIDE = Outside(0, 0, 0)
UNSEEN_BLOCK = Block(0, 0, 0, 0, 0, 0, 0, 0)
ORDER_SPACE = 32
"""Bits of an order number that count within its owner."""
MOST_QUERIES = 10_000
"""Queries within one decision, unless an agent's limits say otherwise. No built-in strategy asks as much as 300."""


@attrs.define
class Sight:
    """One source as one agent sees it."""

    latency: LatencyModel
    stream: Stream
    instant: Nanos = -1
    """As of when the source is seen; never goes back."""
    ahead: list[Nanos] = attrs.field(factory=list)
    """Latencies of looks to come, last first."""


@attrs.define(repr=False)
class Desk:
    """What a strategy is handed. ``now`` is the agent's own clock; everything else is as of its latency."""

    me: Party
    name: str
    accounts: int
    _sources: Sources
    _streams: Streams
    _most_queries: int = MOST_QUERIES
    """How much it may ask within one decision."""
    _sights: dict[Place, Sight] = attrs.field(factory=dict)
    connections: Connections = attrs.field(init=False)
    """The names of what the agent is connected to: venues, pools, feeds, chain, assets."""
    now: Nanos = 0
    shown: Seq = 0
    """The newest entry shown in this decision (or that woke it)."""
    _looks: tuple[Sight, ...] = ()
    _left: int = MOST_QUERIES
    """Queries that are left in this decision."""
    dice: Stream = attrs.field(init=False)
    """The agent's own stream of draws."""
    _orders: int = 0
    _quotes: dict[Place, tuple[Sight, list[Nanos], list[Quote]]] = attrs.field(factory=dict)
    """By venue: the sight, and what its history looks in."""

    def __attrs_post_init__(self) -> None:
        self.connections = self._sources.names()
        self.dice = self._streams[f"{self.name}/decide"]

    def _connect(self) -> None:
        """Fix the order of looks; called once all sights are there."""
        self._looks = tuple(self._sights.values())
        venues = self._sources.quotes
        self._quotes = {place: (self._sights[place], each.instants, each.things) for place, each in venues.items()}

    def _wake(self, now: Nanos, seq: Seq, place: Place = NOWHERE, at: Nanos = 0) -> None:
        """Begin a decision: look at every source once, and no less far than the entry that woke. Called by the runner."""
        self.now = now
        self.shown = seq
        self._left = self._most_queries
        for sight in self._looks:
            travels = sight.ahead
            if not travels:
                travels = sight.ahead = ahead(sight.latency, sight.stream, now)
            instant = now - travels.pop()
            if instant > sight.instant:
                sight.instant = instant
        if seq:
            heard = self._sights.get(place) or self._sights.get(self._sources.chain_place)
            if heard is not None and at > heard.instant:
                heard.instant = at

    @property
    def asked(self) -> int:
        """Queries put in this decision so far."""
        return self._most_queries - self._left

    def new_order(self, account: int = 0) -> int:
        """Return a fresh number for an order of one's own (or of one's account)."""
        self._orders += 1
        return (self.me + account) << ORDER_SPACE | self._orders

    # Venues.

    def quote(self, venue: Place) -> Quote:
        """Return the venue's best bid and ask as last heard; all zero when nothing was."""
        self._left -= 1
        if self._left < 0:
            raise self._asked_too_much()
        try:
            sight, instants, quotes = self._quotes[venue]
        except (KeyError, TypeError):
            raise self._not_connected("quote", venue, self._quotes) from None
        place = bisect_right(instants, sight.instant)
        if not place:
            return UNSEEN_QUOTE
        quote = quotes[place - 1]
        if quote[0] > self.shown:
            self.shown = quote[0]
        return quote

    def depth(self, venue: Place) -> Depth:
        """Return the venue's book as last published and heard."""
        view = self._known("depth", venue, self._sources.depths).view(self._sights[venue].instant)
        return self._show(view or UNSEEN_DEPTH)

    def balance(self, place: Place, asset: AssetId, account: int = 0) -> Balance:
        """Return one's own units at a venue, on the chain or within a vault engine, as last heard from there."""
        self._left -= 1
        if self._left < 0:
            raise self._asked_too_much()
        history = self._sources.balances.get((place, account))
        view = history.view((self._sights.get(place) or self._chain).instant) if history else None
        return view.get(asset, Balance(0, 0)) if view else Balance(0, 0)

    # Chain, feeds, pools.

    def block(self) -> Block:
        """Return the last block one's node has seen."""
        self._left -= 1
        if self._left < 0:
            raise self._asked_too_much()
        return self._show(self._sources.blocks.view(self._chain.instant) or UNSEEN_BLOCK)

    def posted(self, feed: Place) -> Posted:
        """Return the feed's posted price as of the last block seen."""
        return self._show(self._known("posted", feed, self._sources.posted).view(self._chain.instant) or UNSEEN_POSTED)

    def pool(self, pool: Place) -> Any:
        """Return the pool as of the last block seen (its own view class), or None before the first block."""
        return self._known("pool", pool, self._sources.pool_views).view(self._chain.instant)

    def position(self, pool: Place, account: int = 0) -> Any:
        """Return one's own position in a pool as of the last block seen, or None."""
        self._left -= 1
        if self._left < 0:
            raise self._asked_too_much()
        history = self._sources.positions.get((pool, account))
        return history.view(self._chain.instant) if history else None

    def pending(self, feed: Place) -> Posted:
        """Return the price that a delayed feed will show next, as of the last block seen; price 0 while there is none."""
        return self._show(self._known("pending", feed, self._sources.pending).view(self._chain.instant) or UNSEEN_POSTED)

    def signed(self, feed: Place) -> tuple[SignedPrice, ...]:
        """Return the latest prices that may be brought to a pull feed, the newest last, as heard with the latency to the chain."""
        known = self._known("signed", feed, self._sources.signed).view(self._chain.instant)
        return self._show(known or UNSEEN_SIGNED).prices

    def auctions(self, house: Place) -> Any:
        """Return a house's auctions as of the last block seen (its own view class), or None before the first block."""
        return self._known("auctions", house, self._sources.auction_views).view(self._chain.instant)

    def amm(self, amm: Place) -> Any:
        """Return an amm as of the last block seen (its own view class), or None before the first block."""
        return self._known("amm", amm, self._sources.amm_views).view(self._chain.instant)

    def issuer(self, issuer: Place) -> Any:
        """Return a staking contract or a stable coin's issuer as of the last block seen, or None before the first block."""
        return self._known("issuer", issuer, self._sources.issuer_views).view(self._chain.instant)

    def base_fee(self) -> WeiPerGas:
        """Return the base fee of the block to come, which its parent's fullness has fixed; 0 under ``first_price``."""
        return self.block().base_fee

    def unhealthy(self, pool: Place) -> tuple[Any, ...]:
        """Return the positions that can be liquidated as of the last block seen, whatever the family; none before the first block.

        Each has an ``account`` and a ``health``; the rest is its family's. What each is worth: ``strategies.keepers.sums``.
        """
        view = self.pool(pool)
        return () if view is None else tuple(view.unhealthy)

    def unreadable(self, pool: Place) -> dict[AssetId, Refusal]:
        """Return the assets whose price a pool cannot read as of the last block seen, and why: what needs one of them would revert.

        What a node's dry run of a call tells. By the next block it may be otherwise.
        """
        self._known("unreadable", pool, self._sources.pool_views)
        found = {}
        for (of, asset), feed in self._sources.feed_of_asset.items():
            if of == pool and (posted := self._sources.posted[feed].view(self._chain.instant)) is not None and posted.refusal:
                found[asset] = self._show(posted).refusal
        return found

    def near(self, pool: Place) -> tuple[Any, ...]:
        """Return the accounts of a pool of the Aave family whose health is below 1.2 as of the last block seen; none of other families.

        Only for strategies that say so: ``sees = ("near",)``. Who of them a price would make unhealthy: ``at_price`` of the pool's views.
        """
        self._count()
        if self._sources.near_views is None:
            raise self._does_not_see("near", "near")
        history = self._sources.near_views.get(pool)
        found: tuple[Any, ...] | None = history.view(self._chain.instant) if history else None
        return found or ()

    def flash_loans(self, asset: AssetId) -> tuple[FlashOffer, ...]:
        """Return who would lend an asset for the length of a tx, cheapest first: of pools and amms those one is connected to."""
        shown = [*self._sources.pool_views.items(), *self._sources.amm_views.items()]
        lenders = self.connections.flash_lenders
        views = {place: history.view(self._chain.instant) for place, history in shown if place in lenders}
        self._count()
        return flash_offers(lenders, asset, views)

    # What waits for a block. Only for strategies that say so: ``sees = ("mempool", "own_txs")``.

    def mempool(self, contract: Place | None = None) -> tuple[PendingTx, ...]:
        """Return the public txs that one's node sees waiting, in sequence of arrival; those to one contract if one is named.

        At most as many as the chain's mempool takes. What others send to a builder in private is not there, nor are background txs.
        """
        self._count()
        gossip = self._sources.gossip
        if gossip is None:
            raise self._does_not_see("mempool", "mempool")
        found = gossip.view(self._chain.instant, contract)
        if found:
            self._show(found[-1])
        return found

    def pending_price(self, feed: Place) -> ComingPrice | None:
        """Return the price that txs waiting in the mempool will give a feed; None while they change nothing.

        Worked out for a push feed by its own code from the posts that wait, dearest first; for a pull feed from the signed prices that are
        being brought; for a delayed feed from a poke. Of a feed that is derived from others, None. Whether they are included in one
        block, and before whom, nobody knows.
        """
        waiting = self.mempool(feed)
        if feed in self._sources.pending:
            poke = next((each for each in waiting if type(each.call) is PokeCall), None)
            price = self.pending(feed).price
            return ComingPrice(poke.seq, poke.at, price, poke.tx, poke.tip, poke.max_fee) if poke and price else None
        if feed in self._sources.signed:
            return pulled_price(self.signed(feed), waiting, self.posted(feed))
        posted = self.posted(feed)  # For a feed that it is not connected to this says so.
        history = self._sources.coming.get(feed)
        state = history.view(self._chain.instant) if history and posted else None
        return coming_price(state, waiting, self.block()) if state else None

    def own_txs(self) -> tuple[OwnTx, ...]:
        """Return one's own txs with their fate, by number: all that wait, and the last 64 that wait no more.

        As of one's latency to the chain, of all accounts. One that still travels is not there.
        """
        self._count()
        fates = self._sources.fates
        if fates is None:
            raise self._does_not_see("own_txs", "own_txs")
        found = fates.view(self._chain.instant)
        if found:
            self._show(max(found))
        return found

    # The outside world.

    def outside(self) -> Outside:
        """Return the outside price as last heard."""
        self._left -= 1
        if self._left < 0:
            raise self._asked_too_much()
        place = self._sources.outside_place
        return self._show(self._sources.outside.view(self._sights[place].instant) or UNSEEN_OUTSIDE)

    # Sums every keeper does.

    def sale(self, venue: Place, lots: Lots, haircut_bps: Bps = 0) -> int:
        """Return quote units that selling lots into the published book would fetch, taker fee off, less a haircut; rounded down.

        Lots that the published book does not take count as fetching nothing.
        """
        terms = self._known("sale", venue, self._sources.terms)
        total, _ = self.depth(venue).sale(lots)
        gross = total * terms.instrument.step
        return gross * (10**6 - terms.taker_fee_ppm) * (10_000 - haircut_bps) // 10**10

    # What a keeper written as a generator waits for.

    def news(self, *records: type[Record], within: Nanos | None = None) -> Await:
        """Return the request that ``run`` yields to wait for the next news of one of these kinds: ``news = yield desk.news(BlockSealed)``.

        Kinds must be among those that wake the strategy. ``within`` a span, else the answer is None.
        """
        return Await(records, within)

    def sleep(self, span: Nanos) -> Sleep:
        """Return the request that ``run`` yields to wait for a span of at least a nanosecond: ``yield desk.sleep(2 * SECOND)``."""
        return Sleep(span)

    @property
    def _chain(self) -> Sight:
        return self._sights[self._sources.chain_place]

    def _known(self, query: str, place: Place, known: Mapping[Place, H]) -> H:
        """Return what is known of a place. StrategyError with the places that would do."""
        self._left -= 1
        if self._left < 0:
            raise self._asked_too_much()
        try:
            return known[place]
        except (KeyError, TypeError):
            raise self._not_connected(query, place, known) from None

    def _count(self) -> None:
        """Count a query. Where it is asked often this is written out."""
        self._left -= 1
        if self._left < 0:
            raise self._asked_too_much()

    def _asked_too_much(self) -> LimitReached:
        return LimitReached(
            Refusal.TOO_MANY_QUERIES,
            f"it asked its desk more than {self._most_queries} times in one decision; ask once and keep the answer, "
            "or raise limits.queries of the agent",
        )

    def _not_connected(self, query: str, place: object, known: Mapping[Place, Any]) -> StrategyError:
        """Say to which places a query can be put."""
        terms = self._sources.terms
        there = [f"{each} ({terms[each].instrument.symbol})" if each in terms else str(each) for each in known]
        held = f"there is {', '.join(there)}" if there else "it is connected to none"
        return StrategyError(f"desk.{query}({place!r}): {self.name} is not connected to that place; {held} (desk.connections names them)")

    def _does_not_see(self, query: str, word: str) -> StrategyError:
        return StrategyError(
            f'desk.{query}(): {self.name} does not look at that; add the class attribute sees = ("{word}",) to its strategy'
        )

    def _show(self, view: V) -> V:
        if view[0] > self.shown:
            self.shown = view[0]
        return view
