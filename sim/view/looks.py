"""What figures need of the tape beyond what metrics tell: prices, depth, blocks, waits and rare entries, thinned.

``Looks`` is a fold like any metric. Memory: so many stretches of time a line, sixteen bytes a tx, a row a margin call and a
liquidation.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts, FeedFacts, VenueFacts
from sim.metrics.fold import Integers, Prices, at_place, mids
from sim.metrics.market_price import MarketPrice
from sim.records.agents import OutsideMoved
from sim.records.auctions import AuctionStarted, PriceRefreshed
from sim.records.chain import BlockSealed, TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.comet import Absorbed
from sim.records.lending import HealthFell, HealthRecovered, Liquidated
from sim.records.market import DepthSampled
from sim.records.oracle import PricePosted
from sim.units import GWEI, AssetId, Nanos, Party, Place, Price, Seq, Wad
from sim.view.thinned import Thinned
from sim.vocabulary import Refusal

BANDS = ("bid_5", "bid_2", "bid_1", "ask_1", "ask_2", "ask_5")
"""Of ``DepthSampled``, from the lowest price to the highest."""
_RARE = (HealthFell, HealthRecovered, Liquidated, AuctionStarted, Absorbed, PricePosted, PriceRefreshed)
_DEPTH_STRETCHES = 360


@attrs.define
class Healing:
    """One margin call's account: its health when it fell, before its first liquidation, and when it recovered."""

    pool: Place
    account: Party
    fell: Wad
    liquidated: Wad | None = None
    recovered: Wad | None = None


@attrs.define
class FeedLook:
    """A feed's posted price, and how far it is off its venues'."""

    facts: Facts
    feed: FeedFacts
    posted: Thinned = attrs.field(factory=Thinned)
    gap: Thinned = attrs.field(factory=Thinned)
    """Posted over market less one, in bps."""
    market: MarketPrice = attrs.field(init=False)
    _last: tuple[float, float] = (0.0, 0.0)
    """Posted and market."""

    def __attrs_post_init__(self) -> None:
        """Watch the feed's venues."""
        self.market = MarketPrice(self.facts, self.feed)

    def take(self, stretch: Stretch) -> None:
        """Read the next posts and quotes."""
        seqs, instants, values = at_place(stretch.columns(PricePosted), self.feed.place, "seq", "at_ns", "price")
        posted = Prices(seqs, instants, values.astype(float))
        market = self.market.take(stretch)
        self.posted.take(posted.instants, posted.values / 10**8)
        moments = np.concatenate([posted.seqs, market.seqs])
        when = np.concatenate([posted.instants, market.instants])
        order = np.argsort(moments, kind="stable")
        moments, when = moments[order], when[order]
        above, below = posted.at(moments, self._last[0]), market.at(moments, self._last[1])
        known = (above > 0) & (below > 0)
        self.gap.take(when[known], 10_000 * (above[known] / below[known] - 1))
        self._last = posted.last(self._last[0]), market.last(self._last[1])


