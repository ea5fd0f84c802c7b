"""What issuers of claims say: staking contracts and issuers of stable coins. Place: the issuer. Party: the sender of the call."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Party, Seconds, Units, Wad


@record(185)
class ClaimIssued(Record):
    """Money came in for units of a claim: shares of a stake, or a stable coin."""

    owner: Party
    money: AssetId
    claim: AssetId
    paid: Units
    issued: Units


@record(186)
class RedemptionQueued(Record):
    """Units of a claim were given back; what they are worth is paid later, first come first served."""

    request: int
    """Counted from 1, by issuer."""
    owner: Party
    given: Units
    """Units of the claim."""
    due: Units
    """Money that is promised for them: of a stake at most that."""
    ready_at: Seconds
    """From when it is paid, Unix time; 0 where nobody knows yet."""


@record(187)
class ClaimRedeemed(Record):
    """Money was paid for units of a claim."""

    request: int
    """The request that was waited for; 0 where it was paid at once."""
    owner: Party
    given: Units
    paid: Units


@record(188)
class StakeReported(Record):
    """A staking contract was told what its validators have: shares are worth this much from now on."""

    rate: Wad
    """Money per whole share."""
    pooled: Units
    """Money that belongs to the shares."""
    shares: Units
    """All there are, those that wait in the queue included."""
    gained: Units
    """What validators have earned since the last report; below zero: what they have lost."""
    finalised: int
    """The last request that can be claimed."""
    locked: Units
    """Money set aside by this report for requests."""
    queued: Units
    """Promised to requests that still wait."""


@record(189)
class IssuerStated(Record):
    """An issuer of a stable coin said how it stands: what it can pay out, what it has issued, whether it redeems."""

    reserves: Units
    """Money at hand, what is promised to requests included."""
    frozen: Units
    """Money that it has and cannot reach."""
    issued: Units
    """Units of the coin in the world."""
    is_paused: int
