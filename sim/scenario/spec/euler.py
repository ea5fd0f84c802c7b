"""Euler, v1 and the vault kit of v2: assets, which collateral carries which debt, whose accounts. Percentages are bps: ``"80 %"``."""

from typing import Literal

import attrs

from sim.scenario.spec.common import AssetName, FeedName, Name, not_empty, not_negative, part_of_one, positive
from sim.scenario.spec.lending import HealthSpec, SizeSpec
from sim.scenario.values import Amount, Rate
from sim.units import Bps, Nanos


@attrs.frozen(kw_only=True)
class EulerRateSpec:
    """``[euler.assets.rate]``: the yearly yield of debt by utilisation, compounded every second, with a kink."""

    base: Bps = attrs.field(default=0, validator=not_negative)
    """When nothing is borrowed."""
    at_kink: Bps = attrs.field(default=400, validator=not_negative)
    """At the kink."""
    at_full: Bps = attrs.field(default=10_000, validator=not_negative)
    """When all is borrowed."""
    kink: Bps = attrs.field(default=8_000, validator=[positive, attrs.validators.lt(10_000)])
    """Utilisation at the kink."""


@attrs.frozen(kw_only=True)
class EulerAssetSpec:
    """``[[euler.assets]]``: an asset of a pool and its terms."""

    asset: AssetName
    """Which."""
    feed: FeedName | None = None
    """The feed its price is read from."""
    price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read: ``"1 USD/USDC"``."""
    fee: Bps = attrs.field(default=2_300, validator=part_of_one)
    """Part of the interest that the reserves get."""
    collateral_factor: Bps = attrs.field(default=0, validator=part_of_one)
    """v1: part of its value that counts as collateral."""
    borrow_factor: Bps = attrs.field(default=2_800, validator=[positive, part_of_one])
    """v1: part of what counts that a debt of it may fill."""
    is_isolated: bool = False
    """v1: whoever owes it may owe nothing else."""
    most_discount: Bps = attrs.field(default=1_500, validator=[not_negative, attrs.validators.lt(10_000)])
    """v2: the largest discount for whoever liquidates a debt of it."""
    cool_off: Nanos = attrs.field(default=0, validator=not_negative)
    """v2: after its health was found good an account that owes it cannot be liquidated for so long; whole seconds."""
    is_socialised: bool = True
    """v2: debt of it that no collateral is left for is taken from its suppliers."""
    supply_cap: Amount | None = attrs.field(default=None, validator=positive)
    """v2: most that may be supplied."""
    borrow_cap: Amount | None = attrs.field(default=None, validator=positive)
    """v2: most that may be borrowed."""
    liquidity: Amount | None = attrs.field(default=None, validator=positive)
    """What suppliers have put in at the start; they stand as ``<name>/lenders``."""
    rate: EulerRateSpec = attrs.field(factory=EulerRateSpec)
    """The yearly yield of debt."""


@attrs.frozen(kw_only=True)
class EulerPairSpec:
    """``[[euler.pairs]]``: how much debt of one asset a collateral may carry (v2)."""

    debt: AssetName
    """What is owed."""
    collateral: AssetName
    """What stands behind it."""
    ltv: Bps = attrs.field(validator=part_of_one)
    """Loan to value up to which may be borrowed."""
    threshold: Bps = attrs.field(validator=part_of_one)
    """Loan to value at which an account may be liquidated."""


@attrs.frozen(kw_only=True)
class EulerLoanSpec:
    """One of ``euler.population.loans``: what some of the accounts hold and owe."""

    weight: int = attrs.field(default=1, validator=positive)
    """How many have it, against the others."""
    collateral: AssetName
    """What they hold."""
    debt: AssetName
    """What they owe."""


@attrs.frozen(kw_only=True)
class EulerPopulationSpec:
    """``[euler.population]``: accounts drawn from distributions, at the opening prices."""

    accounts: int = attrs.field(validator=positive)
    """How many."""
    size: SizeSpec
    """What they owe."""
    health: HealthSpec
    """How safe they are at the start."""
    loans: tuple[EulerLoanSpec, ...] = attrs.field(validator=not_empty)
    """What they hold and owe."""
    draws: str = ""
    """Name of the dice; populations with the same name and numbers are the same accounts. Left out: the pool's own."""


@attrs.frozen(kw_only=True)
class EulerAccountSpec:
    """One of ``euler.accounts``: a typed account."""

    name: Name
    """Whose."""
    collateral: tuple[Amount, ...] = attrs.field(validator=not_empty)
    """What it has supplied."""
    debt: tuple[Amount, ...] = ()
    """What it owes; in v2 one asset only."""


@attrs.frozen(kw_only=True)
class EulerSpec:
    """``[[euler]]``: a pool whose liquidators take debt over, at a discount that grows as health falls."""

    name: Name
    """What it is called."""
    version: Literal["v1", "v2"] = "v2"
    """Whose rules: those of 2021, or of the vault kit."""
    assets: tuple[EulerAssetSpec, ...] = attrs.field(validator=not_empty)
    """Its assets."""
    pairs: tuple[EulerPairSpec, ...] = ()
    """v2: which collateral carries which debt."""
    population: EulerPopulationSpec | None = None
    """Accounts drawn from distributions."""
    accounts: tuple[EulerAccountSpec, ...] = ()
    """Typed accounts."""
