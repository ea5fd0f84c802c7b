"""Vault systems: debt in a system's own money against collateral, liquidated by auction; and the delayed feeds they read.

Percentages of prices and ratios are bps: ``"150 %"``. What is said of *internal* money is typed in the money itself.
"""

from typing import ClassVar, Literal, TypeAlias

import attrs

from sim.scenario.spec.common import AssetName, FeedName, Name, not_empty, not_negative, positive
from sim.scenario.spec.lending import HealthSpec, SizeSpec
from sim.scenario.values import Amount
from sim.units import DAY, HOUR, MINUTE, SECOND, Bps, Nanos

Liquidations: TypeAlias = Literal["cat_1_0", "cat_1_1", "cat_1_2", "dog"]


@attrs.frozen(kw_only=True)
class DelayedFeedSpec:
    """``[[delayed_feeds]]``: a feed that shows another feed's price only after a delay, on a grid; somebody must poke it."""

    name: Name
    """What it is called."""
    source: FeedName
    """The feed it takes its prices from."""
    delay: Nanos = attrs.field(default=HOUR, validator=positive)
    """Between taking a price up and showing it; also the grid on which it may be poked. Whole seconds."""


@attrs.frozen(kw_only=True)
class LinearCurve:
    """A price that falls to nothing along a straight line."""

    kind: ClassVar[str] = "linear"
    span: Nanos = attrs.field(validator=positive)
    """Until it is nothing."""


@attrs.frozen(kw_only=True)
class StairstepCurve:
    """A price that is cut by the same factor at every step."""

    kind: ClassVar[str] = "stairstep"
    cut: Bps = attrs.field(default=9_900, validator=positive)
    """What is left of the price after a step."""
    step: Nanos = attrs.field(default=90 * SECOND, validator=positive)
    """Time between two steps; whole seconds."""


@attrs.frozen(kw_only=True)
class ExponentialCurve:
    """A price that is cut by the same factor every second."""

    kind: ClassVar[str] = "exponential"
    half_life: Nanos = attrs.field(validator=positive)
    """Until half of it is left; whole seconds."""


CurveSpec: TypeAlias = LinearCurve | StairstepCurve | ExponentialCurve


@attrs.frozen(kw_only=True)
class EnglishSpec:
    """``[vaults.pools.english]``: how a pool's collateral is auctioned under ``cat``."""

    increment: Bps = attrs.field(default=300, validator=not_negative)
    """By how much a bid must better the last."""
    bid_lifetime: Nanos = attrs.field(default=10 * MINUTE, validator=positive)
    """Time after the last bid until it can be settled; whole seconds."""
    auction_lifetime: Nanos = attrs.field(default=6 * HOUR, validator=positive)
    """Time after the start until it can be settled or rearmed; whole seconds."""


@attrs.frozen(kw_only=True)
class DutchSpec:
    """``[vaults.pools.dutch]``: how a pool's collateral is auctioned under ``dog``."""

    start_factor: Bps = attrs.field(default=12_000, validator=positive)
    """Start price over the posted price."""
    curve: CurveSpec = attrs.field(factory=StairstepCurve)
    """How the price falls."""
    expiry: Nanos = attrs.field(default=140 * MINUTE, validator=positive)
    """Age after which it must be restarted; whole seconds."""
    floor: Bps = attrs.field(default=4_000, validator=not_negative)
    """Share of the start price below which it must be restarted."""
    reward_flat: Amount | None = None
    """Paid to whoever starts or restarts it."""
    reward: Bps = attrs.field(default=10, validator=not_negative)
    """Paid besides, as a share of what is owed."""
    stopped: Literal[0, 1, 2, 3] = 0
    """1: none starts; 2: none restarts either; 3: nobody takes either."""


@attrs.frozen(kw_only=True)
class VaultSpec:
    """One of ``vaults.pools.accounts``: a typed vault."""

    name: Name
    """Whose."""
    collateral: Amount = attrs.field(validator=positive)
    """What is locked."""
    debt: Amount = attrs.field(validator=not_negative)
    """What is owed."""


