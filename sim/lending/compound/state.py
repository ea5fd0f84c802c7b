"""A Compound v2 pool's state and the moves every call is made of: accrue, value an account, change shares and debts.

Model choice: comptroller and markets stand at one place and own one purse; the balance of it in an asset is that market's cash, so
that units sent there without a call raise the exchange rate, as they do with the real contracts. Every write goes through the journal.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import attrs

from sim.chain.contract import CallContext
from sim.errors import Revert
from sim.journal import Journal
from sim.lending.balance_sheet import BalanceSheet
from sim.lending.compound import rules
from sim.lending.compound.market import Market, Snapshot
from sim.lending.compound.purse import Purse
from sim.lending.compound.rules import Line, Sums
from sim.lending.compound.terms import CompoundTerms
from sim.lending.positions import Account, Positions, Shares
from sim.lending.prices import PriceReader
from sim.records.lending import InterestAccrued
from sim.units import WAD, AssetId, Party, Place, Price, Seconds, Units, Wad
from sim.vocabulary import Refusal

TO_RAY = 10**9
"""From a mantissa to a ray."""


class Moment(NamedTuple):
    """Prices and markets at one instant, with interest up to it."""

    prices: dict[AssetId, Price]
    markets: dict[AssetId, Snapshot]


@attrs.define(eq=False, repr=False)
class CompoundState:
    """What a pool remembers."""

    place: Place
    terms: CompoundTerms
    prices: PriceReader
    purse: Purse
    positions: Positions
    markets: dict[AssetId, Market]
    entered: dict[Party, tuple[AssetId, ...]] = attrs.field(factory=dict)
    """Markets that count for an account: as collateral and as debt."""
    since: dict[tuple[Party, AssetId], Wad] = attrs.field(factory=dict)
    """The market's index when an account's debt was last written down."""
    barren: dict[Party, None] = attrs.field(factory=dict)
    """Accounts that owe and have no shares that a liquidator could take, as the last liquidation of each found."""
    allows_liquidations: bool = True
    """A switch for twins: without, every liquidation reverts with PAUSED."""

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.purse.journal

    def market(self, asset: AssetId) -> Market:
        """Return an asset's market. Reverts with UNKNOWN_ASSET."""
        market = self.markets.get(asset)
        if market is None:
            raise Revert(Refusal.UNKNOWN_ASSET)
        return market

    def accrue(self, asset: AssetId, context: CallContext) -> Market:
        """Add a market's interest up to the block, and say so if its index moved. Reverts: UNKNOWN_ASSET, RATE_TOO_HIGH, ARITHMETIC."""
        market = self.market(asset)
        if market.accrue(self.journal, self.purse.held(asset), context.timestamp):
            rate = self.snapshot(asset).exchange_rate
            context.say(self.place, context.sender, (InterestAccrued.kind, asset, rate * TO_RAY, market.debt_index * TO_RAY))
        return market

    def snapshot(self, asset: AssetId) -> Snapshot:
        """Return a market as it is stored."""
        return self.markets[asset].snapshot(self.purse.held(asset))

    def moment(self, timestamp: Seconds) -> Moment:
        """Return prices, and markets as they would be if somebody had interest added to each of them now."""
        markets = {asset: market.projected(self.purse.held(asset), timestamp) for asset, market in self.markets.items()}
        return Moment(self.posted_prices(), markets)

    def stored(self) -> Moment:
        """Return prices, and markets as they are stored: what the contract judges by."""
        return Moment(self.posted_prices(), {asset: self.snapshot(asset) for asset in self.markets})

    def posted_prices(self) -> dict[AssetId, Price]:
        """Return the posted price of every asset; 0 where there is none."""
        return {asset: max(0, self.prices.price(asset)) for asset in self.markets}

    def mantissa_price(self, asset: AssetId, moment: Moment) -> Wad:
        """Return an asset's price as the contracts count it; 0 where there is none."""
        return rules.mantissa_price(moment.prices[asset], self.markets[asset].terms.asset.decimals)

    def line(self, party: Party, asset: AssetId, moment: Moment) -> Line:
        """Return one market in an account's sums."""
        account, terms = self.positions.peek(party), self.markets[asset].terms
        return Line(
            factor=terms.factor,
            exchange_rate=moment.markets[asset].exchange_rate,
            price=self.mantissa_price(asset, moment),
            shares=account.collaterals.get(asset, 0),
            debt=self.debt(party, account, asset, moment.markets[asset].debt_index),
        )

    def lines(self, party: Party, moment: Moment) -> Iterator[Line]:
        """Yield the markets that count for an account."""
        for asset in self.entered.get(party, ()):
            yield self.line(party, asset, moment)

    def sums(self, party: Party, moment: Moment) -> Sums:
        """Return an account's two sides. Reverts with NOTHING_POSTED."""
        return rules.sums_of(self.lines(party, moment))

    def debt(self, party: Party, account: Account, asset: AssetId, index: Wad) -> Units:
        """Return what an account owes in a market, at an index."""
        principal = account.debts.get(asset, 0)
        return rules.borrow_balance(principal, index, self.since[party, asset]) if principal else 0

    def enter(self, party: Party, asset: AssetId) -> bool:
        """Let a market count for an account; say whether it did not before."""
        entered = self.entered.get(party, ())
        if asset in entered:
            return False
        self.journal.write(self.entered, party, (*entered, asset))
        account = self.positions.touch(party)
        self._swap(account.idle, account.collaterals, asset)
        return True

    def leave(self, party: Party, asset: AssetId) -> None:
        """Let a market count for an account no more."""
        self.journal.write(self.entered, party, tuple(each for each in self.entered[party] if each != asset))
        account = self.positions.touch(party)
        self._swap(account.collaterals, account.idle, asset)

    def has_entered(self, party: Party, asset: AssetId) -> bool:
        """Say whether a market counts for an account."""
        return asset in self.entered.get(party, ())

    def shares_of(self, party: Party, asset: AssetId) -> int:
        """Return an account's shares of a market, whether they count or not."""
        account = self.positions.peek(party)
        return account.collaterals.get(asset, 0) or account.idle.get(asset, 0)

    def add_shares(self, party: Party, asset: AssetId, shares: int) -> None:
        """Give an account shares, or take them. Reverts with INSUFFICIENT_BALANCE."""
        account = self.positions.touch(party)
        held = account.collaterals if self.has_entered(party, asset) else account.idle
        left = held.get(asset, 0) + shares
        if left < 0:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)
        self.positions.put(held, asset, left)
        if shares > 0:
            self.mark_barren(party, False)
        elif account.debts and not account.collaterals and not account.idle:
            self.mark_barren(party, True)

    def issue(self, asset: AssetId, shares: int, claims: Units) -> None:
        """Make shares of a market, or destroy them; and note what suppliers put in, or took out."""
        market = self.markets[asset]
        self.journal.put(market, "shares", market.shares + shares)
        self.journal.put(market, "claims", market.claims + claims)

    def set_debt(self, party: Party, asset: AssetId, debt: Units) -> None:
        """Write an account's debt down at the market's index, and change the market's by as much. Reverts with ARITHMETIC."""
        market, account = self.markets[asset], self.positions.touch(party)
        before = self.debt(party, account, asset, market.debt_index)
        if market.borrows + debt < before:
            # The contract's sum of all debts, rounded otherwise than each, can fall short of the last one.
            raise Revert(Refusal.ARITHMETIC)
        self.positions.put(account.debts, asset, debt)
        if debt:
            self.journal.write(self.since, (party, asset), market.debt_index)
        elif (party, asset) in self.since:
            self.journal.erase(self.since, (party, asset))
        self.journal.put(market, "borrows", market.borrows + debt - before)
        if not account.debts:
            self.mark_barren(party, False)

    def mark_barren(self, party: Party, is_barren: bool) -> None:
        """Note whether nothing stands behind an account's debts any more."""
        if is_barren and party not in self.barren:
            self.journal.write(self.barren, party, None)
        elif not is_barren and party in self.barren:
            self.journal.erase(self.barren, party)

    def told(self) -> Any:
        """Return all that a call may change but balances of the ledger, as plain values."""
        accounts = {party: attrs.asdict(account) for party, account in self.positions.accounts.items()}
        markets = [
            (each.accrued_at, each.borrows, each.reserves, each.shares, each.debt_index, each.claims) for each in self.markets.values()
        ]
        return accounts, markets, dict(self.entered), dict(self.since), dict(self.barren), dict(self.purse.booked)

    def balance_sheet(self, asset: AssetId) -> BalanceSheet:
        """Return what a market has and promises, in 10^-27 units, as it is stored.

        Liabilities are shares at the exchange rate; equity is what else flows have left in it, reserves included. The contract knows
        no bad debt: ours is what accounts owe that have no shares worth taking.
        """
        now, market = self.snapshot(asset), self.markets[asset]
        bad = sum(self.debt(party, self.positions.peek(party), asset, market.debt_index) for party in self.barren)
        shares = now.shares * now.exchange_rate
        return BalanceSheet(
            assets=(now.cash + now.borrows - bad) * WAD * TO_RAY,
            liabilities=shares * TO_RAY,
            equity=((market.claims + self.purse.gifts(asset)) * WAD - shares) * TO_RAY,
            bad_debt=bad * WAD * TO_RAY,
        )

    def _swap(self, source: Shares, target: Shares, asset: AssetId) -> None:
        shares = source.get(asset, 0)
        if shares:
            self.positions.put(source, asset, 0)
            self.positions.put(target, asset, shares)

    def _check(self) -> None:
        """Assert that shares add up, that debts do but for roundings, and that books hold what flows left. Cost: all accounts."""
        self.positions._check()
        self.purse._check()
        parties = list(self.positions.parties())
        for asset, market in self.markets.items():
            assert market.shares == self.positions.total(asset, is_debt=False)
            assert self.purse.booked.get(asset, 0) + market.borrows == market.claims
            assert market.debt_index >= WAD and min(market.borrows, market.reserves, market.shares) >= 0
            assert self.balance_sheet(asset).is_reconciled
            for party in parties:
                account = self.positions.peek(party)
                assert ((party, asset) in self.since) == (asset in account.debts)
                assert asset not in account.debts or self.has_entered(party, asset)
                assert asset not in (account.idle if self.has_entered(party, asset) else account.collaterals)
        for party in parties:
            account = self.positions.peek(party)
            has_shares = bool(account.collaterals) or bool(account.idle)
            assert bool(account.debts) if party in self.barren else has_shares or not account.debts
