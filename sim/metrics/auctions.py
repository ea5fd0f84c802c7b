"""What the auctions of vaults' collateral came to: how many, who won, for what, and how much of the debt was never raised.

Every figure is a plain number, ready for statistics over runs: money in wholes of the vaults' money, collateral in wholes of the
collateral (None where several houses sell several), instants in Unix seconds. What a zero bid and a winner are: ``auction_tally``.
There are figures only where there are vaults. Auctions of governance units are no part of this, except that money standing in their
bids is locked like any other.
"""

from __future__ import annotations

import attrs
import numpy as np

from sim.cascade import Stretch
from sim.cascade.stretch import Row
from sim.facts import Facts, VaultFacts, VenueFacts
from sim.metrics.auction_tally import READS, HouseTally, whole_money
from sim.metrics.fold import Figures, Prices, mids
from sim.records.auctions import AuctionClosed, BidMade
from sim.units import Place, Rad


def reference_venue(facts: Facts, vault: VaultFacts) -> VenueFacts | None:
    """Return where a pool's collateral trades against something else than the vaults' money; else where it trades against that."""
    venues = [venue for venue in facts.venues if venue.base == vault.collateral]
    return next((venue for venue in venues if venue.quote != vault.money), next(iter(venues), None))


@attrs.define
class StandingBids:
    """Money that bidders have paid and may yet have back: it is locked until they are outbid, or the auction is settled."""

    bids: dict[tuple[Place, int], Rad] = attrs.field(factory=dict)
    """By house and auction."""
    total: Rad = 0
    most: Rad = 0

    def read(self, row: Row) -> None:
        """Take a bid, or the end of an auction."""
        sale = (row[4], row[6])
        bid = row[9] if row[1] == BidMade.kind else 0
        self.total += bid - self.bids.pop(sale, 0)
        self.most = max(self.most, self.total)
        if bid:
            self.bids[sale] = bid


@attrs.define
class AuctionMetric:
    """All auction houses."""

    facts: Facts
    together: HouseTally = attrs.field(init=False)
    houses: dict[Place, HouseTally] = attrs.field(init=False)
    bids: StandingBids = attrs.field(factory=StandingBids)
    _venues: dict[Place, VenueFacts | None] = attrs.field(init=False)
    """By house: where its reference price is made."""
    _mids: dict[Place, float] = attrs.field(factory=dict)
    """By venue, at the end of the last stretch."""

    def __attrs_post_init__(self) -> None:
        """Watch the houses that the facts name."""
        self.together = HouseTally(self.facts)
        self.houses = {vault.house: HouseTally(self.facts) for vault in self.facts.vaults}
        self._venues = {vault.house: reference_venue(self.facts, vault) for vault in self.facts.vaults}

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        if not self.houses:
            return
        rows = stretch.rows(READS)
        prices = {venue.place: mids(stretch, self.facts, venue) for venue in self._venues.values() if venue}
        for row in rows:
            if row[1] in (BidMade.kind, AuctionClosed.kind):
                self.bids.read(row)
            if row[4] in self.houses:
                mid = self._mid_at(row, prices) if row[1] == AuctionClosed.kind else 0.0
                self.together.read(row, mid)
                self.houses[row[4]].read(row, mid)
        self._mids = {place: found.last(self._mids.get(place, 0.0)) for place, found in prices.items()}

    def figures(self) -> Figures:
        """Return the figures of all houses together, and of each if there are several; nothing where there are none."""
        if not self.houses:
            return {}
        figures = {**self.together.figures(), "keepers_money_locked_max": whole_money(self.bids.most)}
        if len(self.houses) > 1:
            figures["houses"] = {vault.name: self.houses[vault.house].figures() for vault in self.facts.vaults}
        return figures

    def _mid_at(self, row: Row, prices: dict[Place, Prices]) -> float:
        venue = self._venues[row[4]]
        if venue is None:
            return 0.0
        return float(prices[venue.place].at(np.array([row[0]]), self._mids.get(venue.place, 0.0))[0])
