"""What a desk may know of a Liquity system, per block. Frozen, and without a reference into the world."""

from collections.abc import Mapping
from typing import NamedTuple

import attrs

from sim.commands import LiquidateCall
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView, CollateralView, DebtView, Reserves, ReserveView
from sim.lending.lender import Seizure
from sim.lending.liquity import gas, rules
from sim.lending.liquity.rules import Pot, Split
from sim.lending.liquity.terms import LiquityTerms
from sim.units import BPS_ONE, RAY, UINT256_MAX, WAD, AssetId, Bps, Party, Price, Seconds, Seq, Units, Wad

THRESHOLD: Bps = BPS_ONE * WAD // rules.MINIMUM_RATIO
"""Debt over collateral at the minimum ratio, rounded down."""
ONE: Price = 10**8
"""What a whole of the system's money is worth to it, whatever markets say."""


@attrs.frozen
class TroveView(AccountView):
    """A trove as a lending pool would show the account, and what else its owner has in the system."""

    deposit: Units = 0
    """What is left of the owner's money in the stability pool."""
    gain: Units = 0
    """Collateral that the deposit has gained and nobody has paid out."""
    surplus: Units = 0
    """Collateral of a closed trove, to be claimed."""


class Offsets(NamedTuple):
    """What deposits would pay, and get, for all that can be liquidated."""

    debt: Units
    collateral: Units


@attrs.frozen
class LiquityView:
    """A system at a block."""

    timestamp: Seconds
    collateral: AssetId
    money: AssetId
    price: Wad
    """That the system goes by; 0 before the first."""
    total_ratio: Wad
    deposits: Units
    """In the stability pool."""
    base_rate: Wad
    """Decayed to the block."""
    total_debt: Units
    reserves: Reserves
    """Both sides as a lending pool would show them, so that a borrower's strategy need not ask where it is."""
    unhealthy: tuple[TroveView, ...]
    """Accounts whose trove can be liquidated, by id."""
    redeems_from: Seconds = 0
    """Nothing can be redeemed before."""

    @property
    def is_recovery(self) -> bool:
        """Say whether the system is in recovery mode."""
        return self.price > 0 and self.total_ratio < rules.CRITICAL_RATIO

    @property
    def can_redeem(self) -> bool:
        """Say whether money can be redeemed at the view's block."""
        return self.price > 0 and self.timestamp >= self.redeems_from and self.total_ratio >= rules.MINIMUM_RATIO

    @property
    def is_behind(self) -> bool:
        """Say whether a trove is below the minimum ratio: until it is liquidated no deposit can be taken out."""
        return any(rules.ratio(*sides_of(each), self.price) < rules.MINIMUM_RATIO for each in self.unhealthy)

    def split(self, account: AccountView) -> Split | None:
        """Return where a trove's debt and collateral would go at the view's block; None where it is left alone."""
        collateral, debt = sides_of(account)
        pot = Pot(self.deposits, self.total_ratio)
        if self.is_recovery:
            return rules.split_in_recovery(collateral, debt, self.price, pot)
        if rules.ratio(collateral, debt, self.price) >= rules.MINIMUM_RATIO:
            return None
        return rules.split_normally(collateral, debt, self.deposits)

    def offsets(self) -> Offsets:
        """Return what all deposits together would pay of the debts of unhealthy troves, and get for it: each trove as the first, as far as
        the pool goes. Cost: that of the unhealthy.
        """
        left, got = self.deposits, 0
        for account in self.unhealthy:
            done = attrs.evolve(self, deposits=left).split(account)
            if done is not None:
                left, got = left - done.offset, got + done.to_pool
        return Offsets(self.deposits - left, got)

    def seizures(self, account: AccountView, funds: Mapping[AssetId, Units]) -> tuple[Seizure, ...]:
        """Return the liquidation of a trove; none where there is none. It needs no funds.

        A liquidator gets two things: a part of the collateral, and the trove's reserve of money for gas.
        """
        done = self.split(account)
        if done is None:
            return ()
        call = LiquidateCall(account.account, self.money, self.collateral, UINT256_MAX)
        return (Seizure(call, 0, 0, self.collateral, done.compensation, gas.LIQUIDATE, self.money, rules.GAS_RESERVE),)


def sides_of(account: AccountView) -> tuple[Units, Units]:
    """Return an account's collateral and debt."""
    return sum(each.units for each in account.collaterals), sum(each.units for each in account.debts)


def account_of(
    terms: LiquityTerms, party: Party, sides: tuple[Units, Units], stand: Standing, fell: Seq, besides: tuple[Units, Units, Units]
) -> TroveView:
    """Return a trove out of its collateral and debt, and the owner's deposit, gain and surplus."""
    collateral, debt = sides
    held = (CollateralView(terms.collateral.id, collateral, THRESHOLD, 0, collateral),) if collateral else ()
    owed = (DebtView(terms.money.id, debt, debt, rules.GAS_RESERVE + rules.LEAST_NET_DEBT),) if debt else ()
    return TroveView(party, stand.health, stand.collateral, stand.debt, held, owed, fell, *besides)


def reserves_of(terms: LiquityTerms, price: Wad, collateral: Units, deposits: Units) -> Reserves:
    """Return both sides of a system by asset: no rate on debt, a bonus of none, for it is not the liquidator's."""
    locked = _reserve(terms.collateral.id, price // rules.PRICE_SCALE, collateral, THRESHOLD)
    lent = _reserve(terms.money.id, ONE, deposits, 0)
    return Reserves({locked.asset: locked, lent.asset: lent})


def _reserve(asset: AssetId, price: Price, liquidity: Units, threshold: Bps) -> ReserveView:
    return ReserveView(asset, price, WAD, liquidity, RAY, RAY, 0, threshold, threshold, 0, 0)
