"""What lenders beside pools and vaults, and amms, say as sentences; ``telling`` asks here for what it has no words for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.storage import Entry
from sim.units import WAD, AssetId

if TYPE_CHECKING:
    from sim.cli.telling import Teller


def _supplied(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} supplies {teller.money(record.asset, record.amount)} to {_account_at(teller, entry)}"


def _withdrawn(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} withdraws {teller.money(record.asset, record.amount)} from {_account_at(teller, entry)}"


def _borrowed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} borrows {teller.money(record.asset, record.amount)} of {_account_at(teller, entry)}"


def _repaid(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} pays {teller.money(record.asset, record.amount)} of debt back to {_account_at(teller, entry)}"


def _account_at(teller: Teller, entry: Entry) -> str:
    """Return the lender, and whose account it is where that is another's than the sender's."""
    record: Any = entry.record
    whose = f", for {teller.name(record.account)}" if record.account != entry.party else ""
    return f"{teller.name(entry.place)}{whose}"


def _collateral_absorbed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.place)} takes {teller.money(record.asset, record.seized)} of {teller.name(record.account)} for its own"


def _sides(teller: Teller, entry: Entry) -> tuple[AssetId, AssetId]:
    """Return the money and the collateral of a Liquity system: its collateral has a feed, its money is always worth one."""
    system = next(pool for pool in teller.facts.pools if pool.place == entry.place)
    return next(iter(system.fixed_prices)), next(iter(system.feeds))


def _trove(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    money, collateral = _sides(teller, entry)
    offset, moved = teller.money(money, record.offset), teller.money(money, record.redistributed)
    ways = [
        (record.offset, f"deposits pay {offset} and get {teller.money(collateral, record.to_pool)}"),
        (record.redistributed, f"other troves take {moved} over, with {teller.money(collateral, record.to_troves)}"),
        (record.surplus, f"{teller.money(collateral, record.surplus)} wait for its owner"),
    ]
    mode = " in recovery mode" if record.is_recovery else ""
    told = "; ".join(line for amount, line in ways if amount)
    return f"of the trove of {teller.name(record.account)}{mode}: {told}"


def _gain(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    gain, where = teller.money(record.asset, record.gain), " into its trove" if record.is_to_trove else ""
    return f"{teller.name(entry.place)} pays {teller.name(entry.party)} {gain} that its deposit gained{where}"


def _redeemed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    got, rate = teller.money(record.asset, record.drawn - record.fee), record.base_rate / WAD
    paid = teller.money(_sides(teller, entry)[0], record.paid)
    return f"{teller.name(entry.party)} redeems {paid} with {teller.name(entry.place)} for {got}; the base rate is {rate:.2%} now"


def _bands(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    debt = record.from_bands + record.from_sender
    own = f"{record.from_bands / debt:.0%}" if debt else "nothing"
    over = ", and what they held beyond it goes to the liquidator" if record.surplus else ""
    return f"of the debt of {teller.name(record.account)} its own bands pay {own}, {teller.name(entry.party)} the rest{over}"


def _taken_over(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    debt, discount = teller.money(record.debt_asset, record.moved + record.fee), record.discount / WAD
    return f"{teller.name(entry.party)} takes {debt} of debt over from {teller.name(record.account)}, at a discount of {discount:.2%}"


def _swapped(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    came, went = teller.money(record.asset_in, record.amount_in), teller.money(record.asset_out, record.amount_out)
    return f"{teller.name(entry.party)} swaps {came} for {went} at {teller.name(entry.place)}"


def _protocol_fee(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.place)} pays {teller.name(record.receiver)} {teller.money(record.asset, record.amount)} of fees"


def _borrowing_fee(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    fee, rate = teller.money(record.asset, record.fee), record.base_rate / WAD
    return f"{teller.name(entry.party)} owes a fee of {fee} for borrowing; the base rate is {rate:.2%}"


def _claimed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} gets the {teller.money(record.asset, record.amount)} that its closed trove left"


SENTENCES: dict[str, Callable[[Teller, Entry], str]] = {
    "Supplied": _supplied,
    "Withdrawn": _withdrawn,
    "Borrowed": _borrowed,
    "Repaid": _repaid,
    "CollateralAbsorbed": _collateral_absorbed,
    "TroveLiquidated": _trove,
    "GainPaid": _gain,
    "Redeemed": _redeemed,
    "BandsLiquidated": _bands,
    "DebtTakenOver": _taken_over,
    "Swapped": _swapped,
    "ProtocolFeeTaken": _protocol_fee,
    "FeePaid": _borrowing_fee,
    "SurplusClaimed": _claimed,
}
"""By record."""
