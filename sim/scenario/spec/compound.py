"""Compound v2: markets, rates, and whose accounts are in them. Percentages are bps: ``"80 %"``."""

import attrs

from sim.scenario.spec.common import AssetName, FeedName, Name, not_empty, not_negative, part_of_one, positive
from sim.scenario.spec.lending import PopulationSpec
from sim.scenario.values import Amount, Rate
from sim.units import Bps

MOST = 9_000
"""Of a collateral factor and of the close factor: the contract takes no more."""


@attrs.frozen(kw_only=True)
class JumpRateSpec:
    """``[compound.markets.rate]``: the yearly rate by utilisation, with a kink."""

    base: Bps = attrs.field(default=200, validator=not_negative)
    """Yearly rate when nothing is borrowed."""
    slope: Bps = attrs.field(default=2_000, validator=not_negative)
    """What it grows by up to the kink."""
    jump: Bps = attrs.field(default=10_900, validator=not_negative)
    """What it would grow by beyond the kink, were the use to grow by a whole."""
    kink: Bps = attrs.field(default=8_000, validator=[positive, part_of_one])
    """Utilisation at the kink."""


@attrs.frozen(kw_only=True)
class MarketSpec:
    """``[[compound.markets]]``: an asset of a pool and its terms."""

    asset: AssetName
    """Which."""
    feed: FeedName | None = None
    """The feed its price is read from."""
    price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read: ``"1 USD/USDC"``."""
    factor: Bps = attrs.field(default=0, validator=[not_negative, attrs.validators.le(MOST)])
    """Collateral factor: most debt over its value, for borrowing and until liquidation alike; 0 %: it is no collateral."""
    reserve_factor: Bps = attrs.field(default=1_000, validator=part_of_one)
    """Part of the interest that the pool keeps."""
    rate: JumpRateSpec = attrs.field(factory=JumpRateSpec)
    """The yearly rate."""
    borrow_cap: Amount | None = attrs.field(default=None, validator=positive)
    """All debt must stay below it."""
    is_borrowable: bool = True
    """It may be borrowed."""
    liquidity: Amount | None = None
    """What lenders have put in at the start, besides the accounts' collateral."""


@attrs.frozen(kw_only=True)
class LenderAccountSpec:
    """One of ``compound.accounts`` or ``comet.accounts``: a typed account."""

    name: Name
    """Whose."""
    collateral: tuple[Amount, ...] = ()
    """What it has supplied, and counts."""
    debt: tuple[Amount, ...] = ()
    """What it owes."""


@attrs.frozen(kw_only=True)
class CompoundSpec:
    """``[[compound]]``: a pool of Compound v2, whose liquidations revert rather than shrink."""

    name: Name
    """What it is called."""
    markets: tuple[MarketSpec, ...] = attrs.field(validator=not_empty)
    """Its assets."""
    close_factor: Bps = attrs.field(default=5_000, validator=[attrs.validators.ge(500), attrs.validators.le(MOST)])
    """Largest part of one debt that one liquidation may repay."""
    bonus: Bps = attrs.field(default=800, validator=not_negative)
    """What a liquidator's shares are worth on top of what it repaid, the pool's part included."""
    seize_share: Bps = attrs.field(default=280, validator=part_of_one)
    """Part of seized shares that the pool keeps."""
    population: PopulationSpec | None = None
    """Accounts drawn from distributions."""
    accounts: tuple[LenderAccountSpec, ...] = ()
    """Typed accounts."""
