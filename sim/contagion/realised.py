"""The realised contagion map of a run: who passed how much distress to whom, by which channel, in one pass over its tape.

Price and oracle come from attribution (``realised_paths``), keepers' capital from what they said they left (``realised_purses``), block
space and nonces from the txs that blocks passed over (``realised_crowding``), outages and makers from refusals and pulled orders
(``realised_venues``). Beside the map: what became of each protocol, and in which sequence they were hit. Everything is an account of what
the tape says; what would have been without a channel is asked of twins (``sim.experiment.transmission``).

Promised: the same whichever way the tape is cut into stretches. Needs a full tape.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from sim.cascade import Cascade, CascadeFold, Source, Stretch, stretches
from sim.cascade.stretch import Row
from sim.contagion.fates import Fate, Fates
from sim.contagion.realised_crowding import Crowding
from sim.contagion.realised_edges import Edge, Edges, Kind, Node, Surroundings
from sim.contagion.realised_paths import Paths
from sim.contagion.realised_purses import Purses
from sim.contagion.realised_venues import Venues
from sim.facts import Facts
from sim.records.agents import Declined
from sim.records.atomic import FlashLoaned
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken, BidMade
from sim.records.chain import BlockSealed, TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.comet import Absorbed, CollateralBought
from sim.records.declare import Record
from sim.records.lending import BadDebt, HealthFell, HealthRecovered, Liquidated
from sim.records.market import TransferCredited
from sim.records.oracle import PricePosted
from sim.units import Place, Seq


@attrs.frozen
class Realised:
    """The map."""

    names: dict[Node, str]
    edges: list[Edge]
    between: list[Edge]
    """The same from protocol to protocol (or feed, for blocks; from venue to venue, for makers), whatever lies in between."""
    fates: dict[Node, Fate]
    usual_wait: int
    """Blocks: the median of the margin calls that no keeper left."""
    calls_left: int
    """Margin calls that some keeper left for want of funds, or with its nonces stuck."""
    outages: int

    @property
    def nodes(self) -> list[Node]:
        """Every protocol, and whatever else has an edge."""
        ends = (node for edge in self.edges for node in (edge.start, edge.end))
        order = list(Kind)
        return sorted(dict.fromkeys((*self.fates, *ends)), key=lambda node: (order.index(node[0]), node[1]))


@attrs.define
class RealisedFold:
    """Finds the map while a tape goes by."""

    facts: Facts
    shared: CascadeFold | None = None
    """A cascade that somebody else follows: it was told to ``carry`` and reads each stretch before this does."""
    around: Surroundings = attrs.field(init=False)
    cascade: CascadeFold = attrs.field(init=False)
    purses: Purses = attrs.field(init=False)
    crowding: Crowding = attrs.field(init=False)
    venues: Venues = attrs.field(init=False)
    fates: Fates = attrs.field(init=False)
    _feeds: dict[Seq, Place] = attrs.field(factory=dict)
    """By post that made a call."""
    _posts: tuple[np.ndarray, np.ndarray] = attrs.field(factory=lambda: (np.zeros(0, np.int64), np.zeros(0, np.int64)))
    """Posts of the stretch before, with their feeds."""
    _handlers: dict[int, Callable[[Row], None]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Set everything up that follows the tape."""
        self.around = Surroundings.of(self.facts)
        self.cascade = self.shared or CascadeFold(self.facts)
        if self.shared is None:
            self.cascade.carry()
        self.purses = Purses(self.facts, self.around)
        self.crowding = Crowding(self.around, bool(self.facts.extra.get("own_space")))
        self.venues = Venues(self.facts, self.around)
        self.fates = Fates(self.facts)
        self._handlers = {record.kind: handler for record, handler in self._reads().items()}

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        if self.shared is None:
            self.cascade.take(stretch)
        self.venues.take(stretch, self.cascade)
        self._note_feeds(stretch)
        handlers = self._handlers
        for row in stretch.rows(self._reads()):
            handlers[row[1]](row)

    def result(self) -> Realised:
        """Return the map so far."""
        plain, _ = self.cascade.results()
        carried = self.cascade.carrying
        assert carried is not None, "a cascade that is shared must be told to carry, before it reads anything"
        feeds = self._feeds | self._of_vaults(plain)
        paths = Paths(self.around, plain, carried.cascade, feeds)
        edges, between = Edges(), Edges()
        paths.into(edges, between)
        self.purses.into(edges, between)
        self.crowding.into(edges, between)
        self.venues.into(edges, between, plain, paths)
        fates = {(Kind.PROTOCOL, place): attrs.evolve(fate) for place, fate in self.fates.found.items()}
        for path in paths.found:
            fate = fates[Kind.PROTOCOL, path.end]
            if path.start == path.end:
                fate.from_itself += path.flow
            else:
                fate.from_others += path.flow
        left = sum(bool(call.left) for call in self.purses.calls)
        return Realised(self.around.names, edges.told(), between.told(), fates, self.purses.usual(), left, self.venues.outages)

    def _reads(self) -> dict[type[Record], Callable[[Row], None]]:
        return {
            HealthFell: self._fell,
            HealthRecovered: self._recovered,
            BadDebt: self._written_off,
            Liquidated: self._liquidated,
            Absorbed: self._absorbed,
            CollateralBought: self.purses.bought_from_store,
            AuctionStarted: self._auction_started,
            AuctionTaken: self.purses.taken,
            AuctionClosed: self._closed,
            BidMade: self.purses.bid,
            FlashLoaned: self.purses.flash_loaned,
            TransferCredited: self.purses.credited,
            Declined: self._declined,
            TxPending: self._pending,
            TxIncluded: self.crowding.entered,
            TxReverted: self.crowding.entered,
            TxReplaced: self.crowding.left,
            TxDropped: self.crowding.left,
            BlockSealed: self._sealed,
        }

    def _fell(self, row: Row) -> None:
        self.purses.fell(row)
        self.fates.fell(row)

    def _recovered(self, row: Row) -> None:
        self.purses.over(row[4], row[5])

    def _written_off(self, row: Row) -> None:
        self.purses.over(row[4], row[5])
        self.fates.written_off(row)

    def _liquidated(self, row: Row) -> None:
        self.purses.liquidated(row)
        self.fates.liquidated(row)

    def _absorbed(self, row: Row) -> None:
        self.purses.absorbed(row)
        self.fates.absorbed(row)

    def _auction_started(self, row: Row) -> None:
        self.purses.auction_started(row)
        self.fates.auction_started(row)

    def _closed(self, row: Row) -> None:
        pool = self.fates.houses.get(row[4])
        if pool is not None:
            self.purses.over(pool, row[8])
        self.fates.auction_closed(row)

    def _declined(self, row: Row) -> None:
        self.purses.declined(row, self.crowding.waiting_of)

    def _pending(self, row: Row) -> None:
        self.crowding.pending(row)
        self.purses.arrived(row)

    def _sealed(self, row: Row) -> None:
        self.crowding.sealed(row)
        self.purses.blocks += 1

    def _note_feeds(self, stretch: Stretch) -> None:
        """Note which feed made each post that made somebody fall."""
        posts = stretch.columns(PricePosted)
        seqs, feeds = np.concatenate([self._posts[0], posts["seq"]]), np.concatenate([self._posts[1], posts["place"]])
        named = np.unique(stretch.columns(HealthFell)["post"])
        places = np.searchsorted(seqs, named)
        for post, where in zip(named.tolist(), places.tolist(), strict=True):
            if where < len(seqs) and int(seqs[where]) == post:
                self._feeds[post] = int(feeds[where])
        if len(posts["seq"]):
            self._posts = posts["seq"], posts["place"]

    def _of_vaults(self, cascade: Cascade) -> dict[Seq, Place]:
        """Return the feed of the calls of vaults, whose pools read it in their own time."""
        feeds = {vault.place: vault.feed for vault in self.facts.vaults}
        return {fall.post: feeds[fall.pool] for fall in cascade.falls.values() if fall.pool in feeds and fall.post}


def realised(source: Source, facts: Facts) -> Realised:
    """Return the realised map of a run. InputError if its tape was filtered."""
    fold = RealisedFold(facts)
    for stretch in stretches(source):
        fold.take(stretch)
    return fold.result()
