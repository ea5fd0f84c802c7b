"""What an auction house did, counted: auctions, their sums, their winners, and those that were won for next to nothing.

A *zero bid* is a closed auction that raised less than a thousandth of what was owed (``ZERO_BID``), of whichever kind. Opportunists
bid the least there is, by design; what arises in a run is that nobody outbids them. Winners are accounts, as addresses are in
published counts: a keeper with three accounts may be three winners. Sums over closed auctions leave out what is still open in the end.
"""

from __future__ import annotations

import attrs

from sim.cascade.stretch import Row
from sim.facts import Facts
from sim.metrics.fold import Figures, asset_of, bps, percentile
from sim.records.auctions import AuctionClosed, AuctionRestarted, AuctionStarted, AuctionTaken, BidMade
from sim.units import RAD, SECOND, AssetId, Nanos, Party, Price, Rad, Seq, Units

ZERO_BID = 1_000
"""An auction that raised less than one part in so many of what was owed was won at a zero bid."""
FIGURES = (
    "auctions",
    "auctions_closed",
    "auctions_open_at_end",
    "auctions_open_max",
    "auction_restarts",
    "auction_debt",
    "auction_raised",
    "auction_bad_debt",
    "auction_collateral",
    "auction_sold",
    "auction_returned",
    "auction_winners",
    "biggest_winner_share",
    "sale_discount_bps_p50",
    "zero_bids",
    "zero_bid_share_by_count",
    "zero_bid_share_by_collateral",
    "zero_bid_collateral",
    "first_zero_bid_s",
)
"""The keys of a house, and of all of them together."""
READS = (AuctionStarted, AuctionTaken, BidMade, AuctionRestarted, AuctionClosed)
"""What a tally is made of."""
_VALUE_ONE = 10**18


def is_zero_bid(raised: Rad, owed: Rad) -> bool:
    """Tell whether an auction that raised so much of what was owed was won at a zero bid."""
    return raised * ZERO_BID < owed


def whole_money(amount: Rad) -> float:
    """Return internal money in wholes, to a millionth."""
    return round(amount / RAD, 6)


@attrs.define
class Collateral:
    """Amounts of collateral: units by asset, and their worth at the feeds' prices when their auctions began, to compare assets by."""

    units: dict[AssetId, Units] = attrs.field(factory=dict)
    value: int = 0

    def add(self, asset: AssetId, units: Units, value: int) -> None:
        """Add an amount."""
        self.units[asset] = self.units.get(asset, 0) + units
        self.value += value

    def share_of(self, whole: Collateral) -> float | None:
        """Return this over a whole: by units where there is one asset, by value where there are several; None of nothing."""
        if len(whole.units) == 1:
            ((asset, units),) = whole.units.items()
            return round(self.units.get(asset, 0) / units, 6) if units else None
        return round(self.value / whole.value, 6) if whole.value else None

    def whole(self, facts: Facts) -> float | None:
        """Return the amount in wholes of the asset; None where several would have to be added."""
        if len(self.units) > 1:
            return None
        return round(sum(units / asset_of(facts, asset).unit for asset, units in self.units.items()), 6)


@attrs.define
class Sale:
    """An auction that is open."""

    asset: AssetId
    price: Price
    """The feed's when it began."""
    is_dutch: bool
    last_bid: Nanos = 0
    """When somebody bid or bought last."""


