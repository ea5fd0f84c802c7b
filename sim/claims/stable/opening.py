"""What an issuer of a stable coin has when the run begins. Outside of any tx."""

from sim.claims.stable.contract import StableIssuer
from sim.fixed import mul_div_up
from sim.units import Units


def back_coins(issuer: StableIssuer, reserves: Units | None, outside: Units = 0) -> Units:
    """Bring an issuer's reserves into the world, those of all coins in the ledger at par unless they are given; return them.

    ``outside`` are coins that it does not owe for: those with which the outside world holds prices where it wants them.
    """
    assert not issuer.till.journal.is_open
    money, coin = issuer.terms.money, issuer.terms.coin
    issuer.issued = issuer.till.issued(coin.id) - outside
    if reserves is None:
        reserves = mul_div_up(issuer.issued, money.unit, coin.unit)
    issuer.till.issue(money.id, issuer.place, reserves)
    return reserves
