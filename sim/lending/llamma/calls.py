"""Calls that only a crvUSD market answers. Its amm answers swaps as every amm does."""

from typing import NamedTuple

from sim.units import Party, Units, Wad


class CreateLoanCall(NamedTuple):
    """A call: put collateral into bands and borrow against it."""

    collateral: Units
    debt: Units
    bands: int
    """Four to fifty."""


class LiquidateBandsCall(NamedTuple):
    """A call: repay a share of an account's debt, out of its own bands' money first, and get that share of its bands."""

    account: Party
    share: Wad = 10**18
    least_money: Units = 0
    """Least that its bands must give towards the debt."""
