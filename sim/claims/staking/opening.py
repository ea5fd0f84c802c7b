"""What a staking contract has when the run begins: the backing of all shares that anybody was given. Outside of any tx."""

from sim.claims.staking.contract import Staking
from sim.fixed import mul_div_up
from sim.units import WAD, Units, Wad


def back_shares(staking: Staking, rate: Wad, buffered: Units) -> tuple[Units, Units]:
    """Bring the money of all shares in the ledger into the world, at a rate (money per whole share); return what is at hand and staked.

    ``buffered`` is cut to all there is. Called once, when everybody has his shares.
    """
    money, share = staking.terms.money, staking.terms.share
    assert not staking.till.journal.is_open and not staking.till.held(money.id)
    shares = staking.till.issued(share.id)
    pooled = mul_div_up(shares * rate, money.unit, WAD * share.unit)
    at_hand = min(buffered, pooled)
    staking.till.issue(money.id, staking.place, at_hand)
    staking.validators.issue(money.id, staking.validators.place, pooled - at_hand)
    staking.shares, staking.buffered, staking.known = shares, at_hand, pooled - at_hand
    return at_hand, pooled - at_hand
