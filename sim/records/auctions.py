"""What vault engines and auction houses say. Place: who speaks (engine, house, liquidator, vow). Party: the sender of the call."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Party, Price, Rad, Ray, Seconds, Seq, Units
from sim.vocabulary import Audience


@record(60)
class PriceRefreshed(Record):
    """A pool of vaults read its feed: from now on health is judged at this price. Place: the pool."""

    price: Price
    """The feed's, 8 decimals; 0 when it has none, and then nobody can be liquidated."""
    margin_price: Ray
    """Debt that a unit of collateral may carry."""
    post: Seq
    """The feed's entry that made the price; 0 for the opening."""


@record(100)
class AuctionStarted(Record):
    """An unhealthy vault's collateral and debt went into an auction. Place: the house."""

    sale: int
    account: Party
    """Whose vault."""
    fell: Seq
    """The vault's ``HealthFell``."""
    collateral_asset: AssetId
    offered: Units
    owed: Rad
    """Debt and penalty, still to be raised."""
    debt: Rad
    """Without the penalty: what the system must get back."""
    start_price: Ray
    """Of a Dutch auction; 0 of an English one."""
    reference_price: Price
    """What the feed said, 8 decimals."""


@record(101)
class BidMade(Record):
    """Somebody bid in an English auction, or in one of governance units. Party: the bidder."""

    sale: int
    started: Seq
    lot: Units
    """What the bidder would get."""
    bid: Rad
    last_bidder: Party
    """Who is outbid and has its money back; the bidder itself when it betters its own; 0 for the first."""
    last_bid: Rad
    last_lot: Units
    expires: Seconds
    """From when it can be settled, unless somebody betters it."""


@record(102)
class AuctionTaken(Record):
    """Somebody bought from a Dutch auction. Party: the taker."""

    sale: int
    started: Seq
    account: Party
    collateral_asset: AssetId
    price: Ray
    bought: Units
    paid: Rad
    offered_left: Units
    owed_left: Rad


@record(103)
class AuctionRestarted(Record):
    """An auction that ran out began anew (redo of a Dutch one, rearm of an English one)."""

    sale: int
    started: Seq
    start_price: Ray
    """0 of an English one."""


@record(104)
class AuctionClosed(Record):
    """An auction is over. Party: the winner of an English auction, the last taker of a Dutch one."""

    sale: int
    started: Seq
    account: Party
    collateral_asset: AssetId
    sold: Units
    """To the winner, or to all takers together."""
    returned: Units
    """To the vault's owner, over the whole auction."""
    raised: Rad
    owed: Rad
    """At the start."""
    debt: Rad
    """At the start, without the penalty; what of it was not raised is bad debt."""


@record(105)
class RewardPaid(Record):
    """A keeper was paid for starting or restarting an auction. Party: who was paid."""

    sale: int
    started: Seq
    amount: Rad


@record(106)
class Joined(Record):
    """Units came from the chain into the engine. Place: the engine. Party: whose."""

    asset: AssetId
    amount: Units


@record(107)
class Exited(Record):
    """Units left the engine for the chain. Place: the engine. Party: whose."""

    asset: AssetId
    amount: Units


@record(108, Audience.OBSERVER)
class DebtQueued(Record):
    """The vow took over the debt of a seized vault; it must wait before it may be auctioned."""

    amount: Rad
    releases: Seconds
    """From when."""


@record(109)
class DebtReleased(Record):
    """Debt has waited long enough: it may be auctioned."""

    amount: Rad


@record(110)
class DebtHealed(Record):
    """The vow's money was cancelled against its debt."""

    amount: Rad


@record(111)
class DebtAuctionStarted(Record):
    """New governance units are offered for money against debt. Place: the house."""

    sale: int
    asset: AssetId
    lot: Units
    """The most that will be issued."""
    bid: Rad
    """The fixed sum."""


@record(112, Audience.OBSERVER)
class FeeAccrued(Record):
    """A pool's index moved: the stability fee was charged to all its vaults and is the vow's. Place: the pool."""

    index: Ray
    amount: Rad
