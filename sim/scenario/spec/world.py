"""The outside world: where the price comes from, and the shocks."""

from typing import Literal

import attrs

from sim.scenario.spec.common import AssetName, FilePath, not_empty, not_negative, positive
from sim.scenario.spec.shocks import ShockSpec
from sim.scenario.values import Instant, Rate
from sim.units import SECOND, Bps, Nanos, Ppb

Outside = Literal["hold", "waypoints", "error"]
"""What holds at instants that a file does not cover: its nearest value, the typed points, or nothing: the run is refused."""


@attrs.frozen(kw_only=True)
class Waypoint:
    """One of ``world.price.waypoints``: the price at an instant."""

    at: Instant
    """When."""
    price: Rate = attrs.field(validator=positive)
    """The price then."""


@attrs.frozen(kw_only=True)
class BarsSpec:
    """``[world.price.bars]``: coarser bars whose high and low the path touches in the gaps of the finer file."""

    csv: FilePath = attrs.field(validator=not_empty)
    """File with a header line."""
    time_column: str = attrs.field(validator=not_empty)
    """Column of the bars' first instants: ISO (UTC) or epoch in s or ms."""
    open_column: str = "open"
    """Column of the first price in a bar."""
    high_column: str = "high"
    """Column of the highest."""
    low_column: str = "low"
    """Column of the lowest."""
    close_column: str = "close"
    """Column of the last."""


@attrs.frozen(kw_only=True)
class RandomSpec:
    """``[world.price.random]``: a geometric Brownian motion with jumps."""

    first: Rate = attrs.field(validator=positive)
    """The price at the start."""
    volatility: Ppb = attrs.field(validator=not_negative)
    """Deviation of a year's log return, jumps not included."""
    drift: Ppb = 0
    """Mean of a year's log return."""
    jumps_per_day: float = attrs.field(default=0.0, validator=not_negative)
    """Mean number of jumps a day."""
    jump_mean: Ppb = 0
    """Mean of a jump's log return."""
    jump_deviation: Ppb = attrs.field(default=0, validator=not_negative)
    """Deviation of a jump's log return."""


@attrs.frozen(kw_only=True)
class PriceSpec:
    """``[world.price]``: the price outside. It comes from a file, from typed waypoints, from both, or from chance."""

    base: AssetName
    """What is priced."""
    quote: AssetName
    """What it is priced in."""
    role: Literal["driver", "pinned"]
    """``driver``: outside news, up to ``until``; later falls are the model's. ``pinned``: the path is the market, held by an outside
    arbitrageur: timing, auctions and bad debt may be claimed, no price effect."""
    until: Instant | None = None
    """The last instant of news for a driver; a pinned path goes on to the end."""
    band: Bps = attrs.field(default=10, validator=positive)
    """How near the outside arbitrageur holds the venues to a pinned path."""
    waypoints: tuple[Waypoint, ...] = ()
    """Typed prices, in sequence."""
    csv: FilePath | None = None
    """File of prices with a header line; where it has rows they hold instead of the waypoints."""
    time_column: str = ""
    """Column of the file's instants: ISO (UTC) or epoch in s or ms."""
    price_column: str = ""
    """Column of the file's prices, quote per base."""
    stamp_lag: Nanos = 0
    """Added to the file's times: a file that stamps a bar by its opening knows its close only a bar's length later."""
    outside: Outside = "waypoints"
    """What holds at instants the file does not cover."""
    bars: BarsSpec | None = None
    """Coarser bars for the gaps of the file."""
    random: RandomSpec | None = None
    """A path drawn from the seed, instead of file and waypoints."""
    step: Nanos = attrs.field(default=SECOND, validator=positive)
    """Between known prices the path moves at this interval."""
    bridge_volatility: Ppb = attrs.field(default=500_000, validator=not_negative)
    """Least deviation of a minute's log return between known prices; 5 bps unless given."""


@attrs.frozen(kw_only=True)
class WorldSpec:
    """``[world]``: all that comes from outside."""

    price: PriceSpec
    """The price outside."""
    shocks: tuple[ShockSpec, ...] = ()
    """Exogenous acts."""
