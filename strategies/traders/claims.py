"""What minds that trade claims have in common: how far below what is owed for it a claim trades."""

from sim.amm.amm import AmmView
from sim.claims.issuer import IssuerView
from sim.fixed import mul_div_down
from sim.units import BPS_ONE, WAD, Bps


def discount_bps(issuer: IssuerView, amm: AmmView) -> Bps:
    """Return how far below what is owed for it a claim trades at an amm, for little and fees aside; below zero where it is dearer."""
    par = mul_div_down(issuer.owed_for(issuer.claim_unit), WAD, issuer.money_unit)
    price = amm.price(issuer.claim, issuer.money)
    return BPS_ONE - mul_div_down(price, BPS_ONE, par) if par and price else 0