@attrs.define
class HouseTally:
    """What one house did, or several together."""

    facts: Facts
    sales: dict[Seq, Sale] = attrs.field(factory=dict)
    """Open auctions, by their ``AuctionStarted``."""
    started: int = 0
    closed: int = 0
    most_open: int = 0
    restarts: int = 0
    debt: Rad = 0
    raised: Rad = 0
    bad_debt: Rad = 0
    zero_bids: int = 0
    first_zero_bid: Nanos | None = None
    discounts: list[float] = attrs.field(factory=list)
    offered: Collateral = attrs.field(factory=Collateral)
    sold: Collateral = attrs.field(factory=Collateral)
    returned: Collateral = attrs.field(factory=Collateral)
    at_zero: Collateral = attrs.field(factory=Collateral)
    winners: dict[Party, Collateral] = attrs.field(factory=dict)
    bought: Collateral = attrs.field(factory=Collateral)
    """By all winners: sold by auctions that are still open, too."""

    def read(self, row: Row, mid: float) -> None:
        """Take an entry of the house; the reference price as of then is for closings (0: there is none)."""
        _, kind, at, _, _, party, _, started, *said = row
        if kind == AuctionStarted.kind:
            self._started(row)
        elif started not in self.sales:
            return  # An auction of governance units.
        elif kind == AuctionTaken.kind:
            _, _, _, bought, _, _, _ = said
            self._won(party, started, bought)
            self.sales[started].last_bid = at
        elif kind == BidMade.kind:
            self.sales[started].last_bid = at
        elif kind == AuctionRestarted.kind:
            self.restarts += 1
        else:
            self._closed(row, mid)

    def figures(self) -> Figures:
        """Return the figures, by name."""
        first = self.first_zero_bid
        biggest = max((won.share_of(self.bought) or 0.0 for won in self.winners.values()), default=None)
        figures: Figures = {
            "auctions": self.started,
            "auctions_closed": self.closed,
            "auctions_open_at_end": len(self.sales),
            "auctions_open_max": self.most_open,
            "auction_restarts": self.restarts,
            "auction_debt": whole_money(self.debt),
            "auction_raised": whole_money(self.raised),
            "auction_bad_debt": whole_money(self.bad_debt),
            "auction_collateral": self.offered.whole(self.facts),
            "auction_sold": self.sold.whole(self.facts),
            "auction_returned": self.returned.whole(self.facts),
            "auction_winners": len(self.winners),
            "biggest_winner_share": biggest,
            "sale_discount_bps_p50": percentile(self.discounts, 50),
            "zero_bids": self.zero_bids,
            "zero_bid_share_by_count": round(self.zero_bids / self.closed, 6) if self.closed else None,
            "zero_bid_share_by_collateral": self.at_zero.share_of(self.sold),
            "zero_bid_collateral": self.at_zero.whole(self.facts),
            "first_zero_bid_s": None if first is None else self.facts.epoch + first // SECOND,
        }
        assert tuple(figures) == FIGURES
        return figures

    def _started(self, row: Row) -> None:
        seq, _, _, _, _, _, _, _, _, asset, offered, _, _, start_price, price = row
        sale = self.sales[seq] = Sale(asset, price, start_price > 0)
        self.started += 1
        self.most_open = max(self.most_open, len(self.sales))
        self.offered.add(asset, offered, self._value(sale, offered))

    def _closed(self, row: Row, mid: float) -> None:
        _, _, at, _, _, winner, _, started, _, asset, sold, returned, raised, owed, debt = row
        sale = self.sales[started]
        if not sale.is_dutch:
            self._won(winner, started, sold)
        del self.sales[started]
        self.closed += 1
        self.debt += debt
        self.raised += raised
        self.bad_debt += max(0, debt - raised)
        self.sold.add(asset, sold, self._value(sale, sold))
        self.returned.add(asset, returned, self._value(sale, returned))
        if is_zero_bid(raised, owed):
            bid = sale.last_bid or at
            self.zero_bids += 1
            self.first_zero_bid = bid if self.first_zero_bid is None else min(self.first_zero_bid, bid)
            self.at_zero.add(asset, sold, self._value(sale, sold))
        if sold and mid:
            self.discounts.append(bps(1 - raised / RAD / (sold / asset_of(self.facts, asset).unit) / (mid / 10**8)))

    def _won(self, party: Party, started: Seq, units: Units) -> None:
        sale = self.sales[started]
        if units:
            for sums in (self.winners.setdefault(party, Collateral()), self.bought):
                sums.add(sale.asset, units, self._value(sale, units))

    def _value(self, sale: Sale, units: Units) -> int:
        return units * sale.price * _VALUE_ONE // asset_of(self.facts, sale.asset).unit
