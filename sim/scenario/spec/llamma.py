"""crvUSD: loans whose collateral lies in bands of an amm that sells it softly as the price falls. Percentages are bps: ``"0.6 %"``."""

from typing import ClassVar, TypeAlias

import attrs

from sim.scenario.spec.common import AssetName, FeedName, Name, not_negative, positive
from sim.scenario.spec.lending import HealthSpec, SizeSpec
from sim.scenario.values import Amount, Rate
from sim.units import MINUTE, Bps, Nanos

FEWEST, MOST = 4, 50
"""Bands of a loan."""


@attrs.frozen(kw_only=True)
class FlatRateSpec:
    """The same rate at any price of the money."""

    kind: ClassVar[str] = "flat"
    yearly: Bps = attrs.field(default=0, validator=not_negative)
    """Yearly rate, before it compounds."""


@attrs.frozen(kw_only=True)
class PegRateSpec:
    """A rate that grows as the money trades below one."""

    kind: ClassVar[str] = "peg"
    at_one: Bps = attrs.field(default=600, validator=not_negative)
    """Yearly rate while the money is worth one, before it compounds."""
    sigma: Bps = attrs.field(default=200, validator=positive)
    """How far below one makes the rate 2.7 times as high."""


BandRateSpec: TypeAlias = FlatRateSpec | PegRateSpec


@attrs.frozen(kw_only=True)
class BandAccountSpec:
    """One of ``llamma.accounts``: a typed loan."""

    name: Name
    """Whose."""
    collateral: Amount = attrs.field(validator=positive)
    """What is put into bands."""
    debt: Amount = attrs.field(validator=positive)
    """What is owed."""
    bands: int = attrs.field(default=10, validator=[attrs.validators.ge(FEWEST), attrs.validators.le(MOST)])
    """Over how many bands."""


@attrs.frozen(kw_only=True)
class BandPopulationSpec:
    """``[llamma.population]``: loans drawn from distributions, at the oracle's opening price."""

    accounts: int = attrs.field(validator=positive)
    """How many."""
    size: SizeSpec
    """What they owe."""
    health: HealthSpec
    """How safe they are at the start: their collateral over the least that could carry the debt."""
    bands: int = attrs.field(default=10, validator=[attrs.validators.ge(FEWEST), attrs.validators.le(MOST)])
    """Over how many bands each."""
    draws: str = ""
    """Name of the dice; populations with the same name and numbers are the same accounts. Left out: the market's own."""


@attrs.frozen(kw_only=True)
class LlammaSpec:
    """``[[llamma]]``: a market of crvUSD. Its amm stands at ``<name>/amm`` and is traded with as any other."""

    name: Name
    """What it is called."""
    collateral: AssetName
    """What is put into bands; 18 decimals at most."""
    money: AssetName
    """What is lent; 18 decimals at most."""
    collateral_feed: FeedName | None = None
    """The feed that prices the collateral."""
    collateral_price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read."""
    money_feed: FeedName | None = None
    """The feed that prices the money."""
    money_price: Rate | None = attrs.field(default=None, validator=positive)
    """Its price where no feed is read: ``"1 USD/crvUSD"``."""
    average: Nanos = attrs.field(default=10 * MINUTE, validator=not_negative)
    """Span of the oracle's moving average: after so long an old price weighs 1/e; whole seconds, 0 follows the feeds at once."""
    amplification: int = attrs.field(default=100, validator=[attrs.validators.ge(2), attrs.validators.le(10_000)])
    """A band is a part in so many wide."""
    fee: Bps = attrs.field(default=60, validator=[positive, attrs.validators.le(1_000)])
    """Least fee of a swap; at most four parts in the amplification."""
    loan_discount: Bps = attrs.field(default=900, validator=[positive, attrs.validators.lt(10_000)])
    """How far below their price bands count when a loan is made."""
    liquidation_discount: Bps = attrs.field(default=600, validator=[positive, attrs.validators.lt(10_000)])
    """And when it is judged; less than the loan discount."""
    rate: BandRateSpec = attrs.field(factory=FlatRateSpec)
    """What debt pays."""
    liquidity: Amount = attrs.field(validator=positive)
    """Money that was made for the market to lend, the debts of the opening included."""
    population: BandPopulationSpec | None = None
    """Loans drawn from distributions."""
    accounts: tuple[BandAccountSpec, ...] = ()
    """Typed loans."""
