"""What the two Compounds say that no other pool does. Place: the pool. Party: the sender of the call."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Party, Price, Seq, Units, Wad


@record(130)
class Absorbed(Record):
    """Comet took an unhealthy account over: its debt is the pool's loss, its collateral the pool's own. Party: the absorber."""

    account: Party
    asset: AssetId
    """The pool's base asset."""
    fell: Seq
    """The account's ``HealthFell``."""
    price: Price
    """Of the base asset."""
    debt: Units
    """What the account owed."""
    paid_out: Units
    """What the reserves gave for it: the debt, and what the account was credited."""
    credited: Units
    """What is left to the account as supply."""
    shortfall: Units
    """Part of the debt that the collateral, at the liquidation factor, did not cover."""
    health: Wad
    """Before the call."""


@record(131)
class CollateralAbsorbed(Record):
    """One collateral of an absorbed account went to the pool. Party: the absorber."""

    account: Party
    asset: AssetId
    absorbed: Seq
    """Its ``Absorbed``."""
    price: Price
    seized: Units
    value: Units
    """In the pool's base currency (8 decimals)."""


@record(132)
class CollateralBought(Record):
    """Somebody bought collateral that the pool had absorbed, at the storefront's discount. Party: the buyer."""

    receiver: Party
    asset: AssetId
    paid_asset: AssetId
    price: Price
    """Posted price of the collateral, before the discount."""
    paid: Units
    bought: Units
    discount: Wad


@record(133)
class MarketEntered(Record):
    """What an account has of an asset counts as collateral from now on."""

    asset: AssetId


@record(134)
class MarketLeft(Record):
    """What an account has of an asset counts as collateral no more."""

    asset: AssetId


@record(135)
class SharesSeized(Record):
    """Shares of a market or of a reserve changed hands in a liquidation. Party: the liquidator."""

    account: Party
    asset: AssetId
    liquidated: Seq
    """The ``Liquidated`` that says what they were worth."""
    shares: Units
    """To the liquidator."""
    burnt: Units
    """Turned into reserves (Compound), or the treasury's (Aave)."""
    exchange_rate: Wad
    """Units per share."""
