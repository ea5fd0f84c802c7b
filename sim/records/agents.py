"""What agents, the outside world and the run itself say."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Nanos, Party, Place, Price, Seq, Units  # noqa: F401 - read by name
from sim.vocabulary import Audience, Motive, Refusal, ShockKind  # noqa: F401 - read by name


@record(70, Audience.OBSERVER)
class Declined(Record):
    """A keeper saw an opportunity and left it, for this reason; told when the reason changes. Party: the keeper."""

    account: Party
    pool: Place
    reason: Refusal
    expected: int
    """Expected profit in millionths of a whole of its venue's quote asset, as far as it got."""


@record(71, Audience.OBSERVER)
class StrategyFailed(Record):
    """A strategy raised while deciding, or went beyond a limit. Party: the agent."""

    line: int
    """Of its own file; 0 where that is not known."""
    reason: Refusal
    """The limit it went beyond; ``NONE`` when it raised."""


@record(80)
class OutsideMoved(Record):
    """The price in the outside world moved. Place: the path."""

    price: Price
    """Quote per base, 8 decimals."""


@record(81, Audience.OBSERVER)
class ShockStruck(Record):
    """An exogenous act of the scenario began or ended."""

    shock: ShockKind
    number: int
    """Its place in the scenario's list."""
    is_over: int


@record(90, Audience.OBSERVER)
class RunStarted(Record):
    """The first entry of every tape."""

    epoch: int
    """Unix seconds of time zero."""
    seed: int


@record(91, Audience.OBSERVER)
class Minted(Record):
    """Units came into the world (at the start, or from outside it). Party: who got them."""

    asset: AssetId
    amount: Units


@record(92, Audience.OBSERVER)
class RunEnded(Record):
    """The last entry of a complete tape."""

    entries: int


@record(93, Audience.OBSERVER)
class Burned(Record):
    """Units left the world (sold to the outside, or burned by the fee market). Party: who gave them."""

    asset: AssetId
    amount: Units
