"""The one pass over the tape that finds a run's cascade.

Books, seized units and feeds are followed together, entry by entry, because each needs the others as they stood. Needs a full
tape: a filtered one has no orders to play again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from fractions import Fraction

import attrs

from sim.assets import Asset, Instrument
from sim.cascade.book_replay import BookReplay
from sim.cascade.descent import Cascade, Descent, Fall, MoveShares, Sale, generation_of
from sim.cascade.origin import Origin, OriginKind, is_forced
from sim.cascade.posts import FeedReplay, Window
from sim.cascade.provenance import Provenance
from sim.cascade.series import Series
from sim.cascade.stretch import Row, Source, Stretch, stretches
from sim.cascade.watch import Watch
from sim.facts import Facts, VaultFacts, VenueFacts
from sim.records.agents import Burned, OutsideMoved
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken, Exited, Joined, PriceRefreshed
from sim.records.comet import Absorbed, CollateralAbsorbed, CollateralBought
from sim.records.declare import Record
from sim.records.lending import HealthFell, Liquidated
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
from sim.units import HOUR, RAD, Bps, Nanos, Place, Seq

_POSTS_BETWEEN_FORGETTING = 64
_HORIZON = 2 * HOUR
"""A reporter that was silent for longer is forgotten; if it comes back, what it saw before counts as seen by then."""
_BASE_CURRENCY = 10**8


@attrs.define
class CascadeFold:
    """Finds the cascade while a tape goes by, stretch after stretch."""

    facts: Facts
    inherited_bps: Bps = 0
    """See ``sim.cascade.provenance``."""
    watch: Watch | None = None
    """Told of every move and its shares."""
    cascade: Cascade = attrs.field(factory=Cascade)
    books: dict[Place, BookReplay] = attrs.field(factory=dict)
    feeds: dict[Place, FeedReplay] = attrs.field(factory=dict)
    pools: dict[Place, FeedReplay] = attrs.field(factory=dict)
    """By pool of vaults: what it read from its feed."""
    series: dict[Place, Series] = attrs.field(factory=dict)
    """Prices of the sources that any feed or pool of vaults reads."""
    _vaults: dict[Place, VaultFacts] = attrs.field(factory=dict)
    _pool_of: dict[Place, Place] = attrs.field(factory=dict)
    """By auction house: the pool of vaults it sells for."""
    provenance: Provenance = attrs.field(init=False)
    _instruments: dict[Place, Instrument] = attrs.field(factory=dict)
    _decimals: dict[int, int] = attrs.field(factory=dict)
    _selling: Sale | None = None
    """The forced order whose command is in progress."""
    _weighed: tuple[Seq, tuple[tuple[Origin, Fraction], ...], int] = (-1, (), 1)
    """The last post somebody fell by: its entry, parents and generation."""
    _posts: deque[tuple[Nanos, Seq]] = attrs.field(factory=deque)
    """Posts within the horizon, so that an instant can be turned into an entry."""
    _until_forgetting: int = _POSTS_BETWEEN_FORGETTING
    _handlers: dict[int, Callable[[Row], None]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Set up a replay for each venue and feed that the facts name."""
        self.provenance = Provenance.of(self.facts, self.inherited_bps)
        self._decimals = {asset.id: asset.decimals for asset in self.facts.assets}
        self._instruments = {venue.place: instrument_of(self.facts, venue) for venue in self.facts.venues}
        for venue in self.facts.venues:
            self.books[venue.place] = BookReplay(venue, self._instruments[venue.place].step, self.provenance)
        self.feeds = {feed.place: FeedReplay(feed.place) for feed in self.facts.feeds}
        self._vaults = {vault.place: vault for vault in self.facts.vaults}
        self._pool_of = {vault.house: vault.place for vault in self.facts.vaults}
        self.pools = {place: FeedReplay(place) for place in self._vaults}
        read = [*(source for feed in self.facts.feeds for source in feed.sources), *(vault.feed for vault in self.facts.vaults)]
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
            self.cascade.ended_at = rows[-1][2]

    def inherit(self, inherited_bps: Bps) -> None:
        """Have makers' cancels inherit from here on, to that part."""
        self.inherited_bps = self.provenance.inherited_bps = inherited_bps

    def result(self) -> Cascade:
        """Return the cascade so far."""
        self._end_sale()
        for place, book in self.books.items():
            self.cascade.books[place] = MoveShares(book.opening, book.half_ticks, book.falls, book.rises)
        for place, feed in (*self.feeds.items(), *self.pools.items()):
            self.cascade.feeds[place] = MoveShares(feed.opening, feed.last_price, feed.falls, feed.rises)
        self.cascade.unsold = self.provenance.layers.left({venue.base: venue.lot for venue in self.facts.venues})
        return self.cascade

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
            HealthFell: self._fell,
            Liquidated: self._liquidated,
            OutsideMoved: self._outside_moved,
            PriceRefreshed: self._refreshed,
            Absorbed: self._absorbed,
            CollateralAbsorbed: self.provenance.absorbed,
            CollateralBought: self.provenance.bought_from_store,
            AuctionStarted: self._auction_started,
            AuctionTaken: self.provenance.taken,
            AuctionClosed: self.provenance.auction_closed,
            Joined: self.provenance.joined,
            Exited: self.provenance.exited,
        }

    # Venues.

    def _accepted(self, row: Row) -> None:
        self._end_sale()
        book = self.books[row[4]]
        book.accepted(row)
        seq, _, at, _, place, party, _, side, _, _, motive = row
        if is_forced(motive):
            self._selling = Sale(seq, at, place, party, side, motive, 0, 0, (), book.half_ticks, book.half_ticks)

    def _traded(self, row: Row) -> None:
        self.books[row[4]].traded(row)
        sale = self._selling
        if sale is not None and sale.seq == row[3]:
            notional = self._instruments[row[4]].notional(row[6], row[7])
            self._selling = attrs.evolve(sale, lots=sale.lots + row[7], notional=sale.notional + notional)

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
            self.watch.quoted(row[0], row[2], place, after - before if before else 0, shares)
        if before != after and place in self.series:
            self.series[place].add(row[0], self._instruments[place].price_8(after), shares)
        sale = self._selling
        if sale is not None and sale.seq == row[3]:
            self._selling = attrs.evolve(sale, after=after)
        self._end_sale()

    def _end_sale(self) -> None:
        sale, self._selling = self._selling, None
        if sale is not None and sale.lots:
            book = self.books[sale.venue]
            book.end_command()
            self.cascade.sales[sale.seq] = attrs.evolve(sale, origins=tuple(book.sold))

    def _outside_moved(self, row: Row) -> None:
        if row[4] in self.series:
            self.series[row[4]].add(row[0], row[6], (((OriginKind.OUTSIDE, row[4]), 1),))

    # Feeds and pools.

    def _observed(self, row: Row) -> None:
        self.feeds[row[4]].observed(row)

    def _posted(self, row: Row) -> None:
        window = self.feeds[row[4]].posted(row, self.series)
        self.cascade.last_post = row[0]
        if self.watch is not None:
            self.watch.posted(row[0], row[2], window)
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
            if source not in self.feeds:
                series.forget(oldest)

    def _hand_on(self, row: Row, window: Window) -> None:
        """Keep a feed's post for the feeds and pools that read it: all of them, since what is delayed comes back hours later."""
        seq, price, previous = row[0], row[7], row[8]
        series = self.series[row[4]]
        if not series.seqs and previous:
            series.add(1, previous, ())  # It opened before anybody said so. Entry 0 would mean none.
        if not series.seqs or window.change:
            series.add(seq, price, tuple(window.net.items()))

    def _refreshed(self, row: Row) -> None:
        if row[4] in self.pools:
            window = self.pools[row[4]].refreshed(row, self._vaults[row[4]].feed, self.series)
            if self.watch is not None and window is not None:
                self.watch.posted(row[0], row[2], window)

    def _fell(self, row: Row) -> None:
        seq, _, at, _, pool, account, post, price, _, debt, _ = row
        self.provenance.fell(row)
        feed = self._made_by(pool, post) if post else None
        window = feed.window_of(post) if feed else None
        if window is None or window.post != self._weighed[0]:
            self._weighed = self._weigh(window)
        _, parents, generation = self._weighed
        since_peak, pushed = feed.pushed_since_peak() if feed else (Fraction(0), ())
        change = window.change if window else 0
        self.cascade.falls[seq] = Fall(
            seq, at, account, pool, post, change, parents, generation, since_peak, pushed, price=price, debt=debt
        )

    def _made_by(self, pool: Place, post: Seq) -> FeedReplay | None:
        """Return what made a price at which accounts of a pool fall: the pool's own reading of its feed, else the feed that posted."""
        readings = [self.pools[pool]] if pool in self.pools else []
        return next((each for each in (*readings, *self.feeds.values()) if each.window_of(post)), None)

    def _weigh(self, window: Window | None) -> tuple[Seq, tuple[tuple[Origin, Fraction], ...], int]:
        """Return a post's parents, heaviest first, and the generation of whoever falls by it: once a post, however many fall."""
        weights = window.weights() if window else {}
        parents = tuple(sorted(weights.items(), key=lambda weighed: (-weighed[1], weighed[0])))
        return (window.post if window else -1, parents, generation_of(parents, self.cascade))

    def _liquidated(self, row: Row) -> None:
        seq, _, at, _, _, keeper, _, debt_asset, _, fell, debt_price, _, repaid, _, _, _ = row
        self.provenance.liquidated(row)
        value = repaid * debt_price // 10 ** self._decimals[debt_asset]
        self.cascade.liquidations[seq] = Descent(seq, at, keeper, self._fall(row, row[6], fell), value)

    def _absorbed(self, row: Row) -> None:
        seq, _, at, _, _, keeper, account, asset, fell, price, debt, _, _, _, _ = row
        value = debt * price // 10 ** self._decimals[asset]
        self.cascade.liquidations[seq] = Descent(seq, at, keeper, self._fall(row, account, fell), value)

    def _auction_started(self, row: Row) -> None:
        seq, _, at, _, _, keeper, _, account, fell, _, _, _, debt, _, _ = row
        self.provenance.auction_started(row)
        value = debt * _BASE_CURRENCY // RAD
        self.cascade.liquidations[seq] = Descent(seq, at, keeper, self._fall(row, account, fell), value)

    def _fall(self, row: Row, account: int, fell: Seq) -> Fall:
        """Return the margin call that a liquidation answers.

        A position may fall and be liquidated within one block, before anybody says that it fell: interest did it.
        """
        place: Place = row[4]
        known, pool = self.cascade.falls.get(fell), self._pool_of.get(place, place)
        return known or Fall(0, row[2], account, pool, 0, 0, (), 1, Fraction(0))


def cascade(source: Source, facts: Facts, inherited_bps: Bps = 0) -> Cascade:
    """Return the cascade of a run. InputError if its tape was filtered.

    With ``inherited_bps``, makers' cancels count to that part as done by the forced sales they answer; the default is none.
    """
    fold = CascadeFold(facts, inherited_bps)
    for stretch in stretches(source):
        fold.take(stretch)
    return fold.result()


def instrument_of(facts: Facts, venue: VenueFacts) -> Instrument:
    """Return a venue's instrument, from the facts."""
    assets = {each.id: Asset(each.id, each.symbol, each.decimals) for each in facts.assets}
    return Instrument(assets[venue.base], assets[venue.quote], venue.lot, venue.tick)
