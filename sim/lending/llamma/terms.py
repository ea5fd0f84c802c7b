"""What is fixed for a market when it is created, and what its money costs."""

from typing import Protocol

import attrs

from sim.assets import Asset
from sim.errors import InputError
from sim.lending.llamma.powers import exponential
from sim.lending.llamma.rules import FEWEST_BANDS, LEAST_FEE, Amplification, amplification
from sim.units import WAD, Wad

MOST_FEE: Wad = WAD // 10
MOST_RATE: Wad = 43_959_106_799
"""Per second: some 300 % a year."""
MOST_GROWTH: Wad = 1_000 * WAD
"""Rates at one are multiplied by no more."""
DECIMALS = 18


class RateModel(Protocol):
    """The seam: from the money's price to a rate."""

    def rate(self, money_price: Wad) -> Wad:
        """Return interest per second."""
        ...


@attrs.frozen
class FixedRate:
    """The same rate at any price."""

    per_second: Wad = 0

    def rate(self, money_price: Wad) -> Wad:
        """Return the fixed rate."""
        return self.per_second


@attrs.frozen
class PegRate:
    """A rate that grows as the money trades below one: rate at one times e^((1 - price) / sigma).

    The power counts as a thousand at most. As AggMonetaryPolicy [curvefi/curve-stablecoin 0f0ed83], its peg keepers left out.
    """

    at_one: Wad
    sigma: Wad = 2 * WAD // 100

    def rate(self, money_price: Wad) -> Wad:
        """Return the rate at a price."""
        power = (WAD - money_price) * WAD // self.sigma
        return self.at_one * min(exponential(min(power, 100 * WAD)), MOST_GROWTH) // WAD


@attrs.frozen
class LlammaTerms:
    """What is fixed for a market."""

    collateral: Asset
    money: Asset
    base_price: Wad
    """Where band 0 begins before interest: the price at which the market was made."""
    a: int = 100
    """Amplification: a band is a part in so many wide."""
    fee: Wad = 6 * 10**15
    """Least fee of a swap."""
    loan_discount: Wad = 9 * 10**16
    """How far below their price a loan's bands count when it is made."""
    liquidation_discount: Wad = 6 * 10**16
    """And when it is judged."""
    rate: RateModel = FixedRate()
    amp: Amplification = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what could not be created."""
        name, mistakes = f"{self.collateral.symbol}/{self.money.symbol}", []
        most = min(WAD * FEWEST_BANDS // max(self.a, 1), MOST_FEE)
        if self.collateral.id == self.money.id:
            mistakes.append(f"{name}: collateral and money are the same; take two assets")
        for asset in self.assets:
            told = f"{name}: {asset.symbol} has {asset.decimals} decimals; bands count in {DECIMALS}, take an asset with no more"
            mistakes += [told] * (asset.decimals > DECIMALS)
        if self.a < 2:
            mistakes.append(f"{name}: the amplification is {self.a}; give at least 2")
        if self.base_price <= 0:
            mistakes.append(f"{name}: the base price is {self.base_price}; give more than 0")
        if not LEAST_FEE <= self.fee <= most:
            mistakes.append(f"{name}: the fee is {self.fee}; give {LEAST_FEE} to {most}")
        if not 0 < self.liquidation_discount < self.loan_discount < WAD:
            mistakes.append(
                f"{name}: the discounts are {self.liquidation_discount} (liquidation) and {self.loan_discount} (loan); give 0 < liquidation"
                f" < loan < {WAD}"
            )
        if mistakes:
            raise InputError("\n".join(mistakes))
        object.__setattr__(self, "amp", amplification(self.a))

    @property
    def assets(self) -> tuple[Asset, Asset]:
        """Money, then collateral: the contract's sequence."""
        return self.money, self.collateral

    @property
    def money_quantum(self) -> int:
        """What a unit of money makes with 18 decimals."""
        return int(10 ** (DECIMALS - self.money.decimals))

    @property
    def collateral_quantum(self) -> int:
        """What a unit of collateral makes with 18 decimals."""
        return int(10 ** (DECIMALS - self.collateral.decimals))
