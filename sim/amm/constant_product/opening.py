"""What a pair has in it when the run begins."""

from sim.amm.constant_product.contract import ConstantProductAmm
from sim.amm.constant_product.rules import matching
from sim.errors import InputError, Revert
from sim.units import Party, Seconds, Units


def open_liquidity(amm: ConstantProductAmm, owner: Party, amounts: tuple[Units, Units], timestamp: Seconds) -> Units:
    """Bring units into the world as reserves, and return the shares that their owner gets for them. Outside of any tx.

    The first amounts make the price; of later ones no more is taken than keeps it. Refuses, with InputError, so little that no share
    is left, or more than 112 bits.
    """
    assert not amm.till.journal.is_open
    purse = amm.till.ledger.open(amm.place, amm.till.chain)
    try:
        for asset, amount in zip(amm.assets, matching(amounts, amm.reserves), strict=True):
            amm.till.ledger.mint(asset.id, purse, amount)
        return amm.mint(owner, timestamp)[1]
    except Revert as refused:
        given = " and ".join(asset.amount(amount) for asset, amount in zip(amm.assets, amounts, strict=True))
        raise InputError(f"{given} cannot be the liquidity of an amm ({refused.reason.name}); give other amounts") from refused
