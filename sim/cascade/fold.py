"""The one pass over the tape that finds a run's cascade.

Books, seized units and feeds are followed together, entry by entry, because each needs the others as they stood. Needs a full
tape: a filtered one has no orders to play again.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable

import attrs

from sim.assets import Asset, Instrument
from sim.cascade.amms import AmmReplay
from sim.cascade.book_replay import BookReplay
from sim.cascade.descent import Cascade, MoveShares, Sale
from sim.cascade.formulae import formula_of
from sim.cascade.origin import OriginKind, is_forced
from sim.cascade.posts import FeedReplay, Window
from sim.cascade.provenance import Provenance
from sim.cascade.series import Series
from sim.cascade.stretch import Row, Source, Stretch, stretches
from sim.cascade.watch import Watch
from sim.cascade.ways import Way
from sim.facts import Facts, VaultFacts, VenueFacts
from sim.records.agents import Burned, OutsideMoved
from sim.records.amm import LiquidityAdded, LiquidityRemoved, PairSwapped, ReservesSynced, Swapped
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken, Exited, Joined, PriceRefreshed
from sim.records.chain import BlockSealed
from sim.records.comet import Absorbed, CollateralAbsorbed, CollateralBought
from sim.records.declare import Record
from sim.records.lending import HealthFell, Liquidated
from sim.records.liquity import GainPaid, TroveLiquidated
from sim.records.market import (
    OrderAccepted,
    OrderCancelled,
    OrderReduced,
    QuoteChanged,
    Traded,
    TransferCredited,
    UnitsSent,
    WithdrawalStarted,
)
from sim.records.oracle import PriceObserved, PricePosted
from sim.units import BPS_ONE, HOUR, RAD, SECOND, AssetId, Bps, Nanos, Party, Place, Seconds, Seq

_POSTS_BETWEEN_FORGETTING = 64
_HORIZON = 2 * HOUR
"""A reporter that was silent for longer is forgotten; if it comes back, what it saw before counts as seen by then."""
_BASE_CURRENCY = 10**8
_OF_AMMS = ("spot", "twap")
"""Kinds of feeds that read an amm."""


@attrs.define
class CascadeFold:
    """Finds the cascade while a tape goes by, stretch after stretch."""

    facts: Facts
    inherited_bps: Bps = BPS_ONE
    """See ``sim.cascade.withdrawals``."""
    watch: Watch | None = None
    """Told of every move and its shares, makers acting of their own accord."""
    plain: Way = attrs.field(init=False)
    """Makers acting of their own accord."""
    inheriting: Way | None = None
    """The other way, once it is another."""
    carrying: Way | None = None
    """A third one, where it is asked for from the beginning: makers carry sales from one venue to another, and act otherwise."""
    books: dict[Place, BookReplay] = attrs.field(factory=dict)
    feeds: dict[Place, FeedReplay] = attrs.field(factory=dict)
    pools: dict[Place, FeedReplay] = attrs.field(factory=dict)
    """By pool of vaults: what it read from its feed."""
    series: dict[Place, Series] = attrs.field(factory=dict)
    """Prices of the sources that any feed or pool of vaults reads."""
    _vaults: dict[Place, VaultFacts] = attrs.field(factory=dict)
    _read_by: dict[tuple[Place, AssetId], Place] = attrs.field(factory=dict)
    """By pool and asset: the feed."""
    _pool_of: dict[Place, Place] = attrs.field(factory=dict)
    """By auction house: the pool of vaults it sells for."""
    provenance: Provenance = attrs.field(init=False)
    _instruments: dict[Place, Instrument] = attrs.field(factory=dict)
    _decimals: dict[int, int] = attrs.field(factory=dict)
    _selling: Sale | None = None
    """The forced order whose command is in progress, as it arrived."""
    _traded_by_it: tuple[int, int] = (0, 0)
    """Lots and notional of its trades so far."""
    _moved_to: int = 0
    """The venue's h after it, so far."""
    _posts: deque[tuple[Nanos, Seq]] = attrs.field(factory=deque)
    """Posts within the horizon, so that an instant can be turned into an entry."""
    _until_forgetting: int = _POSTS_BETWEEN_FORGETTING
    _amms: dict[Place, list[AmmReplay]] = attrs.field(factory=dict)
    """Those that feeds read, one for each that does."""
    _sealed: Seconds = 0
    """Timestamp of the last block that was sealed."""
    _handlers: dict[int, Callable[[Row], None]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Set up a replay for each venue and feed that the facts name."""
        self.provenance = Provenance.of(self.facts, self.inherited_bps)
        self.plain = Way(self.provenance.withdrawals.acting)
        self._decimals = {asset.id: asset.decimals for asset in self.facts.assets}
        self._instruments = {venue.place: instrument_of(self.facts, venue) for venue in self.facts.venues}
        for venue in self.facts.venues:
            self.books[venue.place] = BookReplay(venue, self._instruments[venue.place].step, self.provenance)
        for feed in self.facts.feeds:
            amm = AmmReplay.of(feed, self.facts) if feed.kind in _OF_AMMS and feed.sources else None
            self.feeds[feed.place] = FeedReplay(feed.place, formula_of(feed), amm)
            if amm is not None:
                self._amms.setdefault(amm.amm, []).append(amm)
        self._vaults = {vault.place: vault for vault in self.facts.vaults}
        self._read_by = {(pool.place, asset): feed for pool in self.facts.pools for asset, feed in pool.feeds.items()}
        self._pool_of = {vault.house: vault.place for vault in self.facts.vaults}
        self.pools = {place: FeedReplay(place) for place in self._vaults}
        sources = [source for feed in self.facts.feeds if feed.kind not in _OF_AMMS for source in feed.sources]
        read = [*sources, *(vault.feed for vault in self.facts.vaults)]
        self.series = {source: Series() for source in read}
        self._handlers = {record.kind: handler for record, handler in self._reads().items()}

    def take(self, stretch: Stretch, until: Seq | None = None) -> None:
        """Read the next entries, up to one of them if told."""
        handlers, rows = self._handlers, stretch.rows(self._reads())
        if until is not None:
            rows = [row for row in rows if row[0] <= until]
        for row in rows:
            handlers[row[1]](row)
        if rows:
            self.plain.cascade.ended_at = rows[-1][2]

    def result(self) -> Cascade:
        """Return the cascade so far, makers acting of their own accord."""
        return self.results()[0]

    def results(self) -> tuple[Cascade, Cascade]:
        """Return the cascade so far, makers acting and inheriting; one and the same as long as no maker answered a forced sale."""
        self._end_sale()
        for way in self._ways():
            cascade = way.cascade
            for place, book in self.books.items():
                cascade.books[place] = MoveShares(book.opening, book.half_ticks, way.renamed(book.falls), way.renamed(book.rises))
            for place, feed in (*self.feeds.items(), *self.pools.items()):
                cascade.feeds[place] = MoveShares(feed.opening, feed.last_price, way.renamed(feed.falls), way.renamed(feed.rises))
            cascade.unsold = self.provenance.layers.left({venue.base: venue.lot for venue in self.facts.venues})
            cascade.last_post, cascade.ended_at = self.plain.cascade.last_post, self.plain.cascade.ended_at
        return self.plain.cascade, (self.inheriting or self.plain).cascade

    def carry(self) -> None:
        """Ask for the third way, before anything is read."""
        self.carrying = Way(self.provenance.withdrawals.carrying)

    def _ways(self) -> tuple[Way, ...]:
        """Return the ways there are; the second begins with the first answer of a maker."""
        if self.inheriting is None and self.provenance.withdrawals.answers:
            known = self.plain.cascade
            same = Cascade(dict(known.falls), dict(known.liquidations), known.sales)
            self.inheriting = Way(self.provenance.withdrawals.inheriting, same, copy.deepcopy(self.plain.pushes))
        return tuple(way for way in (self.plain, self.inheriting, self.carrying) if way is not None)

    def _reads(self) -> dict[type[Record], Callable[[Row], None]]:
        return {
            OrderAccepted: self._accepted,
            Traded: self._traded,
            OrderCancelled: self._cancelled,
            OrderReduced: self._reduced,
            QuoteChanged: self._quoted,
            Burned: self._burned,
            WithdrawalStarted: self.provenance.withdrawn,
            TransferCredited: self.provenance.credited,
            UnitsSent: self.provenance.sent,
            PriceObserved: self._observed,
            PricePosted: self._posted,
            BlockSealed: self._block_sealed,
            Swapped: self._swapped,
            **dict.fromkeys((LiquidityAdded, LiquidityRemoved, PairSwapped, ReservesSynced), self._amm_touched),
            HealthFell: self._fell,
            Liquidated: self._liquidated,
            OutsideMoved: self._outside_moved,
            PriceRefreshed: self._refreshed,
            Absorbed: self._absorbed,
            CollateralAbsorbed: self.provenance.absorbed,
            CollateralBought: self.provenance.bought_from_store,
            TroveLiquidated: self.provenance.trove_liquidated,
            GainPaid: self.provenance.gain_paid,
            AuctionStarted: self._auction_started,
            AuctionTaken: self.provenance.taken,
            AuctionClosed: self.provenance.auction_closed,
            Joined: self.provenance.joined,
            Exited: self.provenance.exited,
        }

    # Venues.

    def _accepted(self, row: Row) -> None:
        if self._selling is not None:
            self._end_sale()
        book = self.books[row[4]]
        book.accepted(row)
        seq, _, at, _, place, party, _, side, _, _, motive = row
        if is_forced(motive):
            self._selling = Sale(seq, at, place, party, side, motive, 0, 0, (), book.half_ticks, book.half_ticks)
            self._traded_by_it, self._moved_to = (0, 0), book.half_ticks

    def _traded(self, row: Row) -> None:
        self.books[row[4]].traded(row)
        sale = self._selling
        if sale is not None and sale.seq == row[3]:
            notional = self._instruments[row[4]].notional(row[6], row[7])
            self._traded_by_it = (self._traded_by_it[0] + row[7], self._traded_by_it[1] + notional)

    def _burned(self, row: Row) -> None:
        if row[4] in self.books:
            self.books[row[4]].sold_outside(row)

    def _cancelled(self, row: Row) -> None:
        self.books[row[4]].cancelled(row)

    def _reduced(self, row: Row) -> None:
        self.books[row[4]].reduced(row)

    def _quoted(self, row: Row) -> None:
        place = row[4]
        book = self.books[place]
        before = book.half_ticks
        shares = book.quoted(row)
        after = book.half_ticks
        if self.watch is not None:
            named = tuple(self.plain.renamed(dict(shares)).items())
            self.watch.quoted(row[0], row[2], place, after - before if before else 0, named)
        if before != after and place in self.series:
            self.series[place].add(row[0], self._instruments[place].price_8(after), shares)
        sale = self._selling
        if sale is not None and sale.seq == row[3]:
            self._moved_to = after
        self._end_sale()

    def _end_sale(self) -> None:
        sale, self._selling = self._selling, None
        lots, notional = self._traded_by_it
        if sale is not None and lots:
            book = self.books[sale.venue]
            book.end_command()
            self.plain.cascade.sales[sale.seq] = attrs.evolve(
                sale, lots=lots, notional=notional, origins=tuple(book.sold), after=self._moved_to
            )

    def _outside_moved(self, row: Row) -> None:
        if row[4] in self.series:
            self.series[row[4]].add(row[0], row[6], (((OriginKind.OUTSIDE, row[4]), 1),))

    # Amms.

    def _swapped(self, row: Row) -> None:
        parts = self.provenance.swapped(row)
        for amm in self._amms.get(row[4], ()):
            amm.swapped(row[0], self._timestamp(row[2]), row[7], row[8], row[12], parts)

    def _amm_touched(self, row: Row) -> None:
        for amm in self._amms.get(row[4], ()):
            amm.touched(row[0], (((OriginKind.LIQUIDITY, row[4]), 1),))

    def _block_sealed(self, row: Row) -> None:
        self._sealed = row[7]

    def _timestamp(self, at: Nanos) -> Seconds:
        """Return the timestamp of the block at an instant: whole seconds, each block later than the one before."""
        return max(self._sealed + 1, self.facts.epoch + at // SECOND)

    # Feeds and pools.

    def _observed(self, row: Row) -> None:
        self.feeds[row[4]].observed(row)

    def _posted(self, row: Row) -> None:
        window = self.feeds[row[4]].posted(row, self.series, self._timestamp(row[2]))
        self.plain.cascade.last_post = row[0]
        self._tell(row, window)
        if row[4] in self.series:
            self._hand_on(row, window)
        self._posts.append((row[2], row[0]))
        self._until_forgetting -= 1
        if not self._until_forgetting:
            self._until_forgetting = _POSTS_BETWEEN_FORGETTING
            self._forget(row[2] - _HORIZON)

    def _forget(self, horizon: Nanos) -> None:
        """Drop prices that no reporter heard of within the horizon can still be looking at."""
        while self._posts[0][0] < horizon:
            self._posts.popleft()
        since = self._posts[0][1]
        readers = [self.feeds[feed.place] for feed in self.facts.feeds if not any(source in self.feeds for source in feed.sources)]
        oldest = min((reader.oldest_cursor(since) for reader in readers), default=since)
        for source, series in self.series.items():
            series.forget(self._oldest_reader(source) if source in self.feeds else oldest)

    def _oldest_reader(self, source: Place) -> Seq:
        """Return the oldest post of a feed that another one, or a pool of vaults, still stands on; 0 while one has read nothing."""
        feeds = [self.feeds[feed.place] for feed in self.facts.feeds if source in feed.sources]
        pools = [self.pools[place] for place, vault in self._vaults.items() if vault.feed == source]
        return min((each.last.cursors.get(source, 0) if each.last else 0 for each in (*feeds, *pools)), default=0)

    def _hand_on(self, row: Row, window: Window) -> None:
        """Keep a feed's post for the feeds and pools that read it, as long as any of them stands on it: what is delayed comes back."""
        seq, price, previous = row[0], row[7], row[8]
        series = self.series[row[4]]
        if not series.seqs and previous:
            series.add(1, previous, ())  # It opened before anybody said so. Entry 0 would mean none.
        if not series.seqs or window.change:
            series.add(seq, price, tuple(window.net.items()))

    def _refreshed(self, row: Row) -> None:
        if row[4] in self.pools:
            window = self.pools[row[4]].refreshed(row, self._vaults[row[4]].feed, self.series)
            if window is not None:
                self._tell(row, window)

    def _tell(self, row: Row, window: Window) -> None:
        for way in self._ways():
            way.posted(window)
        if self.watch is not None:
            self.watch.posted(row[0], row[2], window.renamed(self.plain.renamed))

    def _fell(self, row: Row) -> None:
        self.provenance.fell(row)
        post = row[6]
        feed = self._made_by(row[4], post) if post else None
        window = feed.window_of(post) if feed else None
        for way in self._ways():
            way.fell(row, window)

    def _made_by(self, pool: Place, post: Seq) -> FeedReplay | None:
        """Return what made a price at which accounts of a pool fall: the pool's own reading of its feed, else the feed that posted."""
        readings = [self.pools[pool]] if pool in self.pools else []
        return next((each for each in (*readings, *self.feeds.values()) if each.window_of(post)), None)

    def _liquidated(self, row: Row) -> None:
        seq, _, at, _, pool, keeper, account, debt_asset, _, fell, debt_price, _, repaid, _, _, _ = row
        self.provenance.liquidated(row)
        brought = None if fell else self._brought(row)
        self._keep(seq, at, keeper, account, pool, fell, repaid * debt_price // 10 ** self._decimals[debt_asset], brought)

    def _brought(self, row: Row) -> Window | None:
        """Return the change of a price within a liquidation's own tx, of those that its pool reads for the two assets."""
        seq, _, _, tx, pool, _, _, debt, collateral = row[:9]
        read = [self._read_by.get((pool, asset), 0) for asset in (collateral, debt)]
        posts = [(feed, feed.last_seq) for place in read if (feed := self.feeds.get(place)) is not None]
        return next((feed.window_of(post) for feed, post in posts if 0 < tx < post < seq), None)

    def _absorbed(self, row: Row) -> None:
        seq, _, at, _, pool, keeper, account, asset, fell, price, debt, _, _, _, _ = row
        self._keep(seq, at, keeper, account, pool, fell, debt * price // 10 ** self._decimals[asset])

    def _auction_started(self, row: Row) -> None:
        seq, _, at, _, house, keeper, _, account, fell, _, _, _, debt, _, _ = row
        self.provenance.auction_started(row)
        pool: Place = self._pool_of.get(house) or house
        self._keep(seq, at, keeper, account, pool, fell, debt * _BASE_CURRENCY // RAD)

    def _keep(
        self, seq: Seq, at: Nanos, keeper: Party, account: Party, pool: Place, fell: Seq, debt_value: int, brought: Window | None = None
    ) -> None:
        for way in self._ways():
            way.liquidated(seq, at, keeper, account, pool, fell, debt_value, brought)


def cascade(source: Source, facts: Facts, inherited_bps: Bps = 0) -> Cascade:
    """Return the cascade of a run. InputError if its tape was filtered.

    With ``inherited_bps``, makers' cancels count to that part as done by the forced sales they answer; the default is none.
    """
    acting, inheriting = cascades(source, facts, inherited_bps)
    return inheriting if inherited_bps else acting


def cascades(source: Source, facts: Facts, inherited_bps: Bps = BPS_ONE, watch: Watch | None = None) -> tuple[Cascade, Cascade]:
    """Return a run's cascade with makers acting of their own accord, and inheriting, in one reading. InputError as above."""
    fold = CascadeFold(facts, inherited_bps, watch)
    for stretch in stretches(source):
        fold.take(stretch)
    return fold.results()


def instrument_of(facts: Facts, venue: VenueFacts) -> Instrument:
    """Return a venue's instrument, from the facts."""
    assets = {each.id: Asset(each.id, each.symbol, each.decimals) for each in facts.assets}
    return Instrument(assets[venue.base], assets[venue.quote], venue.lot, venue.tick)
