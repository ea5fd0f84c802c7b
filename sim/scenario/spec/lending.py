"""Lending pools: reserves, rates, e-modes, and whose positions are in them."""

from typing import ClassVar, Literal, TypeAlias

import attrs

from sim.scenario.spec.common import AssetName, FeedName, FilePath, Name, not_empty, not_negative, part_of_one, positive
from sim.scenario.values import Amount, Instant, Rate
from sim.units import Bps, Nanos


@attrs.frozen(kw_only=True)
class RateSpec:
    """``[pools.reserves.rate]``: the yearly rate by utilisation, with a kink."""

    base: Bps = attrs.field(default=0, validator=not_negative)
    """Yearly rate when nothing is borrowed."""
    slope: Bps = attrs.field(default=400, validator=not_negative)
    """What it grows by up to the kink."""
    steep_slope: Bps = attrs.field(default=6_000, validator=not_negative)
    """What it grows by from the kink to full use."""
    kink: Bps = attrs.field(default=8_000, validator=[positive, part_of_one])
    """Utilisation at the kink."""


@attrs.frozen(kw_only=True)
class ReserveSpec:
    """``[[pools.reserves]]``: an asset of a pool and its terms."""

    asset: AssetName
    """Which."""
    feed: FeedName | None = None
    """The feed its price is read from."""
    price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read: ``"1 USD/USDC"``."""
    ltv: Bps = attrs.field(default=0, validator=part_of_one)
    """Most that may be borrowed against it."""
    threshold: Bps = attrs.field(default=0, validator=part_of_one)
    """Loan to value at which a position may be liquidated; 0 %: it is no collateral."""
    bonus: Bps = attrs.field(default=0, validator=not_negative)
    """What a liquidator gets on top of what it repaid."""
    protocol_fee: Bps = attrs.field(default=0, validator=part_of_one)
    """Part of the bonus that the pool keeps."""
    reserve_factor: Bps = attrs.field(default=1_000, validator=part_of_one)
    """Part of the interest that the pool keeps."""
    supply_cap: Amount | None = attrs.field(default=None, validator=positive)
    """Most that may be supplied."""
    borrow_cap: Amount | None = attrs.field(default=None, validator=positive)
    """Most that may be borrowed."""
    is_borrowable: bool = True
    """It may be borrowed."""
    liquidity: Amount | None = None
    """What lenders have put in at the start, besides the positions' collateral."""
    rate: RateSpec = attrs.field(factory=RateSpec)
    """The yearly rate."""


@attrs.frozen(kw_only=True)
class EModeSpec:
    """``[[pools.e_modes]]``: better terms for assets that move together."""

    name: Name
    """What it is called."""
    assets: tuple[AssetName, ...] = attrs.field(validator=not_empty)
    """Which assets it joins."""
    ltv: Bps = attrs.field(validator=part_of_one)
    """Most that may be borrowed within it."""
    threshold: Bps = attrs.field(validator=part_of_one)
    """Loan to value at which a position within it may be liquidated."""
    bonus: Bps = attrs.field(validator=not_negative)
    """What a liquidator gets on top of what it repaid."""


@attrs.frozen(kw_only=True)
class FixedSize:
    """Every account owes the same."""

    kind: ClassVar[str] = "fixed"
    debt: Amount = attrs.field(validator=positive)
    """How much."""


@attrs.frozen(kw_only=True)
class ParetoSize:
    """Debts with a heavy tail, cut at the top."""

    kind: ClassVar[str] = "pareto"
    least: Amount = attrs.field(validator=positive)
    """The smallest."""
    most: Amount = attrs.field(validator=positive)
    """The largest."""
    alpha: float = attrs.field(default=1.2, validator=positive)
    """The tail's exponent: the smaller, the heavier."""


@attrs.frozen(kw_only=True)
class LognormalSize:
    """Debts whose logarithm is normal, cut at the top."""

    kind: ClassVar[str] = "lognormal"
    median: Amount = attrs.field(validator=positive)
    """The middle one."""
    sigma: float = attrs.field(validator=positive)
    """Deviation of the logarithm."""
    most: Amount = attrs.field(validator=positive)
    """The largest."""


