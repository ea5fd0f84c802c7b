"""What joins the machines while a world runs: screening after posts, views after blocks, balances that somebody looks at.

The tape must not be written to while a tx is speaking, so what a post brings about (``HealthFell``) waits for the tx's last
entry, its ``GasPaid``. A pool of vaults is screened not when its feed is posted but when it reads it (``PriceRefreshed``). Cost per
block: the feeds, the pools, the houses whose auctions changed, and the balances that are watched and have changed.
"""

from collections.abc import Callable
from typing import Any

import attrs

from sim.chain.chain import Chain
from sim.chain.contract import BlockHead
from sim.chain.fates import Fates
from sim.chain.gossip import Gossip
from sim.commands import TellAnswer
from sim.history import History
from sim.ledger import Ledger
from sim.market.exchange import Exchange
from sim.oracle.derived.feed import DerivedFeed
from sim.oracle.preview import FeedView
from sim.oracle.signing import SigningNetwork
from sim.records import GasPaid, HealthFell, Minted, PricePosted, PriceQueued, PriceRefreshed, ReadsRefused, ReadsResumed
from sim.records.layout import Row
from sim.scenario.parts import Parts
from sim.units import NO_SEQ, WAD, AssetId, Nanos, Party, Place, Seq, Units, Wad
from sim.views import Balance, Posted
from sim.vocabulary import Refusal

NEAR: Wad = 12 * WAD // 10
"""Accounts of less health are near liquidation."""


