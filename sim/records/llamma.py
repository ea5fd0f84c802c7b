"""What crvUSD markets say that no other lender does. Amounts in units of their assets."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import Party, Seq, Units, Wad


@record(160)
class LoanChanged(Record):
    """Where a loan stands after a call. Place: the market. Party: the sender; all 0 but the account when the loan is closed."""

    account: Party
    first: int
    """Its first band, that with the highest price."""
    last: int
    money: Units
    """In its bands."""
    collateral: Units
    """In its bands."""
    debt: Units


@record(161)
class ActiveBandMoved(Record):
    """A swap ended in another band. Place: the amm. Party: the sender."""

    before: int
    after: int
    price: Wad
    """Money per collateral at which the amm trades now."""
    oracle_price: Wad
    """What the swap saw of the oracle."""


@record(162)
class BandsLiquidated(Record):
    """How a hard liquidation was paid. Place: the market. Party: the liquidator."""

    account: Party
    liquidated: Seq
    """Its ``Liquidated``."""
    share: Wad
    """Of the debt."""
    from_bands: Units
    """Money that the account's bands gave towards the debt."""
    from_sender: Units
    """Money that the liquidator paid."""
    surplus: Units
    """Money beyond the debt, to the liquidator."""
