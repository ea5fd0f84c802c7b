"""What a desk may know of a Comet, per block, and the sums an absorber or a buyer does with it off the chain: the contract's own.

Views are frozen and carry no reference into the world. Reserves and accounts read like those of other lending pools.
"""

from collections.abc import Mapping
from typing import NamedTuple

import attrs

from sim.lending.aave.views import AccountView, Reserves
from sim.lending.comet import gas, rules
from sim.lending.comet.calls import AbsorbCall, BuyCollateralCall
from sim.lending.comet.rules import Taken
from sim.lending.lender import Seizure
from sim.units import AssetId, Price, Seconds, Units, Wad


class StockView(NamedTuple):
    """One collateral, and what the pool has of it for sale."""

    asset: AssetId
    price: Price
    """0 when nothing is posted."""
    unit: Units
    liquidation_factor: Wad
    asked: Price
    """The storefront's price, discount taken off."""
    units: Units
    """What the pool has of its own."""


@attrs.frozen
class CometView:
    """A pool at a block."""

    timestamp: Seconds
    base: AssetId
    base_price: Price
    base_unit: Units
    own_reserves: int
    """Of base; may be negative."""
    target_reserves: Units
    utilisation: Wad
    stock: tuple[StockView, ...]
    reserves: Reserves
    """The assets as a lending pool would show them."""
    unhealthy: tuple[AccountView, ...]
    """Accounts that can be absorbed, by id, those without collateral included."""

    @property
    def is_for_sale(self) -> bool:
        """The storefront is open."""
        return rules.is_for_sale(self.own_reserves, self.target_reserves)

    def seizures(self, account: AccountView, funds: Mapping[AssetId, Units]) -> tuple[Seizure, ...]:
        """Return the one call that an unhealthy account invites: absorbing it costs gas and gets nothing."""
        return (Seizure(AbsorbCall((account.account,)), 0, 0, 0, 0, gas.ABSORB + gas.ABSORB_COLLATERAL * len(account.collaterals)),)

    def purchases(self, funds: Mapping[AssetId, Units]) -> tuple[Seizure, ...]:
        """Return the largest purchase of each collateral that is for sale, as far as funds of base go. Exact at the view's block."""
        if not self.is_for_sale or not self.base_price:
            return ()
        found = [self._purchase(each, funds.get(self.base, 0)) for each in self.stock if each.units and each.asked]
        return tuple(each for each in found if each.got)

    def after_absorbing(self, account: AccountView) -> "CometView":
        """Return the pool as it would be with an account absorbed: what may then be bought in the same tx."""
        held = {each.asset: each.units for each in account.collaterals}
        stock = tuple(each._replace(units=each.units + held.get(each.asset, 0)) for each in self.stock)
        left = tuple(each for each in self.unhealthy if each.account != account.account)
        return attrs.evolve(self, stock=stock, own_reserves=self.own_reserves - self.absorbed(account).paid_out, unhealthy=left)

    def after_buying(self, purchase: Seizure) -> "CometView":
        """Return the pool as it would be after a purchase of what it has in stock."""
        stock = tuple(each._replace(units=each.units - (purchase.got if each.asset == purchase.gets else 0)) for each in self.stock)
        return attrs.evolve(self, stock=stock, own_reserves=self.own_reserves + purchase.paid)

    def absorbed(self, account: AccountView) -> Taken:
        """Return what absorbing an account comes to."""
        held, worth = {each.asset: each.units for each in account.collaterals}, 0
        for each in self.stock:
            value = rules.value_of(held.get(each.asset, 0), each.price, each.unit)
            worth += rules.mul_factor(value, each.liquidation_factor)
        return rules.absorbed(sum(debt.units for debt in account.debts), worth, self.base_price, self.base_unit)

    def _purchase(self, each: StockView, purse: Units) -> Seizure:
        sums = (self.base_price, each.asked, each.unit, self.base_unit)
        paid = min(purse, rules.payment_for(each.units, *sums))
        got = rules.bought(paid, *sums)
        return Seizure(BuyCollateralCall(each.asset, paid, got), self.base, paid, each.asset, got, gas.BUY)
