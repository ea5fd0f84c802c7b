"""Liquity systems: troves of one collateral, money of the system's own making, deposits that pay for liquidations."""

import attrs

from sim.scenario.spec.common import AssetName, FeedName, Name, not_negative, part_of_one, positive
from sim.scenario.spec.lending import HealthSpec, SizeSpec
from sim.scenario.values import Amount
from sim.units import Bps, Nanos


@attrs.frozen(kw_only=True)
class TroveSpec:
    """One of ``liquity.accounts``: a typed trove."""

    name: Name
    """Whose; an owner has one."""
    collateral: Amount = attrs.field(validator=positive)
    """What is locked."""
    debt: Amount = attrs.field(validator=positive)
    """All that is owed, the reserve for gas (200) included."""


@attrs.frozen(kw_only=True)
class DepositSpec:
    """One of ``liquity.deposits``: what somebody has in the stability pool at the start."""

    name: Name
    """Whose."""
    amount: Amount = attrs.field(validator=positive)
    """How much of the money."""


@attrs.frozen(kw_only=True)
class TrovePopulationSpec:
    """``[liquity.population]``: troves drawn from distributions, at the feed's opening price."""

    accounts: int = attrs.field(validator=positive)
    """How many."""
    size: SizeSpec
    """What they owe, the reserve for gas included; never less than 2,000."""
    health: HealthSpec
    """How safe they are at the start: collateral ratio over the minimum of 110 %."""
    draws: str = ""
    """Name of the dice; populations with the same name and numbers are the same accounts. Left out: the system's own."""


@attrs.frozen(kw_only=True)
class LiquitySpec:
    """``[[liquity]]``: a system of troves, its money and its stability pool. Its ratios and fees are the deployed ones."""

    name: Name
    """What it is called."""
    collateral: AssetName
    """What is locked; 18 decimals."""
    money: AssetName
    """What it lends, of its own making; 18 decimals."""
    feed: FeedName
    """The feed that prices the collateral."""
    fallback: FeedName | None = None
    """The feed it goes by while the first is too old or has jumped by more than half; left out: the last good price."""
    base_rate: Bps = attrs.field(default=0, validator=part_of_one)
    """What earlier redemptions have left of the rate that both fees contain."""
    no_redemption: Nanos = attrs.field(default=0, validator=not_negative)
    """Time from the start in which nothing can be redeemed; whole seconds."""
    deposits: tuple[DepositSpec, ...] = ()
    """What is in the stability pool at the start."""
    population: TrovePopulationSpec | None = None
    """Troves drawn from distributions."""
    accounts: tuple[TroveSpec, ...] = ()
    """Typed troves."""