@attrs.define(eq=False, repr=False)
class Wiring:
    """The listeners of one world."""

    parts: Parts
    token: Place
    doors: dict[Place, Callable[[Any], None]] = attrs.field(factory=dict)
    """Where a command for a place is delivered, if not to the chain."""
    feeds_of: dict[Place, dict[AssetId, Place]] = attrs.field(factory=dict)
    """By pool: which feed prices an asset."""
    posted: dict[Place, History[Posted]] = attrs.field(factory=dict)
    pending: dict[Place, History[Posted]] = attrs.field(factory=dict)
    """By delayed feed."""
    pool_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    auction_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    """By auction house."""
    amm_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    coming: dict[Place, History[FeedView]] = attrs.field(factory=dict)
    """By push feed; only where somebody sees the mempool."""
    gossip: Gossip | None = None
    """Only where somebody sees it."""
    issuer_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    near_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    """By pool of the Aave family: accounts near liquidation; only where somebody looks at them."""
    reconciled_blocks: int = 0
    """Blocks after which every protocol's books were found to balance; counted only where that is asked for."""
    is_reconciling: bool = False
    _screened: dict[Place, Any] = attrs.field(factory=dict)
    """Lenders that read their feeds at every call: screened after each post."""
    _lenders: dict[Place, Any] = attrs.field(factory=dict)
    """All lenders, pools of vaults last."""
    _houses: dict[Place, Any] = attrs.field(factory=dict)
    _positions: dict[tuple[Place, Party], History[Any]] = attrs.field(factory=dict)
    _purses: dict[tuple[Place, Party], "PurseWatch"] = attrs.field(factory=dict)
    """Who is watched on the chain, or within a vault engine."""
    _on_venues: dict[tuple[Place, Party], History[dict[AssetId, Balance]]] = attrs.field(factory=dict)
    _told: list[tuple[Seq, Place, int]] = attrs.field(factory=list)
    """Posts of the tx that is speaking: entry, feed, price."""
    _refreshed: list[tuple[Seq, Place, Row]] = attrs.field(factory=list)
    """Pools of vaults that the tx that is speaking had read their feed."""

    def open(self) -> None:
        """Wire everything that exists so far; called once, before agents are built."""
        parts = self.parts
        for place, exchange in parts.exchanges.items():
            self.doors[place] = exchange.arrive
        self.doors[parts.chain.place] = parts.chain.arrive
        for place, network in parts.networks.items():
            self.doors[place] = network.arrive
        for place, signing in parts.signers.items():
            self.doors[place] = PullDoor(signing, parts.chain).arrive
        for place in (*parts.feeds, *parts.pull_feeds, *parts.derived_feeds):
            feed = parts.feed_at(place)
            self.posted[place] = History()
            self.posted[place].add(0, Posted(feed.posted, 0, feed.price, feed.updated_at, _refusal_of(feed)))
        for place, delayed in parts.delayed_feeds.items():
            self.posted[place], self.pending[place] = History(), History()
            self.posted[place].add(0, Posted(delayed.posted, 0, delayed.price, delayed.updated_at))
            self.pending[place].add(0, delayed.pending())
        for place, pool in parts.pools.items():
            prices = pool.state.prices
            self.feeds_of[place] = {asset: feed.place for asset, feed in prices.feeds.items()}
        for place, lender in parts.lenders.items():
            self.feeds_of[place] = dict(lender.feeds)
        self._screened = {**parts.pools, **parts.lenders}
        self._lenders = {**self._screened, **parts.vault_pools}
        for place, vaults in parts.vault_pools.items():
            self.feeds_of[place] = {vaults.terms.collateral.id: vaults.feed.place}
        for place in self._lenders:
            self.pool_views[place] = History()
        for system in parts.systems.values():
            for house in system.shown:
                self._houses[house.place] = house
                self.auction_views[house.place] = History()
        for place in parts.amms:
            self.amm_views[place] = History()
        for place in parts.issuers:
            self.issuer_views[place] = History()
        self._listen()

    def _listen(self) -> None:
        tape = self.parts.tape
        tape.listen(PricePosted.kind, self._price_posted)
        tape.listen(PriceQueued.kind, self._price_queued)
        tape.listen(PriceRefreshed.kind, self._price_refreshed)
        tape.listen(GasPaid.kind, self._tx_told)
        tape.listen(Minted.kind, self._minted)
        self.parts.chain.on_block(self._block_done, is_after=True)
        if self.parts.derived_feeds:
            self.parts.chain.on_block(self._block_begun)
            tape.listen(ReadsRefused.kind, self._reads_changed)
            tape.listen(ReadsResumed.kind, self._reads_changed)

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
            lanes = [lane.blocks for lane in parts.chain.lanes.lanes.values()]
            kept: list[History[Any]] = [parts.chain.blocks, *lanes, *self.posted.values(), *self.pool_views.values()]
            kept += [*self._positions.values(), *(watch.history for watch in self._purses.values())]
            kept += [signing.signed for signing in parts.signers.values()]
            kept += [*self.pending.values(), *self.auction_views.values(), *self.amm_views.values()]
            kept += self.coming.values()
            kept += [*self.issuer_views.values(), *self.near_views.values()]
            for history in kept:
                history.reach(longest)
            if self.gossip is not None:
                self.gossip.reach(longest)

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
        return self.watch_purse(self.parts.chain.place, party)

    def watch_purse(self, place: Place, party: Party) -> History[dict[AssetId, Balance]]:
        """Return the history of what a party has on the chain or within a vault engine; one history however many ask."""
        watch = self._purses.get((place, party))
        if watch is None:
            ledger = self.parts.ledger
            watch = self._purses[place, party] = PurseWatch(ledger, ledger.open(party, place))
            watch.look(self.parts.kernel.now)
        return watch.history

    def watch_position(self, pool: Place, party: Party) -> History[Any]:
        """Return the history of a party's position in a pool, block by block."""
        return self._positions.setdefault((pool, party), History())

    def watch_mempool(self) -> Gossip:
        """Return the public mempool, kept from now on; one however many ask."""
        if self.gossip is None:
            self.gossip = Gossip(self.parts.chain)
            self.gossip.open()
            for place in self.parts.feeds:
                self.coming[place] = History()
            self._look_at_feeds(BlockHead(0, 0, 0, 0))
            self.parts.chain.on_block(self._look_at_feeds, is_after=True)
        return self.gossip

    def watch_near(self, pool: Place) -> History[Any]:
        """Return the history of a pool's accounts near liquidation, kept from now on; one however many ask."""
        return self.near_views.setdefault(pool, History())

    def watch_txs(self, party: Party, accounts: int) -> Fates:
        """Return what becomes of the txs of an agent's accounts, kept from now on."""
        fates = Fates(self.parts.chain, party, accounts)
        fates.open()
        return fates

    def _look_at_feeds(self, head: BlockHead) -> None:
        """Show how push feeds stand, where it has changed."""
        for place, history in self.coming.items():
            feed, last = self.parts.feeds[place], history.last
            if last is None or not last.stands_like(feed):
                history.add(head.at, FeedView.of(feed))

    def opened(self) -> None:
        """Show what there is at instant zero: pools and positions."""
        head = BlockHead(0, self.parts.scenario.run.start, 0, 0)
        self._screen(NO_SEQ, 0, 0, head.timestamp)
        for place in self.parts.vault_pools:
            self._screen_vaults(place, NO_SEQ, NO_SEQ, 0, head.timestamp)
        self._show(head)

    def _price_posted(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Take note of a post; what it brings about waits until its tx has had its say."""
        self._told.append((seq, place, row[2]))

    def _reads_changed(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Show that a feed refuses to be read, or does so no more; its last price stays in view."""
        feed = self.parts.feed_at(place)
        self.posted[place].add(at, Posted(seq, at, feed.price, feed.updated_at, _refusal_of(feed)))

    def _price_queued(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Show the price that a delayed feed will show next."""
        self.pending[place].add(at, self.parts.delayed_feeds[place].pending())

    def _minted(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Back a system's money that comes from outside: agents' funds, and what a twin's outside buyer pays during the run."""
        for system in self.parts.systems.values():
            if row[1] == system.engine.money:
                system.engine.back_opening(self.parts.ledger.minted[row[1]])

    def _price_refreshed(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        self._refreshed.append((seq, place, row))

    def _tx_told(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Show and screen what the tx that has spoken has posted; derived feeds are worked out anew first."""
        if self.parts.derived_feeds:
            self.parts.derivations.refresh_if_touched(at)
        self.tell_posts(self.parts.chain.timestamp)

    def _block_begun(self, head: BlockHead) -> None:
        """Before a block's txs: time has passed, and derived feeds may have moved with it."""
        self.parts.derivations.refresh(head.at)
        self.tell_posts(head.timestamp)

    def tell_posts(self, timestamp: int) -> None:
        """Show new posts to desks and screen the pools that read them."""
        if self._told:
            at, told, self._told = self.parts.kernel.now, self._told, []
            for post, feed, price in told:
                source = self.parts.feed_at(feed)
                self.posted[feed].add(at, Posted(post, at, price, source.updated_at, _refusal_of(source)))
                self._screen(post, feed, price, timestamp)
        if self._refreshed:
            refreshed, self._refreshed = self._refreshed, []
            for entry, pool, body in refreshed:
                _, price, _, post = body
                self._screen_vaults(pool, entry, post, price, timestamp)

    def _screen(self, post: Seq, feed: Place, price: int, timestamp: int) -> None:
        """Say whose health changed sides."""
        tape, now = self.parts.tape, self.parts.kernel.now
        for place, pool in self._screened.items():
            assets = [asset for asset, read in self.feeds_of[place].items() if read == feed]
            if post and not assets:
                continue
            for party, row in pool.screen(timestamp, post, assets[0] if assets else 0, price):
                fell = tape.append(now, post, place, party, row)
                if row[0] == HealthFell.kind:
                    pool.note_fell(party, fell)

    def _screen_vaults(self, place: Place, cause: Seq, post: Seq, price: int, timestamp: int) -> None:
        """Say which vaults of a pool changed sides, because it read a price (``cause``) or for the acts of a block."""
        tape, now, pool = self.parts.tape, self.parts.kernel.now, self.parts.vault_pools[place]
        for party, row in pool.screen(timestamp, post, pool.terms.collateral.id if post else 0, price):
            fell = tape.append(now, cause, place, party, row)
            if row[0] == HealthFell.kind:
                pool.note_fell(party, fell)

    def _block_done(self, head: BlockHead) -> None:
        """After a block's txs: screen for interest and borrowers' acts, then show everything to desks."""
        self._screen(NO_SEQ, 0, 0, head.timestamp)
        for place in self.parts.vault_pools:
            self._screen_vaults(place, NO_SEQ, NO_SEQ, 0, head.timestamp)
        self._show(head)
        if self.is_reconciling:
            self.reconciled_blocks += self.is_reconciled()

    def is_reconciled(self) -> bool:
        """Say whether lenders' assets + bad debt = liabilities + equity, and amms and issuers have what they owe. Cost: all accounts."""
        parts = self.parts
        books = [lender.balance_sheet() for lender in self._screened.values()]
        books += [system.engine.balance_sheet() for system in parts.systems.values()]
        return all(each.is_reconciled for each in (*books, *parts.amms.values(), *parts.issuers.values()))

    def _show(self, head: BlockHead) -> None:
        for place, lender in self._lenders.items():
            self.pool_views[place].add(head.at, lender.view(head.timestamp))
        for place, nears in self.near_views.items():
            nears.add(head.at, self.parts.pools[place].near(head.timestamp, NEAR))
        for place, house in self._houses.items():
            self.auction_views[place].add(head.at, house.view(head.timestamp))
        for place, views in self.amm_views.items():
            views.add(head.at, self.parts.amms[place].view(head.timestamp))
        for place, views in self.issuer_views.items():
            views.add(head.at, self.parts.issuers[place].view(head.timestamp))
        for (place, party), history in self._positions.items():
            history.add(head.at, self._lenders[place].position(party, head.timestamp))
        for watch in self._purses.values():
            watch.look(head.at)


def _refusal_of(feed: Any) -> Refusal:
    """Return why a feed cannot be read between txs; those that are posted to always can."""
    return feed.refusal if isinstance(feed, DerivedFeed) else Refusal.NONE


@attrs.define(eq=False, repr=False)
class PurseWatch:
    """Writes what is in one purse of the chain into a history, when it has changed. Nothing on the chain is held, so all is free."""

    ledger: Ledger
    purse: int
    history: History[dict[AssetId, Balance]] = attrs.field(factory=History)
    _last: list[Units] | None = None

    def look(self, at: Nanos) -> None:
        """Take note of what there is now."""
        purse = self.purse
        now = [units[purse] for units in self.ledger.balances.values()]
        if now != self._last:
            self._last = now
            self.history.add(at, {asset: Balance(units, units) for asset, units in zip(self.ledger.balances, now, strict=True)})


@attrs.define(eq=False, repr=False)
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


@attrs.define(eq=False, repr=False)
class PullDoor:
    """Takes what comes to a pull feed: publishers' answers to their network, txs to the chain."""

    signing: SigningNetwork
    chain: Chain

    def arrive(self, message: tuple[Party, Seq, Any]) -> None:
        """Hand a command on."""
        (self.signing if isinstance(message[2], TellAnswer) else self.chain).arrive(message)
