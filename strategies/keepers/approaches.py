"""How a keeper without inventory gets at an account's collateral, whatever the family: calls before, the calls that pay, what is left then.

Most lenders are paid in one call and give collateral for it. A Comet absorbs first and sells what it absorbed: its own stock alone is a
``Shelf``, which nobody's account stands behind. A Liquity system asks for no money. Sums are the protocols' own on views. Left out:
accounts that several calls together would liquidate.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import attrs

from sim.commands import LiquidateCall
from sim.composites import Step, brought
from sim.lending.aave.views import PoolView, largest_liquidation
from sim.lending.comet.calls import BuyCollateralCall
from sim.lending.comet.views import CometView
from sim.lending.lender import Seizure
from sim.units import AssetId, Gas, Place, Units

LIQUIDATION_GAS: Gas = 350_000
"""What a liquidation in a pool of the Aave family takes, typically."""


class Shelf(NamedTuple):
    """Absorbed collateral of one asset that a Comet has for sale."""

    asset: AssetId

    @property
    def account(self) -> int:
        """What stands in an account's place: the asset, below zero, where nobody's account is."""
        return -self.asset


class Approach(Protocol):
    """A way at one account of one pool."""

    @property
    def owed(self) -> tuple[AssetId, ...]:
        """Assets it may be paid with."""
        ...

    @property
    def before(self) -> tuple[Step, ...]:
        """Calls that need no money."""
        ...

    @property
    def gas(self) -> Gas:
        """What those take."""
        ...

    def seizures(self, purse: Mapping[AssetId, Units]) -> Iterator[Seizure]:
        """Yield the calls that give collateral, as large as a purse pays for."""
        ...

    def leaves(self, done: Seizure) -> Any:
        """Return the pool after such a call, where what comes next must know; None where it need not."""
        ...


@attrs.frozen
class Direct:
    """The account is liquidated by one call."""

    view: Any
    account: Any
    before: tuple[Step, ...] = ()
    gas: Gas = 0

    @property
    def owed(self) -> tuple[AssetId, ...]:
        """The account's debts."""
        return tuple(debt.asset for debt in self.account.debts)

    def seizures(self, purse: Mapping[AssetId, Units]) -> Iterator[Seizure]:
        """Yield calls that give something for what they take."""
        if not isinstance(self.view, PoolView):
            found = self.view.seizures(self.account, purse) if hasattr(self.view, "seizures") else ()
            yield from (each for each in found if each.got and each.gets != each.pays)
            return
        for debt in self.account.debts:
            for held in self.account.collaterals:
                quote = largest_liquidation(self.view, self.account, debt.asset, held.asset, purse.get(debt.asset, 0))
                if held.asset != debt.asset and quote is not None and quote.repaid and quote.seized:
                    call = LiquidateCall(self.account.account, debt.asset, held.asset, brought(debt.asset))  # It takes what it may.
                    yield Seizure(call, debt.asset, quote.repaid, held.asset, quote.seized, LIQUIDATION_GAS)

    def leaves(self, done: Seizure) -> None:
        """Others' accounts are as they were."""


@attrs.frozen
class Store:
    """A Comet sells what it has, after an absorption or as it stands."""

    view: CometView
    before: tuple[Step, ...]
    gas: Gas
    only: AssetId = 0

    @property
    def owed(self) -> tuple[AssetId, ...]:
        """The base."""
        return (self.view.base,)

    def seizures(self, purse: Mapping[AssetId, Units]) -> Iterator[Seizure]:
        """Yield purchases. They ask for no least amount: whoever sends them asks for a gain."""
        for each in self.view.purchases(purse):
            if self.only in (0, each.gets):
                yield each._replace(call=BuyCollateralCall(each.gets, each.paid))

    def leaves(self, done: Seizure) -> CometView:
        """Return the pool with less in stock and more in reserve."""
        return self.view.after_buying(done)


def approach_to(pool: Place, view: Any, account: Any) -> Approach:
    """Return how an account of a pool is got at; ``account`` may be a ``Shelf``."""
    if isinstance(account, Shelf):
        return Store(view, (), 0, account.asset)
    if isinstance(view, CometView):
        (absorption,) = view.seizures(account, {})
        return Store(view.after_absorbing(account), ((pool, absorption.call),), absorption.gas)
    return Direct(view, account)


def shelves(view: Any) -> tuple[Shelf, ...]:
    """Return what a pool has for sale without anybody's account: of a Comet whose storefront is open."""
    if not isinstance(view, CometView) or not view.is_for_sale:
        return ()
    return tuple(Shelf(each.asset) for each in view.stock if each.units and each.asked)
