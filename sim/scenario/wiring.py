"""What joins the machines while a world runs: screening after posts, views after blocks, balances that somebody looks at.

The tape must not be written to while a tx is speaking, so what a post brings about (``HealthFell``) waits for the tx's last
entry, its ``GasPaid``. Cost per block: the feeds, the pools, and the balances that are watched and have changed.
"""

from collections.abc import Callable
from typing import Any

import attrs

from sim.chain.contract import BlockHead
from sim.history import History
from sim.market.exchange import Exchange
from sim.records import GasPaid, HealthFell, PricePosted
from sim.records.layout import Row
from sim.scenario.parts import Parts
from sim.units import NO_SEQ, AssetId, Nanos, Party, Place, Seq
from sim.views import Balance, Posted


@attrs.define(eq=False)
class Wiring:
    """The listeners of one world."""

    parts: Parts
    token: Place
    doors: dict[Place, Callable[[Any], None]] = attrs.field(factory=dict)
    """Where a command for a place is delivered, if not to the chain."""
    feeds_of: dict[Place, dict[AssetId, Place]] = attrs.field(factory=dict)
    """By pool: which feed prices an asset."""
    posted: dict[Place, History[Posted]] = attrs.field(factory=dict)
    pool_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    _positions: dict[tuple[Place, Party], History[Any]] = attrs.field(factory=dict)
    _on_chain: dict[Party, History[dict[AssetId, Balance]]] = attrs.field(factory=dict)
    _on_venues: dict[tuple[Place, Party], History[dict[AssetId, Balance]]] = attrs.field(factory=dict)
    _told: list[tuple[Seq, Place, int]] = attrs.field(factory=list)
    """Posts of the tx that is speaking: entry, feed, price."""

    def open(self) -> None:
        """Wire everything that exists so far; called once, before agents are built."""
        parts = self.parts
        for place, exchange in parts.exchanges.items():
            self.doors[place] = exchange.arrive
        self.doors[parts.chain.place] = parts.chain.arrive
        for place, network in parts.networks.items():
            self.doors[place] = network.arrive
        for place, feed in parts.feeds.items():
            self.posted[place] = History()
            self.posted[place].add(0, Posted(feed.posted, 0, feed.price, feed.updated_at))
        for place, pool in parts.pools.items():
            prices = pool.state.prices
            self.feeds_of[place] = {asset: feed.place for asset, feed in prices.feeds.items()}
            self.pool_views[place] = History()
        parts.tape.listen(PricePosted.kind, self._price_posted)
        parts.tape.listen(GasPaid.kind, self._tx_told)
        parts.chain.on_block(self._block_done, is_after=True)

    def reach(self, place: Place, longest: Nanos) -> None:
        """Keep histories of a place long enough for its slowest onlooker."""
        parts = self.parts
        if place in parts.exchanges:
            parts.exchanges[place].quotes.reach(longest)
            parts.exchanges[place].depths.reach(longest)
            for (venue, _), balances in self._on_venues.items():
                if venue == place:
                    balances.reach(longest)
        elif place == parts.outside.place:
            parts.outside.history.reach(longest)
        elif place == parts.chain.place:
            kept: list[History[Any]] = [parts.chain.blocks, *self.posted.values(), *self.pool_views.values()]
            kept += [*self._positions.values(), *self._on_chain.values()]
            for history in kept:
                history.reach(longest)

    def watch_venue(self, venue: Place, party: Party) -> History[dict[AssetId, Balance]]:
        """Return the history of a party's balances at a venue, kept from now on."""
        history: History[dict[AssetId, Balance]] = History()
        self._on_venues[venue, party] = history
        exchange = self.parts.exchanges[venue]
        watch = VenueWatch(exchange, history)
        watch(party, self.parts.kernel.now)
        exchange.watched[party] = watch
        return history

    def watch_chain(self, party: Party) -> History[dict[AssetId, Balance]]:
        """Return the history of a party's balances on the chain, block by block."""
        history: History[dict[AssetId, Balance]] = History()
        self._on_chain[party] = history
        history.add(self.parts.kernel.now, self._balances(party))
        return history

    def watch_position(self, pool: Place, party: Party) -> History[Any]:
        """Return the history of a party's position in a pool, block by block."""
        return self._positions.setdefault((pool, party), History())

    def opened(self) -> None:
        """Show what there is at instant zero: pools and positions."""
        head = BlockHead(0, self.parts.scenario.run.start, 0, 0)
        self._screen(NO_SEQ, 0, 0, head.timestamp)
        self._show(head)

    def _price_posted(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Take note of a post; what it brings about waits until its tx has had its say."""
        self._told.append((seq, place, row[2]))

    def _tx_told(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Show new posts to desks and screen the pools that read them."""
        if not self._told:
            return
        told, self._told = self._told, []
        for post, feed, price in told:
            self.posted[feed].add(at, Posted(post, at, price, self.parts.feeds[feed].updated_at))
            self._screen(post, feed, price, self.parts.chain.timestamp)

    def _screen(self, post: Seq, feed: Place, price: int, timestamp: int) -> None:
        """Say whose health changed sides."""
        tape, now = self.parts.tape, self.parts.kernel.now
        for place, pool in self.parts.pools.items():
            assets = [asset for asset, read in self.feeds_of[place].items() if read == feed]
            if post and not assets:
                continue
            for party, row in pool.screen(timestamp, post, assets[0] if assets else 0, price):
                fell = tape.append(now, post, place, party, row)
                if row[0] == HealthFell.kind:
                    pool.note_fell(party, fell)

    def _block_done(self, head: BlockHead) -> None:
        """After a block's txs: screen for interest and borrowers' acts, then show everything to desks."""
        self._screen(NO_SEQ, 0, 0, head.timestamp)
        self._show(head)

    def _show(self, head: BlockHead) -> None:
        parts = self.parts
        for place, pool in parts.pools.items():
            self.pool_views[place].add(head.at, pool.view(head.timestamp))
        for (place, party), history in self._positions.items():
            history.add(head.at, parts.pools[place].position(party, head.timestamp))
        for party, balances in self._on_chain.items():
            now = self._balances(party)
            if now != balances.last:
                balances.add(head.at, now)

    def _balances(self, party: Party) -> dict[AssetId, Balance]:
        ledger = self.parts.ledger
        purse = ledger.open(party, self.parts.chain.place)
        return {asset: Balance(ledger.balances[asset][purse], ledger.free(asset, purse)) for asset in ledger.assets}


@attrs.define(eq=False)
class VenueWatch:
    """Writes one party's balances at a venue into a history, after each change."""

    exchange: Exchange
    history: History[dict[AssetId, Balance]]

    def __call__(self, party: Party, at: Nanos) -> None:
        """Take note of what the party has now."""
        exchange, ledger = self.exchange, self.exchange.ledger
        purse = exchange.purse(party)
        assets = (exchange.instrument.base.id, exchange.instrument.quote.id)
        self.history.add(at, {asset: Balance(ledger.balances[asset][purse], ledger.free(asset, purse)) for asset in assets})
