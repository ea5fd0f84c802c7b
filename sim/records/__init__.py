"""The language of the house: every record, by kind number.

``RECORDS[kind]`` is the class. Kind numbers below 256 are records; 256 and above are commands and calls (``sim.commands``).
"""

from sim.records.agents import (
    Burned,
    Declined,
    Minted,
    OutsideMoved,
    RunEnded,
    RunStarted,
    ShockStruck,
    StrategyFailed,
)
from sim.records.chain import BlockSealed, GasPaid, TxDropped, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.records.declare import Column, Record, record
from sim.records.lending import (
    BadDebt,
    Borrowed,
    HealthFell,
    HealthRecovered,
    InterestAccrued,
    Liquidated,
    PopulationOpened,
    Repaid,
    Supplied,
    Withdrawn,
)
from sim.records.market import (
    CustodySuspended,
    DepthSampled,
    OrderAccepted,
    OrderCancelled,
    OrderReduced,
    OrderRefused,
    QuoteChanged,
    Traded,
    TransferCredited,
    TransferRefused,
    UnitsSent,
    WithdrawalStarted,
)
from sim.records.oracle import AnswerGiven, PostDeclined, PriceObserved, PricePosted

ALL: tuple[type[Record], ...] = (
    OrderAccepted,
    OrderRefused,
    Traded,
    OrderCancelled,
    OrderReduced,
    QuoteChanged,
    DepthSampled,
    WithdrawalStarted,
    TransferCredited,
    TransferRefused,
    CustodySuspended,
    UnitsSent,
    TxPending,
    TxReplaced,
    TxDropped,
    TxIncluded,
    TxReverted,
    BlockSealed,
    GasPaid,
    PriceObserved,
    PricePosted,
    PostDeclined,
    AnswerGiven,
    Supplied,
    Withdrawn,
    Borrowed,
    Repaid,
    HealthFell,
    HealthRecovered,
    Liquidated,
    BadDebt,
    InterestAccrued,
    PopulationOpened,
    Declined,
    StrategyFailed,
    OutsideMoved,
    ShockStruck,
    RunStarted,
    Minted,
    RunEnded,
    Burned,
)
RECORDS: dict[int, type[Record]] = {each.kind: each for each in ALL}
assert len(RECORDS) == len(ALL), "two records share a kind number"

__all__ = ["ALL", "RECORDS", "Column", "Record", "record", *(each.__name__ for each in ALL)]
