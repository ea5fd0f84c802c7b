"""What concentrated liquidity has in it when the run begins."""

from sim.amm.concentrated.contract import ConcentratedAmm
from sim.amm.concentrated.ranges import liquidity_of
from sim.errors import InputError, Revert
from sim.units import Party, Seconds, Units


def open_range(amm: ConcentratedAmm, owner: Party, lower: int, upper: int, liquidity: int, timestamp: Seconds) -> tuple[Units, Units]:
    """Put an exact liquidity into a range, bring what it costs into the world, and return that. Outside of any tx.

    Refuses, with InputError, a range or a liquidity that the contract would refuse.
    """
    assert not amm.till.journal.is_open
    try:
        paid = amm.mint(owner, lower, upper, liquidity, timestamp)
    except Revert as refused:
        what = f"liquidity {liquidity} from log tick {lower} to {upper}"
        raise InputError(f"{what} cannot be put into an amm ({refused.reason.name}); give another range or amount") from refused
    purse = amm.till.ledger.open(amm.place, amm.till.chain)
    for asset, amount in zip(amm.assets, paid, strict=True):
        amm.till.ledger.mint(asset.id, purse, amount)
    return paid


def open_amounts(
    amm: ConcentratedAmm, owner: Party, lower: int, upper: int, amounts: tuple[Units, Units], timestamp: Seconds
) -> tuple[Units, Units]:
    """Put as much liquidity into a range as amounts pay for, and return what of them it took. Refuses as ``open_range``."""
    try:
        amm.book.guard_range(lower, upper)
        liquidity = liquidity_of(amm.book.sqrt_price, lower, upper, amounts)
    except Revert as refused:
        raise InputError(f"log ticks {lower} to {upper} are no range of this amm ({refused.reason.name}); give another") from refused
    return open_range(amm, owner, lower, upper, liquidity, timestamp)