@attrs.frozen(kw_only=True)
class VaultPopulationSpec:
    """``[vaults.pools.population]``: vaults drawn from distributions, at the feed's opening price."""

    accounts: int = attrs.field(validator=positive)
    """How many."""
    size: SizeSpec
    """What they owe."""
    health: HealthSpec
    """How safe they are at the start: value of the collateral over what the ratio asks for."""
    draws: str = ""
    """Name of the dice; populations with the same name and numbers are the same accounts. Left out: the pool's own."""


@attrs.frozen(kw_only=True)
class VaultPoolSpec:
    """``[[vaults.pools]]``: one kind of vault, with its collateral and terms."""

    name: Name
    """What it is called."""
    collateral: AssetName
    """What is locked."""
    feed: FeedName
    """The feed it reads, delayed or not."""
    ratio: Bps = attrs.field(default=15_000, validator=attrs.validators.ge(10_000))
    """Least value of the collateral over the debt."""
    penalty: Bps = attrs.field(default=1_300, validator=not_negative)
    """What an auction must raise on top of the debt."""
    min_debt: Amount | None = None
    """Least debt of a vault that has any."""
    ceiling: Amount | None = attrs.field(default=None, validator=positive)
    """Most debt of all its vaults; left out: no bound."""
    stability_fee: Bps = attrs.field(default=0, validator=not_negative)
    """Yearly, on the debt."""
    lot: Amount | None = attrs.field(default=None, validator=positive)
    """Under ``cat_1_0`` and ``cat_1_1`` the most collateral of one auction, under ``cat_1_2`` its most debt and penalty."""
    capacity: Amount | None = attrs.field(default=None, validator=positive)
    """Under ``dog``: most debt and penalty of this pool in auctions at once; left out: no bound."""
    english: EnglishSpec | None = None
    """Its auctions under ``cat``; left out: the defaults."""
    dutch: DutchSpec | None = None
    """Its auctions under ``dog``; left out: the defaults."""
    population: VaultPopulationSpec | None = None
    """Vaults drawn from distributions."""
    accounts: tuple[VaultSpec, ...] = ()
    """Typed vaults."""


@attrs.frozen(kw_only=True)
class DebtSpec:
    """``[vaults.debt]``: what becomes of debt that auctions did not cover."""

    wait: Nanos = attrs.field(default=156 * HOUR, validator=not_negative)
    """How long a seized vault's debt waits before it may be auctioned; whole seconds."""
    lot: Amount | None = attrs.field(default=None, validator=positive)
    """Debt that one debt auction covers; left out: 50,000 of the money."""
    first_offer: Amount | None = attrs.field(default=None, validator=positive)
    """Governance units offered at first; left out: 250."""
    increment: Bps = attrs.field(default=500, validator=not_negative)
    """By how much a bid must better the last."""
    pad: Bps = attrs.field(default=5_000, validator=not_negative)
    """How much more is offered when nobody bid."""
    bid_lifetime: Nanos = attrs.field(default=3 * HOUR, validator=positive)
    """Time after the last bid until it can be settled; whole seconds."""
    auction_lifetime: Nanos = attrs.field(default=2 * DAY, validator=positive)
    """Time after the start until it can be settled or rearmed; whole seconds."""


@attrs.frozen(kw_only=True)
class VaultsSpec:
    """``[[vaults]]``: a system of vaults, its money and its auctions."""

    name: Name
    """What it is called."""
    money: AssetName
    """What it lends, of its own making; 18 decimals."""
    governance: AssetName
    """What it sells when its debt exceeds its money; 18 decimals."""
    liquidations: Liquidations = "dog"
    """English auctions in their three versions, or Dutch ones."""
    capacity: Amount | None = attrs.field(default=None, validator=positive)
    """Most debt and penalty in auctions at once, under ``cat_1_2`` and ``dog``; left out: no bound."""
    surplus: Amount | None = attrs.field(default=None, validator=positive)
    """What it has of its own at the start."""
    flash_mint: Amount | None = attrs.field(default=None, validator=positive)
    """Most money that it makes and lends for the length of a tx, for nothing; left out: it does not."""
    debt: DebtSpec = attrs.field(factory=DebtSpec)
    """What becomes of debt that auctions did not cover."""
    pools: tuple[VaultPoolSpec, ...] = attrs.field(validator=not_empty)
    """Its kinds of vaults."""
