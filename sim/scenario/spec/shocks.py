"""Shocks: the exogenous acts of a scenario, each a ``[[world.shocks]]`` with its ``kind``."""

from typing import Literal, TypeAlias

import attrs

from sim.scenario.spec.common import FeedName, IssuerName, VenueName, part_of_one, positive
from sim.scenario.values import Amount, Instant
from sim.units import BPS_ONE, SECOND, Bps, Nanos


@attrs.frozen(kw_only=True)
class Jump:
    """The outside price jumps, for good."""

    at: Instant
    """When."""
    size: Bps
    """Change of the price: ``"-10 %"``."""


@attrs.frozen(kw_only=True)
class Metaorder:
    """Somebody trades a large amount in slices."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it takes."""
    venue: VenueName
    """Where."""
    side: Literal["buy", "sell"]
    """What its owner wants."""
    amount: Amount = attrs.field(validator=positive)
    """How much of the base in all."""
    every: Nanos = attrs.field(default=SECOND, validator=positive)
    """Time between slices."""


@attrs.frozen(kw_only=True)
class LiquidityWithdrawal:
    """Market makers take back part of what they quote."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    venue: VenueName
    """Where."""
    share: Bps = attrs.field(default=BPS_ONE, validator=part_of_one)
    """Part of their size that is gone."""


@attrs.frozen(kw_only=True)
class ReporterOutage:
    """Some reporters of a feed fall silent."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    feed: FeedName
    """Whose."""
    reporters: int = attrs.field(validator=positive)
    """How many, counted from the feed's first."""


@attrs.frozen(kw_only=True)
class GasSurge:
    """Background senders pay a multiple, or come in a multiple of their numbers."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    price: Bps = attrs.field(default=BPS_ONE, validator=positive)
    """What they pay, as a share of what they would: ``"500 %"`` is five times."""
    gas: Bps = attrs.field(default=BPS_ONE, validator=positive)
    """Gas they ask for, as a share of what they would."""


@attrs.frozen(kw_only=True)
class LatencySurge:
    """Messages to and from a venue take longer."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    venue: VenueName
    """Which."""
    factor: int = attrs.field(validator=attrs.validators.ge(2))
    """How many times as long."""


@attrs.frozen(kw_only=True)
class CustodySuspended:
    """A venue neither credits deposits nor sends withdrawals."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    venue: VenueName
    """Which."""


@attrs.frozen(kw_only=True)
class Slashing:
    """Validators lose a share of what they have; their contract knows at its next report."""

    at: Instant
    """When."""
    issuer: IssuerName
    """Whose: a staking contract."""
    share: Bps = attrs.field(validator=[positive, part_of_one])
    """Part of what they have."""


@attrs.frozen(kw_only=True)
class ReserveFreeze:
    """A stable coin's issuer cannot reach part of its money, and says so."""

    at: Instant
    """When it begins."""
    duration: Nanos | None = attrs.field(default=None, validator=positive)
    """How long it lasts; left out: to the end of the run."""
    issuer: IssuerName
    """Which."""
    share: Bps = attrs.field(validator=[positive, part_of_one])
    """Part of its money."""


@attrs.frozen(kw_only=True)
class RedemptionPause:
    """A stable coin's issuer neither mints nor redeems, and says so."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    issuer: IssuerName
    """Which."""


@attrs.frozen(kw_only=True)
class FeedFreeze:
    """A feed shows always the same: it takes no posts, and is not worked out anew."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    feed: FeedName
    """Which."""


@attrs.frozen(kw_only=True)
class ReporterStuck:
    """Some reporters of a feed repeat what they said last."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    feed: FeedName
    """Whose."""
    reporters: int = attrs.field(validator=positive)
    """How many, counted from the feed's first."""


@attrs.frozen(kw_only=True)
class FeedOffset:
    """A feed, or some of its reporters, are off by a share: one bad node, or a mistake in what all of them run."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""
    feed: FeedName
    """Which."""
    offset: Bps
    """By how much: ``"-30 %"``."""
    reporters: int | None = attrs.field(default=None, validator=positive)
    """How many of its reporters, counted from the first; left out: all, or the derived feed itself."""


@attrs.frozen(kw_only=True)
class SequencerOutage:
    """The chain makes no blocks; what was sent meanwhile waits for the first one after."""

    at: Instant
    """When it begins."""
    duration: Nanos = attrs.field(validator=positive)
    """How long it lasts."""


OfFeeds: TypeAlias = FeedFreeze | ReporterStuck | FeedOffset | SequencerOutage
"""Faults of feeds, and of the chain they are on."""
OfClaims: TypeAlias = Slashing | ReserveFreeze | RedemptionPause
"""Those that strike issuers of claims."""
ShockSpec: TypeAlias = (
    Jump | Metaorder | LiquidityWithdrawal | ReporterOutage | GasSurge | LatencySurge | CustodySuspended | OfClaims | OfFeeds
)
"""Any of them, told apart by ``kind``."""
