"""Feeds: who reports a price, from what, when, and at what gas price."""

from typing import Literal

import attrs

from sim.latency import Constant
from sim.oracle.bidding import GasPolicy
from sim.scenario.spec.atomic import OevSpec
from sim.scenario.spec.common import AssetName, Latency, Name, VenueName, not_empty, not_negative, part_of_one, positive
from sim.scenario.values import Amount, Rate
from sim.units import BPS_ONE, HOUR, MILLISECOND, SECOND, Bps, Nanos, Ppb


@attrs.frozen(kw_only=True)
class SourceSpec:
    """One of ``feeds.sources``: a venue a feed's reporters look at."""

    venue: VenueName
    """Which."""
    weight: int = attrs.field(default=1, validator=positive)
    """Its weight against the feed's other venues."""


@attrs.frozen(kw_only=True)
class ReporterSpec:
    """One of ``feeds.reporters``: a node with its own view, or several."""

    count: int = attrs.field(default=1, validator=positive)
    """How many."""
    offset: Bps = 0
    """By how much its answer is off."""
    spread: Bps = attrs.field(default=0, validator=not_negative)
    """Several differ: their offsets lie evenly from offset - spread to offset + spread."""
    latency: Latency = attrs.field(factory=lambda: Constant(200 * MILLISECOND))
    """How late it sees its sources, and how long its messages travel."""


@attrs.frozen(kw_only=True)
class FeedSpec:
    """``[[feeds]]``: the contract that holds the posted price of one pair."""

    name: Name
    """What it is called."""
    base: AssetName
    """What is priced."""
    quote: AssetName
    """What it is priced in."""
    sources: tuple[SourceSpec, ...] = attrs.field(validator=not_empty)
    """The venues its reporters look at."""
    pass_through: Bps = attrs.field(default=BPS_ONE, validator=part_of_one)
    """Share of the index that these venues stand for; the rest is the outside price."""
    reporters: tuple[ReporterSpec, ...] = attrs.field(validator=not_empty)
    """Its nodes."""
    quorum: int | None = attrs.field(default=None, validator=positive)
    """Answers that make a round; left out: more than half of the reporters."""
    deviation: Ppb = attrs.field(default=5_000_000, validator=positive)
    """Change of the median, this much or more, at which a post is wanted; 0.5 % unless given."""
    heartbeat: Nanos = attrs.field(default=HOUR, validator=positive)
    """A post is wanted when the last is older than this."""
    poll_interval: Nanos = attrs.field(default=SECOND, validator=positive)
    """How often a reporter makes up its answer."""
    min_answer: Rate | None = attrs.field(default=None, validator=positive)
    """Below it the feed freezes."""
    max_answer: Rate | None = attrs.field(default=None, validator=positive)
    """Above it the feed freezes."""
    posting: Literal["each", "one", "median"] | None = None
    """Each reporter posts its own tx; one posts for all; or one posts exactly a quorum of answers in rising sequence (Maker's median).
    Left out: as the chain's era has it."""
    oev: OevSpec | None = None
    """Its updates are on offer: the right to follow one is auctioned. Left out: whoever pays most for gas follows."""
    gas: GasPolicy = attrs.field(factory=GasPolicy)
    """What reporters bid for block space."""
    draws: str = ""
    """Name of the feed whose reporters' dice its own roll, for copies of a feed. Left out: its own."""
    gas_funds: Amount = attrs.field(validator=positive)
    """What each reporter has for gas."""
