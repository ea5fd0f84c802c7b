"""The sums of an issuer of a stable coin: par, less a fee, rounded against whoever asks."""

import attrs

from sim.assets import Asset
from sim.fixed import mul_div_down
from sim.units import PPB_ONE, Ppb, Seconds, Units


@attrs.frozen
class StableTerms:
    """At which terms it mints and redeems."""

    money: Asset
    coin: Asset
    mint_fee: Ppb = 0
    redeem_fee: Ppb = 0
    delay: Seconds = 0
    """From a redemption to its payment."""
    least: Units = 1
    """Fewest coins that it redeems at once, and mints."""


def minted_for(terms: StableTerms, amount: Units) -> Units:
    """Return the coins that an amount of money brings, the fee taken off it first."""
    return mul_div_down(amount * (PPB_ONE - terms.mint_fee), terms.coin.unit, PPB_ONE * terms.money.unit)


def redeemed_for(terms: StableTerms, amount: Units) -> Units:
    """Return the money that coins bring, the fee taken off."""
    return mul_div_down(amount * (PPB_ONE - terms.redeem_fee), terms.money.unit, PPB_ONE * terms.coin.unit)
