"""A Comet's state and the moves every call is made of: accrue, value an account, change principals and collateral.

The base asset's principals are two totals and, in ``positions``, an idle supply or a debt of each account; collateral earns nothing
and is kept in units. What the pool has of its own is what its purse holds beyond that. Every write goes through the journal.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import attrs

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.standing import Standing
from sim.lending.balance_sheet import BalanceSheet
from sim.lending.comet import rules
from sim.lending.comet.rules import INDEX, Indices
from sim.lending.comet.terms import CollateralTerms, CometTerms
from sim.lending.compound.purse import Purse
from sim.lending.positions import Positions
from sim.lending.prices import PriceReader
from sim.records.lending import InterestAccrued
from sim.units import BPS_ONE, RAY, WAD, AssetId, Party, Place, Price, Seconds, Units
from sim.vocabulary import Refusal

TO_RAY = 10**12
"""From an index to a ray."""


class Moment(NamedTuple):
    """Prices and indices at one instant."""

    prices: dict[AssetId, Price]
    indices: Indices


@attrs.define(eq=False, repr=False)
class CometState:
    """What a pool remembers."""

    place: Place
    terms: CometTerms
    prices: PriceReader
    purse: Purse
    positions: Positions
    accrued_at: Seconds
    collaterals: dict[AssetId, Units]
    """What accounts have of each collateral."""
    own: dict[AssetId, Units]
    """What the pool has absorbed of each collateral and not sold; below 0 where it also sold what was sent to it without a call."""
    indices: Indices = attrs.field(factory=lambda: Indices(INDEX, INDEX))
    supplied: int = 0
    """Principal of all that supply base."""
    owed: int = 0
    """Principal of all that owe it."""
    booked: int = 0
    """What flows left over for the pool, in 10^-15 base units: what came in and is owed more, less what went out and is promised."""
    shortfalls: Units = 0
    """Base that absorbed accounts owed and their collateral did not cover."""
    allows_liquidations: bool = True
    """A switch for twins: without, every absorption reverts with PAUSED."""

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.purse.journal

    @property
    def base(self) -> AssetId:
        """What it lends."""
        return self.terms.base.id

    def collateral(self, asset: AssetId) -> CollateralTerms:
        """Return a collateral's terms. Reverts with UNKNOWN_ASSET."""
        terms = self.terms.by_asset.get(asset)
        if terms is None:
            raise Revert(Refusal.UNKNOWN_ASSET)
        return terms

    def price(self, asset: AssetId) -> Price:
        """Return an asset's posted price. Reverts with NOTHING_POSTED: the contract looks at nothing but that it is above 0."""
        price = self.prices.price(asset)
        if price <= 0:
            raise Revert(Refusal.NOTHING_POSTED)
        return price

    def posted_prices(self) -> dict[AssetId, Price]:
        """Return the posted price of every asset, the base first; 0 where there is none."""
        return {asset: max(0, self.prices.price(asset)) for asset in (self.base, *self.terms.by_asset)}

    def moment(self, timestamp: Seconds) -> Moment:
        """Return prices, and indices with interest up to an instant."""
        return Moment(self.posted_prices(), self.indices_at(timestamp))

    def utilisation(self) -> int:
        """Return what is owed over what is supplied, at the stored indices."""
        return rules.utilisation(rules.present(self.supplied, self.indices.supply), rules.present(self.owed, self.indices.debt))

    def grown(self, timestamp: Seconds) -> Indices:
        """Return the indices at an instant. Reverts with ARITHMETIC where the contract's words are too short for them."""
        seconds = timestamp - self.accrued_at
        assert seconds >= 0
        if not seconds:
            return self.indices
        used, terms = self.utilisation(), self.terms
        supply = rules.grown(self.indices.supply, terms.supply_curve.per_second(used), seconds)
        return Indices(supply, rules.grown(self.indices.debt, terms.borrow_curve.per_second(used), seconds))

    def indices_at(self, timestamp: Seconds) -> Indices:
        """Return the indices at an instant, as they are stored where the contract could not bring them there."""
        try:
            return self.grown(timestamp)
        except Revert:
            return self.indices

    def accrue(self, context: CallContext) -> None:
        """Bring the indices to the block's instant, and say so if one moved. Reverts with ARITHMETIC."""
        if context.timestamp == self.accrued_at:
            return
        now, before = self.grown(context.timestamp), self.indices
        self.journal.put(self, "accrued_at", context.timestamp)
        self.book(self.owed * (now.debt - before.debt) - self.supplied * (now.supply - before.supply))
        self.journal.put(self, "indices", now)
        if now != before:
            row = (InterestAccrued.kind, self.base, now.supply * TO_RAY, now.debt * TO_RAY)
            context.say(self.place, context.sender, row)

    def reserves(self, timestamp: Seconds) -> int:
        """Return what the pool has of its own in base: its balance, less what it owes, plus what it is owed. It may be negative."""
        now = self.indices_at(timestamp)
        return self.purse.held(self.base) - rules.present(self.supplied, now.supply) + rules.present(self.owed, now.debt)

    def collateral_reserves(self, asset: AssetId) -> Units:
        """Return what the pool has of its own of a collateral."""
        return self.purse.held(asset) - self.collaterals[asset]

    def principal(self, party: Party) -> int:
        """Return an account's principal: below 0 what it owes."""
        account = self.positions.peek(party)
        return account.idle.get(self.base, 0) - account.debts.get(self.base, 0)

    def balance(self, party: Party) -> int:
        """Return an account's balance of base at the stored indices: below 0 what it owes."""
        return rules.balance_of(self.principal(party), self.indices)

    def set_balance(self, party: Party, balance: int) -> None:
        """Set an account's balance at the stored indices; the totals follow its principal."""
        old, new = self.principal(party), rules.principal_of(balance, self.indices)
        supplied, owed = max(0, new) - max(0, old), max(0, -new) - max(0, -old)
        account = self.positions.touch(party)
        self.positions.put(account.idle, self.base, max(0, new))
        self.positions.put(account.debts, self.base, max(0, -new))
        self.journal.put(self, "supplied", self.supplied + supplied)
        self.journal.put(self, "owed", self.owed + owed)
        self.book(owed * self.indices.debt - supplied * self.indices.supply)

    def add_collateral(self, party: Party, asset: AssetId, units: Units) -> None:
        """Give an account collateral, or take it. Reverts with INSUFFICIENT_BALANCE."""
        account = self.positions.touch(party)
        left = account.collaterals.get(asset, 0) + units
        if left < 0:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        self.positions.put(account.collaterals, asset, left)
        self.journal.write(self.collaterals, asset, self.collaterals[asset] + units)

    def take_base(self, source: Party, units: Units) -> None:
        """Fetch base from a party. Reverts with INSUFFICIENT_BALANCE."""
        self.purse.take(self.base, source, units)
        self.book(units * INDEX)

    def pay_base(self, to: Party, units: Units) -> None:
        """Send base to a party. Reverts with INSUFFICIENT_LIQUIDITY."""
        self.purse.pay(self.base, to, units)
        self.book(-units * INDEX)

    def book(self, left_over: int) -> None:
        """Note what a flow left over for the pool, in 10^-15 base units."""
        self.journal.put(self, "booked", self.booked + left_over)

    def is_short(self, party: Party, is_borrowing: bool) -> bool:
        """Say whether an account's collateral, at the borrow factors or the thresholds, is worth less than its debt.

        At the stored indices. Prices are read as they are needed: the contract stops at the first collateral that is enough. Reverts
        with NOTHING_POSTED.
        """
        debt = -self.balance(party)
        if self.principal(party) >= 0:
            return False
        missing = rules.value_of(debt, self.price(self.base), self.terms.base.unit)
        held = self.positions.peek(party).collaterals
        for terms in self.terms.collaterals:
            if terms.asset.id in held:
                if missing <= 0:
                    return False
                factor = terms.borrow_factor if is_borrowing else terms.threshold
                value = rules.value_of(held[terms.asset.id], self.price(terms.asset.id), terms.asset.unit)
                missing -= rules.mul_factor(value, factor)
        return missing > 0

    def standing(self, party: Party, moment: Moment) -> Standing:
        """Return an account's values and health at a moment. Reverts with NOTHING_POSTED."""
        account, principal = self.positions.peek(party), self.principal(party)
        collateral = weighted = borrowable = 0
        for asset, units in account.collaterals.items():
            terms = self.terms.by_asset[asset]
            value = rules.value_of(units, posted(moment.prices, asset), terms.asset.unit)
            collateral += value
            weighted += rules.mul_factor(value, terms.threshold)
            borrowable += rules.mul_factor(value, terms.borrow_factor)
        ltv = borrowable * BPS_ONE // collateral if collateral else 0
        if principal >= 0:
            return Standing(collateral, 0, ltv, NO_DEBT)
        debt = rules.value_of(-rules.balance_of(principal, moment.indices), posted(moment.prices, self.base), self.terms.base.unit)
        return Standing(collateral, debt, ltv, rules.health(weighted, debt))

    def balance_sheet(self, asset: AssetId) -> BalanceSheet:
        """Return what the pool has and promises of one asset, in 10^-27 units at the stored indices; equity is what flows left it."""
        if asset != self.base:
            return BalanceSheet(
                assets=self.purse.held(asset) * RAY,
                liabilities=self.collaterals[asset] * RAY,
                equity=(self.own[asset] + self.purse.gifts(asset)) * RAY,
                bad_debt=0,
            )
        return BalanceSheet(
            assets=(self.purse.held(asset) * INDEX + self.owed * self.indices.debt) * TO_RAY,
            liabilities=self.supplied * self.indices.supply * TO_RAY,
            equity=(self.booked + (self.purse.gifts(asset) + self.shortfalls) * INDEX) * TO_RAY,
            bad_debt=self.shortfalls * INDEX * TO_RAY,
        )

    def told(self) -> Any:
        """Return all that a call may change but balances of the ledger, as plain values."""
        accounts = {party: attrs.asdict(account) for party, account in self.positions.accounts.items()}
        totals = (self.accrued_at, self.indices, self.supplied, self.owed, self.booked, self.shortfalls)
        return accounts, totals, dict(self.collaterals), dict(self.own), dict(self.purse.booked)

    def _check(self) -> None:
        """Assert that principals and collaterals add up and that the books hold what flows left. Cost: all accounts."""
        self.positions._check()
        self.purse._check()
        assert self.owed == self.positions.total(self.base, is_debt=True)
        assert self.supplied == self.positions.total(self.base, is_debt=False)
        assert min(self.indices) >= INDEX
        assert self.balance_sheet(self.base).is_reconciled
        for asset in self.terms.by_asset:
            assert self.collaterals[asset] == self.positions.total(asset, is_debt=False)
            assert self.collateral_reserves(asset) >= max(0, self.own[asset])
            assert self.balance_sheet(asset).is_reconciled
        for account in self.positions.accounts.values():
            assert not (self.base in account.idle and self.base in account.debts)
            assert self.base not in account.collaterals


def posted(prices: Mapping[AssetId, Price], asset: AssetId) -> Price:
    """Return an asset's price. Reverts with NOTHING_POSTED where there is none."""
    if not prices[asset]:
        raise Revert(Refusal.NOTHING_POSTED)
    return prices[asset]


def bps_of(factor: int) -> int:
    """Return a factor in whole bps, rounded down."""
    return factor * BPS_ONE // WAD
