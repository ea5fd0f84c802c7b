"""The run itself: when it is, how long, which mechanisms are on, and what the scenario was fitted to."""

from typing import Annotated, Literal

import attrs

from sim.scenario.spec.common import Epoch, not_empty, not_negative, positive
from sim.units import HOUR, Bps, Nanos

DEFAULT_START = 1_735_689_600
"""2025-01-01T00:00:00Z."""


@attrs.frozen(kw_only=True)
class Run:
    """``[run]``: what the scenario is about, when it plays and for how long."""

    title: str = attrs.field(validator=not_empty)
    """One line for lists."""
    summary: str = ""
    """What happens and what to look at, in a few sentences."""
    seed: int = attrs.field(default=1, validator=not_negative)
    """The seed unless the command line gives another."""
    start: Epoch = DEFAULT_START
    """The date of instant zero, in UTC."""
    duration: Nanos = attrs.field(default=HOUR, validator=positive)
    """Simulated time."""
    check: bool = False
    """Check every invariant after every event: slow."""
    anachronism: str = ""
    """Why eras are mixed or a protocol is used before its deployment; every report repeats it."""


@attrs.frozen(kw_only=True)
class Switches:
    """``[switches]``: mechanisms that can be cut, so that a twin costs one key."""

    forced_sales: Literal["book", "outside_at_mid", "parked"] = "book"
    """Where keepers sell what they seized: into the book; to an outside buyer, who pays what the book would have (same proceeds, fees and
    timing, and no lot touches the book); or not at all."""
    liquidations: bool = True
    """Pools answer liquidation calls."""
    stops: bool = True
    """Stop orders are triggered; false: they are taken and wait for ever."""
    free_gas: bool = False
    """Gas costs nothing and every tx fits."""
    no_latency: bool = False
    """Every message takes one nanosecond."""
    endless_purses: bool = False
    """Keepers never run out of funds."""
    instant_oracles: bool = False
    """Feeds show what their sources say at every block, without reporters, posts to pay for, or delay; delayed feeds and pools that have
    to be told follow at once."""
    frozen_price_offset: Bps | None = None
    """Feeds stay at the opening price moved by this share, for the whole run; left out: feeds follow their sources."""


@attrs.frozen(kw_only=True)
class Calibration:
    """``[[calibration]]``: one observable to which one key was fitted."""

    observable: str = attrs.field(validator=not_empty)
    """What is measured, in words."""
    source: str = attrs.field(validator=not_empty)
    """Where the target comes from."""
    target: str = attrs.field(validator=not_empty)
    """The value aimed at, with its unit."""
    band: Bps = attrs.field(validator=positive)
    """How far from the target still counts, as a share of it."""
    key: Annotated[str, "key"] = attrs.field(validator=not_empty)
    """The one key of this scenario that it sets, as a dotted path."""
    reached: str = ""
    """The value measured with that key, with its unit."""


@attrs.frozen(kw_only=True)
class HeldOut:
    """``[[held_out]]``: a fact that was never fitted, to be held against the run."""

    fact: str = attrs.field(validator=not_empty)
    """What happened, in words."""
    source: str = attrs.field(validator=not_empty)
    """Where it is told."""
    value: str = attrs.field(validator=not_empty)
    """Its value, with its unit."""
    observable: str = ""
    """The key of the run's summary it is compared with."""
