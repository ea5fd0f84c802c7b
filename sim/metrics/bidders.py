"""What each keeper did in auctions of vaults' collateral: starts, bids, purchases, rewards, and money that stood in bids.

Money moves within an engine in units of 10^-45 and is booked in units of the vaults' money, one for one. A bid is no cost until its
auction is settled: it comes back, or buys the lot. What joins an engine or leaves it stays its owner's and is no profit either. What is
bought is the buyer's who paid, whoever it had the collateral sent to. Auctions of governance units are told apart: what is won there
changes hands like a purchase, and counts as none.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from sim.cascade.stretch import Row
from sim.facts import Facts, VaultFacts
from sim.metrics.fold import Figures, asset_of, money, sums_by_asset
from sim.records.auctions import AuctionClosed, AuctionStarted, AuctionTaken, BidMade, Exited, Joined, RewardPaid
from sim.units import RAD, AssetId, Party, Place, Price, Rad, Seq, Units

FIGURES = ("auctions_started", "bids", "purchases", "collateral_bought", "debt_auctions_won", "money_locked_max", "joined", "exited")
"""What is told of each keeper."""
READS = (AuctionStarted, AuctionTaken, BidMade, AuctionClosed, RewardPaid, Joined, Exited)
"""What the books are made of."""


@attrs.frozen
class Purchase:
    """Units bought in an auction."""

    party: Party
    vault: VaultFacts
    asset: AssetId
    units: Units
    paid: Rad
    posted: Price
    """What the feed said then; 0 if nothing is known."""


@attrs.frozen
class Reward:
    """Money for starting or restarting an auction."""

    party: Party
    vault: VaultFacts
    paid: Rad


@attrs.define
class Dealings:
    """One keeper's, all its accounts together."""

    vault: VaultFacts
    started: int = 0
    bids: int = 0
    purchases: int = 0
    bought: dict[AssetId, Units] = attrs.field(factory=dict)
    debt_auctions_won: int = 0
    locked: Rad = 0
    most_locked: Rad = 0
    joined: dict[AssetId, Units] = attrs.field(factory=dict)
    exited: dict[AssetId, Units] = attrs.field(factory=dict)

    def lock(self, bid: Rad) -> None:
        """Book money that went into a bid (negative: came back)."""
        self.locked += bid
        self.most_locked = max(self.most_locked, self.locked)

    def figures(self, facts: Facts) -> Figures:
        """Return the figures, by name."""
        asset, vault = asset_of(facts, self.vault.money), self.vault
        figures: Figures = {
            "auctions_started": self.started,
            "bids": self.bids,
            "purchases": self.purchases,
            "collateral_bought": money(self.bought, facts, vault.collateral),
            "debt_auctions_won": self.debt_auctions_won,
            "money_locked_max": asset.amount(self.most_locked * asset.unit // RAD),
            "joined": money(self.joined, facts, vault.money),
            "exited": money(self.exited, facts, vault.collateral),
        }
        assert tuple(figures) == FIGURES
        return figures


@attrs.define
class AuctionBooks:
    """Reads what vault engines and auction houses say of keepers."""

    facts: Facts
    keepers: dict[Party, str]
    dealings: dict[str, Dealings] = attrs.field(factory=dict)
    """By keeper."""
    _at: dict[Place, VaultFacts] = attrs.field(init=False)
    """By contract: the pool of vaults it belongs to."""
    _feeds: dict[Place, Price] = attrs.field(factory=dict)
    """What feeds of vaults posted last."""
    _bids: dict[tuple[Place, int], tuple[str | None, Rad]] = attrs.field(factory=dict)
    """By house and auction: the bidder, if it is a keeper, and the bid that stands."""
    _sales: dict[Seq, bool] = attrs.field(factory=dict)
    """Open auctions of collateral: whether they are Dutch."""

    def __attrs_post_init__(self) -> None:
        """Learn whose contracts stand where; of contracts that several pools share, the first pool's name."""
        self._at = {place: vault for vault in reversed(self.facts.vaults) for place in contracts_of(vault)}

    def posted(self, row: Row) -> None:
        """Take a price of a vaults' feed."""
        _, _, _, _, feed, _, _, price, *_ = row
        self._feeds[feed] = price

    def read(self, row: Row) -> Iterator[Purchase | Reward]:
        """Take an entry; yield what it bought or earned a keeper."""
        _, kind, _, _, place, party, *said = row
        vault = self._at.get(place)
        if vault is None:
            return
        own = self._of(party, vault)
        if kind == AuctionStarted.kind:
            self._started(row, vault)
        elif kind == BidMade.kind:
            self._bid(row, vault)
        elif kind == RewardPaid.kind:
            _, _, amount = said
            if own:
                yield Reward(party, vault, amount)
        elif kind == AuctionTaken.kind:
            _, _, _, asset, _, units, paid, _, _ = said
            yield from self._bought(party, vault, asset, units, paid)
        elif kind == AuctionClosed.kind:
            yield from self._closed(row, vault)
        elif own:
            asset, units = said
            sums_by_asset(own.joined if kind == Joined.kind else own.exited, [asset], [units])

    def _of(self, party: Party, vault: VaultFacts) -> Dealings | None:
        name = self.keepers.get(party)
        if name is None:
            return None
        return self.dealings.setdefault(name, Dealings(vault))

    def _started(self, row: Row, vault: VaultFacts) -> None:
        seq, _, _, _, _, party, _, _, _, _, _, _, _, start_price, reference_price = row
        self._sales[seq] = start_price > 0
        self._feeds.setdefault(vault.feed, reference_price)
        if own := self._of(party, vault):
            own.started += 1

    def _bid(self, row: Row, vault: VaultFacts) -> None:
        _, _, _, _, house, bidder, sale, _, _, bid, *_ = row
        own = self._of(bidder, vault)
        self._free(house, sale)
        self._bids[house, sale] = (self.keepers.get(bidder), bid)
        if own:
            own.bids += 1
            own.lock(bid)

    def _free(self, house: Place, sale: int) -> None:
        """The bid that stood is over: outbid, or its auction settled."""
        bidder, bid = self._bids.pop((house, sale), (None, 0))
        if bidder is not None:
            self.dealings[bidder].lock(-bid)

    def _closed(self, row: Row, vault: VaultFacts) -> Iterator[Purchase]:
        _, _, _, _, house, winner, sale, started, _, asset, sold, _, raised, _, _ = row
        self._free(house, sale)
        is_dutch = self._sales.pop(started, None)
        if is_dutch is None:
            yield from self._won_of_debt(winner, vault, asset, sold, raised)
        elif not is_dutch:
            yield from self._bought(winner, vault, asset, sold, raised)

    def _bought(self, party: Party, vault: VaultFacts, asset: AssetId, units: Units, paid: Rad) -> Iterator[Purchase]:
        own = self._of(party, vault)
        if own and units:
            own.purchases += 1
            sums_by_asset(own.bought, [asset], [units])
            yield Purchase(party, vault, asset, units, paid, self._feeds.get(vault.feed, 0) if asset == vault.collateral else 0)

    def _won_of_debt(self, party: Party, vault: VaultFacts, asset: AssetId, units: Units, paid: Rad) -> Iterator[Purchase]:
        """An auction that never started as one of collateral: governance units, which no feed prices."""
        own = self._of(party, vault)
        if own and units:
            own.debt_auctions_won += 1
            yield Purchase(party, vault, asset, units, paid, 0)


def contracts_of(vault: VaultFacts) -> tuple[Place, ...]:
    """Return the places around a pool of vaults, its own included."""
    return (vault.place, vault.engine, vault.liquidator, vault.house, vault.vow, vault.debt_house, vault.feed)
