"""What a desk may know of a Morpho Blue market, per block, and the sums a keeper does with it off the chain.

Frozen, and without a reference into the world. Liquidations are sized by the market's own ``settle``.
"""

from collections.abc import Mapping

import attrs

from sim.errors import Revert
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView, CollateralView, DebtView, Reserves, ReserveView
from sim.lending.lender import Seizure
from sim.lending.morpho import gas, rules
from sim.lending.morpho.calls import SeizeCall
from sim.lending.morpho.rules import Debtor, Settlement, Totals
from sim.lending.morpho.terms import MarketTerms, Oracle
from sim.units import RAY, UINT256_MAX, AssetId, Party, Ray, Seconds, Seq, Units, Wad


@attrs.frozen
class MarketView:
    """A market at a block."""

    timestamp: Seconds
    collateral: AssetId
    loan: AssetId
    totals: Totals
    """Interest up to the block included."""
    price: int
    """Loan units per unit of collateral, times 10^36; 0 when there is none."""
    lltv: Wad
    incentive: Wad
    rate_at_target: Wad
    reserves: Reserves
    """Both sides as a lending pool would show them, so that a borrower's strategy need not ask where it is."""
    unhealthy: tuple[AccountView, ...]
    """Accounts that can be liquidated, by id."""

    def quote(self, account: AccountView, seized: Units, repaid_shares: int) -> Settlement:
        """Return what a liquidation would do at the view's block. Raises ``Revert`` where the contract would."""
        return rules.settle(self.totals, self._debtor(account), seized, repaid_shares)

    def seizures(self, account: AccountView, funds: Mapping[AssetId, Units]) -> tuple[Seizure, ...]:
        """Return the largest liquidation that the funds can pay; none where there is none.

        All of the debt where the collateral covers it, else all of the collateral, whose last unit makes the rest bad debt. Interest
        until the call is executed makes it a little dearer.
        """
        debtor, purse = self._debtor(account), funds.get(self.loan, UINT256_MAX)
        for seized, shares in self._sizes(debtor, min(purse, rules.MOST)):
            try:
                done = rules.settle(self.totals, debtor, seized, shares)
            except Revert:
                continue  # That size would be refused; a smaller one may not.
            if done.taken.repaid <= purse and done.taken.seized:
                call = SeizeCall(account.account, seized, shares)
                return (Seizure(call, self.loan, done.taken.repaid, self.collateral, done.taken.seized, gas.LIQUIDATE),)
        return ()

    def _sizes(self, debtor: Debtor, purse: Units) -> list[tuple[Units, int]]:
        """Return what to try, the largest first."""
        totals = self.totals
        affordable = rules.to_shares_down(purse, totals.borrow_assets, totals.borrow_shares)
        return [(0, debtor.shares), (debtor.collateral, 0), (0, min(debtor.shares, affordable)), (0, self._covered(debtor, affordable))]

    def _covered(self, debtor: Debtor, affordable: int) -> int:
        """Return the most shares whose repayment seizes no more than there is. Cost: some hundred sums, seldom needed."""
        fits, most = 0, min(debtor.shares, affordable)
        while debtor.price and most - fits > 1:
            middle = (fits + most) // 2
            if rules.taken_for(self.totals, debtor, 0, middle).seized <= debtor.collateral:
                fits = middle
            else:
                most = middle
        return fits

    def _debtor(self, account: AccountView) -> Debtor:
        collateral = next((each.units for each in account.collaterals), 0)
        return Debtor(next((each.shares for each in account.debts), 0), collateral, self.price, self.lltv)


def account_of(terms: MarketTerms, party: Party, debtor: Debtor, owed: Units, stand: Standing, fell: Seq) -> AccountView:
    """Return an account as a lending pool would show it."""
    asset, units = terms.collateral.id, debtor.collateral
    held = (CollateralView(asset, units, terms.threshold, terms.bonus, units),) if units else ()
    owing = (DebtView(terms.loan.id, owed, debtor.shares),) if debtor.shares else ()
    return AccountView(party, stand.health, stand.collateral, stand.debt, held, owing, fell)


def reserves_of(terms: MarketTerms, oracle: Oracle, totals: Totals, yearly: Ray, locked: Units) -> Reserves:
    """Return both sides of a market by asset."""
    collateral, loan = terms.collateral, terms.loan
    free = totals.supply_assets - totals.borrow_assets
    locked_side = ReserveView(
        collateral.id, oracle.posted(collateral.id), collateral.unit, locked, RAY, RAY, 0, terms.threshold, terms.threshold, terms.bonus, 0
    )
    indices = rules.supply_index(totals), rules.debt_index(totals)
    lent_side = ReserveView(loan.id, oracle.posted(loan.id), loan.unit, free, *indices, yearly, 0, 0, 0, 0, totals.borrow_assets)
    return Reserves({collateral.id: locked_side, loan.id: lent_side})
