"""What automated market makers say. Place: the amm. Party: the sender of the call.

Amounts are listed by asset in the amm's own sequence; those it does not have are 0. Ranges are log ticks, both 0 where there are none.
"""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Party, Units, Wad


@record(120)
class Swapped(Record):
    """One asset was swapped for another against the reserves."""

    receiver: Party
    asset_in: AssetId
    asset_out: AssetId
    amount_in: Units
    """Fee included."""
    amount_out: Units
    fee: Units
    """Of the asset that came in; of the asset that went out where the amm takes it there (stableswap)."""
    price: Wad
    """Wholes of the asset out per whole of the asset in afterwards, for very little and fees aside."""


@record(121)
class LiquidityAdded(Record):
    """Assets went into the reserves, for shares of them or for liquidity in a range."""

    owner: Party
    lower: int
    upper: int
    shares: Units
    """Shares issued, or liquidity of the range."""
    amount_0: Units
    amount_1: Units
    amount_2: Units
    amount_3: Units


@record(122)
class LiquidityRemoved(Record):
    """Assets went out of the reserves again, for shares or for liquidity of a range."""

    receiver: Party
    lower: int
    upper: int
    shares: Units
    amount_0: Units
    amount_1: Units
    amount_2: Units
    amount_3: Units


@record(123)
class FeesCollected(Record):
    """The owner of a range was paid the fees it had earned."""

    receiver: Party
    lower: int
    upper: int
    amount_0: Units
    amount_1: Units


@record(124)
class ProtocolFeeTaken(Record):
    """The protocol's part of the fees was paid out, or issued as shares."""

    receiver: Party
    asset: AssetId
    amount: Units


@record(125)
class PairSwapped(Record):
    """What was paid in before was swapped by the pair's own door, in no plain direction: an asset went both in and out."""

    receiver: Party
    in_0: Units
    in_1: Units
    out_0: Units
    out_1: Units


@record(126)
class ReservesSynced(Record):
    """Units that nobody had put in properly became reserves."""

    reserve_0: Units
    reserve_1: Units


@record(127)
class ReservesSkimmed(Record):
    """Units that nobody had put in properly were taken out."""

    receiver: Party
    amount_0: Units
    amount_1: Units


@record(128)
class ObservationsWidened(Record):
    """Somebody paid for room for more observations of the log tick."""

    slots: int
