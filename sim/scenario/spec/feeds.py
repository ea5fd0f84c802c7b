"""Feeds that nobody posts to: worked out of amms or of other feeds at the moment at which they are read, or pulled by whoever needs them.

Every feed's name may be given wherever a feed is asked for, by a lender of any family.
"""

from typing import ClassVar, Literal, TypeAlias

import attrs

from sim.scenario.spec.common import AmmName, AssetName, FeedName, IssuerName, Name, not_empty, not_negative, part_of_one, positive
from sim.scenario.spec.oracle import FeedSpec, ReporterSpec, SourceSpec
from sim.scenario.values import Rate
from sim.units import BPS_ONE, SECOND, Bps, Nanos


@attrs.frozen(kw_only=True)
class SpotSpec:
    """What an amm trades at, at the very moment of the read."""

    kind: ClassVar[str] = "spot"
    name: Name
    """What it is called."""
    amm: AmmName
    """Whose price it is."""
    base: AssetName
    """What is priced; one of the amm's assets."""
    quote: AssetName
    """What it is priced in; another of them."""


@attrs.frozen(kw_only=True)
class TwapSpec:
    """What an amm traded at over time: the mean log tick of a concentrated one, the mean price of a constant product."""

    kind: ClassVar[str] = "twap"
    name: Name
    """What it is called."""
    amm: AmmName
    """Whose price it is."""
    base: AssetName
    """What is priced; one of the amm's assets."""
    quote: AssetName
    """What it is priced in; the other."""
    window: Nanos = attrs.field(validator=positive)
    """How long a mean. A concentrated amm needs room for the observations; of a constant product somebody must take a checkpoint once every
    window (strategy ``checkpointer``). Whole seconds."""


@attrs.frozen(kw_only=True)
class MedianSpec:
    """The upper median of feeds."""

    kind: ClassVar[str] = "median"
    name: Name
    """What it is called."""
    feeds: tuple[FeedName, ...] = attrs.field(validator=not_empty)
    """Of which; those listed later must not be of a later section."""
    quorum: int | None = attrs.field(default=None, validator=positive)
    """How many must be readable; left out: more than half."""


@attrs.frozen(kw_only=True)
class BoundedSpec:
    """A feed's price held near another one's, or below what may have grown."""

    kind: ClassVar[str] = "bounded"
    name: Name
    """What it is called."""
    feed: FeedName
    """Whose price it is."""
    anchor: FeedName | None = None
    """Whose price it is held near."""
    deviation: Bps | None = attrs.field(default=None, validator=part_of_one)
    """How far from the anchor it may be."""
    beyond: Literal["bound", "keep"] = "bound"
    """What is shown beyond that: the bound, or the last price that was within."""
    growth: Bps | None = attrs.field(default=None, validator=not_negative)
    """How much it may grow in a year, from what it was when the run began; left out: as it likes."""


@attrs.frozen(kw_only=True)
class ProductSpec:
    """Prices of one asset in the next, multiplied."""

    kind: ClassVar[str] = "product"
    name: Name
    """What it is called."""
    feeds: tuple[FeedName, ...] = attrs.field(validator=not_empty)
    """Of which: each one's quote is the next one's base."""


@attrs.frozen(kw_only=True)
class ClaimRateSpec:
    """What a share of a stake is worth by its contract's own rate, in the stake's money."""

    kind: ClassVar[str] = "rate"
    name: Name
    """What it is called."""
    issuer: IssuerName
    """The staking contract."""


@attrs.frozen(kw_only=True)
class HardWiredSpec:
    """A price that never changes."""

    kind: ClassVar[str] = "hard_wired"
    name: Name
    """What it is called."""
    price: Rate = attrs.field(validator=positive)
    """Which."""


@attrs.frozen(kw_only=True)
class GuardedSpec:
    """A feed that is read only while it is young and sure enough, and the chain has been up."""

    kind: ClassVar[str] = "guarded"
    name: Name
    """What it is called."""
    feed: FeedName
    """Whose price it is."""
    max_age: Nanos | None = attrs.field(default=None, validator=positive)
    """Refuses older prices. Whole seconds."""
    grace: Nanos | None = attrs.field(default=None, validator=not_negative)
    """Refuses for so long after the chain came up again. Whole seconds."""
    max_uncertainty: Bps | None = attrs.field(default=None, validator=positive)
    """Refuses a pull feed's price whose confidence is a larger share of it."""
    takes: Literal["price", "low"] = "price"
    """Shows a pull feed's price, or the price less its confidence."""
    fallback: FeedName | None = None
    """Read instead of refusing; not within the grace, when nothing of this chain is to be read."""


DerivedFeedSpec: TypeAlias = SpotSpec | TwapSpec | MedianSpec | BoundedSpec | ProductSpec | ClaimRateSpec | HardWiredSpec | GuardedSpec
"""``[[derived_feeds]]``: any of them, told apart by ``kind``."""


@attrs.frozen(kw_only=True)
class PullFeedSpec:
    """``[[pull_feeds]]``: prices signed off the chain with a confidence, brought to the contract by whoever needs one."""

    name: Name
    """What it is called."""
    base: AssetName
    """What is priced."""
    quote: AssetName
    """What it is priced in."""
    sources: tuple[SourceSpec, ...] = attrs.field(validator=not_empty)
    """The venues its publishers look at."""
    pass_through: Bps = attrs.field(default=BPS_ONE, validator=part_of_one)
    """Share of the index that these venues stand for; the rest is the outside price."""
    reporters: tuple[ReporterSpec, ...] = attrs.field(validator=not_empty)
    """Its publishers."""
    quorum: int | None = attrs.field(default=None, validator=positive)
    """Answers that make a price; left out: more than half of the publishers."""
    poll_interval: Nanos = attrs.field(default=SECOND, validator=positive)
    """How often a publisher makes up its answer."""
    sign_interval: Nanos = attrs.field(default=SECOND, validator=positive)
    """Time between two signed prices."""
    confidence: Bps = attrs.field(default=5, validator=not_negative)
    """How sure each publisher says it is, as a share of its price."""
    draws: str = ""
    """Name of the feed whose publishers' dice its own roll, for copies of a feed. Left out: its own."""


Reported: TypeAlias = FeedSpec | PullFeedSpec
"""A feed with reporters."""
