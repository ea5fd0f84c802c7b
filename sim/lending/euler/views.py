"""What a desk may know of an Euler pool, per block, and the sums a keeper does with it off the chain.

Frozen, and without a reference into the world. Liquidations are sized by the rule book's own ``opportunity``, for a liquidator without
free liquidity of its own.
"""

from collections.abc import Mapping

import attrs

from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.fixed import div_up
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView, CollateralView, DebtView, Reserves, ReserveView
from sim.lending.euler import gas
from sim.lending.euler.book import steps_moved, units_up
from sim.lending.euler.rules import PRICE_SCALE, Books, Holding, Opportunity, Share
from sim.lending.lender import Seizure
from sim.units import BPS_ONE, NO_SEQ, RAY, UINT256_MAX, WAD, AssetId, Bps, Party, Ray, Seconds, Seq, Units, Wad


@attrs.frozen
class EulerView:
    """A pool at a block."""

    timestamp: Seconds
    books: Books
    """Every asset's, interest up to the block included; terms and prices."""
    reserves: Reserves
    unhealthy: tuple[AccountView, ...]
    """Accounts that can be liquidated and have collateral, by id; debts in steps stand as shares."""
    cooling: tuple[Party, ...] = ()
    """Those of them whose cool-off is not over (v2)."""

    def opportunity(self, account: AccountView, debt: AssetId, collateral: AssetId, average: int = 0) -> Opportunity:
        """Return what a liquidation may do at most at the view's block. Raises ``Revert`` where the contract would."""
        return self.books.terms.rules.opportunity(self.books, holding_of(account), debt, collateral, average)

    def seizures(self, account: AccountView, funds: Mapping[AssetId, Units]) -> tuple[Seizure, ...]:
        """Return, per pair of debt and collateral, the largest liquidation that funds and the pool's cash can pay.

        Interest until the call is executed makes it a little dearer. Left out: collateral of the asset that is owed (v1).
        """
        if account.account in self.cooling:
            return ()
        pairs = [(debt, held) for debt in account.debts for held in account.collaterals if held.asset != debt.asset]
        found = [self._seizure(account, debt, held, funds.get(debt.asset, UINT256_MAX)) for debt, held in pairs]
        return tuple(each for each in found if each is not None)

    def _seizure(self, account: AccountView, debt: DebtView, held: CollateralView, purse: Units) -> Seizure | None:
        try:
            opportunity = self.opportunity(account, debt.asset, held.asset)
            if opportunity.health >= WAD:
                return None
            amount, (paid, got) = UINT256_MAX, self._outcome(opportunity, debt, held, None)
            if paid > purse:
                amount, (paid, got) = purse, self._outcome(opportunity, debt, held, purse)
            cash = self.reserves[held.asset].liquidity
            if got > cash:
                amount = paid * cash // got
                paid, got = self._outcome(opportunity, debt, held, amount)
        except Revert:
            return None  # The vault would refuse it too.
        if not paid or not got:
            return None
        return Seizure(LiquidateCall(account.account, debt.asset, held.asset, amount), debt.asset, paid, held.asset, got, gas.LIQUIDATE)

    def _outcome(self, opportunity: Opportunity, debt: DebtView, held: CollateralView, amount: Units | None) -> tuple[Units, Units]:
        """Return units paid and got."""
        precision, collateral = self.books.precisions[debt.asset], self.books.precisions[held.asset]
        desired = None if amount is None else amount * precision.scaler
        share: Share = opportunity.part(desired, self.books.readings[held.asset], collateral)
        steps = steps_moved(debt.shares, share.moved * precision.debt, precision) if share.moved else 0
        paid = units_up(steps + share.fee * precision.debt, precision.per_unit)
        return paid, self.books.assets(held.asset, share.shares) // collateral.scaler


def holding_of(account: AccountView) -> Holding:
    """Return what an account has and owes, as the rule books want it."""
    return Holding({each.asset: each.shares for each in account.collaterals}, {each.asset: each.shares for each in account.debts})


def standing_of(books: Books, holding: Holding) -> Standing:
    """Return an account's values (8 decimals) and health. Reverts with NOTHING_POSTED."""
    rules = books.terms.rules
    weighed, own = rules.weigh(books, holding, is_liquidation=True), rules.weigh(books, holding, is_liquidation=False)
    return Standing(
        collateral=weighed.plain_collateral // PRICE_SCALE,
        debt=div_up(weighed.plain_debt, PRICE_SCALE),
        max_ltv=own.collateral * BPS_ONE // own.plain_collateral if own.plain_collateral else 0,
        health=rules.health(weighed),
    )


def account_of(books: Books, party: Party, holding: Holding, stand: Standing, fell: Seq = NO_SEQ) -> AccountView:
    """Return an account as a lending pool would show it; what does not count as collateral for its debt has a threshold of 0."""
    owed = next((asset for asset, steps in holding.owed.items() if steps), 0)
    collaterals = []
    for asset, shares in holding.shares.items():
        units = books.assets(asset, shares) // books.precisions[asset].scaler
        threshold = int(books.terms.rules.factor(books.terms, owed, asset, True) * BPS_ONE) if owed else 0
        collaterals.append(CollateralView(asset, units, threshold, bonus_at(books, owed, stand.health), shares))
    debts = [DebtView(asset, units_up(steps, books.precisions[asset].per_unit), steps) for asset, steps in holding.owed.items() if steps]
    return AccountView(party, stand.health, stand.collateral, stand.debt, tuple(collaterals), tuple(debts), fell)


def bonus_at(books: Books, debt: AssetId, health: Wad) -> Bps:
    """Return what a liquidator gets on top of a debt at a health, rounded down; 0 for whoever cannot be liquidated."""
    if not debt or health >= WAD:
        return 0
    discount = books.terms.rules.discount_at(books.terms, debt, health)
    return discount * BPS_ONE // (WAD - discount)


def reserve_of(books: Books, asset: AssetId, rate: Ray) -> ReserveView:
    """Return one asset as a lending pool would show it, with the best terms that any debt gives it as collateral."""
    terms, reading, precision = books.terms, books.readings[asset], books.precisions[asset]
    factors = [(terms.rules.factor(terms, debt, asset, False), terms.rules.factor(terms, debt, asset, True)) for debt in books.readings]
    return ReserveView(
        asset=asset,
        price=books.prices[asset],
        unit=terms.by_asset[asset].asset.unit,
        liquidity=reading.cash // precision.scaler,
        supply_index=terms.rules.assets_down(reading, precision, RAY),
        debt_index=reading.accumulator,
        debt_rate=rate * 31_556_952,
        max_ltv=int(max(borrow for borrow, _ in factors) * BPS_ONE),
        threshold=int(max(liquidation for _, liquidation in factors) * BPS_ONE),
        bonus=0,
        protocol_fee=0,
        borrowed=units_up(reading.owed, precision.per_unit),
    )
