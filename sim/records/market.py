"""What venues and custody say. Place: the venue. Party: whose command it was."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Bps, HalfTicks, Lots, Nanos, Party, Seq, Ticks, Units  # noqa: F401 - read by name
from sim.vocabulary import Audience, CancelReason, Motive, Refusal, Side


@record(10, Audience.PARTY)
class OrderAccepted(Record):
    """The venue took an order; what did not trade at once rests, unless its time in force says otherwise."""

    order: int
    side: Side
    limit: Ticks
    """0 for a market order."""
    lots: Lots
    motive: Motive


@record(11, Audience.PARTY)
class OrderRefused(Record):
    """The venue did not take an order, a cancel, a reduction or a reprice."""

    order: int
    reason: Refusal


@record(12)
class Traded(Record):
    """Lots changed hands at the resting order's price. Party: the taker."""

    price: Ticks
    lots: Lots
    aggressor: Side
    maker: Party
    maker_order: int
    taker_order: int
    maker_fee: int
    """In fee units: quote units, or billionths of a whole where the quote is finer. A rebate is negative."""
    taker_fee: int
    """In fee units."""


@record(13, Audience.PARTY)
class OrderCancelled(Record):
    """An order, or what was left of it, is gone without a trade."""

    order: int
    side: Side
    limit: Ticks
    lots: Lots
    reason: CancelReason


@record(14, Audience.PARTY)
class OrderReduced(Record):
    """An order rests with fewer lots and keeps its place."""

    order: int
    lots: Lots


@record(15)
class QuoteChanged(Record):
    """The best bid or ask, or the lots there, changed by a command; at most one per command, at its end."""

    bid: Ticks
    """0 when no bid rests."""
    bid_lots: Lots
    ask: Ticks
    """0 when no ask rests."""
    ask_lots: Lots


@record(16)
class DepthSampled(Record):
    """Lots resting within 1, 2 and 5 % of the mid, at the venue's publishing interval."""

    bid_1: Lots
    bid_2: Lots
    bid_5: Lots
    ask_1: Lots
    ask_2: Lots
    ask_5: Lots


@record(17, Audience.PARTY)
class WithdrawalStarted(Record):
    """A venue took units off a balance and sends them to the owner's chain account. Place: the venue."""

    asset: AssetId
    amount: Units
    transfer: int


@record(18, Audience.PARTY)
class TransferCredited(Record):
    """Units that travelled between chain and venue arrived. Place: where they arrived."""

    asset: AssetId
    amount: Units
    transfer: int


@record(19, Audience.PARTY)
class TransferRefused(Record):
    """A deposit or withdrawal was not carried out."""

    asset: AssetId
    reason: Refusal
    amount: Units


@record(20)
class CustodySuspended(Record):
    """The venue stops deposits and withdrawals, or takes them up again."""

    is_suspended: int


@record(22)
class Halted(Record):
    """The venue takes no orders for a while, because the mid moved too far. Cause: the quote."""

    reference: HalfTicks
    """The mid that the move is measured from."""
    mid: HalfTicks
    until: Nanos
    """The first instant at which orders are taken again."""


@record(23)
class Resumed(Record):
    """The venue takes orders again."""

    mid: HalfTicks
    """0 with a side empty."""


@record(24, Audience.PARTY)
class StopPlaced(Record):
    """A stop order waits for its trigger."""

    order: int
    side: Side
    trigger: Ticks
    lots: Lots
    limit: Ticks
    """Of the order that it becomes; 0 for a market order."""


@record(25, Audience.PARTY)
class StopTriggered(Record):
    """The price has come to a stop's trigger: the order that it becomes follows. Cause: the trade, or the quote."""

    order: int
    price: HalfTicks


@record(26, Audience.PARTY)
class StopCancelled(Record):
    """A stop that was not triggered is gone."""

    order: int
    lots: Lots


@record(21)
class UnitsSent(Record):
    """Units moved between owners on the chain. Place: the token contract. Party: the sender."""

    asset: AssetId
    to: Party
    amount: Units
