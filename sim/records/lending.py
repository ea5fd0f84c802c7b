"""What pools say. Place: the pool. Party: the sender of the call; ``account`` is whose position it concerns."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Bps, Party, Place, Price, Ray, Seq, Units, Wad  # noqa: F401 - read by name
from sim.vocabulary import Audience, Refusal  # noqa: F401 - read by name


@record(50)
class Supplied(Record):
    """Units went into the pool as collateral or to be lent."""

    account: Party
    asset: AssetId
    amount: Units


@record(51)
class Withdrawn(Record):
    """Units went out of the pool again."""

    account: Party
    asset: AssetId
    amount: Units


@record(52)
class Borrowed(Record):
    """Units were lent against an account's collateral."""

    account: Party
    asset: AssetId
    amount: Units


@record(53)
class Repaid(Record):
    """Debt was paid back."""

    account: Party
    asset: AssetId
    amount: Units


@record(54)
class HealthFell(Record):
    """The margin call: an account's health factor is below one at the posted prices. Party: the account."""

    post: Seq
    """The post that made it fall; 0 when interest or the borrower's own act did."""
    fell_price: Price
    """Posted price of the asset whose post made it fall; 0 if none."""
    health: Wad
    debt: Units
    """In the pool's base currency (8 decimals)."""
    collateral: Units
    """In the pool's base currency."""


@record(55)
class HealthRecovered(Record):
    """An account that was unhealthy no longer is. Party: the account."""

    health: Wad


@record(56)
class Liquidated(Record):
    """A keeper repaid debt and seized collateral. Party: the keeper."""

    account: Party
    debt_asset: AssetId
    collateral_asset: AssetId
    fell: Seq
    """The account's ``HealthFell``."""
    debt_price: Price
    collateral_price: Price
    """Posted prices at which it was settled."""
    repaid: Units
    seized: Units
    """What the keeper got, protocol fee not included."""
    protocol_fee: Units
    """Units of collateral."""
    health: Wad
    """Before the call."""


@record(57)
class BadDebt(Record):
    """Debt that no collateral stands behind any more was written into the pool's deficit. Party: the account."""

    asset: AssetId
    liquidated: Seq
    """The liquidation that took the last collateral."""
    amount: Units


@record(58, Audience.OBSERVER)
class InterestAccrued(Record):
    """A reserve's indices moved."""

    asset: AssetId
    supply_index: Ray
    debt_index: Ray


@record(59, Audience.OBSERVER)
class PopulationOpened(Record):
    """Many accounts were opened at once; the file in the run folder that lists them is hashed into the digest here."""

    accounts: int
    hash_0: int
    """The SHA-256 of the column file, as four signed 64-bit integers, highest first."""
    hash_1: int
    hash_2: int
    hash_3: int
