"""A small market: ether against dollars of six decimals, prices one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.morpho.market import MorphoMarket
from sim.lending.morpho.opening import open_account, open_supply
from sim.lending.morpho.rates import AdaptiveCurve, FixedRate, RateModel
from sim.lending.morpho.terms import MarketTerms, PairOracle
from sim.units import NOBODY, WAD, AssetId, Gas, Party, Price, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal

WETH, USDC = Asset(1, "WETH", 18), Asset(2, "USDC", 6)
CHAIN, MARKET = 100, 101
LENDER, ALICE, BOB, KEEPER, FEES = 201, 202, 203, 204, 205
DOLLAR: Price = 10**8
USD: Units = 10**6
OPENED: Seconds = 1_704_067_200
YEAR = 365 * 86_400


@attrs.define
class SetPrices:
    """Prices as a test sets them."""

    prices: dict[AssetId, Price]

    def price(self, asset: AssetId) -> Price:
        return self.prices.get(asset, 0)

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        return self.price(asset), OPENED, 0


@attrs.define
class World:
    """One market and what it needs."""

    market: MorphoMarket
    ledger: Ledger
    prices: SetPrices
    now: Seconds = OPENED
    said: list[tuple[Any, ...]] = attrs.field(factory=list)
    """Rows of the last tx that succeeded."""
    told: int = 0

    def give(self, party: Party, asset: Asset, units: Units) -> None:
        self.ledger.mint(asset.id, self.ledger.open(party, CHAIN), units)

    def held(self, party: Party, asset: Asset) -> Units:
        return self.ledger.balance(asset.id, self.ledger.open(party, CHAIN))

    def execute(self, sender: Party, call: Any) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        journal, buffer = self.ledger.journal, Buffer(first=self.told + 1)
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, MARKET, {MARKET: self.market}, journal, buffer)
        mark = journal.begin()
        try:
            gas = answer(call, context)
        except Revert as revert:
            journal.rollback(mark)
            journal.commit()
            return revert.reason
        journal.commit()
        self.said = [row for _, _, _, row in buffer.rows]
        self.told += len(buffer.rows)
        return gas

    def done(self, sender: Party, call: Any) -> None:
        """Carry one tx out that must succeed."""
        found = self.execute(sender, call)
        assert not isinstance(found, Refusal), found.name

    def undone(self, sender: Party, call: Any) -> None:
        """Carry one call out and take it back, as happens when a later call of the same tx reverts."""
        journal = self.ledger.journal
        mark = journal.begin()
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, MARKET, {MARKET: self.market}, journal, Buffer(first=1))
        answer(call, context)
        journal.rollback(mark)
        journal.commit()

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for row in self.said if row[0] == record.kind]

    def set_ether(self, dollars: int) -> None:
        self.prices.prices[WETH.id] = dollars * DOLLAR

    def screen(self, post: Seq = 0, price: Price = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.market.screen(self.now, post, WETH.id, price)

    def health(self, party: Party) -> Wad:
        return self.market.standing(party, self.now).health

    def state(self) -> Any:
        """Return all that a tx could have changed."""
        market = self.market
        accounts = {party: (a.collaterals.copy(), a.idle.copy(), a.debts.copy()) for party, a in market.positions.accounts.items()}
        balances = {asset: {purse: units for purse, units in enumerate(purses) if units} for asset, purses in self.ledger.balances.items()}
        own = (market.totals, market.accrued_at, market.at_target, market.rounded, market.collateral, dict(market.held))
        return {party: kept for party, kept in accounts.items() if any(kept)}, balances, own

    def _check(self) -> None:
        self.market._check()
        self.ledger.check()


def build(lltv: Wad = 80 * WAD // 100, rate: RateModel | None = None, fee: Wad = 0, ether: int = 2_000) -> World:
    """Return an empty market; ether is worth 2,000 dollars, and the lltv makes that 1,600."""
    ledger = Ledger()
    for asset in (WETH, USDC):
        ledger.add_asset(asset)
    prices = SetPrices({WETH.id: ether * DOLLAR, USDC.id: DOLLAR})
    terms = MarketTerms(WETH, USDC, lltv, rate or AdaptiveCurve(), fee, FEES if fee else NOBODY)
    market = MorphoMarket.of(MARKET, CHAIN, terms, PairOracle(prices, WETH, USDC), ledger, OPENED)
    return World(market, ledger, prices)


def lent(**changes: Any) -> World:
    """Return a market with a hundred thousand dollars in it, Alice with ten ether locked and 16,000 owed: exactly all she may."""
    world = build(**{"rate": FixedRate(0), **changes})
    open_supply(world.market, LENDER, 100_000 * USD)
    open_account(world.market, ALICE, 10 * WAD, 16_000 * USD)
    world.give(KEEPER, USDC, 50_000 * USD)
    return world