@attrs.define
class Looks:
    """All of it."""

    facts: Facts
    outside: Thinned = attrs.field(factory=Thinned)
    mids: dict[Place, Thinned] = attrs.field(init=False)
    depth: dict[Place, dict[str, Thinned]] = attrs.field(init=False)
    """By venue and band: lots within it."""
    feeds: list[FeedLook] = attrs.field(init=False)
    gas: Thinned = attrs.field(factory=Thinned)
    """60th percentile of what was paid, gwei."""
    base_fee: Thinned = attrs.field(factory=Thinned)
    fullness: Thinned = attrs.field(factory=Thinned)
    """Gas used, in millions."""
    included: list[Integers] = attrs.field(factory=list)
    """Instants and waits of txs that got into a block, reverted ones too: two rows a stretch of the tape."""
    races: dict[Party, dict[str, int]] = attrs.field(factory=dict)
    """By sender: what became of its txs, reverted ones by their reason."""
    healings: list[Healing] = attrs.field(factory=list)
    settled: dict[Seq, tuple[AssetId, Price]] = attrs.field(factory=dict)
    """By liquidation: the collateral, and the posted price it was settled at."""
    ended_at: Nanos = 0
    _calls: dict[Seq, Healing] = attrs.field(factory=dict)
    _open: dict[tuple[Place, Party], Healing] = attrs.field(factory=dict)
    _posts: dict[Place, Price] = attrs.field(factory=dict)
    """The last price of each feed, and of each pool of vaults."""
    _base: dict[Place, AssetId] = attrs.field(init=False)
    _fell_for: dict[Seq, tuple[AssetId, Price]] = attrs.field(factory=dict)
    """By margin call: whose price it was, and which."""

    def __attrs_post_init__(self) -> None:
        """Watch every venue and feed that the facts name."""
        self.mids = {venue.place: Thinned() for venue in self.facts.venues}
        self.depth = {venue.place: {band: Thinned(_DEPTH_STRETCHES) for band in BANDS} for venue in self.facts.venues}
        self.feeds = [FeedLook(self.facts, feed) for feed in self.facts.feeds]
        self._base = {feed.place: feed.base for feed in self.facts.feeds} | {vault.place: vault.collateral for vault in self.facts.vaults}

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        instants, prices = at_place(stretch.columns(OutsideMoved), self.facts.outside, "at_ns", "price")
        self.outside.take(instants, prices / 10**8)
        for venue in self.facts.venues:
            self._venue(stretch, venue)
        for feed in self.feeds:
            feed.take(stretch)
        self._chain(stretch)
        for row in stretch.rows(_RARE):
            self._read(row)
        ends = [int(stretch.columns(each)["at_ns"][-1]) for each in stretch.part.types() if len(stretch.columns(each)["seq"])]
        self.ended_at = max([self.ended_at, *ends])

    def waits(self) -> tuple[Integers, Integers]:
        """Return instants and waits of all txs that got into a block."""
        found = np.concatenate([np.empty((2, 0), np.int64), *self.included], axis=1)
        return found[0], found[1]

    def _venue(self, stretch: Stretch, venue: VenueFacts) -> None:
        prices = mids(stretch, self.facts, venue)
        self.mids[venue.place].take(prices.instants, prices.values / 10**8)
        instants, *lots = at_place(stretch.columns(DepthSampled), venue.place, "at_ns", *BANDS)
        for band, values in zip(BANDS, lots, strict=True):
            self.depth[venue.place][band].take(instants, values.astype(float))

    def _chain(self, stretch: Stretch) -> None:
        sealed = stretch.columns(BlockSealed)
        for line, name, scale in ((self.gas, "gas_price_p60", GWEI), (self.base_fee, "base_fee", GWEI), (self.fullness, "gas_used", 10**6)):
            line.take(sealed["at_ns"], sealed[name] / scale)
        for columns in (stretch.columns(TxIncluded), stretch.columns(TxReverted)):
            self.included.append(np.stack([columns["at_ns"], columns["waited"]]))
        for word, record in (("sent", TxPending), ("included", TxIncluded), ("replaced", TxReplaced), ("dropped", TxDropped)):
            self._count(stretch.columns(record)["party"], word)
        reverted = stretch.columns(TxReverted)
        for reason in np.unique(reverted["reason"]).tolist():
            self._count(reverted["party"][reverted["reason"] == reason], f"reverted: {Refusal(reason).name.lower()}")

    def _count(self, parties: Integers, word: str) -> None:
        for party, times in zip(*(each.tolist() for each in np.unique(parties, return_counts=True)), strict=True):
            counts = self.races.setdefault(party, {})
            counts[word] = counts.get(word, 0) + times

    def _read(self, row: Row) -> None:
        seq, kind, _, _, place, party = row[:6]
        if kind in (PricePosted.kind, PriceRefreshed.kind):
            self._posts[place] = row[7 if kind == PricePosted.kind else 6]
        elif kind == HealthFell.kind:
            self._fell(row)
        elif kind == HealthRecovered.kind:
            found = self._open.pop((place, party), None)
            if found is not None:
                found.recovered = row[6]
        elif kind == Liquidated.kind:
            self._liquidated(row[9], row[15])
            self.settled[seq] = row[8], row[11]
        elif kind == AuctionStarted.kind:
            self._liquidated(row[8], None)
            self.settled[seq] = row[9], row[13] or self._fell_for.get(row[8], (0, 0))[1]
        else:
            self._liquidated(row[8], row[14])
            self.settled[seq] = self._fell_for.get(row[8], (0, 0))

    def _fell(self, row: Row) -> None:
        seq, place, party, price, health = row[0], row[4], row[5], row[7], row[8]
        found = Healing(place, party, health)
        self.healings.append(found)
        self._calls[seq] = self._open[place, party] = found
        feed = next((feed for feed, posted in self._posts.items() if price and posted == price), place)
        self._fell_for[seq] = self._base.get(feed, 0), price or self._posts.get(place, 0)

    def _liquidated(self, fell: Seq, health: Wad | None) -> None:
        found = self._calls.pop(fell, None)
        if found is not None:
            found.liquidated = found.fell if health is None else health