@attrs.frozen(kw_only=True)
class UniformHealth:
    """Opening health factors spread evenly."""

    kind: ClassVar[str] = "uniform"
    low: float = attrs.field(validator=attrs.validators.ge(1.0))
    """The lowest."""
    high: float = attrs.field(validator=attrs.validators.ge(1.0))
    """The highest."""


@attrs.frozen(kw_only=True)
class LognormalHealth:
    """Opening health factors whose excess over one is lognormal."""

    kind: ClassVar[str] = "lognormal"
    median: float = attrs.field(validator=attrs.validators.gt(1.0))
    """The middle one."""
    sigma: float = attrs.field(validator=positive)
    """Deviation of the logarithm of the excess."""


SizeSpec: TypeAlias = FixedSize | ParetoSize | LognormalSize
HealthSpec: TypeAlias = UniformHealth | LognormalHealth


@attrs.frozen(kw_only=True)
class MixSpec:
    """One of ``pools.population.mixes``: what some of the accounts hold and owe."""

    weight: int = attrs.field(default=1, validator=positive)
    """How many have it, against the other mixes."""
    collateral: dict[AssetName, Bps] = attrs.field(validator=not_empty)
    """Share of the collateral's value in each asset."""
    debt: dict[AssetName, Bps] = attrs.field(validator=not_empty)
    """Share of the debt's value in each asset."""
    e_mode: Name | None = None
    """The e-mode they are in."""


@attrs.frozen(kw_only=True)
class PopulationSpec:
    """``[pools.population]``: accounts drawn from distributions, at the feeds' opening prices."""

    accounts: int = attrs.field(validator=positive)
    """How many."""
    size: SizeSpec
    """What they owe."""
    health: HealthSpec
    """How safe they are at the start."""
    mixes: tuple[MixSpec, ...] = attrs.field(validator=not_empty)
    """What they hold and owe."""
    draws: str = ""
    """Name of the dice; populations with the same name and numbers are the same accounts. Left out: the pool's own."""


@attrs.frozen(kw_only=True)
class PositionsSpec:
    """``[pools.positions]``: accounts from a file, ``account,asset,side,amount[,emode]``."""

    csv: FilePath = attrs.field(validator=not_empty)
    """The file."""
    snapshot: Instant
    """When the positions were so; the run starts from them."""
    keep_unhealthy: bool = False
    """Keep accounts that are unhealthy from the start."""


@attrs.frozen(kw_only=True)
class AccountSpec:
    """One of ``pools.accounts``: a typed position."""

    name: Name
    """Whose."""
    collateral: tuple[Amount, ...] = attrs.field(validator=not_empty)
    """What is locked."""
    debt: tuple[Amount, ...] = ()
    """What is owed."""
    e_mode: Name | None = None
    """The e-mode it is in."""


@attrs.frozen(kw_only=True)
class PoolSpec:
    """``[[pools]]``: a contract lending assets against collateral."""

    name: Name
    """What it is called."""
    family: Literal["aave"] = "aave"
    """Whose rules it follows."""
    version: Literal["v2", "v3_0", "v3_7"] = "v3_7"
    """Which version of them."""
    grace: Nanos | None = attrs.field(default=None, validator=not_negative)
    """For so long after the chain came up again it neither lends nor liquidates who has a health of 0.95 or more; of v3_0. Whole
    seconds; left out: it has no sentinel."""
    reserves: tuple[ReserveSpec, ...] = attrs.field(validator=not_empty)
    """Its assets."""
    flash_premium: Bps | None = attrs.field(default=None, validator=part_of_one)
    """What a flash loan out of it costs, of what is lent; left out: 0.09 % in v2, 0.05 % in v3."""
    e_modes: tuple[EModeSpec, ...] = ()
    """Its e-modes, of v3."""
    population: PopulationSpec | None = None
    """Accounts drawn from distributions."""
    positions: PositionsSpec | None = None
    """Accounts from a file."""
    accounts: tuple[AccountSpec, ...] = ()
    """Typed accounts."""
