"""What a stableswap has in it when the run begins."""

from sim.amm.stableswap.contract import StableSwapAmm
from sim.errors import InputError, Revert
from sim.units import Party, Units


def open_liquidity(amm: StableSwapAmm, owner: Party, amounts: tuple[Units, ...]) -> Units:
    """Bring units into the world as reserves, and return the shares that their owner gets for them. Outside of any tx.

    Refuses, with InputError, amounts the contract would refuse: the first must be of every asset.
    """
    assert not amm.till.journal.is_open
    purse = amm.till.ledger.open(amm.place, amm.till.chain)
    for asset, amount in zip(amm.assets, amounts, strict=True):
        amm.till.ledger.mint(asset.id, purse, amount)
    try:
        return amm.mint(owner, amounts)
    except Revert as refused:
        given = ", ".join(asset.amount(amount) for asset, amount in zip(amm.assets, amounts, strict=True))
        raise InputError(f"{given} cannot be the liquidity of an amm ({refused.reason.name}); give other amounts") from refused
