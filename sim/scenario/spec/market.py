"""Assets and the venues that trade them."""

from typing import Literal

import attrs

from sim.latency import Constant
from sim.scenario.spec.common import AssetName, Latency, Name, not_negative, positive
from sim.scenario.values import Amount, Rate
from sim.units import MILLISECOND, MINUTE, Bps, Nanos, Ppm
from sim.vocabulary import SelfTrade

MOST_DECIMALS = 36


@attrs.frozen(kw_only=True)
class AssetSpec:
    """``[assets.NAME]``: a thing with balances."""

    decimals: int = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.le(MOST_DECIMALS)])
    """Decimals of its smallest unit: 18 for ETH, 6 for USDC."""


@attrs.frozen(kw_only=True)
class CustodySpec:
    """``[venues.custody]``: the way between the chain and a venue."""

    confirmations: int = attrs.field(default=12, validator=not_negative)
    """Blocks on top of a deposit before it is credited."""
    delay: Nanos = attrs.field(default=5 * MINUTE, validator=not_negative)
    """Time a venue takes before it sends a withdrawal's tx."""


@attrs.frozen(kw_only=True)
class HaltSpec:
    """``[venues.halt]``: a circuit breaker, which halts the venue when its mid has moved too far too fast."""

    band: Bps = attrs.field(validator=positive)
    """Least move of the mid, either way, that halts."""
    span: Nanos = attrs.field(default=5 * MINUTE, validator=positive)
    """Within which it must come about."""
    pause: Nanos = attrs.field(default=5 * MINUTE, validator=positive)
    """How long the venue takes no orders; it reopens without an auction."""


@attrs.frozen(kw_only=True)
class VenueSpec:
    """``[[venues]]``: an exchange with one order book."""

    name: Name
    """What it is called."""
    base: AssetName
    """What is bought."""
    quote: AssetName
    """What it is paid in."""
    tick: Rate = attrs.field(validator=positive)
    """Smallest price step: ``"0.01 USDC/ETH"``."""
    lot: Amount = attrs.field(validator=positive)
    """Smallest size step: ``"0.001 ETH"``."""
    maker_fee: Ppm = 0
    """Share of the notional from the owner of the resting order; below zero it is a rebate."""
    taker_fee: Ppm = attrs.field(default=0, validator=not_negative)
    """Share of the notional from the owner of the aggressing order."""
    self_trade: SelfTrade = SelfTrade.NONE
    """What happens when an order meets its owner's own."""
    depth_interval: Nanos = attrs.field(default=100 * MILLISECOND, validator=positive)
    """How often resting depth is published."""
    latency: Latency = attrs.field(factory=lambda: Constant(MILLISECOND))
    """Travel through the gateway, each way, besides the agent's own."""
    load_capacity: float | None = attrs.field(default=None, validator=positive)
    """Messages a second at which travel takes twice as long; left out: load changes nothing."""
    halt: HaltSpec | None = None
    """Its circuit breaker; left out: it never halts."""
    stop_trigger: Literal["last", "mid"] = "last"
    """What triggers stop orders: the last trade, or the mid."""
    draws: str = ""
    """Name of the venue by whose dice messages to it travel, for copies of a venue. Left out: its own."""
    custody: CustodySpec = attrs.field(factory=CustodySpec)
    """Deposits and withdrawals."""
