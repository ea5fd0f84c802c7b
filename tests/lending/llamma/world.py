"""A small market: ether in bands against crvUSD, prices one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.amm.calls import SwapCall, SwapForCall
from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.chain.till import Till
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.llamma.amm import BandAmm
from sim.lending.llamma.calls import CreateLoanCall, LiquidateBandsCall
from sim.lending.llamma.market import LlammaMarket
from sim.lending.llamma.opening import open_money
from sim.lending.llamma.oracle import MovingAverage
from sim.lending.llamma.terms import FixedRate, LlammaTerms, RateModel
from sim.units import WAD, AssetId, Gas, Party, Place, Price, Seconds, Seq, Units, Wad
from sim.vocabulary import Refusal

CRVUSD, WETH, WBTC = Asset(1, "crvUSD", 18), Asset(2, "WETH", 18), Asset(3, "WBTC", 8)
CHAIN, MARKET, AMM = 100, 101, 102
ALICE, BOB, CAROL, KEEPER, TRADER = 201, 202, 203, 204, 205
DOLLAR: Price = 10**8
OPENED: Seconds = 1_704_067_200
BLOCK = 12
YEAR = 365 * 86_400
RICHES = 10**9


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
    """One market, its amm and what they need."""

    market: LlammaMarket
    amm: BandAmm
    ledger: Ledger
    prices: SetPrices
    gem: Asset
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
        place = AMM if isinstance(call, SwapCall | SwapForCall) else MARKET
        journal, buffer = self.ledger.journal, Buffer(first=self.told + 1)
        contracts: dict[Place, Any] = {MARKET: self.market, AMM: self.amm}
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, place, contracts, journal, buffer)
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

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for row in self.said if row[0] == record.kind]

    def lend(self, party: Party, collateral: Units, debt: Units, bands: int = 10) -> None:
        self.give(party, self.gem, collateral)
        self.done(party, CreateLoanCall(collateral, debt, bands))

    def set_price(self, dollars: float, later: Seconds = BLOCK) -> None:
        self.prices.prices[self.gem.id] = int(dollars * DOLLAR)
        self.now += later

    def arbitrage(self, target: Wad | None = None) -> None:
        """Let a trader bring the amm to the oracle's price, or to another."""
        view = self.amm.view(self.now)
        asset, amount = view.swap_to(view.oracle_price if target is None else target)
        if amount:
            self.done(TRADER, SwapCall(asset, amount, 0))

    def sell(self, party: Party, amount: Units) -> None:
        self.done(party, SwapCall(self.gem.id, amount, 0))

    def liquidate(self, account: Party, share: Wad = WAD, sender: Party = KEEPER) -> Gas | Refusal:
        return self.execute(sender, LiquidateBandsCall(account, share))

    def screen(self, post: Seq = 0, price: Price = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.market.screen(self.now, post, self.gem.id, price)

    def health(self, party: Party, full: bool = True) -> Wad:
        return self.market.health(party, self.now, full)

    def bands_of(self, party: Party) -> tuple[int, int]:
        stake = self.amm.bands.stakes[party]
        return stake.first, stake.last

    def state(self) -> Any:
        """Return all that a tx could have changed."""
        market, amm, bands = self.market, self.amm, self.amm.bands
        balances = {asset: list(purses) for asset, purses in self.ledger.balances.items()}
        grid = (dict(bands.x), dict(bands.y), dict(bands.shares), dict(bands.stakes), bands.active, bands.lowest, bands.highest, bands.dust)
        own = (amm.old_price, amm.old_fee, amm.old_at, amm.rate, amm.multiplier, amm.rate_at, amm.oracle.last, amm.oracle.last_at)
        return balances, grid, own, dict(market.loans), market.total, market.held, market.funding

    def _check(self) -> None:
        self.market._check()
        self.ledger.check()


def build(
    gem: Asset = WETH, price: int = 2_000, a: int = 100, span: Seconds = 0, rate: RateModel | None = None, fee: Wad = 6 * 10**15
) -> World:
    """Return an empty market with a hundred million to lend, whose band 0 begins at the price; rich traders stand ready."""
    ledger = Ledger()
    for asset in (CRVUSD, gem):
        ledger.add_asset(asset)
    prices = SetPrices({gem.id: price * DOLLAR, CRVUSD.id: DOLLAR})
    terms = LlammaTerms(gem, CRVUSD, price * WAD, a, fee, rate=rate or FixedRate())
    oracle = MovingAverage(prices, gem.id, CRVUSD.id, span, ledger.journal)
    amm = BandAmm.of(Till(ledger, CHAIN, AMM), terms, oracle, OPENED)
    market = LlammaMarket(Till(ledger, CHAIN, MARKET), amm)
    world = World(market, amm, ledger, prices, gem)
    open_money(market, 100_000_000 * WAD)
    for party in (KEEPER, TRADER):
        world.give(party, CRVUSD, RICHES * WAD)
        world.give(party, gem, RICHES * gem.unit)
    return world
