"""What a desk may know of a market, per block, and the sums a keeper does with it. Frozen, and without a reference into the world."""

from collections.abc import Mapping
from typing import NamedTuple

import attrs

from sim.fixed import mul_div_up
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView, CollateralView, DebtView, Reserves, ReserveView
from sim.lending.lender import Seizure
from sim.lending.llamma import gas, rules
from sim.lending.llamma.calls import LiquidateBandsCall
from sim.lending.llamma.oracle import MovingAverage
from sim.lending.llamma.quotes import BandAmmView
from sim.lending.llamma.terms import LlammaTerms
from sim.lending.llamma.worth import Slice
from sim.units import BPS_ONE, RAY, UINT256_MAX, WAD, AssetId, Bps, Party, Ray, Seconds, Seq, Units, Wad


class LoanView(NamedTuple):
    """One loan as it stands."""

    account: AccountView
    discount: Wad
    slices: tuple[Slice, ...]
    """Its bands, the first one first."""


@attrs.frozen
class LlammaView:
    """A market at a block."""

    timestamp: Seconds
    collateral: AssetId
    money: AssetId
    amm: BandAmmView
    """The bands, to be swapped against."""
    multiplier: Wad
    """What a unit of debt has grown to."""
    reserves: Reserves
    """Both sides as a lending pool would show them, so that a borrower's strategy need not ask where it is."""
    loans: tuple[LoanView, ...]
    """Those of the unhealthy."""

    @property
    def unhealthy(self) -> tuple[AccountView, ...]:
        """Accounts that can be liquidated, by id."""
        return tuple(each.account for each in self.loans)

    def seizures(self, account: AccountView, funds: Mapping[AssetId, Units]) -> tuple[Seizure, ...]:
        """Return the largest liquidation that the funds can pay; none where there is none, or for who is not unhealthy.

        All of the debt where funds pay for it, else the largest share they do; the account's own money in bands is used first. What of it
        is beyond the debt the sender gets besides: all there is to be got where the bands are sold out.
        """
        loan = next((each for each in self.loans if each.account.account == account.account), None)
        if loan is None:
            return ()
        purse, share = funds.get(self.money, UINT256_MAX), WAD
        if self.taken(loan, share)[0] > purse:
            share = self._affordable(loan, purse)
        paid, got, over = self.taken(loan, share)
        if not (got or over) or not share:
            return ()
        call, cost = LiquidateBandsCall(account.account, share), gas.LIQUIDATE + gas.BAND * len(loan.slices)
        return (Seizure(call, self.money if paid else 0, paid, self.collateral, got, cost, self.money if over else 0, over),)

    def taken(self, loan: LoanView, share: Wad) -> tuple[Units, Units, Units]:
        """Return what liquidating a share of a loan takes from the purse, the collateral it gives, and the money beyond the debt."""
        owed, terms = loan.account.debts[0].units, self.amm.terms
        debt = mul_div_up(owed, share, WAD)
        removed = WAD if debt == owed else rules.removed_share(share, loan.discount)
        parts = [each.taken(removed) for each in loan.slices]
        money = sum(x for _, x, _ in parts) // terms.money_quantum
        return max(debt - money, 0), sum(y for _, _, y in parts) // terms.collateral_quantum, max(money - debt, 0)

    def _affordable(self, loan: LoanView, purse: Units) -> Wad:
        """Return the largest share that a purse pays for. Cost: some sixty sums, seldom needed."""
        fits, most = 0, WAD
        while most - fits > 1:
            middle = (fits + most) // 2
            if self.taken(loan, middle)[0] <= purse:
                fits = middle
            else:
                most = middle
        return fits


def account_of(terms: LlammaTerms, party: Party, sums: tuple[Units, Units], debt: Units, stand: Standing, fell: Seq) -> AccountView:
    """Return an account as a lending pool would show it; the money in its bands is the second of its collaterals."""
    threshold, bonus = threshold_of(terms), bonus_of(terms)
    sides = ((terms.collateral.id, sums[1], bonus), (terms.money.id, sums[0], 0))
    held = tuple(CollateralView(asset, units, threshold, extra, units) for asset, units, extra in sides if units)
    owed = (DebtView(terms.money.id, debt, debt),) if debt else ()
    return AccountView(party, stand.health, stand.collateral, stand.debt, held, owed, fell)


def threshold_of(terms: LlammaTerms) -> Bps:
    """Return one less the liquidation discount, rounded down."""
    return (WAD - terms.liquidation_discount) * BPS_ONE // WAD


def bonus_of(terms: LlammaTerms) -> Bps:
    """Return what the liquidation discount leaves over the debt at the very threshold, rounded down."""
    return terms.liquidation_discount * BPS_ONE // (WAD - terms.liquidation_discount)


def reserves_of(
    terms: LlammaTerms, oracle: MovingAverage, free: Units, in_bands: tuple[Units, ...], max_ltv: Bps, index: Ray, yearly: Ray
) -> Reserves:
    """Return both sides of a market by asset: collateral in bands, and money that may be lent."""
    collateral, money, price = terms.collateral, terms.money, oracle.price_of
    threshold, bonus = threshold_of(terms), bonus_of(terms)
    locked = ReserveView(collateral.id, price(collateral.id), collateral.unit, in_bands[1], RAY, RAY, 0, max_ltv, threshold, bonus, 0)
    lent = ReserveView(money.id, price(money.id), money.unit, free, RAY, index, yearly, 0, 0, 0, 0)
    return Reserves({collateral.id: locked, money.id: lent})
