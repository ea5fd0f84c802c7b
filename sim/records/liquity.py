"""What Liquity says that no other pool does. Place: the system. Party: the sender of the call."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Party, Seq, Units, Wad


@record(150)
class TroveLiquidated(Record):
    """Where a liquidated trove's debt and collateral went; its ``Liquidated`` comes before. Party: the liquidator."""

    account: Party
    liquidated: Seq
    """The ``Liquidated`` of the same trove."""
    is_recovery: int
    """Whether the system was in recovery mode."""
    offset: Units
    """Debt that deposits of the stability pool paid."""
    to_pool: Units
    """Collateral that the depositors got for it."""
    redistributed: Units
    """Debt that all other troves owe from now on."""
    to_troves: Units
    """Collateral that they got with it."""
    surplus: Units
    """Collateral left for the owner to claim."""


@record(151)
class GainPaid(Record):
    """A depositor of the stability pool was paid its collateral. Party: the depositor."""

    asset: AssetId
    gain: Units
    loss: Units
    """What liquidations took off the deposit since it was last touched."""
    is_to_trove: int
    """Whether it went into the depositor's own trove instead of its purse."""


@record(152)
class Redeemed(Record):
    """Money was given back for collateral at the posted price. Party: the redeemer."""

    asset: AssetId
    """The collateral."""
    paid: Units
    """Money, destroyed."""
    drawn: Units
    """Collateral, the fee included."""
    fee: Units
    """Of the collateral."""
    base_rate: Wad
    """After it."""


@record(153)
class TroveRedeemed(Record):
    """A trove gave collateral for as much of its debt. Party: the redeemer."""

    account: Party
    debt: Units
    """No longer owed."""
    collateral: Units
    """Given for it."""
    surplus: Units
    """If the trove was closed by it: collateral left for the owner to claim."""
    is_closed: int


@record(154)
class FeePaid(Record):
    """A borrower's debt grew by the fee for drawing money. Party: the borrower."""

    asset: AssetId
    fee: Units
    base_rate: Wad
    """As it had decayed to."""


@record(155)
class SurplusClaimed(Record):
    """The owner of a closed trove was paid what was left over. Party: the owner."""

    asset: AssetId
    amount: Units


@record(156)
class TroveClosed(Record):
    """A borrower paid everything back and has no trove any more. Party: the borrower."""

    repaid: Units
    """Money, without the reserve for gas that was destroyed with it."""
    returned: Units
    """Collateral."""
