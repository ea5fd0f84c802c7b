"""A pool's state and the moves every call is made of: accrue, value, pay in, pay out, refresh, change shares.

The state is the reserves, the positions, and one purse on the chain that holds what is not lent. Every write goes through the
journal. Prices are read when they are needed and kept nowhere.
"""

from collections.abc import Mapping

import attrs

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.journal import Journal
from sim.ledger import Ledger
from sim.lending.aave.reserve import Indices, Reserve, accrue, indices_at, refresh
from sim.lending.aave.standing import Standing, standing
from sim.lending.aave.terms import PoolTerms
from sim.lending.balance_sheet import BalanceSheet
from sim.lending.positions import Account, Positions
from sim.lending.prices import PriceReader
from sim.oracle.sentinel import Sentinel
from sim.records.lending import InterestAccrued
from sim.units import RAY, AssetId, Party, Place, Price, Ray, Seconds, Units
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class PoolState:
    """What a pool remembers."""

    place: Place
    chain: Place
    terms: PoolTerms
    prices: PriceReader
    ledger: Ledger
    positions: Positions
    reserves: dict[AssetId, Reserve]
    purse: int
    """The pool's own, on the chain."""
    allows_liquidations: bool = True
    """A switch for twins: without, every liquidation reverts with PAUSED."""
    sentinel: Sentinel | None = None
    """Forbids acts for a while after the chain came up again; none unless governance set one (v3.0 to v3.6)."""
    _projected_at: Seconds = -1
    _projected: dict[AssetId, Indices] = attrs.field(factory=dict)

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.ledger.journal

    def reserve(self, asset: AssetId) -> Reserve:
        """Return an asset's reserve. Reverts with UNKNOWN_ASSET."""
        reserve = self.reserves.get(asset)
        if reserve is None:
            raise Revert(Refusal.UNKNOWN_ASSET)
        return reserve

    def indices(self, timestamp: Seconds) -> Mapping[AssetId, Indices]:
        """Return every reserve's indices at an instant. Kept for the instant: within one only ``raise_supply_index`` moves any."""
        if timestamp != self._projected_at:
            rules = self.terms.rules
            self._projected = {asset: indices_at(rules, reserve, timestamp) for asset, reserve in self.reserves.items()}
            self._projected_at = timestamp
        return self._projected

    def forget_projections(self) -> None:
        """Have indices taken anew: for whoever opens positions outside of a tx."""
        self._projected_at = -1

    def raise_supply_index(self, asset: AssetId, index: Ray, timestamp: Seconds) -> None:
        """Let every supply share be worth more from now on, within a block whose indices were taken already."""
        reserve, now = self.reserves[asset], dict(self.indices(timestamp))
        now[asset] = now[asset]._replace(supply=index)
        self.book(asset, -reserve.supply_shares * (index - reserve.supply_index))
        self.journal.put(reserve, "supply_index", index)
        self.journal.put(self, "_projected", now)
        self.journal.put(self, "_projected_at", timestamp)

    def posted_prices(self) -> dict[AssetId, Price]:
        """Return the posted price of every asset; 0 where there is none."""
        return {asset: self.prices.price(asset) for asset in self.reserves}

    def standing(self, account: Account, timestamp: Seconds) -> Standing:
        """Return how an account stands at posted prices."""
        return standing(self.terms, account, self.posted_prices(), self.indices(timestamp))

    def liquidity(self, asset: AssetId) -> Units:
        """Return the units of an asset that can be lent: those in the purse, or since v3.1 those of them that were paid in."""
        if self.terms.rules.counts_own_cash:
            return self.reserves[asset].cash
        return self.ledger.balance(asset, self.purse)

    def accrue(self, asset: AssetId, context: CallContext) -> Reserve:
        """Bring a reserve to the block's instant, and say so if an index moved."""
        reserve = self.reserve(asset)
        if accrue(self.terms.rules, reserve, self.journal, context.timestamp):
            context.say(self.place, context.sender, (InterestAccrued.kind, asset, reserve.supply_index, reserve.debt_index))
        return reserve

    def refresh(self, *assets: AssetId) -> None:
        """Set the rates of reserves whose liquidity or debt has changed."""
        for asset in assets:
            refresh(self.terms.rules, self.reserves[asset], self.journal, self.liquidity(asset))

    def pay_in(self, asset: AssetId, party: Party, units: Units) -> None:
        """Take units from a party. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.move(asset, self.ledger.open(party, self.chain), self.purse, units)
        self.count(asset, units)

    def pay_out(self, asset: AssetId, party: Party, units: Units) -> None:
        """Give units to a party. Reverts with INSUFFICIENT_LIQUIDITY when they are lent out."""
        if units > self.liquidity(asset):
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        self.ledger.move(asset, self.purse, self.ledger.open(party, self.chain), units)
        self.count(asset, -units)

    def add_supply(self, party: Party, asset: AssetId, shares: int) -> None:
        """Give an account shares; a first supply counts as collateral where the asset may be one, later ones follow the first."""
        account, reserve = self.positions.touch(party), self.reserves[asset]
        is_idle = asset in account.idle or (asset not in account.collaterals and not reserve.terms.max_ltv)
        held = account.idle if is_idle else account.collaterals
        self.positions.put(held, asset, held.get(asset, 0) + shares)
        self.journal.put(reserve, "supply_shares", reserve.supply_shares + shares)
        self.book(asset, -shares * reserve.supply_index)

    def take_supply(self, party: Party, asset: AssetId, shares: int, to_treasury: int = 0) -> None:
        """Burn shares of an account, besides those that go to the treasury."""
        account, reserve = self.positions.touch(party), self.reserves[asset]
        held = account.collaterals if asset in account.collaterals else account.idle
        self.positions.put(held, asset, held.get(asset, 0) - shares - to_treasury)
        self.journal.put(reserve, "supply_shares", reserve.supply_shares - shares)
        self.book(asset, shares * reserve.supply_index)
        self.journal.put(reserve, "treasury_shares", reserve.treasury_shares + to_treasury)

    def set_aside(self, party: Party, asset: AssetId) -> None:
        """Let what is left of a collateral count as collateral no more."""
        account = self.positions.touch(party)
        left = account.collaterals.get(asset, 0)
        if left:
            self.positions.put(account.collaterals, asset, 0)
            self.positions.put(account.idle, asset, left)

    def change_debt(self, party: Party, asset: AssetId, shares: int) -> None:
        """Add shares to an account's debt, or take them off."""
        account, reserve = self.positions.touch(party), self.reserves[asset]
        self.positions.put(account.debts, asset, account.debts.get(asset, 0) + shares)
        self.journal.put(reserve, "debt_shares", reserve.debt_shares + shares)
        self.book(asset, shares * reserve.debt_index)

    def add_deficit(self, asset: AssetId, units: Units) -> None:
        """Note debt that is written off: nobody owes it, and suppliers are promised it all the same."""
        reserve = self.reserves[asset]
        self.journal.put(reserve, "deficit", reserve.deficit + units)
        self.book(asset, units * RAY)

    def count(self, asset: AssetId, units: Units) -> None:
        """Note units that came into the purse, or below zero went out of it."""
        reserve = self.reserves[asset]
        self.journal.put(reserve, "cash", reserve.cash + units)
        self.journal.put(reserve, "booked", reserve.booked + units * RAY)

    def book(self, asset: AssetId, left_over: int) -> None:
        """Note what a flow left over for the pool, in 10^-27 units."""
        reserve = self.reserves[asset]
        self.journal.put(reserve, "booked", reserve.booked + left_over)

    def balance_sheet(self, asset: AssetId) -> BalanceSheet:
        """Return what one asset's reserve has and promises, in 10^-27 units at the indices of its last touch.

        Equity is the treasury's claim, what flows have left over and what came without a call; assets are what lies in the purse
        and what is owed.
        """
        reserve, held = self.reserves[asset], self.ledger.balance(asset, self.purse)
        return BalanceSheet(
            assets=held * RAY + reserve.debt_shares * reserve.debt_index,
            liabilities=(reserve.supply_shares - reserve.treasury_shares) * reserve.supply_index,
            equity=reserve.treasury_shares * reserve.supply_index + reserve.booked + max(0, held - reserve.cash) * RAY,
            bad_debt=reserve.deficit * RAY,
        )

    def _check(self) -> None:
        """Assert that shares add up per reserve, and that indices never fell below one. Cost: all accounts."""
        self.positions._check()
        for asset, reserve in self.reserves.items():
            assert reserve.supply_shares == self.positions.total(asset, is_debt=False) + reserve.treasury_shares
            assert reserve.debt_shares == self.positions.total(asset, is_debt=True)
            assert min(reserve.supply_index, reserve.debt_index) >= RAY
            assert self.balance_sheet(asset).is_reconciled
            assert 0 <= reserve.cash <= self.ledger.balance(asset, self.purse)
            assert min(reserve.treasury_shares, reserve.deficit, reserve.supply_rate, reserve.debt_rate) >= 0
