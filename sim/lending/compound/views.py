"""What a desk may know of a Compound v2 pool, per block, and the sums a keeper does with it off the chain: the contract's own.

Views are frozen and carry no reference into the world. Reserves and accounts read like those of other lending pools, so that a
borrower's strategy need not ask where it is.
"""

from collections.abc import Mapping
from typing import NamedTuple

import attrs

from sim.errors import Revert
from sim.lending.aave.views import CollateralView, DebtView, Reserves
from sim.lending.compound import gas, rules
from sim.lending.compound.calls import LiquidateAndRedeemCall
from sim.lending.compound.market import Snapshot
from sim.lending.compound.rules import Line, Sums
from sim.lending.lender import Seizure
from sim.units import AssetId, Party, Price, Seconds, Seq, Units, Wad


class Holding(NamedTuple):
    """What an account has and owes in one market."""

    asset: AssetId
    shares: int
    counts: bool
    """The account has entered the market."""
    principal: Units
    """Debt as it was last written down."""
    since: Wad
    """At which index; 1 where nothing is owed."""


@attrs.frozen
class CompoundAccountView:
    """One account as it stands."""

    account: Party
    health: Wad
    """With interest added to every market."""
    collateral_value: Units
    """8 decimals."""
    debt_value: Units
    collaterals: tuple[CollateralView, ...]
    """Only what counts."""
    debts: tuple[DebtView, ...]
    fell: Seq
    """Its last ``HealthFell`` while unhealthy; 0 otherwise."""
    holdings: tuple[Holding, ...]


class MarketView(NamedTuple):
    """One market."""

    asset: AssetId
    decimals: int
    price: Price
    """0 when nothing is posted."""
    factor: Wad
    opening_rate: Wad
    stored: Snapshot
    """As the contract has it."""
    fresh: Snapshot
    """As a call at the block would find it after adding interest."""


@attrs.frozen
class CompoundView:
    """A pool at a block."""

    timestamp: Seconds
    close_factor: Wad
    incentive: Wad
    seize_share: Wad
    markets: tuple[MarketView, ...]
    reserves: Reserves
    unhealthy: tuple[CompoundAccountView, ...]
    """Accounts in shortfall that have shares of anything, by id."""

    def market(self, asset: AssetId) -> MarketView:
        """Return one market. Raises LookupError where there is none."""
        for each in self.markets:
            if each.asset == asset:
                return each
        raise LookupError(asset)

    def seizures(self, account: CompoundAccountView, funds: Mapping[AssetId, Units]) -> tuple[Seizure, ...]:
        """Return, for each debt and collateral of an account, the largest liquidation that funds can pay, redeemed at once.

        Exact at the view's block. Left out where the account would not be in shortfall with interest added to that pair of markets
        alone, where a unit repaid seizes nothing, and where the collateral is lent out. The keeper must not stand in debt itself.
        """
        pairs = [(owed, held) for owed in account.debts for held in account.holdings if held.shares]
        quotes = [self._quote(account, owed.asset, held, funds.get(owed.asset, 0)) for owed, held in pairs]
        return tuple(quote for quote in quotes if quote is not None)

    def sums(self, account: CompoundAccountView, fresh: tuple[AssetId, ...]) -> Sums:
        """Return an account's two sides, as they are with interest added to some markets only. Reverts with NOTHING_POSTED."""
        return rules.sums_of(self._line(each, each.asset in fresh) for each in account.holdings if each.counts)

    def _line(self, held: Holding, is_fresh: bool) -> Line:
        market = self.market(held.asset)
        now = market.fresh if is_fresh else market.stored
        price = rules.mantissa_price(market.price, market.decimals)
        return Line(market.factor, now.exchange_rate, price, held.shares, rules.borrow_balance(held.principal, now.debt_index, held.since))

    def _quote(self, account: CompoundAccountView, debt_asset: AssetId, held: Holding, purse: Units) -> Seizure | None:
        try:
            if not self.sums(account, (debt_asset, held.asset)).is_short:
                return None
            ratio = self._ratio(debt_asset, held.asset)
        except Revert:
            return None  # Without a price the lender refuses too.
        owed = next(each for each in account.holdings if each.asset == debt_asset)
        debt = rules.borrow_balance(owed.principal, self.market(debt_asset).fresh.debt_index, owed.since)
        most = min(rules.most_repaid(self.close_factor, debt), purse, rules.repayment_that_seizes(ratio, held.shares) if ratio else 0)
        repaid, got = self._payable(ratio, held.asset, most, is_same=held.asset == debt_asset)
        if not got:
            return None
        call = LiquidateAndRedeemCall(account.account, debt_asset, held.asset, repaid)
        return Seizure(call, debt_asset, repaid, held.asset, got, gas.LIQUIDATE + gas.REDEEM)

    def _ratio(self, debt_asset: AssetId, collateral_asset: AssetId) -> Wad:
        owed, taken = self.market(debt_asset), self.market(collateral_asset)
        return rules.seize_ratio(
            self.incentive,
            rules.mantissa_price(owed.price, owed.decimals),
            rules.mantissa_price(taken.price, taken.decimals),
            taken.fresh.exchange_rate,
        )

    def _payable(self, ratio: Wad, asset: AssetId, most: Units, is_same: bool) -> tuple[Units, Units]:
        """Return the largest repayment whose shares can be redeemed, and what they are worth. Cost: some eighty sums where cash binds."""
        market = self.market(asset)
        fits, over = 0, most + 1
        middle = most
        while over - fits > 1:
            if _redeemed(market, self.seize_share, rules.seized_shares(ratio, middle)) <= market.fresh.cash + is_same * middle:
                fits = middle
            else:
                over = middle
            middle = (fits + over) // 2
        return fits, _redeemed(market, self.seize_share, rules.seized_shares(ratio, fits))


def _redeemed(market: MarketView, seize_share: Wad, shares: int) -> Units:
    """Return the units that a liquidator's part of seized shares is worth, once the protocol's part has become reserves."""
    now = market.fresh
    parts = rules.split(shares, seize_share, now.exchange_rate)
    after = rules.exchange_rate(now.cash, now.borrows, now.reserves + parts.reserves, now.shares - parts.protocol, market.opening_rate)
    return rules.units_for(parts.liquidator, after)
