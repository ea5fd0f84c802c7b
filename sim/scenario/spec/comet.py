"""Compound v3, Comet: the base asset, its rates, the storefront, collaterals, and whose accounts are in it."""

import attrs

from sim.scenario.spec.common import AssetName, FeedName, Name, not_empty, not_negative, part_of_one, positive
from sim.scenario.spec.compound import LenderAccountSpec
from sim.scenario.spec.lending import PopulationSpec
from sim.scenario.values import Amount, Rate
from sim.units import Bps


@attrs.frozen(kw_only=True)
class CometRateSpec:
    """``[comet.supply_rate]`` and ``[comet.borrow_rate]``: a yearly rate by utilisation, with a kink."""

    base: Bps = attrs.field(default=0, validator=not_negative)
    """Yearly rate when nothing is borrowed."""
    low: Bps = attrs.field(default=0, validator=not_negative)
    """Slope up to the kink: what the rate would grow by, were it so up to full use."""
    high: Bps = attrs.field(default=0, validator=not_negative)
    """Slope beyond the kink."""
    kink: Bps = attrs.field(default=8_000, validator=[positive, part_of_one])
    """Utilisation at the kink."""


@attrs.frozen(kw_only=True)
class CometCollateralSpec:
    """``[[comet.collaterals]]``: an asset that may stand behind debt."""

    asset: AssetName
    """Which."""
    feed: FeedName | None = None
    """The feed its price is read from."""
    price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read."""
    ltv: Bps = attrs.field(validator=part_of_one)
    """Most that may be borrowed against it; less than the threshold."""
    threshold: Bps = attrs.field(validator=[positive, part_of_one])
    """Loan to value at which an account may be absorbed."""
    liquidation_factor: Bps = attrs.field(default=9_500, validator=part_of_one)
    """What an absorbed account is credited of its value."""
    supply_cap: Amount | None = attrs.field(default=None, validator=positive)
    """Most that may be supplied."""


def _supply_rate() -> CometRateSpec:
    return CometRateSpec(low=325, high=4_000)


def _borrow_rate() -> CometRateSpec:
    return CometRateSpec(base=150, low=350, high=2_500)


@attrs.frozen(kw_only=True)
class CometSpec:
    """``[[comet]]``: a pool of Compound v3, which takes unhealthy accounts over and sells what they had."""

    name: Name
    """What it is called."""
    base: AssetName
    """What it lends; 6 to 18 decimals."""
    feed: FeedName | None = None
    """The feed the base's price is read from."""
    price: Rate | None = attrs.field(default=None, validator=positive)
    """The base's price where no feed is read: ``"1 USD/USDC"``."""
    collaterals: tuple[CometCollateralSpec, ...] = attrs.field(validator=not_empty)
    """What may stand behind debt."""
    supply_rate: CometRateSpec = attrs.field(factory=_supply_rate)
    """What suppliers of base get."""
    borrow_rate: CometRateSpec = attrs.field(factory=_borrow_rate)
    """What debtors pay."""
    store_front: Bps = attrs.field(default=5_000, validator=part_of_one)
    """Part of what absorbed accounts lose that buyers of their collateral get as a discount."""
    target_reserves: Amount | None = None
    """Reserves of base at which the storefront closes; left out: none, it sells only while they are negative."""
    min_debt: Amount | None = None
    """Least debt after borrowing; left out: none."""
    liquidity: Amount | None = None
    """Base that lenders have put in at the start."""
    reserves: Amount | None = None
    """Base that is the pool's own at the start."""
    population: PopulationSpec | None = None
    """Accounts drawn from distributions."""
    accounts: tuple[LenderAccountSpec, ...] = ()
    """Typed accounts."""
