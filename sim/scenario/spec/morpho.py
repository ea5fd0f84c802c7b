"""Morpho Blue: isolated markets of one collateral and one loan asset. Percentages are bps: ``"86 %"``."""

from typing import ClassVar, TypeAlias

import attrs

from sim.scenario.spec.common import AssetName, FeedName, Name, not_negative, positive
from sim.scenario.spec.lending import HealthSpec, SizeSpec
from sim.scenario.values import Amount, Rate
from sim.units import Bps


@attrs.frozen(kw_only=True)
class AdaptiveRateSpec:
    """A curve that moves itself until 90 % of the supply are lent."""

    kind: ClassVar[str] = "adaptive"
    at_target: Bps = attrs.field(default=400, validator=[attrs.validators.ge(10), attrs.validators.le(20_000)])
    """Yearly rate at 90 % when the run begins; a quarter of it when nothing is lent, four times as much when all is."""


@attrs.frozen(kw_only=True)
class FixedRateSpec:
    """The same rate whatever is lent."""

    kind: ClassVar[str] = "fixed"
    yearly: Bps = attrs.field(validator=not_negative)
    """Yearly rate, before it compounds."""


MorphoRateSpec: TypeAlias = AdaptiveRateSpec | FixedRateSpec


@attrs.frozen(kw_only=True)
class MorphoAccountSpec:
    """One of ``morpho.accounts``: a typed account."""

    name: Name
    """Whose."""
    collateral: Amount = attrs.field(validator=positive)
    """What is locked."""
    debt: Amount = attrs.field(validator=not_negative)
    """What is owed."""


@attrs.frozen(kw_only=True)
class MorphoPopulationSpec:
    """``[morpho.population]``: accounts drawn from distributions, at the opening prices."""

    accounts: int = attrs.field(validator=positive)
    """How many."""
    size: SizeSpec
    """What they owe."""
    health: HealthSpec
    """How safe they are at the start: the debt that the collateral may carry over what is owed."""
    draws: str = ""
    """Name of the dice; populations with the same name and numbers are the same accounts. Left out: the market's own."""


@attrs.frozen(kw_only=True)
class MorphoSpec:
    """``[[morpho]]``: a market of Morpho Blue. Its terms are fixed for ever, its price is whatever its feeds say."""

    name: Name
    """What it is called."""
    collateral: AssetName
    """What is locked."""
    loan: AssetName
    """What is lent."""
    collateral_feed: FeedName | None = None
    """The feed that prices the collateral."""
    collateral_price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read."""
    loan_feed: FeedName | None = None
    """The feed that prices the loan asset."""
    loan_price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read: ``"1 USD/USDC"``."""
    lltv: Bps = attrs.field(default=8_600, validator=[positive, attrs.validators.lt(10_000)])
    """Loan to value up to which may be borrowed and above which is liquidated. The liquidators' incentive follows from it."""
    rate: MorphoRateSpec = attrs.field(factory=AdaptiveRateSpec)
    """What debt pays."""
    fee: Bps = attrs.field(default=0, validator=[not_negative, attrs.validators.le(2_500)])
    """Part of the interest that goes to ``<name>/fees``."""
    liquidity: Amount | None = attrs.field(default=None, validator=positive)
    """What suppliers have put in at the start; they stand as ``<name>/lenders``."""
    population: MorphoPopulationSpec | None = None
    """Accounts drawn from distributions."""
    accounts: tuple[MorphoAccountSpec, ...] = ()
    """Typed accounts."""
