"""Automated market makers: what they trade, at which terms, and what is in them when the run begins."""

from typing import ClassVar, Literal, TypeAlias

import attrs

from sim.scenario.spec.common import AssetName, Name, not_empty, not_negative, part_of_one, positive
from sim.scenario.values import Amount, Rate
from sim.units import BPS_ONE, PPB_ONE, Bps, Ppb, Ppm

MOST_SPACING = 16_383
MOST_OBSERVATIONS = 65_535


@attrs.frozen(kw_only=True)
class ProvisionSpec:
    """One of ``amms.liquidity``: what somebody has put in, for shares."""

    owner: Name | None = None
    """Whose the shares are; left out: the amm's providers, who never act."""
    amounts: tuple[Amount, ...] = attrs.field(validator=not_empty)
    """How much of each asset. The first of a constant product make its price; later ones are taken in its proportion."""


@attrs.frozen(kw_only=True)
class RangeSpec:
    """One of ``amms.liquidity`` of concentrated liquidity: what somebody has put into a range of prices."""

    owner: Name | None = None
    """Whose it is; left out: the amm's providers, who never act."""
    amounts: tuple[Amount, ...] = attrs.field(validator=not_empty)
    """Most of each asset; so much liquidity is put in as they pay for."""
    low: Rate | None = attrs.field(default=None, validator=positive)
    """Where the range begins, taken outwards to the spacing; left out: as low as can be."""
    high: Rate | None = attrs.field(default=None, validator=positive)
    """Where it ends, taken outwards to the spacing; left out: as high as can be."""


@attrs.frozen(kw_only=True)
class ConstantProductSpec:
    """Two reserves whose product does not shrink, with 0.3 % of what comes in for whoever provides them."""

    kind: ClassVar[str] = "constant_product"
    name: Name
    """What it is called."""
    assets: tuple[AssetName, ...] = attrs.field(validator=not_empty)
    """Which two."""
    liquidity: tuple[ProvisionSpec, ...] = ()
    """What is in it when the run begins."""
    protocol: Name | None = None
    """Who gets a sixth of the fees; left out: nobody."""


@attrs.frozen(kw_only=True)
class ConcentratedSpec:
    """Each provider's liquidity is in a range of prices of its own."""

    kind: ClassVar[str] = "concentrated"
    name: Name
    """What it is called."""
    assets: tuple[AssetName, ...] = attrs.field(validator=not_empty)
    """Which two."""
    price: Rate = attrs.field(validator=positive)
    """Where it opens."""
    fee: Ppm = attrs.field(default=3_000, validator=[not_negative, attrs.validators.lt(10**6)])
    """Share of what comes in."""
    spacing: int = attrs.field(default=60, validator=[positive, attrs.validators.le(MOST_SPACING)])
    """Log ticks between two at which a range may begin or end; usual are 1, 10, 60 and 200 for fees of 1, 5, 30 and 100 bps."""
    liquidity: tuple[RangeSpec, ...] = ()
    """What is in it when the run begins."""
    observations: int = attrs.field(default=1, validator=[positive, attrs.validators.le(MOST_OBSERVATIONS)])
    """How many observations of the log tick it has room for: how far back means can reach."""
    protocol: Name | None = None
    """Who gets the protocol's part of the fee."""
    protocol_part: Literal[0, 4, 5, 6, 7, 8, 9, 10] = 0
    """One part in so many of the fee is the protocol's; 0: none."""


@attrs.frozen(kw_only=True)
class StableSwapSpec:
    """Two to four assets that are meant to be worth the same."""

    kind: ClassVar[str] = "stableswap"
    name: Name
    """What it is called."""
    assets: tuple[AssetName, ...] = attrs.field(validator=not_empty)
    """Which."""
    amplification: int = attrs.field(default=2_000, validator=[positive, attrs.validators.le(10**6)])
    """How flat it is around par, as its contract has it."""
    fee: Ppb = attrs.field(default=100_000, validator=[not_negative, attrs.validators.le(PPB_ONE // 2)])
    """Share of what goes out."""
    protocol_part: Bps = attrs.field(default=BPS_ONE // 2, validator=part_of_one)
    """The protocol's part of the fee."""
    liquidity: tuple[ProvisionSpec, ...] = ()
    """What is in it when the run begins."""
    protocol: Name | None = None
    """Who may collect the protocol's part; left out: nobody, and it waits."""


AmmSpec: TypeAlias = ConstantProductSpec | ConcentratedSpec | StableSwapSpec
